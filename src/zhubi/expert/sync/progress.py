"""How far a sync is, and what it brought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from zhubi.core.model.errors import ZhubiError

Phase = Literal["checkpoint", "feed", "outbox", "receipts", "releases", "rulebooks", "blobs", "evidence"]
Progress = Callable[[Phase, int, int], None]
"""Told the phase, how much of it is done and how much there is; 0 for unknown.

Bytes for blobs and evidence, else records.
"""


@dataclass(slots=True)
class SyncReport:
    """What a sync brought; counted as it goes, so that a sync cut short has a report too.

    ``problems``: what went wrong, the first first; everything that came before it is kept.
    """

    received: int = 0
    sent: int = 0
    proven: int = 0
    refused: int = 0
    waiting: int = 0
    conflicts: int = 0
    releases: int = 0
    rulebooks: int = 0
    blobs: int = 0
    blob_bytes: int = 0
    evidence: int = 0
    """How many pieces of evidence were proven to be accepted."""
    letters: int = 0
    """How many letters to the inspectors were proven to be in the log."""
    skipped: int = 0
    """Verified records of types that this version does not know."""
    problems: list[ZhubiError] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything is here, or proven, that was not before."""
        return any(
            (
                self.received,
                self.proven,
                self.refused,
                self.conflicts,
                self.releases,
                self.rulebooks,
                self.blobs,
                self.evidence,
                self.letters,
            )
        )


def silent(phase: Phase, done: int, total: int) -> None:
    """A progress that nobody looks at."""
