"""What the panel may conclude from its findings. Every branch is evaluated; none hides another.

Where two branches hold at once the policy's own text collides (条款竞合): the chair chooses and writes why. Where none
holds, the text does not cover the case (条款未覆盖). Where a finding is unknown, a branch may stay open.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from zhubi.core.model.rulebook import Conclusion, ReviewKind
from zhubi.core.model.sheet import FactValue
from zhubi.core.rules.conditions import Outcome, vocabulary
from zhubi.core.rules.facts import fact_values, finding_values, material_values
from zhubi.core.rules.panel import PanelFacts

Verdict = Literal["one", "conflict", "uncovered", "undecided", "open"]


@dataclass(frozen=True, slots=True)
class Branch:
    """One conclusion and whether its condition holds; ``missing`` names the findings it waits for."""

    conclusion: Conclusion
    outcome: Outcome
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConclusionView:
    """All branches together.

    ``verdict``: ``one`` branch holds and no other can; ``conflict``: several hold; ``uncovered``: all fail;
    ``undecided``: it hangs on unknown findings; ``open``: the policy gives no conditions and the panel chooses.
    """

    verdict: Verdict
    holding: tuple[str, ...]
    branches: tuple[Branch, ...]
    free: tuple[str, ...] = ()
    """Conclusions without a condition of their own, which the panel may choose in any case."""


def evaluate(
    kind: ReviewKind,
    panel_findings: Mapping[str, str],
    facts: Mapping[str, FactValue] | None = None,
    panel: PanelFacts | None = None,
    materials: Collection[str] | None = None,
) -> ConclusionView:
    """Every conclusion of the kind on the panel's findings (``yes``, ``no``, ``unknown``).

    ``facts``, ``panel`` and ``materials`` are for policies whose conclusions also turn on the papers or on counts.
    """
    known = vocabulary(kind.vocabulary)
    values = finding_values(panel_findings) | fact_values(kind, facts or {})
    if panel is not None:
        values |= panel.values(kind)
    if materials is not None:
        values |= material_values(kind, materials)
    branches: list[Branch] = []
    for conclusion in kind.conclusions:
        if conclusion.when:
            judged = known.condition(conclusion.when).outcome(values)
            missing = tuple(name.removeprefix("finding.") for name in judged.missing)
            branches.append(Branch(conclusion, judged.outcome, missing))
    holding = tuple(each.conclusion.id for each in branches if each.outcome is Outcome.MET)
    free = tuple(each.id for each in kind.conclusions if not each.when)
    return ConclusionView(_verdict(branches, holding), holding, tuple(branches), free)


def _verdict(branches: list[Branch], holding: tuple[str, ...]) -> Verdict:
    if not branches:
        return "open"
    if len(holding) > 1:
        return "conflict"
    if any(each.outcome is Outcome.UNKNOWN for each in branches):
        return "undecided"
    return "one" if holding else "uncovered"
