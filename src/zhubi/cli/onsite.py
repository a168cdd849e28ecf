"""On site for a shell: signing in, for projects or for a whole round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file, pin_file_option
from zhubi.cli.judging import project_named, round_of, round_option
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import ReviewKey

MODES = ("site", "meeting", "remote")


@click.command(help=say("cli.help-attend"))
@click.argument("codes", nargs=-1)
@round_option
@click.option("--mode", type=click.Choice(MODES), help=say("onsite.cli-mode"))
@click.option("--words", default="", help=say("onsite.cli-words"))
@pin_file_option
@passphrase_file
@click.pass_obj
def attend(
    place: Place,
    codes: tuple[str, ...],
    round_name: str | None,
    mode: Literal["site", "meeting", "remote"] | None,
    words: str,
    pin_file: Path | None,
    passphrase_file: Path | None,
) -> int:
    """Sign in for the projects named, or for all of a round; then say who is there."""
    from zhubi.expert.desk import attendance

    with asking.open_desk(place, passphrase_file) as desk:
        if codes:
            keys: tuple[ReviewKey, ...] = tuple(project_named(desk, each, round_name) for each in codes)
        else:
            keys = attendance.to_sign_in(desk, round_of(desk, round_name).round)
        if not keys:
            click.echo(say("onsite.cli-nothing"))
            return 0
        likely = attendance.attendance(desk, keys[0]).mode
        rounds: dict[str, list[str]] = {}
        for each in keys:
            rounds.setdefault(each.round, []).append(each.dossier)
        pin = asking.pin(pin_file)
        done = sum(
            attendance.sign_in(desk, name, dossiers, pin, mode or likely, words)
            for name, dossiers in rounds.items()
        )
        click.echo(say("onsite.signed-in", count=done))
        for each in keys:
            row = desk.store.assignments.row(each, now=desk.clock())
            there = attendance.attendance(desk, each)
            click.echo(f"{row.code if row is not None else ''}\t{there.sentence}")
    return 0
