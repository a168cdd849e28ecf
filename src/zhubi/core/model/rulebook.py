"""A policy as compiled data: its review kinds, each with everything the occasion asks of experts and panel.

The models are what a rulebook's TOML becomes (``zhubi.core.rules.compile``), what the office serves, and what the
digest of a rulebook is taken of: ``Policy.model_dump(mode="json")`` holds no float and says the same thing each time.
Conditions are CEL text over the names of ``ReviewKind.vocabulary``. Points are in the scale's smallest step.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from zhubi.core.model.examples import Example
from zhubi.core.model.values import Day, Frozen, Line, Points, Slug
from zhubi.core.model.wording import Bilingual, Expression, Name

Severity = Literal["block", "warn", "inform"]


class Basis(Frozen):
    """Where an item comes from: clauses of the policy, or nowhere but our own default."""

    policy: Slug | None = None
    clauses: tuple[Line, ...] = ()
    text: Line = "default"

    @property
    def is_default(self) -> bool:
        """True when no clause stands behind the item, so that a round may replace it."""
        return not self.clauses

    def __str__(self) -> str:
        return self.text


def _written_basis(value: Any, info: ValidationInfo) -> Any:
    # Authors write "四.9; 七.18" or "default"; the policy's name and short form come from the folder being read.
    if not isinstance(value, str):
        return value
    if value.strip() == "default":
        return Basis()
    clauses = tuple(part.strip() for part in value.replace("；", ";").split(";") if part.strip())
    if not clauses:
        raise ValueError('a clause such as "四.9", or "default", was expected')
    context = info.context or {}
    unknown = [clause for clause in clauses if clause not in context.get("clauses", clauses)]
    if unknown:
        raise ValueError(f"clause {unknown[0]} is not listed under [[clauses]] in policy.toml")
    text = " ".join(filter(None, (context.get("short", ""), "; ".join(clauses))))
    return Basis(policy=context.get("policy"), clauses=clauses, text=text)


BasisField = Annotated[
    Basis,
    BeforeValidator(_written_basis),
    WithJsonSchema(
        {
            "type": "string",
            "title": "Basis",
            "description": 'Clauses of the policy, parted by ";" (each listed in policy.toml), or "default".',
            "examples": ["四.9", "四.9; 七.18", "default"],
        }
    ),
]


class Clause(Frozen):
    """A clause that touches review, and what it says in our own words.

    ``honoured`` is said where no item rests on it: by the ``office`` (``how``: by which act, or which part of the
    design), or ``outside`` of what Zhubi does (``why``).
    """

    id: Line
    gist: Bilingual
    honoured: Literal["office", "outside"] | None = None
    how: Bilingual | None = None
    why: Bilingual | None = None

    @model_serializer(mode="wrap")
    def _as_said(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # What is not said leaves no key: the digest of a rulebook changes with its words, not with what may be said.
        said: dict[str, Any] = serialize(self)
        return {name: value for name, value in said.items() if value is not None}


class Item(Frozen):
    """Something a rulebook names: its id, its name, where it comes from."""

    id: Slug
    name: Bilingual
    basis: BasisField


class Role(Frozen):
    """What an expert is on a panel for: technical, management, finance, industry, …"""

    id: Slug
    name: Bilingual


class Tag(Item):
    """A quality of a member that a panel rule may ask for: recommended by the demand side, seen the site, …"""


class PolicySeat(Item):
    """A seat the policy itself gives to someone who would otherwise stand aside: disclosed, never a conflict."""

    ground: Bilingual


class ConflictRelation(Item):
    """A relation that an expert declares. ``window_months`` None: no window of time, or the one the words state."""

    window_months: Annotated[int, Field(ge=0, le=600)] | None = None
    window: Literal["ever", "now", "months", "round", "year"] = "ever"
    level: Literal["hard", "soft"]


class Commitment(Item):
    """Part of the one document that an expert signs for a round: integrity, confidentiality, clean hands, …"""

    points: tuple[Bilingual, ...] = Field(min_length=1)


class Scale(Frozen):
    """How points are given. ``full`` is the sum of all criteria in the smallest step: 100, or 200 with half points."""

    step: Literal["1", "0.5"] = "1"
    full: Points = 100
    advisory: bool = False
    basis: BasisField = Basis()

    @property
    def steps_a_point(self) -> int:
        """1 for whole points, 2 for half points."""
        return 2 if self.step == "0.5" else 1


class Band(Item):
    """A named part of the scale, from ``from_percent`` of a criterion's full points up to the next band."""

    from_percent: Annotated[int, Field(ge=0, le=100)]


class Anchor(Frozen):
    """What a band means for one criterion."""

    band: Slug
    words: Bilingual


