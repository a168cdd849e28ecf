"""What the desk shows: frozen values that hold words ready to be drawn, and nothing that can be run.

Everything here is light on purpose: the first paint reads rows, so this module imports neither pydantic nor any
library of trust or wire. Every text that came from outside was cleaned where it entered. Moments are aware
datetimes in UTC. ``stage`` is a value of ``zhubi.core.rules.lifecycle.Stage``; its word is ``desk.stage.<stage>``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from zhubi.core.model.rulebook import ReviewKind
    from zhubi.core.model.sheet import Sheet
    from zhubi.core.trust.invitations import Invitation

Nearness = Literal["far", "near", "urgent", "past"]
Act = Literal["enrol", "sync", "commit", "declare", "review", "sign", "send", "wait", "none"]
Outcome = Literal["met", "unmet", "unknown"]
Severity = Literal["block", "warn", "inform"]


@dataclass(frozen=True, slots=True)
class ReviewKey:
    """Which assignment: the office's log origin, the round and the dossier (both UUIDs)."""

    office: str
    round: str
    dossier: str


# Enrolling and opening


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as it is shown before anything is sent: who asks, by which pinned keys, until when."""

    invitation: Invitation
    organiser: str
    name: str
    unit: str
    url: str
    keys_in_words: tuple[str, ...]
    """The pinned log, cosigner and root key, each as ``label  XXXX XXXX …``, to compare over the telephone."""
    expires_at: datetime
    expired: bool


# The desk


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


# Commitment and declarations


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


# Review


@dataclass(frozen=True, slots=True)
class BandView:
    """A band of one criterion: its name and range as written (``优18-20``)."""

    id: str
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion of the sheet."""

    id: str
    name: str
    full_text: str
    points_text: str
    """As written, empty when not given; ``不适用`` stands in ``not_applicable``."""
    band: str
    comment: str
    mine: bool
    """Whether this expert's role scores it."""
    scored_by: str
    """Which roles score it, in words, when it is not mine."""
    guide: str
    basis: str
    bands: tuple[BandView, ...]
    may_not_apply: bool
    not_applicable: bool
    comment_invited: bool


@dataclass(frozen=True, slots=True)
class TotalView:
    """The total as it stands: ``text`` empty before the first score."""

    text: str
    my_maximum_text: str
    rescaled: bool


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check of the policy against this dossier and sheet."""

    id: str
    name: str
    outcome: Outcome
    severity: Severity
    sentence: str
    """What to make of it, in words."""
    missing: tuple[str, ...]
    """Names of the facts that are missing, in words, where the outcome is unknown."""
    basis: str
    words: str
    """What the expert wrote about it."""
    needs_words: bool
    offers_cut: int | None = None
    """Yuan (元) that the rule suggests to cut, when it does."""


@dataclass(frozen=True, slots=True)
class MissingRow:
    """Something required that is still missing. ``what`` is one of score, comment, answer, finding, recommendation,
    words, indicator, cuts, opinion; ``item`` its id."""

    what: str
    item: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One possible value, and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question of the sheet and its answer (empty when not answered)."""

    id: str
    name: str
    asks: Literal["yes-no", "choice", "text", "number"]
    choices: tuple[ChoiceView, ...]
    unit: str
    guide: str
    required: bool
    gate: bool
    value: str
    basis: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A statement of fact that the policy turns on; ``value`` is yes, no, unknown or empty."""

    id: str
    name: str
    guide: str
    required: bool
    value: str
    words: str
    basis: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact that the papers state and rules read."""

    name: str
    label: str
    value_text: str
    """As written with its unit; empty when the papers lack it."""
    section: str
    kind: Literal["int", "bool", "text", "day"] = "text"
    confirmed: bool = False
    reading_text: str = ""
    """What the expert read instead, when that was typed."""


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A budget line in yuan (元), and the cut suggested for it."""

    id: str
    subject: str
    total: int
    fiscal: int
    note: str
    may_cut: bool
    cut: int
    cut_reason: str


@dataclass(frozen=True, slots=True)
class CutsView:
    """The suggested cuts together, in yuan (元)."""

    offered: bool
    """Whether this review kind lets experts suggest cuts at all."""
    total_cut: int
    fiscal_before: int
    fiscal_after: int
    core_indicators_stand: bool
    total_follows: bool
    total_may_follow: bool
    basis: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator of the task book, what the papers report, and the expert's judgement of it."""

    id: str
    name: str
    target: str
    unit: str
    binding: bool
    reported: str
    observed: str
    judgement: str
    """met, partly, not-met, not-checked, or empty."""
    words: str


