"""What packets hold and bring, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

Progress = Callable[[int, int], None]
"""Told how many bytes are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom a packet can be sealed to: ``office``, or the thumbprint of another device's signing key."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a packet would carry now: records and evidence to the office, or drafts and notes to another device."""

    records: int = 0
    evidence: int = 0
    drafts: int = 0
    notes: int = 0
    bytes: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to carry."""
        return not (self.records or self.evidence or self.drafts or self.notes)


@dataclass(frozen=True, slots=True)
class PacketMade:
    """A packet that was made: where it lies, its size in bytes, and a sentence on what it carries."""

    path: Path
    size: int
    digest: str
    summary: str
    to_office: bool


@dataclass(frozen=True, slots=True)
class PacketPassed:
    """A packet that was made here or taken in here before."""

    direction: Literal["in", "out"]
    at: datetime
    summary: str


@dataclass(frozen=True, slots=True)
class PacketSeen:
    """What is in a packet; nothing was taken in. ``sentences`` say it, the first who made it for whom and when."""

    path: Path
    digest: str
    size: int
    kind: Literal["submission", "answers", "drafts"]
    made_at: datetime | None
    sentences: tuple[str, ...]
    known: bool
    """Whether all of it was taken in before, or it was made here."""


@dataclass(frozen=True, slots=True)
class PacketTaken:
    """What came of taking a packet in. ``problem`` is the first fault as a sentence, empty when there was none."""

    changed: bool
    sentences: tuple[str, ...]
    problem: str = ""
    problem_kind: str = ""
