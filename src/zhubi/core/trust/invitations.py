"""Invitations: all that an expert needs to meet an office for the first time, in a text that survives mail.

``zhubi1:`` and Crockford base32 of: two bytes of length, the compressed canonical JSON, and eight bytes of SHA-256
over both. Base32 has no marks that mail programs embellish and no case to lose; the length tells where it ends.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import textwrap
import unicodedata
import zlib
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from zhubi.core.model.text import clean_text
from zhubi.core.model.values import Digest, Frozen, Instant, Line, PublicKey, Uuid
from zhubi.core.trust.canonical import canonical, parse_json
from zhubi.core.trust.checkpoints import PinnedLog
from zhubi.core.trust.encodings import crockford_number, from_crockford, is_crockford, to_crockford
from zhubi.core.trust.errors import TrustError

VERSION: Final = 1
_COLUMNS: Final = 64
_MAX_TEXT: Final = 200_000
_MAX_PLAIN: Final = 32 * 1024
_SUM_BYTES: Final = 8
_START: Final = re.compile(r"zhubi\s*([0-9]{1,3})\s*:", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether a host name or address never leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _office_url(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("an address like https://office.example was expected")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("https was expected: plain http is for this machine only")
    return url


class Invitation(Frozen):
    """Where the office is, whose keys to trust, and the one-time code; ``tls_anchor`` is a PEM text or empty."""

    url: Annotated[Line, AfterValidator(_office_url)]
    origin: Line
    log_key: Line
    cosigner_key: Line
    root_key: PublicKey
    tls_anchor: Annotated[str, StringConstraints(max_length=8000, pattern=r"^[\x20-\x7e\n]*$")] = ""
    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{16,64}$"), Field(repr=False)]
    person: Uuid
    name: Line
    unit: Line = ""
    organiser: Line = ""
    expires_at: Instant
    record: Digest

    @property
    def pins(self) -> PinnedLog:
        """The log and cosigner this invitation pins."""
        return PinnedLog(self.origin, self.log_key, self.cosigner_key)


def _sum(framed: bytes) -> bytes:
    return hashlib.sha256(b"zhubi1:" + framed).digest()[:_SUM_BYTES]


def encode_invitation(invitation: Invitation) -> str:
    """The invitation as text in lines of 64 columns, ``zhubi1:`` at its head."""
    packed = zlib.compress(canonical(invitation.model_dump(mode="json")), 9)
    framed = len(packed).to_bytes(2, "big") + packed
    return "\n".join(textwrap.wrap(f"zhubi{VERSION}:" + to_crockford(framed + _sum(framed)), _COLUMNS))


def _malformed(reason: str) -> TrustError:
    return TrustError("trust.invitation-malformed", f"this is not an invitation: {reason}", reason=reason)


def _letters(text: str) -> str:
    """The base32 letters from the start of ``text``: wrapping, quoting and punctuation are passed over."""
    kept = []
    for character in text:
        letter = character.upper()
        if is_crockford(letter):
            kept.append(letter)
        elif character.isalnum():
            break
    return "".join(kept)


def _unframed(letters: str) -> bytes:
    # Four letters hold 20 bits, the first 16 of which are the length.
    if len(letters) < 4:
        raise _incomplete(len(letters), 4)
    length = crockford_number(letters[:4]) >> 4
    wanted = -(-(2 + length + _SUM_BYTES) * 8 // 5)
    if len(letters) < wanted:
        raise _incomplete(len(letters), wanted)
    try:
        framed = from_crockford(letters[:wanted])
    except TrustError as problem:
        raise _incomplete(len(letters), wanted) from problem
    if _sum(framed[:-_SUM_BYTES]) != framed[-_SUM_BYTES:]:
        raise _incomplete(len(letters), wanted)
    return framed[2:-_SUM_BYTES]


def _incomplete(found: int, expected: int) -> TrustError:
    return TrustError(
        "trust.invitation-incomplete",
        f"the invitation is incomplete or altered: {found} of {expected} letters, or a checksum that does not fit",
        found=found,
        expected=expected,
    )


def _decoded(packed: bytes) -> Invitation:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(packed, _MAX_PLAIN)
    except zlib.error as problem:
        raise _malformed("its content does not unpack") from problem
    if not stream.eof or stream.unconsumed_tail or stream.unused_data:
        raise _malformed("its content is too large or cut short")
    try:
        invitation = Invitation.model_validate(parse_json(plain, max_bytes=_MAX_PLAIN, max_depth=3))
        invitation.pins.keys()
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        raise _malformed(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from problem
    except TrustError as problem:
        raise _malformed(str(problem)) from problem
    return invitation


def decode_invitation(text: str) -> Invitation:
    """The invitation in a pasted text, whatever mail has done to its lines, widths, quotes and surroundings.

    ``trust.invitation-malformed``: there is none, or its content is wrong. ``trust.invitation-incomplete``: a part is
    missing or altered. ``trust.invitation-version``: made by a newer Zhubi.
    """
    if len(text) > _MAX_TEXT:
        raise _malformed("the text is too long")
    plain = unicodedata.normalize("NFKC", clean_text(text))
    fault = _malformed("it does not hold zhubi1: and what follows")
    longest = -1
    for start in _START.finditer(plain):
        letters = _letters(plain[start.end() :])
        try:
            if int(start[1]) != VERSION:
                raise _version(start[1])
            return _decoded(_unframed(letters))
        except TrustError as problem:
            # The text around it may speak of zhubi1: too. What is said is about the one that holds the most.
            if len(letters) > longest:
                fault, longest = problem, len(letters)
    raise fault


def _version(found: str) -> TrustError:
    return TrustError(
        "trust.invitation-version", f"an invitation of version {found}, this app reads {VERSION}", found=found
    )


def describe_key(key: str) -> str:
    """A pinned key as people compare it: six groups of four hexadecimal digits of its SHA-256."""
    digits = hashlib.sha256(key.encode()).hexdigest()[:24]
    return " ".join(textwrap.wrap(digits, 4))


def code_hash(code: str) -> str:
    """The SHA-256 an invitation's record holds of its code, as typed in any case, with spaces, dashes, look-alikes."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())
    plain = plain.translate(str.maketrans("OIL", "011"))
    return hashlib.sha256(f"zhubi invitation code\n{plain}".encode()).hexdigest()
