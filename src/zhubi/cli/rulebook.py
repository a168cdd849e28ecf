"""``zhubi rulebook``: check, list and show the rulebooks; the schema for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.locale import explain, language, say

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from zhubi.core.model.rulebook import Policy, Term


@click.group(help=say("rulebook.help"))
def rulebook() -> None:
    """The group; its help is a sentence of the locale."""


@rulebook.command(help=say("rulebook.help-check"))
@click.argument("paths", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...]) -> None:
    """Every fault of the folders, each pointed at; of the shipped rulebooks when no folder is named."""
    from importlib.resources import files

    from zhubi.core.model.text import clean_line
    from zhubi.core.rules.compile import POLICY_FILE, read_policy, shipped_policies
    from zhubi.core.rules.errors import RulebookFault

    root = files("zhubi.core.rulebooks")
    folders: list[Path | Traversable] = [*paths]
    count = 0
    for folder in folders or [root.joinpath(name) for name in shipped_policies()]:
        policy: Policy | None = None
        faults: tuple[RulebookFault, ...]
        if folder.joinpath(POLICY_FILE).is_file():
            policy, faults = read_policy(folder)
        else:
            faults = (
                RulebookFault("no-policy", clean_line(folder.name), 0, 0, f"there is no {POLICY_FILE}"),
            )
        for fault in faults:
            click.echo(explain(fault))
            if fault.excerpt:
                click.echo(fault.excerpt)
        if policy is None:
            click.echo(say("rulebook.faulty", id=clean_line(folder.name), count=len(faults)))
        else:
            examples = sum(len(kind.examples) for kind in policy.kinds)
            click.echo(say("rulebook.checked", id=policy.id, kinds=len(policy.kinds), examples=examples))
        count += len(faults)
    click.echo(say("rulebook.some-faulty" if count else "rulebook.all-sound", count=count))
    context.exit(1 if count else 0)


@rulebook.command("list", help=say("rulebook.help-list"))
def list_() -> None:
    """The shipped rulebooks, their terms and their kinds."""
    from zhubi.core.rules.compile import shipped, shipped_policies

    for name in shipped_policies():
        policy = shipped(name)
        click.echo(f"{policy.id}  {policy.title.said(language())}")
        click.echo(f"  {term_in_words(policy.term)}")
        for kind in policy.kinds:
            click.echo(f"  {kind.id}  {kind.name.said(language())}")


@rulebook.command(help=say("rulebook.help-show"))
@click.argument("kind")
@click.option("--json", "as_json", is_flag=True, help=say("rulebook.opt-json"))
def show(kind: str, as_json: bool) -> None:
    """One review kind in words, or as the compiled data that a digest is taken of."""
    from zhubi.cli.rulebook_page import kind_page
    from zhubi.core.rules.compile import shipped, shipped_policies

    policies: list[Policy] = [shipped(name) for name in shipped_policies()]
    found = {each.id: (policy, each) for policy in policies for each in policy.kinds}
    if kind not in found:
        raise click.ClickException(say("rulebook.unknown-kind", item=kind, expected=", ".join(sorted(found))))
    policy, wanted = found[kind]
    if as_json:
        click.echo(json.dumps(wanted.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(kind_page(policy, wanted, language())))


@rulebook.command(help=say("rulebook.help-clauses"))
def clauses() -> None:
    """Every clause of the shipped rulebooks and where it is honoured: the page docs/clauses.md."""
    from zhubi.cli.clauses_page import clauses_page
    from zhubi.core.rules.compile import shipped, shipped_policies

    click.echo("\n".join(clauses_page(shipped(name) for name in shipped_policies())))


@rulebook.command(help=say("rulebook.help-schema"))
@click.argument("file", type=click.Choice(["kind", "policy"]), default="kind")
def schema(file: str) -> None:
    """The JSON Schema of one of the two kinds of file."""
    from zhubi.core.rules.schema import rulebook_schema

    made = rulebook_schema("policy" if file == "policy" else "kind")
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))


def term_in_words(term: Term) -> str:
    """When a policy is in force, in one line."""
    if term.starts is None:
        words = say("rulebook.term-unsaid")
    elif term.ends is None:
        words = say("rulebook.term-open", starts=term.starts)
    else:
        words = say("rulebook.term-closed", starts=term.starts, ends=term.ends)
    if term.judged_on == "set-up":
        words += f" ({say('rulebook.judged-on-set-up')})"
    return f"{words} [{term.basis.text}]"
