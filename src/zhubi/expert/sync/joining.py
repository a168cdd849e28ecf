"""The first meeting with an office: its answer to an enrolment, believed only as far as the pinned keys reach."""

from __future__ import annotations

from pydantic import ValidationError

from zhubi.core.model.records import EnrolmentBody, Record, RecordType, parse_record
from zhubi.core.trust.checkpoints import read_checkpoint
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.invitations import Invitation
from zhubi.core.trust.merkle import leaf_hash
from zhubi.core.trust.records import read, record_digest
from zhubi.core.trust.registry import Registry
from zhubi.core.trust.tiles import TreeReader
from zhubi.core.wire.client import OfficeClient
from zhubi.core.wire.messages import EnrolmentAnswer, EnrolmentRequest
from zhubi.expert.sync.errors import SyncError, bad_record


def join(invitation: Invitation, request: EnrolmentRequest) -> Record:
    """Sends the request to the invitation's office; gives the logged enrolment, which names exactly these keys.

    ``sync.not-my-enrolment``, ``sync.bad-record``; the office's refusals and the faults of the wire and the log.
    """
    with OfficeClient(invitation.url, invitation.tls_anchor) as client:
        answer = client.enrol(request)
        record = _enrolment(invitation, answer)
        checkpoint = read_checkpoint(answer.checkpoint, invitation.pins)
        if TreeReader(checkpoint, client.tile).leaf(answer.index) != leaf_hash(bytes.fromhex(record.digest)):
            raise bad_record(record.digest, "the log holds something else in its place")
    body = record.body
    asked = (invitation.record, request.person, request.signing, request.transport, request.sealing)
    if not isinstance(body, EnrolmentBody) or asked != (
        body.invitation, body.person, body.signing, body.transport, body.sealing,
    ):  # fmt: skip
        raise SyncError("sync.not-my-enrolment", "the office enrolled other keys than these")
    return record


def _enrolment(invitation: Invitation, answer: EnrolmentAnswer) -> Record:
    registry = Registry(invitation.root_key, invitation.origin)
    digest = record_digest(answer.enrolment)
    try:
        before = (*answer.staff, *answer.earlier)
        for place, compact in enumerate(before):
            payload, kid = read(compact, registry.public_for)
            # Their true places come with the first sync; here it only matters who certified whom, and in which order.
            registry.learn(payload, kid, place)
        payload, kid = read(answer.enrolment, registry.public_for)
        record = parse_record(digest, kid, dict(payload), answer.index)
        registry.learn(payload, kid, max(answer.index, len(before)))
    except TrustError as problem:
        raise bad_record(digest, str(problem), problem.kind) from problem
    except ValidationError as problem:
        raise bad_record(digest, "it is not of its form", "form") from problem
    if record.type is not RecordType.ENROLMENT:
        raise SyncError("sync.not-my-enrolment", "the office answered with something else")
    return record
