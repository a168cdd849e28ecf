"""Whose signature a record needs: which roles may say what, and of experts, who chairs. One table for both sides."""

from __future__ import annotations

from typing import Final, Literal

from zhubi.core.model.records import EXPERT_TYPES, DossierBody, Record, RecordType
from zhubi.core.trust.registry import EXPERT, ROOT, SERVICE, STAFF, Registry

SIGNERS: Final[dict[RecordType, frozenset[str]]] = {
    RecordType.STAFF_KEY: frozenset({ROOT}),
    RecordType.INVITATION: STAFF,
    RecordType.ENROLMENT: frozenset({SERVICE}),
    RecordType.REVOCATION: STAFF | {ROOT, SERVICE},
    RecordType.ROUND: STAFF,
    RecordType.ROUND_CHANGE: STAFF,
    RecordType.DOSSIER: STAFF | {SERVICE},
    RecordType.ASSIGNMENT: STAFF,
    RecordType.CHAIR: STAFF,
    RecordType.DECISION: STAFF,
    RecordType.RETURN: STAFF,
    RecordType.KEY_RELEASE: frozenset({SERVICE}),
    RecordType.ACCEPTANCE: frozenset({SERVICE}),
    RecordType.REFUSAL: frozenset({SERVICE}),
} | {each: frozenset({EXPERT}) for each in (*EXPERT_TYPES, RecordType.CONTACT_REPORT)}
"""The roles whose keys sign records of each type."""

Wrong = Literal["origin", "key", "author", "role", "chair"]


def wrong_signer(record: Record, registry: Registry, origin: str) -> Wrong | None:
    """What keeps a record, its signature verified, from being its author's to say; None where nothing does.

    ``origin``: it is of another log; ``key``: the key that signed did not act at the record's place in the log (or, by
    all that was learned, now); ``author``: the key is somebody else's; ``role``: this role signs no such records;
    ``chair``: a conclusion whose author did not chair its round then.
    """
    payload = record.payload
    if payload.origin != origin:
        return "origin"
    holder = registry.holder(record.kid, record.index)
    if holder is None:
        return "key"
    if holder.person != payload.author:
        return "author"
    if holder.role not in SIGNERS[payload.type]:
        return "role"
    body = record.body
    if holder.role == SERVICE and isinstance(body, DossierBody) and not body.carries:
        # Nobody acts where a conclusion enters the round that follows; every other version is somebody's act.
        return "role"
    if payload.type is RecordType.CONCLUSION:
        chair = registry.chair(payload.round, record.index) if payload.round else None
        return None if chair == payload.author else "chair"
    return None
