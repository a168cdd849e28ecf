"""What the review screen shows: the sheet and all that follows from it, and the content beside it.

Light like ``zhubi.expert.desk.views``, whose remarks hold here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from zhubi.expert.desk.views import ReviewKey, Row

if TYPE_CHECKING:
    from zhubi.core.model.rulebook import ReviewKind
    from zhubi.core.model.sheet import Sheet

Outcome = Literal["met", "unmet", "unknown"]
Severity = Literal["block", "warn", "inform"]


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
    """Whether the points ask for a comment that is not there."""
    comment_required: bool = False
    """Whether signing waits for that comment."""
    comment_minimum: int = 0
    """Characters that a comment should have where the points ask for one; 0 where they do not."""


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
    required: bool = True
    """Whether signing waits for it; what is not required is counted and shown, and no more."""


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
    total_before: int = 0
    total_after: int = 0


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
class MethodRow:
    """A way of working: one that the policy names, or another. ``id``: its id there, else its name."""

    id: str
    name: str
    done: bool
    words: str
    basis: str
    """Empty where the policy does not name it."""


@dataclass(frozen=True, slots=True)
class SupposedRow:
    """What answering a finding with yes or no would change; empty for the answer that stands."""

    finding: str
    if_yes: str
    if_no: str


@dataclass(frozen=True, slots=True)
class ContradictionRow:
    """Parts of the sheet that do not go together; ``touches`` are pairs of finding, answer, recommendation, indicator,
    score or fact and the id of it."""

    id: str
    sentence: str
    touches: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MeaningView:
    """What the text says the own findings mean. ``sentence`` is empty where it concludes nothing from them."""

    verdict: Literal["one", "conflict", "uncovered", "undecided", "open"]
    sentence: str
    supposed: tuple[SupposedRow, ...]
    contradictions: tuple[ContradictionRow, ...]


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
    look_again: tuple[str, ...] = ()
    """Places (``score:innovation``, ``opinion``) that ask for another look since the form or the papers changed."""
    meaning: MeaningView | None = None
    methods: tuple[MethodRow, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoneView:
    """An edit that was taken back, or done again: the line of the sheet it is on, its part, and what to say of it.

    ``line`` is score, question, finding, fact, indicator, check, cut, cuts, recommendation, opinion or citation.
    """

    line: str
    item: str
    part: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PhraseRow:
    """One of the expert's own phrases (常用语), and how often it was used."""

    id: int
    words: str
    used: int


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
    blob: str = ""
    """The digest of the sealed blob that all this was read from."""


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
