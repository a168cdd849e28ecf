"""``zhubi office``: every act of the organiser for a shell."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.core.model.errors import ZhubiError
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.office.ledger.acts import Actor
    from zhubi.office.opening import Office


class OfficeAt:
    """Where the office is and who acts, as the group's options say; opened when a command first needs it."""

    def __init__(self, directory: Path, staff: str | None) -> None:
        self.directory = directory
        self.staff = staff
        self._office: Office | None = None

    def open(self, url: str | None = None) -> Office:
        """The open office of the directory."""
        if self._office is None:
            from zhubi.office.opening import open_office

            self._office = open_office(self.directory, url=url)
        return self._office

    def actor(self) -> Actor:
        """The member of staff who acts."""
        return self.open().staff(self.staff)

    def close(self) -> None:
        """Close what was opened."""
        if self._office is not None:
            self._office.close()


here = click.make_pass_decorator(OfficeAt)


def default_directory() -> Path:
    """Where an office lives when no directory is named."""
    from platformdirs import user_data_path

    return user_data_path("zhubi-office", appauthor=False)


@click.group(help=say("office.help"))
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), envvar="ZHUBI_OFFICE", help=say("office.opt-dir")
)
@click.option("--as", "staff", help=say("office.opt-as"))
@click.pass_context
def office(context: click.Context, directory: Path | None, staff: str | None) -> None:
    """Run the review office."""
    try:
        import fastapi  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ModuleNotFoundError as missing:
        raise ZhubiError(
            "cli.not-installed",
            "the office extra is not installed",
            command="office",
            library=missing.name or "",
        ) from missing
    context.obj = at = OfficeAt(directory or default_directory(), staff)
    context.call_on_close(at.close)


@office.command(help=say("office.help-init"))
@click.option("--organiser", prompt=say("office.ask-organiser"), help=say("office.ask-organiser"))
@click.option("--manager", prompt=say("office.ask-manager"), help=say("office.ask-manager"))
@click.option("--url", default="http://127.0.0.1:8750", show_default=True, help=say("office.opt-url"))
@click.option("--database", help=say("office.opt-database"))
@click.option("--blobs", help=say("office.opt-blobs"))
@here
def init(
    at: OfficeAt, organiser: str, manager: str, url: str, database: str | None, blobs: str | None
) -> None:
    """Make an office: its log, its keys, its first manager."""
    from zhubi.core.trust.invitations import describe_key
    from zhubi.office.opening import create_office

    made = create_office(
        at.directory,
        database_url=database,
        blob_url=blobs,
        organiser=organiser,
        manager_name=manager,
        url=url,
    )
    click.echo(say("office.made", organiser=organiser, directory=at.directory))
    click.echo(say("office.origin", origin=made.ledger.origin))
    click.echo(say("office.root-key", key=describe_key(made.ledger.root)))
    click.echo(say("office.key-file", path=at.directory / "key" / "office.key"))
    made.close()


@office.command(help=say("office.help-staff"))
@click.argument("name", required=False)
@click.option(
    "--role", type=click.Choice(["manager", "secretary", "inspector", "auditor"]), default="secretary"
)
@here
def staff(at: OfficeAt, name: str | None, role: str) -> None:
    """Add a member of staff, or list them."""
    from zhubi.office.opening import add_staff

    if name:
        add_staff(at.open(), name, role)
    for holder in at.open().ledger.registry().staff():
        click.echo(f"{say('office.role-' + holder.role)}\t{holder.name}\t{holder.kid[:12]}")


