"""Ed25519 keys: who signs, and the names their keys have (RFC 8037, RFC 7638)."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from zhubi.core.trust.chance import random_bytes
from zhubi.core.trust.encodings import from_base64url, to_base64url
from zhubi.core.trust.errors import TrustError

SEED_BYTES: Final = 32
_FIELD: Final = 2**255 - 19
# The y of the points whose order divides 8. A signature by such a "key" holds for many messages at once, so that
# its owner could deny what they signed: RFC 8032 leaves the check to us.
_SMALL_ORDER: Final = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        int.from_bytes(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
        ),
        int.from_bytes(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
        ),
    }
)


class SigningKey:
    """An Ed25519 private key. It shows nothing of itself when printed."""

    __slots__ = ("_private", "kid", "public")

    public: str
    """The ``x`` of its JWK: the public key in base64url."""
    kid: str
    """The RFC 7638 thumbprint of the public key."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = to_base64url(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        self.kid = thumbprint(self.public)

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key from the system's randomness."""
        return cls.from_seed(random_bytes(SEED_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The key of a 32-byte seed (RFC 8032); ``trust.bad-key`` for another length."""
        if len(seed) != SEED_BYTES:
            raise TrustError("trust.bad-key", "a signing key is made from 32 bytes", found=len(seed))
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def seed(self) -> bytes:
        """The 32 secret bytes."""
        return self._private.private_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature over ``data``."""
        return self._private.sign(data)

    def __repr__(self) -> str:
        return "SigningKey()"


def public_bytes(public: str) -> bytes:
    """The 32 bytes of a public key's base64url form; ``trust.bad-key`` when it is none, or a degenerate one."""
    try:
        raw = from_base64url(public)
    except TrustError as problem:
        raise TrustError("trust.bad-key", "a public key of 43 base64url characters was expected") from problem
    if len(raw) != SEED_BYTES:
        raise TrustError("trust.bad-key", f"a public key has 32 bytes, not {len(raw)}", found=len(raw))
    y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
    if y >= _FIELD or y in _SMALL_ORDER:
        raise TrustError("trust.bad-key", "this public key is degenerate: it can sign nothing that binds")
    return raw


@lru_cache(maxsize=4096)
def thumbprint(public: str) -> str:
    """The RFC 7638 thumbprint of a public key given as the ``x`` of its JWK; ``trust.bad-key``."""
    public_bytes(public)
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}'
    return to_base64url(hashlib.sha256(members.encode("ascii")).digest())


@lru_cache(maxsize=4096)
def _loaded(public: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_bytes(public))


def verify(public: str, signature: bytes, data: bytes) -> None:
    """Returns when ``signature`` is that key's over ``data``; else ``trust.bad-signature`` (or ``trust.bad-key``)."""
    try:
        _loaded(public).verify(signature, data)
    except InvalidSignature as problem:
        raise TrustError(
            "trust.bad-signature", "the signature does not fit the content and the key"
        ) from problem
