"""Invitations: all that an expert needs to meet an office for the first time, in a text that survives mail."""

from __future__ import annotations

import hashlib
import ipaddress
import textwrap
import unicodedata
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from zhubi.core.model.values import Digest, Frozen, Instant, Line, PublicKey, Uuid
from zhubi.core.trust.canonical import parse_json
from zhubi.core.trust.checkpoints import PinnedLog
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.pastable import MAX_PLAIN, Form, from_text, to_text

_FORM: Final = Form("zhubi", 1, "invitation", "an invitation")


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


def encode_invitation(invitation: Invitation) -> str:
    """The invitation as text in lines of 64 columns, ``zhubi1:`` at its head."""
    return to_text(_FORM, invitation.model_dump(mode="json"))


def decode_invitation(text: str) -> Invitation:
    """The invitation in a pasted text, whatever mail has done to its lines, widths, quotes and surroundings.

    ``trust.invitation-malformed``: there is none, or its content is wrong. ``trust.invitation-incomplete``: a part is
    missing or altered. ``trust.invitation-version``: made by a newer Zhubi.
    """
    return from_text(_FORM, text, _read)


def _read(plain: bytes) -> Invitation:
    try:
        invitation = Invitation.model_validate(parse_json(plain, max_bytes=MAX_PLAIN, max_depth=3))
        invitation.pins.keys()
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        raise _FORM.malformed(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from problem
    except TrustError as problem:
        raise _FORM.malformed(str(problem)) from problem
    return invitation


def describe_key(key: str) -> str:
    """A pinned key as people compare it: six groups of four hexadecimal digits of its SHA-256."""
    digits = hashlib.sha256(key.encode()).hexdigest()[:24]
    return " ".join(textwrap.wrap(digits, 4))


def code_hash(code: str) -> str:
    """The SHA-256 an invitation's record holds of its code, as typed in any case, with spaces, dashes, look-alikes."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())
    plain = plain.translate(str.maketrans("OIL", "011"))
    return hashlib.sha256(f"zhubi invitation code\n{plain}".encode()).hexdigest()
