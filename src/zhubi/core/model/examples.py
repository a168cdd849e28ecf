"""A rulebook's own tests: given facts, a sheet, a panel, what must come out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from zhubi.core.model.sheet import FactValue, FindingValue, OutcomeValue
from zhubi.core.model.values import Frozen, Line, Slug, Words
from zhubi.core.model.wording import Bilingual, Name


class Expectation(Frozen):
    """What an example says must come out; what it leaves out is not compared.

    ``total`` is in points as people write them; ``missing`` names items that hold back signing; ``contradictions``
    are named by their ids, ``recommendation.pass`` for a recommendation ``pass`` that goes against one's own findings.
    """

    checks: dict[Slug, OutcomeValue] = Field(default_factory=dict)
    offers: dict[Slug, int] = Field(default_factory=dict)
    total: Line | None = None
    missing: tuple[Line, ...] | None = None
    can_sign: bool | None = None
    panel: tuple[Slug, ...] | None = None
    verdict: Literal["one", "conflict", "uncovered", "undecided", "open"] | None = None
    holding: tuple[Slug, ...] | None = None
    contradictions: Annotated[tuple[Slug, ...] | None, Field(exclude_if=lambda named: named is None)] = None


class ExampleIndicator(Frozen):
    """One indicator of an example's task book, and how the sheet judges it."""

    binding: bool = False
    judgement: Literal["met", "partly", "not-met", "not-checked"]


class ExampleMember(Frozen):
    """Members of an example's panel: ``count`` alike."""

    role: Slug
    tags: tuple[Slug, ...] = ()
    count: Annotated[int, Field(ge=1, le=50)] = 1
    present: bool = True
    recused: bool = False


class ExampleCut(Frozen):
    """A cut in an example: yuan (元) from one line, whose fiscal part is given."""

    fiscal: int
    amount: int


class Example(Frozen):
    """Given facts and a sheet, what must come out.

    ``scores`` are in points as people write them ("22", "4.5", "na" for not applicable). ``mean`` is the mean of the
    members' totals in whole points, for conclusions that turn on it.
    """

    id: Slug
    name: Bilingual
    role: Slug | None = None
    facts: dict[Name, FactValue] = Field(default_factory=dict)
    materials: tuple[Slug, ...] = ()
    scores: dict[Slug, Line] = Field(default_factory=dict)
    comments: Annotated[dict[Slug, Words], Field(exclude_if=lambda written: not written)] = Field(
        default_factory=dict
    )
    answers: dict[Slug, Line] = Field(default_factory=dict)
    findings: dict[Name, FindingValue] = Field(default_factory=dict)
    indicators: Annotated[tuple[ExampleIndicator, ...], Field(exclude_if=lambda named: not named)] = ()
    cuts: dict[Slug, ExampleCut] = Field(default_factory=dict)
    core_indicators_stand: bool = True
    recommendation: Slug | None = None
    words: Words = ""
    opinion: Words = ""
    panel: tuple[ExampleMember, ...] = ()
    mean: Annotated[int, Field(ge=0, le=1000)] | None = None
    expect: Expectation
