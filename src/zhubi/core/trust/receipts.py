"""Receipts: what shows, offline and from pinned keys alone, that the office holds a record intact and since when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from zhubi.core.model.records import AcceptanceBody, Payload, RecordType, StaffKeyBody
from zhubi.core.trust.canonical import JsonObject, canonical, sha256_hex
from zhubi.core.trust.checkpoints import CosignedCheckpoint, PinnedLog
from zhubi.core.trust.encodings import to_crockford
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import thumbprint
from zhubi.core.trust.proofs import read_proof, verify_proof
from zhubi.core.trust.records import peek, read, record_digest

_CODE_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof of a record, the acceptance of it, and the staff-key record of who signed that, as they came."""

    proof: str
    acceptance: str
    staff_key: str


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """A receipt that holds: the cosigned checkpoint, the record's index in the log, and the code people compare."""

    checkpoint: CosignedCheckpoint
    index: int
    code: str


def receipt_code(digest: str) -> str:
    """The short code of a record's digest, to be read out over the telephone: like ``7K3M-Q2``."""
    letters = to_crockford(hashlib.sha256(bytes.fromhex(digest)).digest()[:_CODE_BYTES])[:6]
    return f"{letters[:4]}-{letters[4:]}"


def _payload(found: JsonObject, expected: RecordType, origin: str, kind: str) -> Payload:
    try:
        payload = Payload.model_validate(found)
    except ValidationError as problem:
        raise TrustError(
            kind, f"the receipt's {expected.value} says something else", reason="content"
        ) from problem
    if payload.type is not expected or payload.origin != origin:
        raise TrustError(
            kind, f"the receipt's {expected.value} is of another type or log", reason=payload.type.value
        )
    return payload


def service_key(compact: str, pins: PinnedLog, root_key: str) -> StaffKeyBody:
    """The key of a service, from the staff-key record by which the root certified it; ``trust.receipt-staff-key``."""
    kind = "trust.receipt-staff-key"
    root_kid = thumbprint(root_key)
    try:
        found, _ = read(compact, lambda kid: root_key if kid == root_kid else None)
    except TrustError as problem:
        raise TrustError(
            kind, f"the receipt's staff key is not the root's word: {problem}", reason=problem.kind
        ) from (problem)
    payload = _payload(found, RecordType.STAFF_KEY, pins.origin, kind)
    try:
        body = StaffKeyBody.model_validate(payload.body)
    except ValidationError as problem:
        raise TrustError(kind, "the receipt's staff key says something else", reason="content") from problem
    if payload.author != "root" or body.role != "service":
        raise TrustError(kind, "the receipt was signed by a key that is no service's", reason=body.role)
    return body


def verify_receipt(receipt: Receipt, record_compact: str, pins: PinnedLog, root_key: str) -> VerifiedReceipt:
    """What a receipt proves of a record; raises where it proves nothing.

    ``trust.receipt-proof``: the log does not hold the record. ``trust.receipt-staff-key``: the signer is no service
    certified by the root. ``trust.receipt-acceptance``: the acceptance is not that service's.
    ``trust.receipt-other-record``: it accepts another record. ``trust.receipt-altered``: what the office stored is not
    what was signed. Whether the service key was revoked later, the log's registry knows, not the receipt.
    """
    digest = record_digest(record_compact)
    try:
        checkpoint = verify_proof(receipt.proof, digest, pins)
        index = read_proof(receipt.proof).index
    except TrustError as problem:
        raise TrustError(
            "trust.receipt-proof", f"the receipt does not prove the record: {problem}", reason=problem.kind
        ) from problem
    accepted = _acceptance(receipt, pins, root_key)
    if accepted.record != digest or accepted.evidence:
        raise TrustError(
            "trust.receipt-other-record", "the receipt is for another record", found=accepted.record
        )
    unverified_payload, _ = peek(record_compact)
    if accepted.payload_sha256 != sha256_hex(canonical(unverified_payload)):
        raise TrustError(
            "trust.receipt-altered", "what the office stored is not what was signed", record=digest
        )
    return VerifiedReceipt(checkpoint, index, receipt_code(digest))


def verify_evidence(
    receipt: Receipt, digest: str, pins: PinnedLog, root_key: str
) -> tuple[CosignedCheckpoint, int]:
    """What the receipt of a sealed file proves: the checkpoint that holds its acceptance, and the index of that.

    The file is no record and no leaf: its acceptance is, and names the digest of the bytes that arrived. The faults are
    those of ``verify_receipt``.
    """
    accepted = _acceptance(receipt, pins, root_key)
    if accepted.record != digest or not accepted.evidence:
        raise TrustError(
            "trust.receipt-other-record", "the receipt is for something else", found=accepted.record
        )
    if accepted.payload_sha256 != digest:
        raise TrustError(
            "trust.receipt-altered", "what the office stored is not what was sent", record=digest
        )
    try:
        checkpoint = verify_proof(receipt.proof, record_digest(receipt.acceptance), pins)
        return checkpoint, read_proof(receipt.proof).index
    except TrustError as problem:
        raise TrustError(
            "trust.receipt-proof", f"the log does not prove the acceptance: {problem}", reason=problem.kind
        ) from problem


def _acceptance(receipt: Receipt, pins: PinnedLog, root_key: str) -> AcceptanceBody:
    kind = "trust.receipt-acceptance"
    service = service_key(receipt.staff_key, pins, root_key)
    service_kid = thumbprint(service.signing)
    try:
        found, _ = read(receipt.acceptance, lambda kid: service.signing if kid == service_kid else None)
    except TrustError as problem:
        raise TrustError(
            kind, f"the acceptance is not the service's: {problem}", reason=problem.kind
        ) from problem
    payload = _payload(found, RecordType.ACCEPTANCE, pins.origin, kind)
    if payload.author != service.person:
        raise TrustError(kind, "the acceptance names another author", reason="author")
    try:
        return AcceptanceBody.model_validate(payload.body)
    except ValidationError as problem:
        raise TrustError(kind, "the acceptance says something else", reason="content") from problem
