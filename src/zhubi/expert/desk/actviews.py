"""What single acts show: what each needs beforehand, and what came of it. ``views`` gives these names too.

Light like ``zhubi.expert.desk.views``, whose remarks hold here; apart from it because no first paint needs any of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from zhubi.expert.desk.views import ReviewKey

if TYPE_CHECKING:
    from zhubi.core.trust.invitations import Invitation


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as it is shown before anything is sent: who asks, by which pinned keys, until when."""

    invitation: Invitation
    organiser: str
    name: str
    unit: str
    url: str
    keys_in_words: tuple[str, ...]
    """The pinned log, cosigner and root key: each a label and groups of four digits, to compare over the telephone."""
    expires_at: datetime
    expired: bool


@dataclass(frozen=True, slots=True)
class CommitmentDocument:
    """One part of the commitment, point by point."""

    id: str
    name: str
    points: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class CommitmentView:
    """The one document of a round: read to its end, signed once."""

    round: str
    title: str
    organiser: str
    kind_name: str
    documents: tuple[CommitmentDocument, ...]
    signed_at: datetime | None
    proven: bool
    unread: bool = False
    """Whether the rules have not arrived yet, so that there is nothing to read; sync first."""


@dataclass(frozen=True, slots=True)
class MatchView:
    """A local hint of a relation, explained; it stays on this machine."""

    strength: Literal["certain", "likely", "possible"]
    sentence: str


@dataclass(frozen=True, slots=True)
class RelationView:
    """A relation as the expert stated it. ``until`` is a day ``YYYY-MM-DD`` or empty."""

    kind: str
    with_whom: str = ""
    until: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class RelationKind:
    """A kind of relation that the rulebook names; ``window`` says in words how long it reaches back."""

    id: str
    name: str
    window_months: int | None
    window: str
    level: Literal["hard", "soft"]
    basis: str


@dataclass(frozen=True, slots=True)
class DeclarationRow:
    """One card of the 回避核对 table, and what was answered."""

    key: ReviewKey
    order: int
    code: str
    title: str
    summary: str
    units: tuple[tuple[str, str], ...]
    """(name, part in words)."""
    people: tuple[tuple[str, str, str], ...]
    """(name, unit, part in words)."""
    seat: str | None
    """The seat the policy itself gives, as an id, when this assignment has one."""
    seat_name: str
    hints: tuple[MatchView, ...]
    outcome: str | None
    """A value of ``DeclarationOutcome``: what was answered here or signed; None is not yet answered."""
    relations: tuple[RelationView, ...]
    words: str
    signed: bool
    """Whether this outcome is signed; an answer only kept here is not."""
    redeclare: bool
    """Whether the card changed since, so that it must be answered again."""
    stage: str
    decision: str = ""
    """What the organiser decided on 需说明, in words; empty before that."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What matching needs to know of the expert. It stays on this machine and is never uploaded."""

    name: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    former_units: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    """(short name, full name) of a unit, as the expert taught them."""


@dataclass(frozen=True, slots=True)
class SignedReport:
    """How many records were signed just now and wait to be delivered; and why some were not."""

    signed: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmitRow:
    """One review on the 签名提交 list."""

    key: ReviewKey
    code: str
    title: str
    score_text: str
    recommendation_name: str
    opinion_length: int
    state: Literal["ready", "missing", "refused", "signed"]
    """``signed``: already signed and waiting to be delivered."""
    missing_count: int
    contradicts: bool
    """Whether an affirmative recommendation stands against a blocking check."""
    words_given: bool
    reason: str = ""
    """Why it was refused, in a sentence."""
    changed: int | None = None
    """How many things differ from the signed review that this one will supersede; None where it supersedes none."""
    news: frozenset[str] = frozenset()
    """What became new under it, as on the review screen: ``new-rules``, ``new-version``, ``look-again`` …"""
    lacks: tuple[str, ...] = ()
    """What is missing, in words, in the order of the form."""
    kept_back: bool = False
    """暂缓: not to go with the others, until it is ticked again."""
    overdue: bool = False
    """Whether closing has passed, so that it arrives late."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What the office would say to one review as it is; ``lacks`` where it cannot be signed yet."""

    key: ReviewKey
    code: str
    state: Literal["fits", "late", "waits", "refused", "lacks"]
    sentence: str


@dataclass(frozen=True, slots=True)
class TrialReport:
    """A result for each review that could be judged; ``problem`` says why the office could not be asked."""

    results: tuple[TrialResult, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SubmitStep:
    """One step of one review on its way; ``sentence`` says what went wrong when ``ok`` is False."""

    key: ReviewKey
    code: str
    step: Literal["check", "sign", "deliver", "verify"]
    ok: bool
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class SignResult:
    """What became of one review asked to be signed; ``digest`` empty when it was not."""

    key: ReviewKey
    code: str
    digest: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One record of the outbox after an attempt to deliver it."""

    key: ReviewKey | None
    code: str
    what: str
    """The record's type in words."""
    state: Literal["proven", "waiting", "refused", "unsent"]
    receipt_code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """What a delivery brought: everything that was in the outbox, and what still is."""

    delivered: tuple[Delivered, ...]
    unsent: int
    problem: str = ""
    complete: tuple[tuple[str, int], ...] = ()
    """Rounds (title, count) of which everything is proven now: 本场12项全部送达，可以离场."""


@dataclass(frozen=True, slots=True)
class RivalRow:
    """One of two records that stand side by side, for the author to settle."""

    digest: str
    made_at: datetime
    what: str
    score_text: str
    recommendation_name: str
    opinion: str


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is. ``done`` and ``total`` count bytes for blobs and evidence, else records."""

    office: str
    phase: Literal["checkpoint", "feed", "outbox", "receipts", "releases", "rulebooks", "blobs", "evidence"]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync brought. ``problem`` is a sentence, empty when all went well; what came before it is kept."""

    changed: bool
    received: int
    sent: int
    proven: int
    refused: int
    waiting: int
    blobs: int
    blob_bytes: int
    problem: str = ""
    problem_kind: str = ""


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One act on a project. ``code`` is the short receipt code where there is a receipt."""

    at: datetime
    """Log time where it is known, else the time the author claims."""
    logged: bool
    who: str
    what: str
    detail: str
    digest: str
    receipt_state: Literal["proven", "pending", "refused", "none"]
    code: str
    differences: tuple[str, ...] = ()
    """What this one says otherwise than the one it took the place of, line by line; empty where it took none."""
    citations: tuple[str, ...] = ()
    """What the words of a review cite, one passage a line."""
    timing: tuple[str, ...] = ()
    """Of one's own review: when it was signed, within its bounds, and what it means that it came late."""


@dataclass(frozen=True, slots=True)
class TrailView:
    """The story of one assignment; receipts were verified while this was made."""

    key: ReviewKey
    code: str
    title: str
    stage: str
    rows: tuple[TrailRow, ...]
    verified: int
    faults: tuple[str, ...]
    checkpoint_size: int
    checkpoint_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt on this machine; ``logged_at`` is log time."""

    digest: str
    code: str
    what: str
    project: str
    round_title: str
    index: int
    logged_at: datetime
    office: str


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """What a receipt file proves, line by line. ``pinned`` says whether by keys this machine knows, or was given."""

    ok: bool
    pinned: bool
    sentences: tuple[str, ...]
    code: str
    digest: str


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What is gone from this machine, what stays, and what cannot be reached from here, in words."""

    dossiers: int
    blobs: int
    kept: int
    remarks: tuple[str, ...]
