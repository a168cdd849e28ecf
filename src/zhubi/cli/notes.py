"""笔记与引用 for a shell: list the notes on a project, add one, remove one, cite a passage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file
from zhubi.cli.judging import project_named
from zhubi.expert.desk.errors import DeskError
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.passages import Passage
    from zhubi.expert.desk.views import ReviewKey


@click.command(help=say("cli.help-notes"))
@click.argument("code")
@click.option("--round", "round_name", metavar="ROUND", help=say("cli.opt-round"))
@click.option("--attachment", type=click.IntRange(1, 200), help=say("notes.cli.opt-attachment"))
@click.option("--page", type=click.IntRange(0, 1_000_000), help=say("notes.cli.opt-page"))
@click.option("--quote", default="", help=say("notes.cli.opt-quote"))
@click.option("--add", "words", metavar="WORDS", help=say("notes.cli.opt-add"))
@click.option("--cite", "citing", is_flag=True, help=say("notes.cli.opt-cite"))
@click.option("--remove", type=click.IntRange(1, 99_999), metavar="NUMBER", help=say("notes.cli.opt-remove"))
@passphrase_file
@click.pass_obj
def notes(
    place: Place,
    code: str,
    round_name: str | None,
    attachment: int | None,
    page: int | None,
    quote: str,
    words: str | None,
    citing: bool,
    remove: int | None,
    passphrase_file: Path | None,
) -> int:
    """List the notes on a project; add one or remove one; put a passage among the citations of its sheet."""
    from zhubi.expert.desk import notes as own

    with asking.open_desk(place, passphrase_file) as desk:
        key = project_named(desk, code, round_name)
        if remove is not None:
            listed = own.notes(desk, key)
            if remove > len(listed):
                raise DeskError("desk.no-note", "there is no such note")
            own.remove(desk, key, listed[remove - 1].id)
            click.echo(say("notes.cli.removed"))
        if words is not None:
            own.add(desk, key, _passage(desk, key, attachment, page, quote), words)
            click.echo(say("notes.noted"))
        if citing:
            _, number = own.cite(desk, key, _passage(desk, key, attachment, page, quote))
            click.echo(say("notes.cli.cited", number=number))
        if remove is None and words is None and not citing:
            for number, each in enumerate(own.notes(desk, key), 1):
                gone = "" if each.at.here else say("notes.gone")
                click.echo(f"{number}  {each.at.name}{gone}")
                if each.at.passage.words:
                    click.echo("   " + say("notes.quoted", words=each.at.passage.words))
                if each.words:
                    click.echo("   " + each.words.replace("\n", "\n   "))
    return 0


def _passage(desk: Desk, key: ReviewKey, attachment: int | None, page: int | None, quote: str) -> Passage:
    from zhubi.expert.desk import reading
    from zhubi.expert.desk.passages import Passage

    content = reading.content(desk, key)
    if attachment is None:
        return Passage(content.blob, page or 0, 0, quote)
    if attachment > len(content.attachments):
        raise DeskError("cli.no-attachment", "no such attachment", count=len(content.attachments))
    return Passage(content.attachments[attachment - 1].blob, page or 0, 0, quote)
