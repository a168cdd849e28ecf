"""The part of ``zhubi office`` that prints rounds, and finds the record that a printed code names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.core.model.errors import ZhubiError
from zhubi.core.rules.printed import ROUND_FORMS, SHEET_FORMS
from zhubi.locale import explain, knows, say

if TYPE_CHECKING:
    from zhubi.cli.office import OfficeAt
    from zhubi.office.rounds.finding import FoundRecord
    from zhubi.office.rounds.printing import Lacking


def install(group: click.Group) -> None:
    """Hang the commands of this module on ``zhubi office``."""
    from zhubi.cli.office import here

    @group.command("print", help=say("printing.help-office-print"))
    @click.argument("which", metavar="ROUND")
    @click.argument("codes", nargs=-1, metavar="[CODE]...")
    @click.option("--form", type=click.Choice([*SHEET_FORMS, *ROUND_FORMS]), help=say("printing.opt-form"))
    @click.option("--person", metavar="NAME", help=say("printing.opt-person"))
    @click.option(
        "--output", "-o", "folder", required=True, type=click.Path(path_type=Path, file_okay=False),
        help=say("printing.opt-folder"),
    )  # fmt: skip
    @here
    def print_(
        at: OfficeAt, which: str, codes: tuple[str, ...], form: str | None, person: str | None, folder: Path
    ) -> int:
        """Print a round from the log."""
        from zhubi.cli.naming import dossier_named, person_named, round_named
        from zhubi.core.papers.writing import write_paper
        from zhubi.office.rounds.printing import round_papers

        office = at.open()
        printed, lacking = round_papers(
            office, round_named(office, which).round, form or "",
            person=person_named(office, person).person if person else None,
            dossiers=frozenset(dossier_named(office, each) for each in codes), now=office.clock(),
        )  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        failed = 0
        for each in printed:
            try:
                write_paper(each.paper, folder / each.name)
            except ZhubiError as problem:
                failed += 1
                click.echo(say("printing.failed", code=each.name, reason=explain(problem)), err=True)
            else:
                title, code = each.paper.title, each.paper.code or "--"
                click.echo(say("printing.printed", title=title, code=code, path=folder / each.name))
        for seat in lacking:
            click.echo(_lacking_line(seat), err=True)
        click.echo(say("printing.count", count=len(printed) - failed, path=folder), err=True)
        click.echo(say("printing.plain" if len(printed) > failed else "printing.nothing-yet"), err=True)
        return 1 if failed or any(each.problem is not None for each in lacking) else 0

    @group.command("find", help=say("printing.help-find"))
    @click.argument("code")
    @here
    def find(at: OfficeAt, code: str) -> None:
        """Find the record of a short code or digest."""
        from zhubi.office.rounds.finding import find as find_records

        for each in find_records(at.open(), code):
            for line in _found_lines(each):
                click.echo(line)


def _lacking_line(seat: Lacking) -> str:
    if seat.problem is not None:
        return say("printing.failed", code=f"{seat.code} {seat.name}", reason=explain(seat.problem))
    return say("printing.lacking", code=seat.code, name=seat.name, stage=say(f"office.stage-{seat.stage}"))


def _found_lines(each: FoundRecord) -> list[str]:
    named = f"desk.record-{each.type}"
    what = say(named) if knows(named) else each.type
    if each.evidence:
        what = say("printing.found-evidence")
    lines = [say("printing.found", code=each.code, what=what, who=each.who)]
    if each.project:
        lines.append(say("printing.found-about", project=each.project, round=each.round or "--"))
    elif each.round:
        lines.append(say("printing.found-round", round=each.round))
    logged = f"{each.logged_at.astimezone():%Y-%m-%d %H:%M}" if each.logged_at is not None else "--"
    signed = f"{each.signed_at.astimezone():%Y-%m-%d %H:%M}"
    lines.append(say("printing.found-logged", index=each.index, logged=logged, signed=signed))
    lines.append(say("printing.found-digest", digest=each.digest))
    if each.replaced_by:
        lines.append(say("printing.found-replaced", codes=_codes(each.replaced_by)))
    if each.refused_by:
        lines.append(say("printing.found-refused", codes=_codes(each.refused_by)))
    return lines


def _codes(digests: tuple[str, ...]) -> str:
    from zhubi.core.trust.receipts import receipt_code

    return " ".join(receipt_code(each) for each in digests)
