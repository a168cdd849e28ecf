"""``zhubi print``: a review, all reviews of a round, or the round's own forms, as PDF files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file
from zhubi.cli.judging import project_named, round_of
from zhubi.core.model.errors import ZhubiError
from zhubi.core.rules.printed import ROUND_FORMS, SHEET_FORMS
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.printing import Printed

form_option = click.option(
    "--form", type=click.Choice([*SHEET_FORMS, *ROUND_FORMS]), help=say("printing.opt-form")
)


@click.command("print", help=say("printing.help-print"))
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--round", "round_name", metavar="ROUND", help=say("cli.opt-round"))
@form_option
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), required=True, help=say("printing.opt-output")
)
@click.option("--record", default="", help=say("printing.opt-record"))
@passphrase_file
@click.pass_obj
def print_(
    place: Place,
    codes: tuple[str, ...],
    round_name: str | None,
    form: str | None,
    output: Path,
    record: str,
    passphrase_file: Path | None,
) -> int:
    """Print to PDF."""
    of_round = form in ROUND_FORMS
    if (of_round and codes) or not (of_round or codes or round_name) or (record and len(codes) != 1):
        raise click.UsageError(say("printing.what"))
    many = len(codes) > 1 or not (codes or of_round)
    if many and not output.is_dir():
        raise click.UsageError(say("printing.folder", path=output))
    failed = False
    with asking.open_desk(place, passphrase_file, read_only=True) as desk:
        for each in _printed(desk, codes, round_name, form or "", output, record):
            if each.problem:
                failed = True
                click.echo(say("printing.failed", code=each.title, reason=each.problem), err=True)
            else:
                click.echo(say("printing.printed", title=each.title, code=each.code or "--", path=each.path))
        done = desk.session.printed
    click.echo(say("printing.plain" if done else "printing.nothing-yet"), err=True)
    return 1 if failed else 0


def _printed(
    desk: Desk, codes: tuple[str, ...], round_name: str | None, form: str, output: Path, record: str
) -> Iterator[Printed]:
    from zhubi.expert.desk import printing

    if form in ROUND_FORMS:
        yield printing.write_pdf(desk, round_of(desk, round_name).round, form, output)
    elif not codes:
        yield from printing.write_round(desk, round_of(desk, round_name).round, form, output)
    for code in codes:
        try:
            yield printing.write_pdf(desk, project_named(desk, code, round_name), form, output, record)
        except ZhubiError as problem:
            if len(codes) == 1:
                raise
            yield printing.Printed(output, code, "", explain(problem))
