"""Whose signature a record needs before the log takes it."""

from __future__ import annotations

from typing import Final

from zhubi.core.model.records import EXPERT_TYPES, Record, RecordType
from zhubi.core.trust.registry import EXPERT, ROOT, SERVICE, Registry
from zhubi.office.ledger.errors import LedgerError

_STAFF: Final = frozenset({"manager", "secretary"})
_SIGNERS: Final[dict[RecordType, frozenset[str]]] = {
    RecordType.STAFF_KEY: frozenset({ROOT}),
    RecordType.INVITATION: _STAFF,
    RecordType.ENROLMENT: frozenset({SERVICE}),
    RecordType.REVOCATION: _STAFF | {ROOT, SERVICE},
    RecordType.ROUND: _STAFF,
    RecordType.ROUND_CHANGE: _STAFF,
    RecordType.DOSSIER: _STAFF,
    RecordType.ASSIGNMENT: _STAFF,
    RecordType.CHAIR: _STAFF,
    RecordType.DECISION: _STAFF,
    RecordType.RETURN: _STAFF,
    RecordType.KEY_RELEASE: frozenset({SERVICE}),
    RecordType.ACCEPTANCE: frozenset({SERVICE}),
    RecordType.REFUSAL: frozenset({SERVICE}),
} | {each: frozenset({EXPERT}) for each in EXPERT_TYPES}


def check_author(record: Record, registry: Registry, origin: str) -> None:
    """Returns when the record is of this log and its signer may say such a thing now.

    ``ledger.wrong-origin``; ``ledger.revoked-key``; ``ledger.not-theirs``: the author does not hold the key that
    signed; ``ledger.role-may-not``: this role signs no records of this type.
    """
    payload = record.payload
    if payload.origin != origin:
        raise LedgerError(
            "ledger.wrong-origin",
            f"the record is meant for the log {payload.origin}, this is {origin}",
            expected=origin,
            found=payload.origin,
        )
    holder = registry.holder(record.kid)
    if holder is None:
        raise LedgerError("ledger.revoked-key", "the key that signed this record was revoked", kid=record.kid)
    if holder.person != payload.author:
        raise LedgerError(
            "ledger.not-theirs",
            f"the key that signed this record is not {payload.author}'s",
            author=payload.author,
            kid=record.kid,
        )
    if holder.role not in _SIGNERS[payload.type]:
        raise LedgerError(
            "ledger.role-may-not",
            f"a {holder.role} signs no {payload.type.value} records",
            role=holder.role,
            type=payload.type.value,
        )
