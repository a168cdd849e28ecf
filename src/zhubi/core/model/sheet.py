"""What an expert fills in: the draft and, unchanged, what is signed inside a review.

An empty ``Sheet()`` is a fresh draft. Nothing here knows a rulebook: whether a sheet is whole, within its limits or
consistent is said by ``zhubi.core.rules``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from zhubi.core.model.values import Digest, Frozen, Instant, Line, Points, Slug, Words, Yuan

FactValue = int | bool | str
FindingValue = Literal["yes", "no", "unknown"]
OutcomeValue = Literal["met", "unmet", "unknown"]


class Score(Frozen):
    """The points for one criterion, in the scale's smallest step; or that it does not apply to this project."""

    criterion: Slug
    points: Points | None = None
    not_applicable: bool = False
    comment: Words = ""


class Answer(Frozen):
    """The answer to one question: a choice's id, ``yes`` or ``no``, a number or text, as the question asks."""

    question: Slug
    value: Words


class Finding(Frozen):
    """What one expert (or, in a conclusion, the panel) holds to be the fact."""

    finding: Slug
    value: FindingValue
    words: Words = ""


class FactReading(Frozen):
    """A fact as the expert read it in the papers. ``value`` None: looked for and not found."""

    fact: Slug
    value: Annotated[bool | int | Line | None, Field(union_mode="smart")] = None
    confirmed: bool = False


class CheckSeen(Frozen):
    """The outcome of a check as it stood before the expert's eyes, and what they wrote about it."""

    check: Slug
    outcome: OutcomeValue
    missing: tuple[Slug, ...] = ()
    words: Words = ""


class IndicatorJudgement(Frozen):
    """One indicator of the task book, as the expert saw it."""

    indicator: Slug
    observed: Words = ""
    judgement: Literal["met", "partly", "not-met", "not-checked"]
    words: Words = ""


class Cut(Frozen):
    """A suggested cut of one budget line, in yuan (元) of its fiscal part."""

    line: Slug
    amount: Annotated[Yuan, Field(gt=0)]
    reason: Words = ""


class Cuts(Frozen):
    """The suggested cuts together. ``total_follows``: the project's total shrinks by what is cut."""

    lines: tuple[Cut, ...] = ()
    core_indicators_stand: bool = True
    total_follows: bool = False


class Citation(Frozen):
    """A passage that the words of the sheet point at, as ``[1]`` for ``number`` 1.

    ``document`` is the digest of a sealed blob that the dossier's manifest names: the content's, or an attachment's.
    ``page`` counts from 1: a page of the attachment, a section of the content; 0 names the document as a whole.
    """

    number: Annotated[int, Field(ge=1, le=999)]
    document: Digest
    page: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    quotation: Annotated[Line, Field(max_length=200)] = ""


EVIDENCE_LIMIT: Final = 300
"""How many pieces of evidence one sheet names at most."""

About = Annotated[
    str,
    StringConstraints(
        pattern=r"^((indicator|finding|question):[a-z0-9][a-z0-9._-]{0,79}|signature:[0-9a-f]{64})?$"
    ),
]
"""What evidence supports: ``indicator:ID``, ``finding:ID``, ``question:ID``, the record whose paper was signed by hand
(``signature:DIGEST``), or nothing of the sheet in particular."""


class EvidenceRef(Frozen):
    """A piece of evidence (佐证), named by what lies sealed to the office and to its author.

    ``digest`` is the SHA-256 of the age file and ``size`` its bytes. ``taken_at`` is what the camera's clock said, as
    ``2026-07-03T10:15:00`` without a time zone, empty where it said nothing; ``noted_at`` is when the author's machine
    sealed it, a claim like every time an author gives.
    """

    digest: Digest
    size: Annotated[int, Field(ge=1, le=2**30)]
    name: Annotated[Line, Field(min_length=1, max_length=200)]
    media_type: Annotated[Line, Field(max_length=100)] = ""
    about: About = ""
    taken_at: Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)?$")] = ""
    noted_at: Instant


class MethodUsed(Frozen):
    """A way of working (汇报, 核验, 访谈 …): ``method`` is the rulebook's own id of it, empty for any other."""

    method: Slug | Literal[""] = ""
    name: Annotated[Line, Field(min_length=1, max_length=60)]
    done: bool = True
    words: Words = ""

    @property
    def key(self) -> str:
        """What tells it from the others of a sheet: the rulebook's id, else its name."""
        return self.method or self.name


METHODS_LIMIT: Final = 40
"""How many ways of working one sheet names at most."""


class Total(Frozen):
    """A sheet's total, every number in the scale's smallest step.

    ``raw`` is what was given, ``base`` the full points of what applies, ``full`` the full points of the expert's
    role. When something does not apply, ``points`` is ``raw`` rescaled from ``base`` to ``full``, half up.
    """

    points: Points
    full: Points
    raw: Points
    base: Points
    rescaled: bool = False


class Sheet(Frozen):
    """One expert's sheet for one dossier (个人评审表)."""

    scores: tuple[Score, ...] = ()
    answers: tuple[Answer, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: tuple[FactReading, ...] = ()
    checks: tuple[CheckSeen, ...] = ()
    indicators: tuple[IndicatorJudgement, ...] = ()
    cuts: Cuts | None = None
    total: Total | None = None
    recommendation: Slug | None = None
    recommendation_words: Words = ""
    opinion: Words = ""
    # What is not cited leaves no key, so that what was signed before citations existed is still said the same way.
    citations: Annotated[tuple[Citation, ...], Field(max_length=300, exclude_if=lambda cited: not cited)] = ()
    evidence: Annotated[
        tuple[EvidenceRef, ...], Field(max_length=EVIDENCE_LIMIT, exclude_if=lambda named: not named)
    ] = ()
    methods: Annotated[
        tuple[MethodUsed, ...], Field(max_length=METHODS_LIMIT, exclude_if=lambda named: not named)
    ] = ()
