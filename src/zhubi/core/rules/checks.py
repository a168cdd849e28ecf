"""The policy's conditions and the papers it asks for, three-valued: 符合, 不符, 无法判断 and what is missing.

A fact that nobody stated is never the expert's omission. Nothing here prevents saving or signing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from zhubi.core.model.dossier import BudgetLine
from zhubi.core.model.rulebook import Check, Material, ReviewKind, Severity
from zhubi.core.model.sheet import CheckSeen, FactValue, Sheet
from zhubi.core.rules.conditions import Outcome, Plain, Vocabulary, vocabulary
from zhubi.core.rules.facts import fact_values, facts_as_read, material_values, sheet_values
from zhubi.core.rules.panel import PanelFacts

MATERIAL: Final = "material."
"""The prefix under which a missing paper stands among the checks: ``material.task-book``."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check came to. ``missing``: fact names (or other names) that are not given.

    ``offer``: yuan (元) that a suggested cut could take to meet it; None where nothing is offered.
    """

    check: str
    outcome: Outcome
    severity: Severity
    missing: tuple[str, ...] = ()
    offer: int | None = None
    item: Check | Material | None = None

    @property
    def is_block(self) -> bool:
        """Whether an affirmative recommendation against this needs written words."""
        return self.outcome is Outcome.UNMET and self.severity == "block"


def condition_values(
    kind: ReviewKind,
    facts: Mapping[str, FactValue],
    sheet: Sheet,
    panel: PanelFacts | None = None,
    materials: Collection[str] = (),
    *,
    role: str | None = None,
    budget: Sequence[BudgetLine] = (),
) -> dict[str, Plain]:
    """Everything conditions may read, by declared name; what is not known is left out."""
    values = fact_values(kind, facts_as_read(facts, sheet))
    values |= material_values(kind, materials)
    values |= sheet_values(kind, sheet, role, budget)
    if panel is not None:
        values |= panel.values(kind)
    return values


def check_results(
    kind: ReviewKind,
    facts: Mapping[str, FactValue],
    sheet: Sheet,
    panel: PanelFacts | None = None,
    materials: Collection[str] = (),
    *,
    role: str | None = None,
    budget: Sequence[BudgetLine] = (),
    on: Collection[str] = ("sheet",),
) -> tuple[CheckResult, ...]:
    """The checks that apply, then the required papers, in the rulebook's order.

    ``on`` says whose checks are meant: the expert's sheet (the default), the panel's meeting, or the office. What does
    not apply (its ``when`` is not met) is left out; where that cannot be judged, the check itself cannot be.
    """
    known = vocabulary(kind.vocabulary)
    values = condition_values(kind, facts, sheet, panel, materials, role=role, budget=budget)
    judged = [_judge_check(known, check, values) for check in kind.checks if check.on in on]
    judged += [
        _judge_material(known, material, values, materials)
        for material in kind.materials
        if material.on in on
    ]
    return tuple(result for result in judged if result is not None)


def _judge_check(known: Vocabulary, check: Check, values: Mapping[str, Plain]) -> CheckResult | None:
    if check.when:
        applies = known.condition(check.when).outcome(values)
        if applies.outcome is Outcome.UNMET:
            return None
        if applies.outcome is Outcome.UNKNOWN:
            if all(name.startswith("sheet.") for name in applies.missing):
                return None  # it hangs on what the expert has not chosen yet
            return CheckResult(check.id, Outcome.UNKNOWN, check.severity, _plain(applies.missing), item=check)
    judged = known.condition(check.expr).outcome(values)
    offer = None
    if judged.outcome is Outcome.UNMET and check.offers_cut:
        amount = known.amount(check.offers_cut).value(values)
        offer = amount if amount is not None and amount > 0 else None
    return CheckResult(check.id, judged.outcome, check.severity, _plain(judged.missing), offer, check)


def _judge_material(
    known: Vocabulary, material: Material, values: Mapping[str, Plain], present: Collection[str]
) -> CheckResult | None:
    if not material.required_when:
        return None
    name = MATERIAL + material.id
    required = known.condition(material.required_when).outcome(values)
    if required.outcome is Outcome.UNMET:
        return None
    if material.id in present:
        return CheckResult(name, Outcome.MET, material.severity, item=material)
    return CheckResult(
        name,
        Outcome.UNMET if required.outcome is Outcome.MET else Outcome.UNKNOWN,
        material.severity,
        _plain(required.missing),
        item=material,
    )


def _plain(names: tuple[str, ...]) -> tuple[str, ...]:
    # People and records name the fact, not the condition's spelling of it; other names keep their prefix.
    return tuple(name.removeprefix("fact.") for name in names)


def checks_seen(results: Sequence[CheckResult], before: Sequence[CheckSeen] = ()) -> tuple[CheckSeen, ...]:
    """The results as the sheet keeps them; words already written about a check stay with it."""
    words = {seen.check: seen.words for seen in before}
    return tuple(
        CheckSeen(
            check=result.check,
            outcome=result.outcome.value,
            missing=result.missing,
            words=words.get(result.check, ""),
        )
        for result in results
    )
