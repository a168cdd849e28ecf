"""The devices of one person for a shell: listed, and this one vouching for a new one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import FILE, as_json_text, passphrase_file, pin_file_option
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.vouching import DeviceRow

_TEXT_LIMIT: Final = 200_000


@click.group(help=say("cli.help-device"))
def device() -> None:
    """The expert's own devices."""


@device.command("list", help=say("device.cli-help-list"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.opt-json"))
@passphrase_file
@click.pass_obj
def list_devices(place: Place, as_json: bool, passphrase_file: Path | None) -> int:
    from zhubi.expert.desk import vouching

    with asking.open_desk(place, passphrase_file, read_only=True) as desk:
        rows = vouching.devices(desk)
    if as_json:
        click.echo(as_json_text([asdict(each) for each in rows]))
    else:
        for each in rows:
            click.echo(_line(each))
    return 0


def _line(row: DeviceRow) -> str:
    at = "" if row.enrolled_at is None else f"{row.enrolled_at:%Y-%m-%d %H:%M}"
    return say(
        "device.row", name=row.name + (say("device.here") if row.here else ""),
        state=say("device.acts" if row.acts else "device.revoked"),
        how=say("device.how-vouched" if row.vouched else "device.how-invited"), at=at, organiser=row.organiser,
    )  # fmt: skip


@device.command("vouch", help=say("device.cli-help-vouch"))
@click.argument("request", type=FILE, default="-")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help=say("device.cli-opt-output")
)
@click.option("--yes", is_flag=True, help=say("cli.opt-yes"))
@pin_file_option
@passphrase_file
@click.pass_obj
def vouch(
    place: Place,
    request: Path,
    output: Path | None,
    yes: bool,
    pin_file: Path | None,
    passphrase_file: Path | None,
) -> int:
    from zhubi.expert.desk import vouching

    with asking.open_desk(place, passphrase_file) as desk:
        text = asking.read_text(request, _TEXT_LIMIT)
        seen = vouching.read_request(desk, text)
        named = seen.device or say("device.vouch-unnamed")
        click.echo(say("device.vouch-seen", name=seen.name, device=named, organiser=seen.organiser), err=True)
        click.echo(say("device.vouch-code", code=seen.code), err=True)
        click.echo(say("device.vouch-warn"), err=True)
        if not yes:
            click.confirm(say("device.cli-confirm"), abort=True, err=True)
        answer = vouching.vouch(desk, text, asking.pin(pin_file))
    if output is None:
        click.echo(answer)
    else:
        output.write_text(answer + "\n", encoding="utf-8")
        click.echo(say("device.cli-written", path=output))
    return 0
