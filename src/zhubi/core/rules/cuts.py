"""Suggested cuts: which lines may be cut and how deep, and what the budget is after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhubi.core.model.dossier import BudgetLine
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Cuts


@dataclass(frozen=True, slots=True)
class CutFault:
    """What is wrong with a suggested cut: ``key`` names the sentence; amounts in yuan (元).

    ``severity`` refuse: the cut means nothing (no such line, deeper than its fiscal part); mark: shown, no more.
    """

    key: str
    line: str
    limit: int = 0
    found: int = 0
    severity: Literal["refuse", "mark"] = "refuse"


@dataclass(frozen=True, slots=True)
class AfterCuts:
    """The budget before and after, in yuan (元). Shares are kept as pairs of integers: ``fiscal`` of ``total``."""

    cut: int
    fiscal_before: int
    fiscal: int
    total_before: int
    total: int

    @property
    def own_share(self) -> tuple[int, int]:
        """What is not fiscal money, of the whole: numerator and denominator."""
        return self.total - self.fiscal, self.total


def cuttable(kind: ReviewKind, lines: Sequence[BudgetLine]) -> tuple[BudgetLine, ...]:
    """The lines the rulebook lets experts cut: those with a fiscal part; none where it has no rule for cuts."""
    return tuple(line for line in lines if line.fiscal > 0) if kind.cuts else ()


def cut_faults(kind: ReviewKind, cuts: Cuts | None, lines: Sequence[BudgetLine]) -> tuple[CutFault, ...]:
    """What is wrong with suggested cuts: unknown or repeated line, deeper than the fiscal part, no reason given."""
    if cuts is None or not cuts.lines:
        return ()
    if kind.cuts is None:
        return (CutFault("rules.cut-not-foreseen", cuts.lines[0].line),)
    known = {line.id: line for line in lines}
    seen: set[str] = set()
    faults: list[CutFault] = []
    for cut in cuts.lines:
        line = known.get(cut.line)
        if line is None:
            faults.append(CutFault("rules.cut-unknown-line", cut.line))
        elif cut.line in seen:
            faults.append(CutFault("rules.cut-twice", cut.line))
        elif cut.amount > line.fiscal:
            faults.append(CutFault("rules.cut-over-fiscal", cut.line, line.fiscal, cut.amount))
        elif kind.cuts.needs_reason and not cut.reason.strip():
            faults.append(CutFault("rules.cut-no-reason", cut.line, severity="mark"))
        seen.add(cut.line)
    if kind.cuts.core_indicators_stand and not cuts.core_indicators_stand:
        faults.append(CutFault("rules.cut-core-indicators", cuts.lines[0].line, severity="mark"))
    if cuts.total_follows and not kind.cuts.total_may_follow:
        faults.append(CutFault("rules.cut-total-may-not-follow", cuts.lines[0].line, severity="mark"))
    return tuple(faults)


def after_cuts(cuts: Cuts | None, lines: Sequence[BudgetLine]) -> AfterCuts:
    """The budget with the cuts taken from its fiscal part. Where the total does not follow, own money fills the gap."""
    fiscal = sum(line.fiscal for line in lines)
    whole = sum(line.total for line in lines)
    cut = sum(each.amount for each in cuts.lines) if cuts else 0
    follows = bool(cuts and cuts.total_follows)
    return AfterCuts(cut, fiscal, fiscal - cut, whole, whole - cut if follows else whole)
