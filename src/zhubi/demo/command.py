"""``zhubi demo``: an office on this machine, a sample expert, and the app; or the whole road without a screen."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.core.model.errors import ZhubiError
from zhubi.locale import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zhubi.demo.place import DemoPlace
    from zhubi.expert.desk.opening import Desk


@click.command(help=say("demo.help"))
@click.option("--fresh", is_flag=True, help=say("demo.opt-fresh"))
@click.option("--unattended", is_flag=True, help=say("demo.opt-unattended"))
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path, file_okay=False), help=say("demo.opt-directory")
)
@click.pass_context
def demo(context: click.Context, fresh: bool, unattended: bool, directory: Path | None) -> None:
    """Run the demo."""
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as missing:
        raise ZhubiError("demo.needs-office", "the demo needs the office extra") from missing
    from zhubi.demo.place import default_directory, open_place

    place = open_place(directory or default_directory(), fresh=fresh or unattended)
    if unattended:
        from zhubi.demo.unattended import walk

        context.exit(walk(place, click.echo))
    with opened(place) as desk:
        from zhubi.expert.tui.app import run

        told = getattr(context.obj, "language", None)
        context.exit(run(place.expert, language=told, plain=getattr(context.obj, "plain", False), desk=desk))


@contextmanager
def opened(place: DemoPlace) -> Iterator[Desk]:
    """The demo's office served, and the sample expert's desk open; made first where there is none."""
    from zhubi.demo.making import make_office
    from zhubi.demo.place import PIN, free_port
    from zhubi.demo.story import sample_expert
    from zhubi.expert.desk.opening import open_desk
    from zhubi.office.api.serving import serve_in_thread
    from zhubi.office.opening import open_office

    if not place.complete:
        click.echo(say("demo.making"))
        office, invitation = make_office(place.office, place.url, click.echo)
    else:
        office, invitation = open_office(place.office, url=place.url), None
    try:
        try:
            running = serve_in_thread(office, place.port)
        except ZhubiError:
            running = serve_in_thread(office, free_port())
            place = place.moved(int(running.url.rpartition(":")[2]))
        try:
            if invitation is not None:
                enrol_sample(place, invitation)
                place = place.finished()
            click.echo(say("demo.ready", url=running.url, name=sample_expert().name, pin=PIN))
            with open_desk(place.expert, ask_passphrase=lambda: place.passphrase) as desk:
                for known in desk.store.offices.all():
                    if known.url != running.url:
                        desk.store.offices.put(replace(known, url=running.url))
                yield desk
        finally:
            running.stop()
    finally:
        office.close()


def enrol_sample(place: DemoPlace, invitation: object) -> None:
    """Enrol the sample expert by the office's invitation, and say who they are to the matching of names."""
    from zhubi.core.trust.invitations import Invitation, encode_invitation
    from zhubi.demo.place import PIN
    from zhubi.demo.story import sample_expert
    from zhubi.expert.desk import declare, enrol
    from zhubi.expert.desk.opening import open_desk
    from zhubi.expert.desk.views import Profile

    assert isinstance(invitation, Invitation)
    told = sample_expert()
    read = enrol.read_invitation(encode_invitation(invitation)).invitation
    enrol.enrol(
        place.expert,
        read,
        name=told.name,
        unit=told.unit,
        pin=PIN,
        passphrase=place.passphrase,
        device_name="demo",
    )
    with open_desk(place.expert, ask_passphrase=lambda: place.passphrase) as desk:
        declare.save_profile(
            desk,
            Profile(
                name=told.name,
                unit=told.unit,
                units=tuple(each.name for each in told.units if each.current and each.name != told.unit),
                former_units=tuple(each.name for each in told.units if not each.current),
                aliases=tuple((alias, each.name) for each in told.units for alias in each.aliases),
            ),
        )
