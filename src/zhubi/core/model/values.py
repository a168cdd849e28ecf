"""The small values everything else is made of: digests, instants, money, points, measured values."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from zhubi.core.model.text import clean_line, clean_text

YUAN_LIMIT: Final = (
    10**13
)  # ten trillion 元: no budget comes near it, and no product of two shares overflows 64 bits


class Frozen(BaseModel):
    """The base of every model: never changed after it is made, nothing unknown let in, no coercion by accident."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=False, hide_input_in_errors=True
    )


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 as 64 lower-case hexadecimal digits."""

Uuid = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
]
"""A UUIDv7 in its lower-case text form."""

Nonce = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""Sixteen random bytes in hexadecimal: two records are never equal by accident."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]
"""The stable name of an item in a rulebook, a role, a kind."""

PublicKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""An Ed25519 public key: the ``x`` of its JWK (RFC 8037), base64url without padding."""

Thumbprint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""The RFC 7638 thumbprint of a public key, base64url without padding."""

Recipient = Annotated[str, StringConstraints(pattern=r"^age1[0-9a-z]{58}$")]
"""An age X25519 recipient: what things are sealed to."""

Yuan = Annotated[int, Field(ge=-YUAN_LIMIT, le=YUAN_LIMIT)]
"""Money in whole yuan (元)."""

Points = Annotated[int, Field(ge=0, le=1_000_000)]
"""Points in the scale's smallest step: 22 with step 1 means 22, 9 with half points means 4.5."""


def _clean_already(text: str) -> str:
    # A second cleaning that changes something means that the text came in by no proper door.
    if clean_text(text) != text:
        raise ValueError("text holds control, bidirectional or other unseen characters")
    return text


def _one_line(text: str) -> str:
    if clean_line(text, 4000) != text:
        raise ValueError("a single clean line of text was expected")
    return text


Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_one_line)]
"""One line of clean text, at most 500 characters."""

Words = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_clean_already)]
"""Clean text of several lines, at most 20,000 characters: opinions, comments, reasons."""

Prose = Annotated[str, StringConstraints(max_length=200_000), AfterValidator(_clean_already)]
"""Clean text as long as a chapter, at most 200,000 characters: the sections of an application."""

_INSTANT: Final = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$")


def in_range(moment: datetime) -> bool:
    """Whether a moment lies where every time zone can write it and no deadline is out of reach: 1970 to 2999."""
    return 1970 <= moment.year <= 2999


def _instant(text: str) -> str:
    if not _INSTANT.match(text):
        raise ValueError("an instant in UTC like 2026-07-03T10:00:00Z was expected")
    if not in_range(datetime.fromisoformat(text)):
        raise ValueError("an instant between the years 1970 and 2999 was expected")
    return text


Instant = Annotated[str, AfterValidator(_instant)]
"""A moment in UTC, RFC 3339 with ``Z``; compared after ``parse_instant``."""


def _day(text: str) -> str:
    if not re.match(r"^\d{4}-\d\d-\d\d$", text):
        raise ValueError("a date like 2026-07-03 was expected")
    datetime.fromisoformat(text)
    return text


Day = Annotated[str, AfterValidator(_day)]
"""A calendar day, ``YYYY-MM-DD``."""


def parse_instant(text: str) -> datetime:
    """The aware UTC datetime of an ``Instant``."""
    return datetime.fromisoformat(text).astimezone(UTC)


def instant(moment: datetime) -> str:
    """The ``Instant`` of an aware datetime, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _decimal(text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation as problem:
        raise ValueError("a decimal number was expected") from problem
    if not value.is_finite() or len(text) > 40 or "e" in text.lower():
        raise ValueError("a plain finite decimal number was expected")
    return text


DecimalText = Annotated[str, AfterValidator(_decimal)]
"""A measured value as written: a plain decimal string, so that 99.50 stays 99.50."""


class Measured(Frozen):
    """A measured value and its unit, as the paper states it."""

    value: DecimalText
    unit: Line