@dataclass(frozen=True, slots=True)
class RecommendationRow:
    """What may be recommended; ``needs_words`` when choosing it asks for written words as things stand."""

    id: str
    name: str
    affirmative: bool
    chosen: bool
    needs_words: bool
    basis: str


@dataclass(frozen=True, slots=True)
class SheetState:
    """The sheet and all that follows from it, made anew after every edit."""

    sheet: Sheet
    saved_at: datetime | None
    criteria: tuple[CriterionRow, ...]
    total: TotalView
    checks: tuple[CheckRow, ...]
    questions: tuple[QuestionRow, ...]
    findings: tuple[FindingRow, ...]
    facts: tuple[FactRow, ...]
    budget: tuple[BudgetRow, ...]
    cuts: CutsView
    indicators: tuple[IndicatorRow, ...]
    recommendations: tuple[RecommendationRow, ...]
    missing: tuple[MissingRow, ...]
    advice: tuple[str, ...]
    opinion: str
    opinion_length: int
    opinion_minimum: int
    recommendation_words: str


@dataclass(frozen=True, slots=True)
class RecoveredDraft:
    """Work that a crash left behind, and when it was last typed."""

    at: datetime
    edits: int


@dataclass(frozen=True, slots=True)
class SectionView:
    """One part of the application's text."""

    id: str
    heading: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """An attachment; ``percent`` is how much of its ciphertext is on this machine. Sizes in bytes."""

    blob: str
    name: str
    title: str
    media_type: str
    material: str
    size: int
    state: Literal["here", "partial", "missing"]
    percent: int


@dataclass(frozen=True, slots=True)
class ContentView:
    """What is inside the seal. ``outline`` is (section id, heading, level)."""

    code: str
    title: str
    version: int
    set_up_on: str
    outline: tuple[tuple[str, str, int], ...]
    sections: tuple[SectionView, ...]
    facts: tuple[FactRow, ...]
    budget: tuple[BudgetRow, ...]
    indicators: tuple[IndicatorRow, ...]
    attachments: tuple[AttachmentRow, ...]


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Everything the review screen needs; ``content`` None while the sealed content is not on this machine."""

    key: ReviewKey
    row: Row
    role: str
    role_name: str
    round_title: str
    rulebook_version: str
    """The pinned rulebook in words: policy, and the first digits of its digest."""
    kind: ReviewKind
    content: ContentView | None
    content_problem: str
    """Why the content is not shown, in a sentence; empty when it is."""
    state: SheetState
    recovered: RecoveredDraft | None
    read_only: bool
    stage: str
    returned_words: str
    refused_words: str
    correcting: bool
    """Whether this draft corrects a signed review and will supersede it."""
    correction_reason: str
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BasisView:
    """Where an item comes from: the clause, and what it says in our own words."""

    clause: str
    policy_title: str
    wording: str
    default: bool


# Submitting


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


# Synchronising


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is. ``done`` and ``total`` count what ``phase`` counts (bytes for blobs, records otherwise)."""

    office: str
    phase: Literal["checkpoint", "feed", "outbox", "receipts", "releases", "rulebooks", "blobs"]
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


# Trail, receipts, purge, settings


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


@dataclass(frozen=True, slots=True)
class Settings:
    """How the app behaves on this machine. ``keymap`` maps a binding's id to keys."""

    language: Literal["zh_CN", "en"] = "zh_CN"
    theme: Literal["dark", "light", "high-contrast"] = "dark"
    plain: bool = False
    copying: bool = False
    ask_pin_at_start: bool = True
    keymap: dict[str, str] = field(default_factory=dict)


SETTING_NAMES = tuple(Settings.__dataclass_fields__)
