"""An expert is invited: a record in the log, and a code that only the office and the expert ever see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from zhubi.core.model.records import InvitationBody, RecordType, RevocationBody
from zhubi.core.model.text import clean_line, clean_text
from zhubi.core.model.values import instant
from zhubi.core.trust.chance import short_code, uuid7
from zhubi.core.trust.invitations import Invitation, code_hash
from zhubi.office.access.errors import AccessError
from zhubi.office.access.host import Host
from zhubi.office.ledger.acts import Actor, compose

_CODE_BYTES: Final = 15
MAX_DAYS: Final = 90


def invite(
    office: Host,
    actor: Actor,
    *,
    name: str,
    unit: str,
    person: str | None = None,
    valid_days: int = 14,
    again: bool = False,
    now: datetime,
) -> Invitation:
    """Invite a person to enrol one device; the result is all they need, and is shown once.

    ``person`` invites someone known again; ``again`` says so in the log (a lost device, a forgotten PIN). Raises
    ``AccessError`` access.days, access.name, access.unknown-person, access.anchor.
    """
    if not 1 <= valid_days <= MAX_DAYS:
        raise AccessError("access.days", "1 to 90 days were expected", expected=MAX_DAYS, found=valid_days)
    name, unit = clean_line(name, 100), clean_line(unit, 200)
    if not name:
        raise AccessError("access.name", "an invitation names a person")
    anchor = _anchor(office)
    code = short_code(_CODE_BYTES)
    expires_at = instant(now + timedelta(days=valid_days))
    with office.ledger.writing() as writing:
        if person is not None and writing.person(person) is None:
            raise AccessError("access.unknown-person", "no such person was ever invited", found=person)
        person = person or uuid7(now)
        body = InvitationBody(
            person=person, name=name, unit=unit, code_hash=code_hash(code), expires_at=expires_at, again=again
        )
        stored = writing.append(compose(office.ledger, actor, RecordType.INVITATION, body, now=now))
    pins = office.ledger.pins
    return Invitation(
        url=office.settings.url,
        origin=office.ledger.origin,
        log_key=pins.log_key,
        cosigner_key=pins.cosigner_key,
        root_key=office.ledger.root,
        tls_anchor=anchor,
        code=code,
        person=person,
        name=name,
        unit=unit,
        organiser=office.settings.organiser,
        expires_at=expires_at,
        record=stored.digest,
    )


def _anchor(office: Host) -> str:
    """The certificate to trust, where the office's own is not signed by a public authority: ``anchor.pem``."""
    file = office.directory / "anchor.pem"
    try:
        return file.read_text(encoding="ascii") if file.is_file() else ""
    except (OSError, UnicodeDecodeError) as problem:
        raise AccessError("access.anchor", "anchor.pem cannot be read", path=str(file)) from problem


def revoke(office: Host, actor: Actor, *, person: str, kid: str | None, reason: str, now: datetime) -> int:
    """Revoke one device of a person, or all of them; gives how many. It acts from its place in the log.

    Raises ``AccessError`` access.no-device.
    """
    devices = [each for each in office.ledger.registry().devices(person) if kid is None or each.kid == kid]
    if not devices:
        raise AccessError("access.no-device", "this person has no such device", found=kid or person)
    with office.ledger.writing() as writing:
        for device in devices:
            body = RevocationBody(person=person, kid=device.kid, reason=clean_text(reason, 1000))
            compact = compose(office.ledger, actor, RecordType.REVOCATION, body, now=now)
            writing.append(compact)
    return len(devices)
