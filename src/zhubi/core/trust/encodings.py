"""Bytes as text, each form strict: one spelling for one value, or it is refused."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from zhubi.core.trust.errors import TrustError

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE_OF: Final = {letter: value for value, letter in enumerate(CROCKFORD)} | {"O": 0, "I": 1, "L": 1}
_URL_SAFE: Final = re.compile(r"[A-Za-z0-9_-]*")


def to_base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of unpadded base64url. ``trust.bad-encoding``: a foreign character, padding, or stray last bits."""
    if _URL_SAFE.fullmatch(text) is None or len(text) % 4 == 1:
        raise TrustError("trust.bad-encoding", "unpadded base64url was expected")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(data) != text:
        raise TrustError("trust.bad-encoding", "base64url with stray bits at its end")
    return data


def to_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of padded standard base64. ``trust.bad-encoding`` when there is another spelling of the same."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise TrustError("trust.bad-encoding", "standard base64 was expected") from problem
    if to_base64(data) != text:
        raise TrustError("trust.bad-encoding", "base64 with stray bits at its end")
    return data


def to_crockford(data: bytes) -> str:
    """Crockford's base32, upper case, the last letter filled with zero bits: 16 bytes give 26 letters."""
    length = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << (length * 5 - len(data) * 8)
    return "".join(CROCKFORD[(number >> 5 * place) & 31] for place in range(length - 1, -1, -1))


def is_crockford(letter: str) -> bool:
    """Whether the upper-case letter stands for a value, the look-alikes O, I and L included."""
    return letter in _VALUE_OF


def crockford_number(text: str) -> int:
    """The number a run of Crockford letters writes, either case, look-alikes folded; ``trust.bad-encoding``."""
    number = 0
    for letter in text.upper():
        value = _VALUE_OF.get(letter)
        if value is None:
            raise TrustError("trust.bad-encoding", "a letter that is not in Crockford's base32")
        number = number << 5 | value
    return number


def from_crockford(text: str) -> bytes:
    """The whole bytes in a run of Crockford letters; the left-over bits must be zero, else ``trust.bad-encoding``."""
    number = crockford_number(text)
    spare = len(text) * 5 % 8
    if spare >= 5 or number & ((1 << spare) - 1):
        raise TrustError("trust.bad-encoding", "base32 with stray bits at its end")
    return (number >> spare).to_bytes(len(text) * 5 // 8, "big")
