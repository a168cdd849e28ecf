"""A receipt in a file: what it proves, from pinned keys alone and with nobody's help.

The file is JSON: ``form``; ``record``, compact; ``receipt`` with ``proof``, ``acceptance`` and ``staff_key``; ``pins``
with ``origin``, ``log_key``, ``cosigner_key`` and ``root_key``; to show who signed, their ``enrolment``; and, to show
that they chaired, the ``chair`` record that named them with the certified ``chair_key`` of who signed that.
Pins that stand in the file itself say nothing about whose log it is: whoever made the file chose them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from pydantic import ValidationError

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import EnrolmentBody, Record, RecordType, parse_record
from zhubi.core.trust.canonical import JsonObject, JsonValue, parse_object
from zhubi.core.trust.checkpoints import PinnedLog
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.receipts import Receipt, VerifiedReceipt, verify_receipt
from zhubi.core.trust.records import peek, read, record_digest
from zhubi.core.trust.registry import Registry

FORM: Final = "zhubi-receipt/1"
MAX_BYTES: Final = 4 * 1024 * 1024
_PINS: Final = ("origin", "log_key", "cosigner_key", "root_key")


class VerifyError(ZhubiError):
    """A file that cannot be judged; ``kind`` is ``verify.…``. What is judged and fails raises ``TrustError``."""


@dataclass(frozen=True, slots=True)
class Pins:
    """The keys to believe: of a log, its cosigner and its root, as an invitation pins them."""

    origin: str
    log_key: str
    cosigner_key: str
    root_key: str

    @property
    def log(self) -> PinnedLog:
        """The log and its cosigner."""
        return PinnedLog(self.origin, self.log_key, self.cosigner_key)


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """What a file proves. ``signer``: whose enrolled key signed the record, None where the file does not show it.

    ``chaired``: whether the file shows that the signer was named chair of the record's round.
    """

    digest: str
    record: Record
    verified: VerifiedReceipt
    signer: str | None
    stated_pins: Pins
    chaired: bool = False


def make_receipt_file(
    record: str, receipt: Receipt, pins: Pins, enrolment: str = "", chair: str = "", chair_key: str = ""
) -> str:
    """The text of a receipt file."""
    body: dict[str, object] = {
        "form": FORM, "record": record, "receipt": asdict(receipt), "pins": asdict(pins),
    }  # fmt: skip
    more = {"enrolment": enrolment, "chair": chair, "chair_key": chair_key}
    body.update({name: said for name, said in more.items() if said})
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_pins(data: bytes) -> Pins:
    """Pins from JSON: alone, or as the ``pins`` of a receipt file; ``verify.bad-pins``."""
    try:
        found = parse_object(data, max_bytes=MAX_BYTES)
    except TrustError as problem:
        raise VerifyError("verify.bad-pins", f"not pins: {problem}", reason=str(problem)) from problem
    return _pins(found.get("pins", found))


def _pins(found: JsonValue) -> Pins:
    if not isinstance(found, dict):
        raise VerifyError("verify.bad-pins", "pins are an object", reason="pins")
    values = [found.get(name) for name in _PINS]
    for name, value in zip(_PINS, values, strict=True):
        if not isinstance(value, str) or not 0 < len(value) <= 500:
            raise VerifyError("verify.bad-pins", f"pins name {name}", reason=name)
    return Pins(*(str(value) for value in values))


def verify_receipt_file(data: bytes, pins: Pins | None = None) -> VerifiedFile:
    """What the file proves by these pins, or by its own where none are given.

    ``verify.not-a-receipt``: it is no such file. ``trust.receipt-…``, ``trust.bad-signature`` and the other faults of
    trust: it is one, and does not hold.
    """
    try:
        found = parse_object(data, max_bytes=MAX_BYTES)
    except TrustError as problem:
        raise _no_receipt(str(problem)) from problem
    if found.get("form") != FORM:
        raise _no_receipt(f"form {str(found.get('form'))[:40]} instead of {FORM}")
    stated = _pins(found.get("pins"))
    used = pins or stated
    compact, receipt = _text(found, "record"), _receipt(found.get("receipt"))
    verified = verify_receipt(receipt, compact, used.log, used.root_key)
    record, signer = _record(compact, receipt, found, used, verified.index)
    chaired = bool(found.get("chair")) and signer is not None
    if chaired:
        _check_chair(record, found, used)
    return VerifiedFile(record.digest, record, verified, signer, stated, chaired)


def _no_receipt(reason: str) -> VerifyError:
    return VerifyError("verify.not-a-receipt", f"this is no receipt file: {reason}", reason=reason)


def _text(found: JsonObject, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise _no_receipt(f"{name} is missing")
    return value


def _receipt(found: JsonValue) -> Receipt:
    if not isinstance(found, dict):
        raise _no_receipt("receipt is missing")
    return Receipt(_text(found, "proof"), _text(found, "acceptance"), _text(found, "staff_key"))


def _record(
    compact: str, receipt: Receipt, found: JsonObject, pins: Pins, index: int
) -> tuple[Record, str | None]:
    digest = record_digest(compact)
    signer = None
    if found.get("enrolment"):
        registry = Registry(pins.root_key, pins.origin)
        # Their places in the log are not in the file: that the root certified the service, and the service the expert,
        # is what can be shown here.
        for place, each in enumerate((receipt.staff_key, _text(found, "enrolment"))):
            payload, kid = read(each, registry.public_for)
            registry.learn(payload, kid, place)
            if payload.get("type") == RecordType.ENROLMENT:
                signer = EnrolmentBody.model_validate(payload["body"]).name
        payload, kid = read(compact, registry.public_for)
        holder = registry.holder(kid)
        if holder is None or holder.person != payload.get("author"):
            raise TrustError("trust.unknown-key", "the enrolment is not the author's", kid=kid)
    else:
        payload, kid = peek(compact)
    try:
        return parse_record(digest, kid, dict(payload), index), signer
    except ValidationError as problem:
        raise _no_receipt("its record is not of its form") from problem


def _check_chair(record: Record, found: JsonObject, pins: Pins) -> None:
    """Returns when the file's ``chair`` record, which the record relies on, names its author for its round."""
    registry = Registry(pins.root_key, pins.origin)
    compact = _text(found, "chair")
    for place, each in enumerate((_text(found, "chair_key"), compact)):
        payload, kid = read(each, registry.public_for)
        registry.learn(payload, kid, place)
    said = record.payload
    named = registry.chair(said.round or "")
    if record_digest(compact) not in said.relies_on or named != said.author:
        raise VerifyError("verify.not-the-chair", "the file shows another chair than the author")
