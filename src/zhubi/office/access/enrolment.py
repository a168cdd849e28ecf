"""An invited expert's device is bound to its keys: once, with proof that it holds them."""

from __future__ import annotations

import hmac
from datetime import datetime

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import EnrolmentBody, InvitationBody, RecordType
from zhubi.core.model.text import clean_line
from zhubi.core.model.values import parse_instant
from zhubi.core.trust.invitations import code_hash
from zhubi.core.trust.possession import check_possession
from zhubi.core.wire.messages import EnrolmentAnswer, EnrolmentRequest
from zhubi.office.access.errors import AccessError
from zhubi.office.access.host import Host
from zhubi.office.ledger.acts import compose
from zhubi.office.ledger.ledger import Reading, Stored


def enrol(office: Host, request: EnrolmentRequest, *, now: datetime) -> EnrolmentAnswer:
    """Enrol the device that brings the code of an open invitation, and answer with what it needs to verify the rest.

    The same request again, with the same keys, answers as the first time: an answer may get lost on the way.
    A further device of a person is vouched for by one before it, or visibly invited again. Raises ``AccessError``
    access.unknown-code, access.code-expired, access.code-used, access.needs-voucher, access.possession.
    """
    with office.ledger.writing() as writing:
        invitation = _invitation(writing, request)
        body = _body(request, invitation)
        used = _enrolment_by(writing, invitation)
        if used is not None:
            if not _same_keys(used, request):
                raise AccessError("access.code-used", "this invitation was already used")
            stored = used
        else:
            offered = invitation.body
            assert isinstance(offered, InvitationBody)
            if now > parse_instant(offered.expires_at):
                raise AccessError(
                    "access.code-expired", "this invitation has expired", found=offered.expires_at
                )
            if not offered.again and request.vouched_by is None and _has_device(writing, offered.person):
                raise AccessError("access.needs-voucher", "no device of this person vouches for this one")
            try:
                check_possession(body, office.ledger.origin)
                compact = compose(
                    office.ledger, office.service, RecordType.ENROLMENT, body,
                    relies_on=(invitation.digest,), now=now,
                )  # fmt: skip
                stored = writing.append(compact)
            except ZhubiError as problem:
                if problem.kind.startswith("trust."):
                    raise AccessError("access.possession", str(problem)) from problem
                raise
        staff = tuple(each.compact for each in writing.by_type(RecordType.STAFF_KEY))
        earlier = _earlier(writing, stored)
    return EnrolmentAnswer(
        enrolment=stored.compact, index=stored.index, staff=staff, earlier=earlier,
        checkpoint=office.ledger.checkpoint(),
    )  # fmt: skip


def _invitation(reading: Reading, request: EnrolmentRequest) -> Stored:
    """The invitation whose code this is. An unknown person and a wrong code read alike."""
    asked = code_hash(request.code)
    for stored in reversed(reading.by_type(RecordType.INVITATION, person=request.person)):
        body = stored.body
        if isinstance(body, InvitationBody) and hmac.compare_digest(body.code_hash, asked):
            return stored
    raise AccessError("access.unknown-code", "no open invitation has this code")


def _enrolment_by(reading: Reading, invitation: Stored) -> Stored | None:
    found = reading.links_to(invitation.digest, RecordType.ENROLMENT)
    return found[0] if found else None


def _earlier(reading: Reading, stored: Stored) -> tuple[str, ...]:
    person = getattr(stored.body, "person", None)
    kinds = (RecordType.ENROLMENT, RecordType.REVOCATION)
    found = [each for kind in kinds for each in reading.by_type(kind, person=person)]
    found = [each for each in found if each.index < stored.index]
    return tuple(each.compact for each in sorted(found, key=lambda each: each.index))


def _has_device(reading: Reading, person: str) -> bool:
    """Whether a device was ever enrolled for a person, revoked or not."""
    return bool(reading.by_type(RecordType.ENROLMENT, person=person))


def _same_keys(enrolment: Stored, request: EnrolmentRequest) -> bool:
    body = enrolment.body
    assert isinstance(body, EnrolmentBody)
    kept = (body.signing, body.transport, body.sealing)
    return kept == (request.signing, request.transport, request.sealing)


def _body(request: EnrolmentRequest, invitation: Stored) -> EnrolmentBody:
    offered = invitation.body
    assert isinstance(offered, InvitationBody)
    return EnrolmentBody(
        invitation=invitation.digest,
        person=offered.person,
        name=clean_line(request.name, 100) or offered.name,
        unit=clean_line(request.unit, 200),
        device=clean_line(request.device, 100),
        signing=request.signing,
        transport=request.transport,
        sealing=request.sealing,
        signing_proof=request.signing_proof,
        transport_proof=request.transport_proof,
        vouched_by=request.vouched_by,
    )
