"""What the desk shows: frozen values that hold words ready to be drawn, and nothing that can be run.

Everything here is light on purpose: the first paint reads rows, so this module imports neither pydantic nor any
library of trust or wire. Every text that came from outside was cleaned where it entered. Moments are aware
datetimes in UTC. ``stage`` is a value of ``zhubi.core.rules.lifecycle.Stage``; its word is ``desk.stage.<stage>``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from zhubi.expert.desk.actviews import (
        CommitmentDocument,
        CommitmentView,
        DeclarationRow,
        Delivered,
        InvitationView,
        MatchView,
        Profile,
        PurgeReport,
        ReceiptRow,
        RelationKind,
        RelationView,
        RivalRow,
        SignedReport,
        SignResult,
        SubmitReport,
        SubmitRow,
        SubmitStep,
        SyncProgress,
        SyncReport,
        TrailRow,
        TrailView,
        VerifiedFile,
    )

__all__ = [
    "Act",
    "CommitmentDocument",
    "CommitmentView",
    "DeclarationRow",
    "Delivered",
    "InvitationView",
    "Leaving",
    "MatchView",
    "Nearness",
    "NextStep",
    "Profile",
    "PurgeReport",
    "ReceiptRow",
    "RelationKind",
    "RelationView",
    "ReviewKey",
    "RivalRow",
    "RoundRow",
    "Row",
    "Settings",
    "SignResult",
    "SignedReport",
    "StatusLine",
    "SubmitReport",
    "SubmitRow",
    "SubmitStep",
    "SyncProgress",
    "SyncReport",
    "TrailRow",
    "TrailView",
    "VerifiedFile",
]

Nearness = Literal["far", "near", "urgent", "past"]
Act = Literal["enrol", "sync", "commit", "declare", "review", "sign", "send", "purge", "wait", "none"]


@dataclass(frozen=True, slots=True)
class ReviewKey:
    """Which assignment: the office's log origin, the round and the dossier (both UUIDs)."""

    office: str
    round: str
    dossier: str


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round at a glance. ``stage_counts`` counts its assignments by stage."""

    round: str
    office: str
    title: str
    kind_name: str
    organiser: str
    stage_counts: dict[str, int]
    submitted: int
    total: int
    committed_at: datetime | None
    opens_at: datetime
    closes_at: datetime
    nearness: Nearness
    ended: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One assignment in the list. Before the declaration only what the card says; before the commitment, nothing."""

    round: str
    dossier: str
    office: str
    order: int
    """Agenda order as the office gave it, from 1."""
    code: str
    title: str
    units: str
    stage: str
    score_text: str
    """The total as written (``86``, ``79.5``), empty when there is none."""
    missing: int | None
    """Required items still missing; None where there is no draft to count."""
    receipt_code: str
    """Short receipt code such as ``7K3M-Q2``, empty until proven."""
    closes_at: datetime
    nearness: Nearness
    flags: frozenset[str] = frozenset()
    """``redeclare``, ``older-version``, ``new-version`` …: each has a word ``desk.flag.<flag>``."""

    @property
    def key(self) -> ReviewKey:
        """Which assignment this row is of."""
        return ReviewKey(self.office, self.round, self.dossier)


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next, the first thing the eye meets."""

    act: Act
    sentence: str
    """The whole line after ``下一步：``, in the language in use."""
    round: str | None = None
    dossier: str | None = None
    office: str | None = None
    code: str = ""
    missing: int = 0
    closes_at: datetime | None = None
    time_left: str = ""
    """What is left in words (``2小时56分``), empty when nothing closes."""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """How this machine stands with the office. ``problem`` is a sentence, empty when there is none."""

    state: Literal["synced", "offline", "failed", "never"]
    at: datetime | None
    unsent: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would be left behind on quitting now."""

    unsent: int
    unsigned: int
    next_deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Settings:
    """How the app behaves on this machine. ``keymap`` maps a binding's id to keys."""

    language: Literal["zh_CN", "en"] = "zh_CN"
    theme: Literal["dark", "light", "high-contrast"] = "dark"
    plain: bool = False
    copying: bool = False
    ask_pin_at_start: bool = True
    score_downwards: bool = False
    """Whether Enter in the grid goes to the next project of a criterion, and not to the project's next criterion."""
    keymap: dict[str, str] = field(default_factory=dict)


def __getattr__(name: str) -> Any:
    # Making one of these classes takes half a millisecond: those of single acts are made when the first one is used.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from zhubi.expert.desk import actviews

    return getattr(actviews, name)
