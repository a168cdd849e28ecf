"""Letters: a signed record inside a seal that only the inspectors open. Outside there is nothing but ciphertext.

The record is padded before it is sealed, so that its length is told in steps of 4 KiB only. How many inspectors it is
sealed to can be counted from the outside (age, X25519 stanzas); to whom, cannot be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from zhubi.core.model.records import ContactReportBody, Payload, RecordType, parse_record
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.records import read, record_digest
from zhubi.core.trust.registry import Holder, Registry
from zhubi.core.trust.rights import wrong_signer
from zhubi.core.trust.sealing import SealingKey, seal, unseal

STEP: Final = 4096
MOST_BYTES: Final = 256 * 1024
_BEGINS: Final = b"age-encryption.org/v1\n"
_FILLER: Final = b"\n"


@dataclass(frozen=True, slots=True)
class Letter:
    """An opened letter whose signature counts where the log has it: who wrote it, and what it reports."""

    digest: str
    """Of the signed record inside; another seal around the same record has the same one."""
    author: Holder
    payload: Payload
    report: ContactReportBody


def seal_letter(compact: str, recipients: Sequence[str]) -> bytes:
    """A signed record, padded and sealed to everyone of ``recipients``; ``trust.letter-form`` when it is too long."""
    content = compact.encode("ascii")
    sealed = seal(content + _FILLER * (-len(content) % STEP), recipients)
    check_letter(sealed)
    return sealed


def check_letter(sealed: bytes) -> None:
    """Returns when these bytes may be a letter, as far as that shows from outside; ``trust.letter-form``."""
    if len(sealed) > MOST_BYTES:
        raise _form(f"{len(sealed)} bytes, at most {MOST_BYTES}")
    if not sealed.startswith(_BEGINS) or len(sealed) < STEP:
        raise _form("no padded age file")


def open_letter(sealed: bytes, key: SealingKey) -> str:
    """The signed record inside, compact, nothing about it verified yet.

    ``trust.cannot-open``, ``trust.sealed-damaged``, ``trust.letter-form``.
    """
    content = unseal(sealed, key)
    if len(content) % STEP:
        raise _form("not padded")
    try:
        return content.rstrip(_FILLER).decode("ascii")
    except UnicodeDecodeError as problem:
        raise _form("characters outside ASCII") from problem


def read_letter(compact: str, registry: Registry, origin: str, index: int) -> Letter:
    """What an opened letter reports, its author's key verified to have acted at the letter's place in the log.

    ``trust.letter-record``: it is no contact report, or not its author's to say then; ``trust.unknown-key``,
    ``trust.bad-signature`` and the other faults of ``read``.
    """
    payload, kid = read(compact, registry.public_for)
    try:
        record = parse_record(record_digest(compact), kid, dict(payload), index)
    except ValidationError as problem:
        raise _record("form") from problem
    if record.type is not RecordType.CONTACT_REPORT or not isinstance(record.body, ContactReportBody):
        raise _record("type")
    wrong = wrong_signer(record, registry, origin)
    author = registry.known(kid)
    if wrong is not None or author is None:
        raise _record(wrong or "key")
    return Letter(record.digest, author, record.payload, record.body)


def _form(reason: str) -> TrustError:
    return TrustError("trust.letter-form", f"this is no sealed letter: {reason}", reason=reason)


def _record(reason: str) -> TrustError:
    return TrustError("trust.letter-record", f"the letter holds no valid report: {reason}", reason=reason)
