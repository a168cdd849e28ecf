"""Checkpoints: what a log says about itself, and when a cosigner saw it (C2SP tlog-checkpoint, tlog-cosignature)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Final

from zhubi.core.trust.encodings import from_base64, to_base64
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.merkle import HASH_BYTES, MAX_SIZE
from zhubi.core.trust.notes import (
    COSIGNATURE,
    ED25519,
    MAX_TIME,
    NoteKey,
    PlainSigner,
    cosigned_message,
    open_note,
    sign_note,
)

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's name, its number of leaves, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, body: str) -> Checkpoint:
        """The checkpoint of exactly three lines; ``trust.checkpoint-malformed``. Extension lines are refused."""
        lines = body.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:
            raise _malformed("three lines were expected: origin, size, root")
        origin, size, root = lines[:3]
        if _DECIMAL.fullmatch(size) is None or int(size) > MAX_SIZE:
            raise _malformed("a size that is no plain number up to 2**62")
        try:
            raw = from_base64(root)
        except TrustError as problem:
            raise _malformed("a root that is not base64") from problem
        if len(raw) != HASH_BYTES:
            raise _malformed(f"a root of {len(raw)} bytes")
        return cls(origin, int(size), raw)


def _malformed(found: str) -> TrustError:
    return TrustError("trust.checkpoint-malformed", f"not a checkpoint: {found}", found=found)


@dataclass(frozen=True, slots=True)
class LogSigner(PlainSigner):
    """The log itself: its name is the origin."""

    @property
    def verifier_key(self) -> str:
        """The verifier key that readers pin as ``log_key``."""
        return self.note_key.text


@dataclass(frozen=True, slots=True)
class Cosigner:
    """Who says when a checkpoint was seen, with a key of its own."""

    name: str
    key: SigningKey = field(repr=False)

    @property
    def verifier_key(self) -> str:
        """The verifier key that readers pin as ``cosigner_key``."""
        return NoteKey(self.name, COSIGNATURE, self.key.public).text

    def at(self, time: int) -> _CosignerAt:
        """A note signer that attests the POSIX ``time`` in seconds."""
        return _CosignerAt(self, time)


@dataclass(frozen=True, slots=True)
class _CosignerAt:
    cosigner: Cosigner
    time: int

    @property
    def note_key(self) -> NoteKey:
        return NoteKey(self.cosigner.name, COSIGNATURE, self.cosigner.key.public)

    def sign_note(self, text: str) -> bytes:
        if not 0 <= self.time <= MAX_TIME:
            raise _malformed("a time before 1970 or beyond 2**63-1")
        return struct.pack(">Q", self.time) + self.cosigner.key.sign(cosigned_message(text, self.time))


def make_checkpoint(
    origin: str, size: int, root: bytes, log_signer: LogSigner, cosigner: Cosigner, time: int
) -> str:
    """The signed note of a checkpoint: the log's line, then the cosigner's with its time in POSIX seconds.

    ``trust.checkpoint-malformed`` when the parts make no checkpoint, ``trust.wrong-origin`` when the signer is another
    log's.
    """
    if log_signer.name != origin:
        raise _wrong_origin(origin, log_signer.name)
    checkpoint = Checkpoint.parse(Checkpoint(origin, size, root).body)
    return sign_note(checkpoint.body, [log_signer, cosigner.at(time)])


def _wrong_origin(expected: str, found: str) -> TrustError:
    return TrustError(
        "trust.wrong-origin",
        f"the log {expected} was expected, this is {found[:200]}",
        expected=expected,
        found=found[:200],
    )


@dataclass(frozen=True, slots=True)
class PinnedLog:
    """What a reader knows beforehand: the log's origin, and the verifier keys of the log and of its cosigner."""

    origin: str
    log_key: str
    cosigner_key: str

    def keys(self) -> tuple[NoteKey, NoteKey]:
        """Both keys, parsed; ``trust.bad-verifier-key`` when one is of the wrong sort, ``trust.wrong-origin``."""
        log, cosigner = NoteKey.parse(self.log_key), NoteKey.parse(self.cosigner_key)
        if log.algorithm != ED25519 or cosigner.algorithm != COSIGNATURE:
            raise TrustError(
                "trust.bad-verifier-key",
                "a log key (type 1) and a cosigner key (type 4) were expected",
                found="types",
            )
        if log.name != self.origin:
            raise _wrong_origin(self.origin, log.name)
        return log, cosigner


@dataclass(frozen=True, slots=True)
class CosignedCheckpoint:
    """A checkpoint that the pinned log and the pinned cosigner have both signed; ``time``: log time, POSIX seconds."""

    origin: str
    size: int
    root: bytes
    time: int
    text: str = field(repr=False)


def read_checkpoint(text: str, pins: PinnedLog) -> CosignedCheckpoint:
    """The checkpoint of a signed note, both signatures verified.

    ``trust.checkpoint-malformed``, ``trust.checkpoint-unsigned`` (a signature is missing or does not fit),
    ``trust.wrong-origin``.
    """
    log_key, cosigner_key = pins.keys()
    try:
        note = open_note(text, [log_key, cosigner_key])
    except TrustError as problem:
        if problem.kind == "trust.malformed-note":
            raise _malformed(str(problem.details["found"])) from problem
        raise _unsigned(str(problem)) from problem
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != pins.origin:
        raise _wrong_origin(pins.origin, checkpoint.origin)
    cosignature = note.by(cosigner_key)
    if note.by(log_key) is None:
        raise _unsigned("the log has not signed it")
    if cosignature is None or cosignature.time is None:
        raise _unsigned("the cosigner has not signed it")
    return CosignedCheckpoint(checkpoint.origin, checkpoint.size, checkpoint.root, cosignature.time, text)


def _unsigned(reason: str) -> TrustError:
    return TrustError(
        "trust.checkpoint-unsigned", f"a checkpoint without its signatures: {reason}", reason=reason
    )
