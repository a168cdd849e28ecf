"""Signed notes (C2SP signed-note v1): a text and, below it, the lines of those who signed it."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from zhubi.core.trust.encodings import from_base64, to_base64, to_base64url
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SEED_BYTES, SigningKey, public_bytes, verify

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
MAX_NOTE: Final = 128 * 1024
MAX_SIGNATURES: Final = 32
MAX_TIME: Final = 2**63 - 1
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE_BYTES: Final = 64
_DASH: Final = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key that signs notes under a name, for one algorithm: 0x01 plain, 0x04 timestamped cosignature."""

    name: str
    algorithm: int
    public: str

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(c.isspace() or ord(c) < 0x20 for c in self.name):
            raise TrustError(
                "trust.bad-key-name", "a key name has no spaces and no plus sign", name=self.name[:80]
            )

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, algorithm and public key."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._material).digest()[:4]

    @property
    def _material(self) -> bytes:
        return bytes([self.algorithm]) + public_bytes(self.public)

    @property
    def text(self) -> str:
        """The verifier key: ``name+key id in hex+base64 of algorithm and key``."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(self._material)}"

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """The key of a verifier key text; ``trust.bad-verifier-key`` when it is none, or its id does not fit."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            material = from_base64(encoded)
            if len(material) != 1 + SEED_BYTES or material[0] not in (ED25519, COSIGNATURE):
                raise _bad_verifier_key("another algorithm")
            key = cls(name, material[0], to_base64url(material[1:]))
            if key.text != text:
                raise _bad_verifier_key(f"key id {key_id[:16]} instead of {key.key_id.hex()}")
        except TrustError as problem:
            if problem.kind == "trust.bad-verifier-key":
                raise
            raise _bad_verifier_key(str(problem)) from problem
        return key


def _bad_verifier_key(found: str) -> TrustError:
    return TrustError("trust.bad-verifier-key", f"not a verifier key (name+id+key): {found}", found=found)


class NoteSigner(Protocol):
    """Someone who can sign a note's text."""

    @property
    def note_key(self) -> NoteKey:
        """The public half."""

    def sign_note(self, text: str) -> bytes:
        """The signature bytes that follow the key id in a signature line."""


@dataclass(frozen=True, slots=True)
class PlainSigner:
    """Signs the text of a note as it is (algorithm 0x01)."""

    name: str
    key: SigningKey = field(repr=False)

    @property
    def note_key(self) -> NoteKey:
        """The public half."""
        return NoteKey(self.name, ED25519, self.key.public)

    def sign_note(self, text: str) -> bytes:
        """The Ed25519 signature over the text."""
        return self.key.sign(text.encode())


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One verified signature of a note; ``time`` in POSIX seconds for a cosignature, else ``None``."""

    key: NoteKey
    time: int | None


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A note that a trusted key has signed: its text, and the signatures that were verified."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def by(self, key: NoteKey) -> NoteSignature | None:
        """The signature of one key, if it is there."""
        return next((found for found in self.signatures if found.key == key), None)


def cosigned_message(text: str, time: int) -> bytes:
    """What a ``cosignature/v1`` signs: a header line, the time, the note's text (C2SP tlog-cosignature)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def sign_note(text: str, signers: Sequence[NoteSigner]) -> str:
    """The note: ``text``, which ends in a newline, and a signature line for each signer in order.

    ``trust.malformed-note`` when the text holds control characters or does not end in a newline.
    """
    if not text.endswith("\n") or _CONTROL.search(text) is not None:
        raise _malformed("a text without its last newline, or with control characters")
    lines = [
        f"{_DASH}{signer.note_key.name} {to_base64(signer.note_key.key_id + signer.sign_note(text))}\n"
        for signer in signers
    ]
    return text + "\n" + "".join(lines)


def _malformed(found: str) -> TrustError:
    return TrustError("trust.malformed-note", f"not a signed note: {found}", found=found)


def _signature_line(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not name or "+" in name:
        raise _malformed("a signature line of another form")
    try:
        data = from_base64(encoded)
    except TrustError as problem:
        raise _malformed("a signature that is not base64") from problem
    if len(data) < 5:
        raise _malformed("a signature that is too short")
    return name, data


def _verified(key: NoteKey, signature: bytes, text: str) -> NoteSignature:
    try:
        if key.algorithm == ED25519:
            verify(key.public, signature, text.encode())
            return NoteSignature(key, None)
        if len(signature) != 8 + _SIGNATURE_BYTES:
            raise TrustError("trust.bad-signature", "a cosignature of another length")
        (time,) = struct.unpack(">Q", signature[:8])
        if time > MAX_TIME:
            raise TrustError("trust.bad-signature", "a cosignature with an impossible time")
        verify(key.public, signature[8:], cosigned_message(text, time))
        return NoteSignature(key, time)
    except TrustError as problem:
        raise TrustError(
            "trust.note-bad-signature", f"the signature of {key.name} does not fit this note", name=key.name
        ) from problem


def open_note(note: str, verifiers: Sequence[NoteKey]) -> OpenNote:
    """The text and verified signatures of a note.

    Signatures of unknown keys are passed over. ``trust.malformed-note``; ``trust.note-bad-signature`` when one by a
    known key does not fit; ``trust.note-unsigned`` when no known key has signed.
    """
    if len(note) > MAX_NOTE:
        raise _malformed("too long")
    if _CONTROL.search(note) is not None or not note.endswith("\n"):
        raise _malformed("control characters, or no newline at its end")
    text, gap, below = note.rpartition("\n\n")
    if not gap or not below:
        raise _malformed("no signatures")
    text += "\n"
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed(f"{len(lines)} signatures")
    known = {(key.name, key.key_id): key for key in verifiers}
    found: list[NoteSignature] = []
    for line in lines:
        name, data = _signature_line(line)
        key = known.pop((name, data[:4]), None)
        # A key that signs twice is heard once, as in Go's note package: the first line must verify.
        if key is not None:
            found.append(_verified(key, data[4:], text))
    if not found:
        raise TrustError("trust.note-unsigned", "no key that we trust has signed this note")
    return OpenNote(text, tuple(found))
