"""The chair's act for a shell: see what the text says on the panel's findings, and sign the conclusion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file, pin_file_option
from zhubi.cli.judging import project_named, round_option
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.conclude import ConclusionView


@click.command(help=say("cli.help-conclude"))
@click.argument("code")
@round_option
@click.option(
    "--finding", "findings", multiple=True, metavar="NAME=yes|no|unknown", help=say("cli.opt-finding")
)
@click.option("--conclusion", "chosen", help=say("cli.opt-conclusion"))
@click.option("--words", help=say("cli.opt-conclusion-words"))
@click.option("--problems", help=say("cli.opt-problems"))
@click.option("--reason", default="", help=say("cli.opt-reason"))
@pin_file_option
@passphrase_file
@click.pass_obj
def conclude(
    place: Place,
    code: str,
    round_name: str | None,
    findings: tuple[str, ...],
    chosen: str | None,
    words: str | None,
    problems: str | None,
    reason: str,
    pin_file: Path | None,
    passphrase_file: Path | None,
) -> int:
    """Show what the text says; with a conclusion or words, sign them."""
    from zhubi.expert.desk import conclude as concluding

    said = {name.strip(): value.strip() for name, _, value in (each.partition("=") for each in findings)}
    draft = concluding.Draft(said or None, chosen, words, problems, reason)
    with asking.open_desk(place, passphrase_file) as desk:
        key = project_named(desk, code, round_name)
        view = concluding.conclusion(desk, key, draft)
        for line in _lines(view):
            click.echo(line)
        if chosen is None and words is None and problems is None and not reason:
            return 0
        if view.problems:
            for sentence in view.problems:
                click.echo(sentence, err=True)
            return 1
        digest = concluding.conclude(desk, key, asking.pin(pin_file), draft)
        click.echo(say("conclusion.signed", digest=digest[:12]))
    return 0


def _lines(view: ConclusionView) -> list[str]:
    lines = [f"{view.code} {view.title}"]
    lines += [view.standing] if view.standing else []
    for finding in view.findings:
        value = say(f"conclusion.value-{finding.value or 'unsaid'}")
        counts = say(
            "conclusion.counts", **{name: finding.counts.get(name, 0) for name in ("yes", "no", "unknown")}
        )
        lines.append(f"  {finding.id} = {value}  {finding.name}（{finding.basis}） {counts}")
    lines.append(say(f"conclusion.verdict-{view.verdict}"))
    for branch in view.branches:
        outcome = say(f"conclusion.branch-{branch.outcome}") if branch.outcome else ""
        lines.append(
            " ".join(each for each in ("  " + branch.id, branch.name, f"（{branch.basis}）", outcome) if each)
        )
        if branch.waits_for:
            lines.append("    " + say("conclusion.waits-for", names="、".join(branch.waits_for)))
        if branch.consequence:
            lines.append("    " + branch.consequence)
    lines.append(say("conclusion.members", count=view.members))
    if view.members < 2:
        lines.append(say("conclusion.not-here"))
    lines += [f"  ! {each}" for each in view.panel]
    return lines
