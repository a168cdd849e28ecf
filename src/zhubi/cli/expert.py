"""The expert's acts for a shell: enrol, sync, status.

Exit status: 0 done; 1 a problem, said in a sentence on standard error; 2 wrong usage.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.expert.desk import overview
from zhubi.expert.desk.words import closing_text
from zhubi.locale import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import SyncReport

_INVITATION_LIMIT: Final = 200_000
FILE: Final = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
NEW_FILE: Final = click.Path(dir_okay=False, path_type=Path)


def pin_file_option(act: Callable[..., Any]) -> Callable[..., Any]:
    """The option that names the file of the PIN."""
    return click.option("--pin-file", type=FILE, help=say("cli.opt-pin-file"))(act)


def passphrase_file(act: Callable[..., Any]) -> Callable[..., Any]:
    """The option that names the file of the passphrase."""
    return click.option(
        "--passphrase-file", type=FILE, envvar="ZHUBI_PASSPHRASE_FILE", help=say("cli.opt-passphrase-file")
    )(act)


@click.command(help=say("cli.help-enrol"))
@click.argument("invitation", type=FILE, default="-")
@click.option("--name", help=say("cli.opt-name"))
@click.option("--unit", help=say("cli.opt-unit"))
@click.option("--device", default="", help=say("cli.opt-device"))
@click.option("--ask-voucher", "asked", type=NEW_FILE, help=say("device.cli-opt-ask"))
@click.option("--vouched", type=FILE, help=say("device.cli-opt-vouched"))
@click.option("--yes", is_flag=True, help=say("cli.opt-yes"))
@pin_file_option
@passphrase_file
@click.pass_obj
def enrol(
    place: Place,
    invitation: Path,
    name: str | None,
    unit: str | None,
    device: str,
    asked: Path | None,
    vouched: Path | None,
    yes: bool,
    pin_file: Path | None,
    passphrase_file: Path | None,
) -> int:
    from zhubi.expert.desk import enrol as enrolling

    directory = asking.directory_of(place)
    seen = enrolling.read_invitation(asking.read_text(invitation, _INVITATION_LIMIT))
    click.echo(say("cli.invited", organiser=seen.organiser, url=seen.url, name=seen.name, unit=seen.unit))
    for line in seen.keys_in_words:
        click.echo(f"  {line}")
    if not yes:
        click.confirm(say("cli.confirm-office"), abort=True, err=True)
    chosen = asking.passphrase(passphrase_file, new=True) if enrolling.needs_passphrase(directory) else None
    if asked is not None:
        pin = asking.pin(pin_file, new=True)
        request = enrolling.ask_voucher(
            directory, seen.invitation, pin=pin, passphrase=chosen, device_name=device
        )
        asked.write_text(request.text + "\n", encoding="utf-8")
        click.echo(say("device.ask-code", code=request.code))
        click.echo(say("device.cli-asked", path=asked))
        return 0
    enrolling.enrol(
        directory,
        seen.invitation,
        name=name or seen.name,
        unit=seen.unit if unit is None else unit,
        pin=asking.pin(pin_file, new=True),
        passphrase=chosen,
        device_name=device,
        vouched="" if vouched is None else asking.read_text(vouched, _INVITATION_LIMIT),
    )
    click.echo(say("cli.enrolled"))
    click.echo(say("device.drafts"))
    return 0


@click.command(help=say("cli.help-sync"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.opt-json"))
@passphrase_file
@click.pass_obj
def sync(place: Place, as_json: bool, passphrase_file: Path | None) -> int:
    from zhubi.expert.desk.synchronise import sync as synchronise

    with asking.open_desk(place, passphrase_file) as desk:
        report = synchronise(desk)
        click.echo(as_json_text(asdict(report)) if as_json else _brought(report))
    if report.problem:
        click.echo(report.problem, err=True)
    return 1 if report.problem else 0


def _brought(report: SyncReport) -> str:
    if not (report.changed or report.sent):
        return say("cli.nothing-new")
    return say(
        "cli.brought", received=report.received, proven=report.proven, blobs=report.blobs,
        size=f"{report.blob_bytes / 1_048_576:.1f}", refused=report.refused, waiting=report.waiting,
    )  # fmt: skip


@click.command(help=say("cli.help-status"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.opt-json"))
@click.option("--all", "every", is_flag=True, help=say("cli.opt-all-rows"))
@passphrase_file
@click.pass_obj
def status(place: Place, as_json: bool, every: bool, passphrase_file: Path | None) -> int:
    with asking.open_desk(place, passphrase_file, read_only=True) as desk:
        if as_json:
            click.echo(as_json_text(_status(desk)))
        else:
            for line in _status_lines(desk, every):
                click.echo(line)
    return 0


def _status(desk: Desk) -> dict[str, Any]:
    return {
        "next": asdict(overview.next_step(desk)),
        "sync": asdict(overview.status_line(desk)),
        "rounds": [asdict(each) for each in overview.rounds(desk)],
        "projects": [asdict(each) for each in overview.rows(desk, None, 0, overview.row_count(desk))],
    }


def _status_lines(desk: Desk, every: bool) -> list[str]:
    line = overview.status_line(desk)
    lines = [say("cli.next", sentence=overview.next_step(desk).sentence)]
    at = f"{line.at.astimezone():%Y-%m-%d %H:%M}" if line.at is not None else say("cli.never")
    lines.append(say(f"cli.state-{line.state}", at=at, unsent=line.unsent))
    if line.problem:
        lines.append(line.problem)
    for each in overview.rounds(desk):
        closing = closing_text(each.closes_at, desk.clock())
        lines.append(
            f"{each.title}  {each.kind_name}  {say('cli.submitted', done=each.submitted, total=each.total)}  {closing}"
        )
        count = each.total if every else min(each.total, 20)
        for row in overview.rows(desk, each.round, 0, count):
            lacking = say("cli.lacks", missing=row.missing) if row.missing else ""
            late = [say(f"desk.flag.{each}") for each in sorted(row.flags) if each.startswith("late-")]
            parts = (
                row.code or f"#{row.order}", row.title, say(f"desk.stage.{row.stage}"), row.score_text, lacking,
                row.receipt_code, *late,
            )  # fmt: skip
            lines.append("  " + "  ".join(part for part in parts if part))
        if count < each.total:
            lines.append(say("cli.more-rows", count=each.total - count))
    return lines


def as_json_text(value: Any) -> str:
    """JSON for other programs: moments in RFC 3339, sets as sorted lists."""

    def plain(found: Any) -> Any:
        if isinstance(found, datetime):
            return found.isoformat()
        if isinstance(found, frozenset | set):
            return sorted(found)
        raise TypeError(type(found).__name__)

    return json.dumps(value, ensure_ascii=False, indent=1, default=plain)
