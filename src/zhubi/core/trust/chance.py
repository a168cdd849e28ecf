"""The only place that asks the operating system for randomness."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from zhubi.core.trust.encodings import to_crockford


def random_bytes(n: int) -> bytes:
    """``n`` unpredictable bytes."""
    return secrets.token_bytes(n)


def nonce() -> str:
    """Sixteen random bytes as 32 hexadecimal digits: what makes two records differ."""
    return secrets.token_hex(16)


def uuid7(now: datetime) -> str:
    """A UUIDv7 (RFC 9562, section 5.7) of the aware moment ``now``: milliseconds, then 74 random bits."""
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    chance = int.from_bytes(secrets.token_bytes(10), "big")
    number = (
        milliseconds << 80 | 0x7 << 76 | (chance >> 64 & 0xFFF) << 64 | 0b10 << 62 | chance & (1 << 62) - 1
    )
    return str(UUID(int=number))


def short_code(n_bytes: int) -> str:
    """``n_bytes`` of chance in Crockford's base32: a code that a person can read out and type."""
    return to_crockford(secrets.token_bytes(n_bytes))
