"""Receipts for a shell: listed, exported to a file, and verified with nobody's help."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import as_json_text, passphrase_file
from zhubi.core.model.errors import ZhubiError
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

_FILE: Final = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
_LIMIT: Final = 4 * 1024 * 1024


@click.command(help=say("cli.help-receipts"))
@click.argument("receipt", required=False)
@click.option("--output", "-o", type=_FILE, help=say("cli.opt-output"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.opt-json"))
@passphrase_file
@click.pass_obj
def receipts(
    place: Place, receipt: str | None, output: Path | None, as_json: bool, passphrase_file: Path | None
) -> int:
    from zhubi.expert.desk import trail

    with asking.open_desk(place, passphrase_file, read_only=True) as desk:
        if receipt is not None:
            text = trail.export_receipt(desk, receipt)
            with click.open_file(
                str(output or "-"), "w", encoding="utf-8", atomic=output is not None
            ) as target:
                target.write(text)
            return 0
        rows = trail.receipts(desk)
        if as_json:
            click.echo(as_json_text([asdict(each) for each in rows]))
            return 0
        for each in rows:
            at = f"{each.logged_at.astimezone():%Y-%m-%d %H:%M:%S}"
            parts = (each.code, at, f"#{each.index}", each.what, each.project or each.round_title)
            click.echo("  ".join(part for part in parts if part))
        if not rows:
            click.echo(say("cli.no-receipts"))
    return 0


@click.command(help=say("cli.help-verify"))
@click.argument("file", type=_FILE)
@click.option("--pins", type=_FILE, help=say("cli.opt-pins"))
@passphrase_file
@click.pass_obj
def verify(place: Place, file: Path, pins: Path | None, passphrase_file: Path | None) -> int:
    from zhubi.expert.desk import trail

    data = _bytes(file)
    given = _bytes(pins) if pins is not None else None
    desk = _own_pins(place, passphrase_file) if given is None else None
    try:
        found = trail.verify_receipt_file(desk, data, given)
    finally:
        if desk is not None:
            desk.close()
    for sentence in found.sentences:
        click.echo(sentence, err=not found.ok)
    if found.ok:
        click.echo(f"{found.code}  {found.digest}")
    # A file may bring its own keys and agree with itself: only keys that are known otherwise make it a proof.
    return 0 if found.ok and found.pinned else 1


def _own_pins(place: Place, passphrase_file: Path | None) -> Desk | None:
    """The desk, for the keys this machine pinned, where it can be opened without asking more of anyone."""
    from zhubi.expert.desk.opening import is_enrolled

    if not is_enrolled(asking.directory_of(place)):
        return None
    try:
        return asking.open_desk(place, passphrase_file, read_only=True)
    except ZhubiError as problem:
        if problem.kind != "desk.passphrase-needed":
            raise
        return None


def _bytes(file: Path) -> bytes:
    with click.open_file(str(file), "rb") as source:
        data: bytes = source.read(_LIMIT + 1)
    return data