class Criterion(Item):
    """One item to score. ``roles`` empty: everyone scores it. Points are in the scale's smallest step.

    ``comment_below`` and ``comment_above`` are percentages of the full points beyond which a comment is required:
    ``comment_severity`` warn counts a missing one, block holds back signing too. A comment given there and shorter
    than ``comment_minimum`` characters is only hinted at.
    """

    guide: Bilingual = Bilingual(zh="", en="")
    full: Annotated[Points, Field(ge=1)]
    full_basis: BasisField = Basis()
    roles: tuple[Slug, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    may_not_apply: bool = False
    comment_below: Annotated[int, Field(ge=0, le=100)] = 0
    comment_above: Annotated[int, Field(ge=0, le=100)] = 100
    comment_severity: Annotated[Literal["block", "warn"], Field(exclude_if=lambda said: said == "warn")] = (
        "warn"
    )
    comment_minimum: Annotated[int, Field(ge=0, le=5000, exclude_if=lambda said: not said)] = 0


class Choice(Frozen):
    """One possible value of a question or a text fact."""

    id: Slug
    name: Bilingual


class Question(Item):
    """Something asked in words or choices rather than points. ``gate``: a door the project must pass, asked first."""

    asks: Literal["yes-no", "choice", "text", "number"] = "yes-no"
    choices: tuple[Choice, ...] = ()
    unit: Line = ""
    guide: Bilingual = Bilingual(zh="", en="")
    required: bool = True
    gate: bool = False
    roles: tuple[Slug, ...] = ()


class FindingRule(Frozen):
    """A statement of fact that the policy turns on; each expert answers yes, no or unknown, then the panel."""

    id: Name
    name: Bilingual
    basis: BasisField
    guide: Bilingual = Bilingual(zh="", en="")
    required: bool = True
    roles: tuple[Slug, ...] = ()


class FactRule(Frozen):
    """A fact that conditions read from the papers. ``day`` facts are dates, counted in days inside conditions."""

    id: Name
    name: Bilingual
    type: Literal["int", "bool", "text", "day"]
    unit: Line = ""
    choices: tuple[Choice, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    basis: BasisField = Basis()


class Check(Item):
    """A condition of the policy. ``when`` empty: it always applies. ``offers_cut``: CEL giving yuan (元) to cut."""

    expr: Annotated[Expression, Field(min_length=1)]
    when: Expression = ""
    severity: Severity
    on: Literal["sheet", "office", "panel"] = "sheet"
    offers_cut: Expression = ""
    consequence: Bilingual = Bilingual(zh="", en="")


class Material(Item):
    """A paper of the dossier. ``required_when`` empty: welcome, never required; ``true``: always required."""

    required_when: Expression = ""
    severity: Severity = "warn"
    on: Literal["sheet", "office", "panel"] = "sheet"


class CutsPolicy(Frozen):
    """What the policy lets experts cut: the fiscal part of a budget line, never the core indicators."""

    part: Literal["fiscal"] = "fiscal"
    core_indicators_stand: bool = True
    total_may_follow: bool = False
    needs_reason: bool = True
    basis: BasisField


class Requirement(Item):
    """One thing a panel must be, counted over those present and not recused.

    ``minimum``, ``maximum``: ``count`` members; ``odd``: an odd number; ``role-minimum``: ``count`` of ``role``;
    ``role-expected``: at least one of ``role``; ``share``: ``numerator``/``denominator`` of ``role``;
    ``tag``: ``count`` members with ``tag``. ``when`` empty: always.
    """

    kind: Literal["minimum", "maximum", "odd", "share", "role-minimum", "role-expected", "tag"]
    severity: Severity
    count: Annotated[int, Field(ge=1, le=200)] = 1
    numerator: Annotated[int, Field(ge=1, le=100)] = 1
    denominator: Annotated[int, Field(ge=1, le=100)] = 1
    role: Slug | None = None
    tag: Slug | None = None
    when: Expression = ""

    @model_validator(mode="after")
    def _named(self) -> Requirement:
        if self.kind in ("share", "role-minimum", "role-expected") and self.role is None:
            raise ValueError(f"a panel requirement of kind {self.kind} names a role")
        if self.kind == "tag" and self.tag is None:
            raise ValueError("a panel requirement of kind tag names a tag")
        if self.numerator > self.denominator:
            raise ValueError("a share is at most one whole")
        return self


class PanelRule(Frozen):
    """What the panel must be. Its faults hold back the panel's conclusion, never one expert's sheet."""

    requirements: tuple[Requirement, ...] = ()
    note: Bilingual = Bilingual(zh="", en="")
    basis: BasisField


class Contradiction(Item):
    """Statements of one sheet that cannot all stand, when ``when`` holds; ``name`` says which and why.

    It is named to the expert and to nobody else, and holds back neither saving nor signing.
    """

    when: Annotated[Expression, Field(min_length=1)]


class Recommendation(Item):
    """What one expert may recommend. ``needs_words_when`` empty: words are asked only by blocks (affirmative ones).

    ``conclusions``: those of the kind that this recommendation speaks for, any one of them; empty: no relation.
    """

    affirmative: bool
    needs_words_when: Expression = ""
    # What a rulebook does not say leaves no key, so that its digest stays what it was.
    conclusions: Annotated[tuple[Slug, ...], Field(exclude_if=lambda named: not named)] = ()


class Conclusion(Item):
    """What the panel may conclude. ``when`` empty: the text gives no condition and the panel chooses."""

    when: Expression = ""
    consequence: Bilingual = Bilingual(zh="", en="")
    affirmative: bool = False


class Method(Item):
    """A way of working the policy names."""


INDICATOR_COUNTS: Final = ("all", "binding", "binding_met", "binding_not_met", "met", "not_met", "partly")
"""What conditions may read of the expert's judgements of indicators: how many there are, how many were judged so."""


class ReviewKind(Item):
    """One occasion on which experts act (评审环节). ``scale`` None: nothing is scored, the questions are the form."""

    policy: Slug
    modes: tuple[Literal["meeting", "letter", "onsite"], ...] = Field(min_length=1)
    modes_basis: BasisField = Basis()
    subjects: Literal["one", "several"] = "one"
    scale: Scale | None = None
    bands: tuple[Band, ...] = ()
    roles: tuple[Role, ...] = ()
    tags: tuple[Tag, ...] = ()
    seats: tuple[PolicySeat, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    questions: tuple[Question, ...] = ()
    findings: tuple[FindingRule, ...] = ()
    facts: tuple[FactRule, ...] = ()
    checks: tuple[Check, ...] = ()
    materials: tuple[Material, ...] = ()
    cuts: CutsPolicy | None = None
    panel: PanelRule
    recommendations: tuple[Recommendation, ...] = ()
    conclusions: tuple[Conclusion, ...] = ()
    commitments: tuple[Commitment, ...] = Field(min_length=1)
    methods: tuple[Method, ...] = ()
    methods_open: bool = True
    judges_indicators: bool = False
    contradictions: Annotated[tuple[Contradiction, ...], Field(exclude_if=lambda named: not named)] = ()
    opinion_minimum: Annotated[int, Field(ge=0, le=5000)] = 100
    opinion_minimum_basis: BasisField = Basis()
    open_points: tuple[Bilingual, ...] = ()
    examples: tuple[Example, ...] = ()

    @cached_property
    def vocabulary(self) -> tuple[tuple[str, str], ...]:
        """Every name a condition may use with its CEL type (``int``, ``bool``, ``string``), in a fixed order.

        Hyphens of ids are underscores in names: the material ``task-book`` is ``material.task_book``. Points
        (``sheet.total``, ``sheet.points.x``, ``panel.mean``) are in the scale's smallest step.
        """
        names: list[tuple[str, str]] = [
            ("sheet.recommendation", "string"),
            ("sheet.affirmative", "bool"),
            ("sheet.total", "int"),
            ("sheet.cut_total", "int"),
            ("sheet.cuts_within_fiscal", "bool"),
            ("sheet.core_indicators_stand", "bool"),
            ("panel.present", "int"),
            ("panel.recused", "int"),
            ("panel.mean", "int"),
        ]
        types = {"text": "string", "bool": "bool"}
        names += [(f"sheet.points.{spelled(each.id)}", "int") for each in self.criteria]
        if self.judges_indicators:
            names += [(f"indicator.{each}", "int") for each in INDICATOR_COUNTS]
        names += [(f"fact.{fact.id}", types.get(fact.type, "int")) for fact in self.facts]
        names += [(f"finding.{finding.id}", "bool") for finding in self.findings]
        names += [(f"material.{spelled(material.id)}", "bool") for material in self.materials]
        asked = {"yes-no": "bool", "number": "int"}
        names += [(f"answer.{spelled(q.id)}", asked.get(q.asks, "string")) for q in self.questions]
        names += [(f"panel.role.{spelled(role.id)}", "int") for role in self.roles]
        names += [(f"panel.tag.{spelled(tag.id)}", "int") for tag in self.tags]
        return tuple(sorted(names))


def spelled(slug: str) -> str:
    """An id as conditions spell it: hyphens and dots become underscores."""
    return slug.replace("-", "_").replace(".", "_")


class Term(Frozen):
    """When a policy is in force, and by which date of a project that is judged.

    ``starts`` None: in force from its issue, whose day the text in hand does not give.
    """

    starts: Day | None = None
    ends: Day | None = None
    judged_on: Literal["set-up", "none"] = "none"
    earlier_projects: Bilingual = Bilingual(zh="", en="")
    basis: BasisField


class Policy(Frozen):
    """One policy document as data (评审规则, from its 制度依据)."""

    id: Slug
    title: Bilingual
    short: Bilingual
    issuer: Line
    document_number: Line = ""
    issued: Day | None = None
    term: Term
    clauses: tuple[Clause, ...] = ()
    relations: tuple[ConflictRelation, ...] = ()
    seats: tuple[PolicySeat, ...] = ()
    kinds: tuple[ReviewKind, ...] = Field(min_length=1)

    @property
    def in_force_from(self) -> Day | None:
        """The first day of the term."""
        return self.term.starts

    @property
    def in_force_to(self) -> Day | None:
        """The last day of the term; None when it is open."""
        return self.term.ends

    def kind(self, kind_id: str) -> ReviewKind:
        """The review kind of this id. Raises ``KeyError`` when the policy has no such occasion."""
        for kind in self.kinds:
            if kind.id == kind_id:
                return kind
        raise KeyError(kind_id)

    def clause(self, clause_id: str) -> Clause | None:
        """The clause of this id in our words, for people who ask what an item rests on."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)
