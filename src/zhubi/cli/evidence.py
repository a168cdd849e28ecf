"""佐证 for a shell: add files and notes to a sheet, list them, take them off."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file
from zhubi.cli.judging import project_named
from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk.errors import DeskError
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from zhubi.expert.desk.evidenceviews import EvidenceRow


@click.group(help=say("evidence.cli.help"))
def evidence() -> None:
    """The evidence on a sheet."""


@evidence.command(help=say("evidence.cli.help-add"))
@click.argument("code")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--round", "round_name", metavar="ROUND", help=say("cli.opt-round"))
@click.option("--about", default="", metavar="LINE", help=say("evidence.cli.opt-about"))
@click.option("--note", "words", metavar="WORDS", help=say("evidence.cli.opt-note"))
@click.option("--keep-location", is_flag=True, help=say("evidence.cli.opt-keep-location"))
@click.option("--delete-originals", is_flag=True, help=say("evidence.cli.opt-delete"))
@passphrase_file
@click.pass_obj
def add(
    place: Place,
    code: str,
    files: tuple[Path, ...],
    round_name: str | None,
    about: str,
    words: str | None,
    keep_location: bool,
    delete_originals: bool,
    passphrase_file: Path | None,
) -> int:
    """Seal files, and a note, and put them on the sheet of a project; one that fails keeps no other back."""
    from zhubi.expert.desk import evidence as own

    if not files and words is None:
        raise click.UsageError(say("evidence.cli.nothing"))
    failed = False
    with asking.open_desk(place, passphrase_file) as desk:
        key = project_named(desk, code, round_name)
        for path in files:
            try:
                _told(own.add(desk, key, path, about=about, keep_location=keep_location))
                if delete_originals:
                    click.echo("  " + own.delete_original(path))
            except ZhubiError as problem:
                failed = True
                click.echo(explain(problem), err=True)
        if words is not None:
            _told(own.add_note(desk, key, words, about=about))
    return int(failed)


@evidence.command("list", help=say("evidence.cli.help-list"))
@click.argument("code")
@click.option("--round", "round_name", metavar="ROUND", help=say("cli.opt-round"))
@passphrase_file
@click.pass_obj
def list_(place: Place, code: str, round_name: str | None, passphrase_file: Path | None) -> int:
    """List the evidence on the sheet of a project, by number and digest."""
    from zhubi.expert.desk import evidence as own
    from zhubi.expert.desk.evidenceviews import size_words, state_words

    with asking.open_desk(place, passphrase_file, read_only=True) as desk:
        found = own.rows(desk, project_named(desk, code, round_name))
    for number, row in enumerate(found, 1):
        parts = (state_words(row), size_words(row.size), row.taken_at, row.about_name)
        click.echo(f"{number}  {row.digest[:12]}  {row.name}  " + "  ".join(each for each in parts if each))
    if not found:
        click.echo(say("evidence.none"))
    return 0


@evidence.command(help=say("evidence.cli.help-remove"))
@click.argument("code")
@click.argument("number", type=click.IntRange(1, 999))
@click.option("--round", "round_name", metavar="ROUND", help=say("cli.opt-round"))
@passphrase_file
@click.pass_obj
def remove(place: Place, code: str, number: int, round_name: str | None, passphrase_file: Path | None) -> int:
    """Take a piece of evidence off the sheet, by its number in the list."""
    from zhubi.expert.desk import evidence as own

    with asking.open_desk(place, passphrase_file) as desk:
        key = project_named(desk, code, round_name)
        found = own.rows(desk, key)
        if number > len(found):
            raise DeskError("desk.no-evidence", "there is no such evidence on this sheet")
        own.remove(desk, key, found[number - 1].digest)
        click.echo(say("evidence.removed", name=found[number - 1].name))
    return 0


def _told(row: EvidenceRow) -> None:
    from zhubi.expert.desk.evidenceviews import added_words

    click.echo(added_words(row))
