"""Changes under a sheet for a shell: see them, move the sheet or keep it, correct what was signed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file
from zhubi.cli.judging import project_named
from zhubi.locale import say


@click.command(help=say("cli.help-changes"))
@click.argument("code")
@click.option("--looked", multiple=True, metavar="PLACE", help=say("changes.opt-looked"))
@passphrase_file
@click.pass_obj
def changes(place: Place, code: str, looked: tuple[str, ...], passphrase_file: Path | None) -> int:
    """Print what changed since a sheet was begun or signed."""
    from zhubi.expert.desk import changes as changing
    from zhubi.expert.desk.changetelling import told

    with asking.open_desk(place, passphrase_file) as desk:
        key = project_named(desk, code)
        for each in looked:
            changing.looked_again(desk, key, None if each == "all" else each)
        view = changing.changes(desk, key)
        click.echo(f"{view.code} {view.title}")
        for text, _, at in told(view):
            click.echo(f"{text}  [{at}]" if at else text)
        if view.may_adopt:
            options = " ".join(f"--{each}" for each in sorted(view.may_adopt))
            click.echo(say("changes.shell", code=code, options=options), err=True)
    return 0


@click.command(help=say("cli.help-adopt"))
@click.argument("code")
@click.option("--rules", "what", flag_value="rules", help=say("changes.opt-rules"))
@click.option("--version", "what", flag_value="version", help=say("changes.opt-version"))
@click.option("--keep", "what", flag_value="keep", help=say("changes.opt-keep"))
@click.option("--back", "what", flag_value="back", help=say("changes.opt-back"))
@passphrase_file
@click.pass_obj
def adopt(
    place: Place,
    code: str,
    what: Literal["rules", "version", "keep", "back"] | None,
    passphrase_file: Path | None,
) -> int:
    """Move a sheet to the newest rules or papers; or keep it as it was begun; or go back."""
    from zhubi.expert.desk import changes as changing

    if what is None:
        raise click.UsageError(say("changes.which"))
    with asking.open_desk(place, passphrase_file) as desk:
        key = project_named(desk, code)
        if what == "keep":
            changing.keep(desk, key)
            click.echo(say("changes.kept-done"))
        elif what == "back":
            at = next((each.at for each in changing.changes(desk, key).earlier), None)
            changing.go_back(desk, key)
            click.echo(say("changes.back-done", at="" if at is None else f"{at.astimezone():%m-%d %H:%M:%S}"))
        else:
            state = changing.adopt(desk, key, what)
            click.echo(say(f"changes.adopted-{what}"))
            for each in state.missing:
                click.echo(each.sentence)
    return 0


@click.command(help=say("cli.help-correct"))
@click.argument("code")
@click.option("--reason", required=True, help=say("changes.opt-reason"))
@passphrase_file
@click.pass_obj
def correct(place: Place, code: str, reason: str, passphrase_file: Path | None) -> int:
    """Open a signed sheet for a correction, with its reason; fill it in by ``sheet`` and sign it by ``submit``."""
    from zhubi.expert.desk import review
    from zhubi.expert.desk.errors import DeskError

    with asking.open_desk(place, passphrase_file) as desk:
        if not reason.strip():
            raise DeskError("changes.no-reason", "a correction says why")
        if not review.begin_correction(desk, project_named(desk, code), reason).correcting:
            raise DeskError("desk.not-correctable", "nothing here was signed yet")
        click.echo(say("changes.correcting", code=code))
    return 0
