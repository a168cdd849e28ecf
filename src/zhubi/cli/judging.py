"""The expert's judging for a shell: commit, declare, read, and fill in a sheet, for whoever cannot use the screens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file, pin_file_option
from zhubi.expert.desk import overview
from zhubi.expert.desk.errors import DeskError
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey, RoundRow

_SHEET_LIMIT: Final = 500_000
round_option: Final = click.option("--round", "round_name", metavar="ROUND", help=say("cli.opt-round"))
"""Which round is meant, where a project is in several."""
OUTCOMES: Final = ("clear", "recuse", "explain", "policy-seat", "decline")


@click.command(help=say("cli.help-commit"))
@click.argument("round_name", metavar="ROUND", required=False)
@click.option("--yes", is_flag=True, help=say("cli.opt-read"))
@pin_file_option
@passphrase_file
@click.pass_obj
def commit(
    place: Place, round_name: str | None, yes: bool, pin_file: Path | None, passphrase_file: Path | None
) -> int:
    """Read the commitment of a round, and sign it."""
    from zhubi.expert.desk import commit as committing

    with asking.open_desk(place, passphrase_file) as desk:
        row = round_of(desk, round_name)
        view = committing.commitment(desk, row.round)
        click.echo(f"{view.title}  {view.organiser}")
        for part in view.documents:
            click.echo(f"\n{part.name}（{part.basis}）")
            for number, point in enumerate(part.points, 1):
                click.echo(f"  {number}. {point}")
        if view.signed_at is None:
            if not yes:
                click.confirm(say("cli.confirm-commit"), abort=True, err=True)
            committing.sign_commitment(desk, row.round, asking.pin(pin_file))
            click.echo(say("cli.committed"))
        else:
            click.echo(say("cli.committed-before", at=f"{view.signed_at.astimezone():%Y-%m-%d %H:%M}"))
    return 0


@click.command(help=say("cli.help-declare"))
@click.argument("round_name", metavar="ROUND", required=False)
@click.argument("code", required=False)
@click.argument("outcome", type=click.Choice(OUTCOMES), required=False)
@click.option(
    "--relation", "relations", multiple=True, metavar="KIND[:WHOM[:UNTIL]]", help=say("cli.opt-relation")
)
@click.option("--words", default="", help=say("cli.opt-words"))
@click.option("--sign", is_flag=True, help=say("cli.opt-sign"))
@pin_file_option
@passphrase_file
@click.pass_obj
def declare(
    place: Place,
    round_name: str | None,
    code: str | None,
    outcome: str | None,
    relations: tuple[str, ...],
    words: str,
    sign: bool,
    pin_file: Path | None,
    passphrase_file: Path | None,
) -> int:
    """List the cards of a round, answer one, or sign the answers."""
    from zhubi.expert.desk import declare as declaring

    with asking.open_desk(place, passphrase_file) as desk:
        row = round_of(desk, round_name)
        if code and outcome:
            key = project_named(desk, code, row.round)
            declaring.answer(desk, row.round, key.dossier, outcome, _relations(relations), words)
        for card in declaring.declarations(desk, row.round):
            if code and card.code != code:
                continue
            answered = say(f"cli.outcome-{card.outcome}") if card.outcome else say("cli.outcome-none")
            signed = say("cli.signed-mark") if card.signed else ""
            click.echo(f"{card.code} {card.title}  {answered}{signed}")
            click.echo("  " + "；".join(f"{name}（{part}）" for name, part in card.units))
            click.echo("  " + "；".join(f"{name}（{unit} {part}）" for name, unit, part in card.people))
            for hint in card.hints:
                click.echo(f"  ! {hint.sentence}")
        if sign:
            report = declaring.sign_declarations(desk, row.round, asking.pin(pin_file))
            click.echo(say("cli.declared", count=report.signed))
            for problem in report.problems:
                click.echo(problem, err=True)
            return 1 if report.problems else 0
    return 0


@click.command(help=say("cli.help-read"))
@click.argument("code")
@round_option
@click.option("--attachment", type=click.IntRange(1, 200), help=say("cli.opt-attachment"))
@passphrase_file
@click.pass_obj
def read(
    place: Place, code: str, round_name: str | None, attachment: int | None, passphrase_file: Path | None
) -> int:
    """Print a project's text, or one attachment's."""
    from zhubi.expert.desk import reading
    from zhubi.expert.reading.document import Finished, Page

    with asking.open_desk(place, passphrase_file) as desk:
        key = project_named(desk, code, round_name)
        found = reading.content(desk, key)
        if attachment is not None:
            if attachment > len(found.attachments):
                raise DeskError("cli.no-attachment", "no such attachment", count=len(found.attachments))
            for event in reading.attachment_pages(desk, key, found.attachments[attachment - 1].blob):
                if isinstance(event, Page):
                    click.echo(f"-- {event.label}\n{event.text}")
                elif isinstance(event, Finished):
                    click.echo(say(event.sentence), err=True)
            return 0
        click.echo(f"{found.code} {found.title}")
        for section in found.sections:
            click.echo(f"\n{section.heading}\n{section.text}")
        for fact in found.facts:
            click.echo(f"{fact.label}：{fact.value_text or '--'}")
        for line in found.budget:
            click.echo(f"{line.subject}：{line.total:,}（{line.fiscal:,}）")
        for number, each in enumerate(found.attachments, 1):
            click.echo(f"[{number}] {each.title}（{each.name}）")
    return 0


@click.command(help=say("cli.help-sheet"))
@click.argument("code")
@round_option
@click.option(
    "--file",
    "filled",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help=say("cli.opt-sheet"),
)
@click.option("--begin-opinion", is_flag=True, help=say("cli.opt-begin-opinion"))
@passphrase_file
@click.pass_obj
def sheet(
    place: Place,
    code: str,
    round_name: str | None,
    filled: Path | None,
    begin_opinion: bool,
    passphrase_file: Path | None,
) -> int:
    """Print a sheet as TOML with what it still lacks; with a file, fill it in first."""
    from zhubi.cli.sheetform import as_toml, fill
    from zhubi.expert.desk import review

    with asking.open_desk(place, passphrase_file) as desk:
        key = project_named(desk, code, round_name)
        state = review.open_review(desk, key).state
        if filled is not None:
            state = fill(desk, key, state, asking.read_text(filled, _SHEET_LIMIT))
        if begin_opinion and (begun := review.start_opinion(desk, key)):
            state = review.set_opinion(desk, key, "\n".join(filter(None, (state.opinion.rstrip(), begun))))
        for line in (*as_toml(state), *_cited(desk, key)):
            click.echo(line)
    return 0


def _cited(desk: Desk, key: ReviewKey) -> list[str]:
    """What the words of the sheet cite, as remarks: document, page and quotation."""
    from zhubi.expert.desk import notes

    lines = [f"# {each}" for each in notes.citation_lines(notes.cited(desk, key))]
    return ["", *lines] if lines else []


def round_of(desk: Desk, name: str | None) -> RoundRow:
    """The round of this title, or part of it, or the only one; ``cli.which-round``."""
    rounds = overview.rounds(desk)
    found = [
        each for each in rounds if name is None or name in (each.title, each.round) or name in each.title
    ]
    if len(found) != 1:
        titles = "；".join(each.title for each in rounds)
        raise DeskError("cli.which-round", "name one round", found=len(found), titles=titles)
    return found[0]


def project_named(desk: Desk, code: str, round_name: str | None = None) -> ReviewKey:
    """The assignment of a project's code; ``cli.no-project``; ``cli.which-assignment``: it is in several rounds."""
    rounds = {each.round: each.title for each in overview.rounds(desk)}
    if round_name is not None:
        rounds = {round_of(desk, round_name).round: round_name}
    found = [
        row.key
        for row in overview.rows(desk, None, 0, overview.row_count(desk))
        if row.code == code and row.round in rounds
    ]
    if not found:
        raise DeskError("cli.no-project", "no project of yours has this code", code=code)
    if len(found) > 1:
        titles = "；".join(rounds[each.round] for each in found)
        raise DeskError("cli.which-assignment", "the project is in several rounds", code=code, titles=titles)
    return found[0]


def _relations(given: tuple[str, ...]) -> tuple[Any, ...]:
    from zhubi.expert.desk.views import RelationView

    made = []
    for each in given:
        kind, whom, until = [*each.split(":"), "", ""][:3]
        made.append(RelationView(kind, whom, until))
    return tuple(made)
