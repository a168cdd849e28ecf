"""What a record must name beside its body, for the log to know whom it concerns."""

from __future__ import annotations

from typing import Final

from zhubi.core.model.records import Payload, RecordType
from zhubi.office.ledger.errors import LedgerError

_ONE_SUBJECT: Final = frozenset(
    {
        RecordType.DOSSIER,
        RecordType.ASSIGNMENT,
        RecordType.KEY_RELEASE,
        RecordType.DECLARATION,
        RecordType.REVIEW,
        RecordType.CONCLUSION,
    }
)
_IN_A_ROUND: Final = (_ONE_SUBJECT - {RecordType.DOSSIER}) | {
    RecordType.ROUND,
    RecordType.ROUND_CHANGE,
    RecordType.CHAIR,
    RecordType.COMMITMENT,
    RecordType.ATTENDANCE,
}


def check_shape(payload: Payload) -> None:
    """Returns when a record names the round and the dossier that its type is about; else ``ledger.malformed``."""
    if payload.type is RecordType.CONTACT_REPORT:
        raise _malformed("type", "a contact report is logged only as a sealed letter")
    if payload.type in _ONE_SUBJECT and len(payload.subjects) != 1:
        raise _malformed("subjects", f"one dossier was expected, {len(payload.subjects)} are named")
    if payload.type in _IN_A_ROUND and payload.round is None:
        raise _malformed("round", "the round it belongs to was expected")


def _malformed(place: str, reason: str) -> LedgerError:
    return LedgerError(
        "ledger.malformed", f"the record is malformed at {place}: {reason}", place=place, reason=reason
    )
