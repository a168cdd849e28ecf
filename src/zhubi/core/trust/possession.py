"""Possession: an enrolment proves that the device holds the keys it names, each signing the same statement."""

from __future__ import annotations

from typing import Final

from zhubi.core.model.records import EnrolmentBody
from zhubi.core.trust.canonical import JsonObject
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey, thumbprint
from zhubi.core.trust.records import read, sign

POSSESSION_TYPE: Final = "zhubi-possession+json"


def statement(
    *, origin: str, invitation: str, person: str, signing: str, transport: str, sealing: str
) -> JsonObject:
    """What every key of a device signs: whose it is, by which invitation, to which log, beside which other keys."""
    return {
        "origin": origin,
        "invitation": invitation,
        "person": person,
        "signing": signing,
        "transport": transport,
        "sealing": sealing,
    }


def prove(said: JsonObject, key: SigningKey) -> str:
    """The statement signed by one of the device's keys, or by an older device that vouches for it."""
    return sign(said, key, typ=POSSESSION_TYPE)


def statement_of(body: EnrolmentBody, origin: str) -> JsonObject:
    """The statement an enrolment's keys must have signed."""
    return statement(
        origin=origin,
        invitation=body.invitation,
        person=body.person,
        signing=body.signing,
        transport=body.transport,
        sealing=body.sealing,
    )


def check_proof(proof: str, said: JsonObject, public: str) -> None:
    """Returns when ``proof`` is that key's signature over that statement; ``trust.possession-unproven``."""
    kid = thumbprint(public)
    try:
        found, _ = read(proof, lambda asked: public if asked == kid else None, typ=POSSESSION_TYPE)
    except TrustError as problem:
        raise _unproven(str(problem)) from problem
    if found != said:
        raise _unproven("it is about something else")


def check_possession(body: EnrolmentBody, origin: str) -> None:
    """Returns when both signing keys of an enrolment have signed its statement; ``trust.possession-unproven``."""
    if body.signing == body.transport:
        raise _unproven("the signing and the transport key are the same")
    said = statement_of(body, origin)
    check_proof(body.signing_proof, said, body.signing)
    check_proof(body.transport_proof, said, body.transport)


def _unproven(reason: str) -> TrustError:
    return TrustError(
        "trust.possession-unproven",
        f"the enrolment does not prove that it holds its keys: {reason}",
        reason=reason,
    )
