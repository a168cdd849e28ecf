"""常用语 for a shell: list, add, remove."""

from __future__ import annotations

from pathlib import Path

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file
from zhubi.expert.desk.errors import DeskError
from zhubi.locale import say


@click.command(help=say("cli.help-phrases"))
@click.argument("part", default="")
@click.option("--add", "added", multiple=True, metavar="WORDS", help=say("phrases.opt-add"))
@click.option(
    "--remove", "removed", type=click.IntRange(1, 9999), metavar="NUMBER", help=say("phrases.opt-remove")
)
@passphrase_file
@click.pass_obj
def phrases(
    place: Place, part: str, added: tuple[str, ...], removed: int | None, passphrase_file: Path | None
) -> int:
    """List the own phrases that contain PART, the most used first; add one, or remove one by its number."""
    from zhubi.expert.desk import phrases as own

    with asking.open_desk(place, passphrase_file) as desk:
        if removed is not None:
            # By its number in the list without PART: that is the list people have seen.
            listed = own.phrases(desk)
            if removed > len(listed):
                raise DeskError("phrases.unknown", "there is no such phrase", item=str(removed))
            own.remove_phrase(desk, listed[removed - 1].id)
            click.echo(say("phrases.removed"))
        for words in added:
            own.add_phrase(desk, words)
            click.echo(say("phrases.added"))
        if removed is None and not added:
            found = {each.id for each in own.phrases(desk, part)}
            for number, each in enumerate(own.phrases(desk), 1):
                if each.id in found:
                    click.echo(say("phrases.line", number=number, words=each.words, used=each.used))
            if not found:
                click.echo(say("phrases.none-found" if part else "phrases.none"))
    return 0
