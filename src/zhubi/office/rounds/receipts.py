"""Receipts: what shows an expert, and whoever else holds them, that the log has a record intact."""

from __future__ import annotations

from zhubi.core.model.records import RecordType, StaffKeyBody
from zhubi.core.trust.keys import thumbprint
from zhubi.core.wire.messages import ReceiptMessage
from zhubi.office.ledger.ledger import Reading, Stored


def receipt_for(reading: Reading, digest: str) -> ReceiptMessage | None:
    """Proof, acceptance and certified key of a logged record of an expert; None while any of them is not there yet."""
    return receipt_with(reading, digest, reading.proof(digest))


def receipt_with(reading: Reading, digest: str, proof: str | None) -> ReceiptMessage | None:
    """The receipt of a record whose log proof is at hand; None without one, or before the acceptance."""
    acceptances = reading.links_to(digest, RecordType.ACCEPTANCE)
    if proof is None or not acceptances:
        return None
    return _with_key(reading, acceptances[0], proof)


def receipt_of_evidence(reading: Reading, acceptance: Stored) -> ReceiptMessage | None:
    """Proof of the acceptance of a sealed file, and the certified key that signed it; None before its checkpoint."""
    proof = reading.proof(acceptance.digest)
    return None if proof is None else _with_key(reading, acceptance, proof)


def _with_key(reading: Reading, acceptance: Stored, proof: str) -> ReceiptMessage | None:
    for each in reading.by_type(RecordType.STAFF_KEY):
        body = each.record.body
        # The key that signed it, for a service may have had another before.
        if isinstance(body, StaffKeyBody) and thumbprint(body.signing) == acceptance.record.kid:
            return ReceiptMessage(proof=proof, acceptance=acceptance.compact, staff_key=each.compact)
    return None
