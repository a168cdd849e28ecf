"""A piece of evidence as it is shown, and the words that tell how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from zhubi.locale import say

State = Literal["draft", "signed", "waiting", "accepted", "elsewhere"]
Location = Literal["", "none", "removed", "kept"]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A piece of evidence on the sheet. ``size`` is that of the file in bytes, 0 where only another device has it.

    ``about_name`` is what it supports, in words; ``taken_at`` the camera's clock, ``location`` what became of the place
    it noted, told when it is added. ``state``: not signed yet; signed and on its way with its record; ``waiting`` with
    the office holding ``percent`` of it; accepted; or on another device.
    """

    digest: str
    name: str
    media_type: str
    size: int
    about: str
    about_name: str
    taken_at: str
    noted_at: datetime | None
    state: State
    percent: int = 0
    location: Location = ""


def state_words(row: EvidenceRow) -> str:
    """How a piece of evidence stands, in words."""
    return say(f"evidence.state.{row.state}", percent=f"{row.percent}%")


def size_words(size: int) -> str:
    """A size as people read it; empty for none."""
    if not size:
        return ""
    return f"{size / 1024**2:.1f} MiB" if size >= 1024**2 else f"{max(1, size // 1024)} KiB"


def added_words(row: EvidenceRow) -> str:
    """What is told of a piece of evidence that was just added: when it was taken, and what became of the place."""
    parts = [say("evidence.added", name=row.name, digest=row.digest[:12])]
    if row.taken_at:
        parts.append(say("evidence.taken", time=row.taken_at))
    if row.location:
        parts.append(say(f"evidence.location.{row.location}"))
    return "".join(parts)