@office.command(help=say("office.help-serve"))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8750, show_default=True, type=click.IntRange(0, 65535))
@click.option("--certificate", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@here
def serve(at: OfficeAt, host: str, port: int, certificate: Path | None, key: Path | None) -> None:
    """Serve the office until interrupted."""
    from zhubi.office.api.serving import serve as serve_office

    click.echo(say("office.serving", address=f"{host}:{port}"))
    serve_office(at.open(), host, port, certificate, key)


@office.command("import", help=say("office.help-import"))
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--attachments", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--update", is_flag=True, help=say("office.opt-update"))
@here
def take_in(at: OfficeAt, path: Path, attachments: Path | None, update: bool) -> None:
    """Import dossiers from a folder or an xlsx list."""
    from zhubi.office.intake.importing import import_path
    from zhubi.office.intake.problems import IntakeRefused

    at_office = at.open()
    try:
        done = import_path(
            at_office, at.actor(), path, attachments=attachments, update=update, now=at_office.clock()
        )
    except IntakeRefused as refused:
        for problem in refused.problems:
            click.echo(f"  {problem.place}  {say(problem.key, **problem.details)}", err=True)
        raise
    for each in done:
        click.echo(f"{each.code}\t{say('office.import-' + each.outcome, version=each.version)}")
    click.echo(say("office.imported", count=len(done)))


@office.command(help=say("office.help-invite"))
@click.argument("name")
@click.option("--unit", default="", help=say("office.opt-unit"))
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 90))
@click.option("--again", is_flag=True, help=say("office.opt-again"))
@click.option("--further", is_flag=True, help=say("office.opt-further"))
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help=say("office.opt-output"))
@here
def invite(
    at: OfficeAt, name: str, unit: str, days: int, again: bool, further: bool, output: Path | None
) -> None:
    """Invite an expert; prints the invitation."""
    from zhubi.cli.naming import person_named
    from zhubi.core.trust.invitations import encode_invitation
    from zhubi.office.access.invitations import invite as invite_expert

    at_office = at.open()
    person = person_named(at_office, name).person if again or further else None
    invitation = invite_expert(
        at_office, at.actor(), name=name, unit=unit, person=person, valid_days=days, again=again,
        now=at_office.clock(),
    )  # fmt: skip
    text = encode_invitation(invitation)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
        click.echo(say("office.invitation-written", path=output))
    click.echo(say("office.invited", name=invitation.name, expires=invitation.expires_at), err=True)


@office.command(help=say("office.help-revoke"))
@click.argument("name")
@click.option("--device", help=say("office.opt-device"))
@click.option("--reason", prompt=say("office.ask-reason"))
@here
def revoke(at: OfficeAt, name: str, device: str | None, reason: str) -> None:
    """Revoke an expert's devices."""
    from zhubi.cli.naming import person_named
    from zhubi.office.access.invitations import revoke as revoke_devices

    at_office = at.open()
    person = person_named(at_office, name).person
    count = revoke_devices(
        at_office, at.actor(), person=person, kid=device, reason=reason, now=at_office.clock()
    )
    click.echo(say("office.revoked", name=name, count=count))


def moment(text: str, now: datetime) -> datetime:
    """A moment as people write it: ``+5d``, ``+6h``, ``2026-07-03 18:00`` or ``2026-07-03`` (its end), local time."""
    text = text.strip().replace("T", " ")
    try:
        if text.startswith("+") and text[1:-1].isdecimal() and text[-1] in "dhm":
            unit = {"d": "days", "h": "hours", "m": "minutes"}[text[-1]]
            return now + timedelta(**{unit: int(text[1:-1])})
        parsed = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise click.BadParameter(say("office.bad-moment", found=text)) from None
    if len(text) == len("2026-07-03"):
        parsed = parsed.replace(hour=23, minute=59, second=59)
    return parsed.astimezone() if parsed.tzinfo is None else parsed


from zhubi.cli import office_evidence as _evidence  # noqa: E402 - as the next
from zhubi.cli import office_rounds as _rounds  # noqa: E402 - its commands hang themselves on the group above

_rounds.install(office)
_evidence.install(office)

from zhubi.cli import office_papers as _papers  # noqa: E402 - as above

_papers.install(office)

from zhubi.cli import office_letters as _letters  # noqa: E402 - as above

_letters.install(office)

from zhubi.cli import office_packets as _packets  # noqa: E402 - as above

_packets.install(office)
