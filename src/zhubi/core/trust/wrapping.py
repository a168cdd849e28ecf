"""Wrapping one thing under a derived key: HKDF, Argon2id, ChaCha20-Poly1305, and the file form they share."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zhubi.core.trust.canonical import JsonObject, JsonValue, canonical, digest_of, parse_object
from zhubi.core.trust.chance import random_bytes
from zhubi.core.trust.encodings import from_base64url, to_base64url
from zhubi.core.trust.errors import TrustError

KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
MAX_FILE: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class ArgonCost:
    """What one guess of a PIN costs: memory in KiB, passes, lanes. The default exceeds OWASP's second profile."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 1

    def __post_init__(self) -> None:
        # The upper bounds keep a foreign file from exhausting the machine that opens it.
        if not (
            8 * 1024 <= self.memory_kib <= 1024 * 1024 and 1 <= self.passes <= 16 and 1 <= self.lanes <= 8
        ):
            raise TrustError(
                "trust.argon-cost",
                "a cost between 8 MiB and 1 GiB, 1 to 16 passes, 1 to 8 lanes was expected",
            )

    def stretch(self, secret_words: str, salt: bytes) -> bytes:
        """Argon2id of the words (RFC 9106), 32 bytes."""
        kdf = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=self.passes, lanes=self.lanes, memory_cost=self.memory_kib
        )
        # A terminal may bring half a character: that is a wrong PIN like any other, and no fault.
        return kdf.derive(secret_words.encode("utf-8", "surrogatepass"))

    def as_json(self) -> dict[str, JsonValue]:
        """As it stands in a file."""
        return {"memory_kib": self.memory_kib, "passes": self.passes, "lanes": self.lanes}

    @classmethod
    def from_json(cls, found: JsonValue) -> ArgonCost:
        """The cost a file states; ``trust.keyfile-damaged`` outside the bounds."""
        if not isinstance(found, Mapping) or set(found) != {"memory_kib", "passes", "lanes"}:
            raise damaged("its cost is missing")
        numbers = [found[name] for name in ("memory_kib", "passes", "lanes")]
        if any(type(number) is not int for number in numbers):
            raise damaged("its cost is no number")
        try:
            return cls(*(int(str(number)) for number in numbers))
        except TrustError as problem:
            raise damaged("its cost is out of bounds") from problem


def folded(words: str) -> str:
    """A PIN or passphrase as it is derived from: full-width and half-width forms are the same (NFKC)."""
    return unicodedata.normalize("NFKC", words)


def damaged(reason: str) -> TrustError:
    """The fault of a key file that is not what was written."""
    return TrustError("trust.keyfile-damaged", f"the key file is damaged: {reason}", reason=reason)


def derive(material: bytes, salt: bytes, purpose: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869): 32 bytes for one purpose."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=f"zhubi/1/{purpose}".encode()).derive(
        material
    )


def wrap(key: bytes, content: bytes, context: JsonValue) -> str:
    """``content`` under a key that is used for nothing else, bound to its context: nonce and ciphertext, base64url."""
    nonce = random_bytes(_NONCE_BYTES)
    return to_base64url(nonce + ChaCha20Poly1305(key).encrypt(nonce, content, canonical(context)))


def unwrap(key: bytes, wrapped: JsonValue, context: JsonValue) -> bytes | None:
    """What was wrapped, or ``None`` when key or context are not those; ``trust.keyfile-damaged``."""
    data = raw(wrapped)
    if len(data) < _NONCE_BYTES + _TAG_BYTES:
        raise damaged("a wrapped part is too short")
    try:
        return ChaCha20Poly1305(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], canonical(context))
    except InvalidTag:
        return None


def raw(found: JsonValue, length: int | None = None) -> bytes:
    """The bytes of a base64url member; ``trust.keyfile-damaged``."""
    try:
        data = from_base64url(found) if isinstance(found, str) else None
    except TrustError:
        data = None
    if data is None or (length is not None and len(data) != length):
        raise damaged("a part is missing")
    return data


def to_file(form: str, body: JsonObject) -> bytes:
    """A file of a named form: canonical JSON with its own digest, so that damage is told from a wrong key."""
    whole: JsonObject = {"form": form, **body}
    return canonical({**whole, "sum": digest_of(whole)}) + b"\n"


def from_file(form: str, data: bytes) -> JsonObject:
    """The body of such a file; ``trust.keyfile-damaged``, ``trust.keyfile-version`` when it is of another form."""
    try:
        found = dict(parse_object(data, max_bytes=MAX_FILE, max_depth=6))
    except TrustError as problem:
        raise damaged(str(problem)) from problem
    claimed = found.pop("sum", None)
    if claimed != digest_of(found) or canonical({**found, "sum": claimed}) + b"\n" != data:
        raise damaged("its digest does not fit")
    if found.get("form") != form:
        other = str(found.get("form"))[:80]
        raise TrustError(
            "trust.keyfile-version",
            f"a file of the form {form} was expected, not {other}",
            expected=form,
            found=other,
        )
    return found
