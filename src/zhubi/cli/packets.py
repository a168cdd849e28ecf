"""离线交换 for a shell: make a packet, look into one, take one in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file
from zhubi.cli.judging import round_of
from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk.errors import DeskError
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group(help=say("cli.help-packet"))
def packet() -> None:
    """Packets: what is carried where no network is."""


@packet.command(help=say("packets.cli.help-export"))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--to", "to", default="office", metavar="DEVICE", help=say("packets.cli.opt-to"))
@click.option("--round", "round_name", metavar="ROUND", help=say("packets.cli.opt-round"))
@passphrase_file
@click.pass_obj
def export(place: Place, path: Path, to: str, round_name: str | None, passphrase_file: Path | None) -> int:
    """Make a packet at PATH, or in that folder: for the office, or with drafts for another device of mine."""
    from zhubi.expert.desk import packets

    with asking.open_desk(place, passphrase_file) as desk:
        chosen = _destination(desk, to)
        round_id = round_of(desk, round_name).round if round_name is not None else None
        made = packets.export(desk, path, to=chosen, round=round_id)
    click.echo(str(made.path))
    click.echo(say("packets.cli.made", summary=made.summary, size=f"{made.size / 1_048_576:.1f}"))
    click.echo(say("packets.no-proof" if chosen == packets.OFFICE else "packets.for-device"))
    return 0


@packet.command(help=say("packets.cli.help-inspect"))
@_FILES
@passphrase_file
@click.pass_obj
def inspect(place: Place, files: tuple[Path, ...], passphrase_file: Path | None) -> int:
    """Say what is in packets; nothing is taken in."""
    from zhubi.expert.desk import packets

    failed = False
    with asking.open_desk(place, passphrase_file, read_only=True) as desk:
        for path in files:
            try:
                seen = packets.inspect(desk, path)
            except ZhubiError as problem:
                failed = _told(path, problem)
                continue
            click.echo(f"{path.name}  {seen.size / 1_048_576:.1f} MB  {seen.digest[:12]}")
            for sentence in seen.sentences:
                click.echo(f"  {sentence}")
    return int(failed)


@packet.command("import", help=say("packets.cli.help-import"))
@_FILES
@passphrase_file
@click.pass_obj
def import_(place: Place, files: tuple[Path, ...], passphrase_file: Path | None) -> int:
    """Take packets in, one after the other; one that fails keeps no other back."""
    from zhubi.expert.desk import packets

    failed = False
    with asking.open_desk(place, passphrase_file) as desk:
        for path in files:
            try:
                taken = packets.import_packet(desk, path)
            except ZhubiError as problem:
                failed = _told(path, problem)
                continue
            click.echo(path.name)
            for sentence in taken.sentences:
                click.echo(f"  {sentence}")
            if taken.problem:
                failed = True
                click.echo(f"  {taken.problem}", err=True)
    return int(failed)


def _told(path: Path, problem: ZhubiError) -> bool:
    click.echo(f"{path.name}  {explain(problem)}", err=True)
    return True


def _destination(desk: Desk, to: str) -> str:
    """The office, or the one other device of mine of this name or thumbprint; ``packets.which-device``."""
    from zhubi.expert.desk import packets

    known = packets.destinations(desk)
    if to == packets.OFFICE:
        return to
    found = [
        each for each in known if each.id != packets.OFFICE and (each.id.startswith(to) or to in each.words)
    ]
    if len(found) != 1:
        devices = "；".join(f"{each.words} {each.id[:12]}" for each in known if each.id != packets.OFFICE)
        raise DeskError("packets.which-device", "name one device", found=len(found), devices=devices or "-")
    return found[0].id
