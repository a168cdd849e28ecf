"""The devices of one person: which are enrolled, and this one vouching for a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from zhubi.core.model.records import RecordType
from zhubi.core.trust import vouching
from zhubi.core.trust.vouching import VouchRequest
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import office_of
from zhubi.expert.desk.unlock import signing_key
from zhubi.expert.sync.verifying import Verifier

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device of mine; ``acts`` until it was revoked, ``here``: this one. ``enrolled_at`` is log time."""

    organiser: str
    name: str
    kid: str
    enrolled_at: datetime | None
    vouched: bool
    acts: bool
    here: bool


@dataclass(frozen=True, slots=True)
class VouchView:
    """What a new device asks, for the person to compare: ``code`` must be the one on its screen."""

    office: str
    organiser: str
    name: str
    device: str
    code: str


def devices(desk: Desk) -> tuple[DeviceRow, ...]:
    """Every device that was ever enrolled for me, as far as this one has heard; by office, the oldest first."""
    found = []
    for office in desk.store.offices.all():
        registry = Verifier(desk.store, office).registry
        for kept in desk.store.records.by_type(office.office, [RecordType.ENROLMENT]):
            body = kept.record.payload.body
            if body.get("person") != office.person:
                continue
            kid = _kid(body["signing"])
            holder = registry.known(kid)
            logged_at = (
                None if kept.logged_at is None else datetime.fromtimestamp(kept.logged_at).astimezone()
            )
            found.append(
                DeviceRow(
                    office.organiser, body.get("device") or kid[:12], kid, logged_at,
                    body.get("vouched_by") is not None, holder is not None and holder.revoked_at is None,
                    kid == office.device,
                )
            )  # fmt: skip
    return tuple(found)


def read_request(desk: Desk, text: str) -> VouchView:
    """What a new device asks of this one; nothing is signed.

    ``desk.vouch-office``: of an office that this machine does not know; ``desk.vouch-person``: for somebody else;
    ``desk.vouch-itself``; the ``trust.vouching-…`` faults.
    """
    request, office = _request(desk, text)
    return VouchView(office.office, office.organiser, office.name, request.device, request.code)


def vouch(desk: Desk, text: str, pin: str) -> str:
    """The answer to a new device, signed: a text to carry there. The faults of ``read_request`` and ``unlock``."""
    request, office = _request(desk, text)
    return vouching.vouch(request, signing_key(desk, office.office, pin))


def _request(desk: Desk, text: str) -> tuple[VouchRequest, Office]:
    request = vouching.decode_request(text)
    if desk.store.offices.get(request.origin) is None:
        raise DeskError("desk.vouch-office", "the request is for another office", found=request.origin)
    office = office_of(desk, request.origin)
    if request.person != office.person:
        raise DeskError("desk.vouch-person", "the request is for another person", organiser=office.organiser)
    if _kid(request.signing) == office.device:
        raise DeskError("desk.vouch-itself", "a device does not vouch for itself")
    return request, office


def _kid(public: str) -> str:
    from zhubi.core.trust.keys import thumbprint

    return thumbprint(public)
