"""What conditions read: the papers' facts and indicators, the materials, a sheet, findings, under declared names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from zhubi.core.model.dossier import BudgetLine, Indicator
from zhubi.core.model.rulebook import FactRule, ReviewKind, spelled
from zhubi.core.model.sheet import FactValue, Sheet
from zhubi.core.model.values import YUAN_LIMIT
from zhubi.core.rules.conditions import Plain
from zhubi.core.rules.cuts import cut_faults
from zhubi.core.rules.scoring import total

_WHOLE: Final = re.compile(r"^-?\d{1,14}$")
_BOUNDS: Final = ("rules.cut-unknown-line", "rules.cut-over-fiscal", "rules.cut-not-foreseen")


def facts_as_read(facts: Mapping[str, FactValue], sheet: Sheet) -> dict[str, FactValue]:
    """The papers' facts with the expert's own confirmed readings over them."""
    read = dict(facts)
    read.update({each.fact: each.value for each in sheet.facts if each.confirmed and each.value is not None})
    return read


def _value(rule: FactRule, value: FactValue) -> Plain | None:
    if rule.type == "bool":
        return value if isinstance(value, bool) else None
    if rule.type == "int":
        return value if type(value) is int and abs(value) <= YUAN_LIMIT else None
    if not isinstance(value, str):
        return None
    if rule.type == "day":
        try:
            return date.fromisoformat(value).toordinal()
        except ValueError:
            return None
    return value if not rule.choices or value in {choice.id for choice in rule.choices} else None


def fact_values(kind: ReviewKind, facts: Mapping[str, FactValue]) -> dict[str, Plain]:
    """Declared facts that are given and of their type, as ``fact.name``; days as day numbers."""
    values: dict[str, Plain] = {}
    for rule in kind.facts:
        if rule.id in facts and (value := _value(rule, facts[rule.id])) is not None:
            values[f"fact.{rule.id}"] = value
    return values


def finding_values(findings: Mapping[str, str]) -> dict[str, Plain]:
    """Findings that say yes or no, as ``finding.name``; what is unknown is left out, and so stays unknown."""
    return {
        f"finding.{name}": answer == "yes" for name, answer in findings.items() if answer in ("yes", "no")
    }


def material_values(kind: ReviewKind, materials: Collection[str]) -> dict[str, Plain]:
    """Every declared material, present or not, as ``material.name``."""
    return {f"material.{spelled(each.id)}": each.id in materials for each in kind.materials}


def answer_values(kind: ReviewKind, sheet: Sheet) -> dict[str, Plain]:
    """Answers of the kind their question asks for, as ``answer.name``."""
    given = {answer.question: answer.value for answer in sheet.answers}
    values: dict[str, Plain] = {}
    for question in kind.questions:
        text = given.get(question.id, "").strip()
        name = f"answer.{spelled(question.id)}"
        if question.asks == "yes-no" and text in ("yes", "no"):
            values[name] = text == "yes"
        elif question.asks == "number" and _WHOLE.match(text):
            values[name] = int(text)
        elif text and question.asks in ("choice", "text"):
            values[name] = text
    return values


def indicator_values(kind: ReviewKind, sheet: Sheet, indicators: Sequence[Indicator]) -> dict[str, Plain]:
    """How many of the task book's indicators there are and how the sheet judges them, as ``indicator.name``."""
    if not kind.judges_indicators:
        return {}
    judged = {each.indicator: each.judgement for each in sheet.indicators}
    binding = [judged.get(each.id) for each in indicators if each.binding]
    every = [judged.get(each.id) for each in indicators]
    return {
        "indicator.all": len(every),
        "indicator.met": every.count("met"),
        "indicator.partly": every.count("partly"),
        "indicator.not_met": every.count("not-met"),
        "indicator.binding": len(binding),
        "indicator.binding_met": binding.count("met"),
        "indicator.binding_not_met": binding.count("not-met"),
    }


def sheet_values(
    kind: ReviewKind, sheet: Sheet, role: str | None = None, budget: Sequence[BudgetLine] = ()
) -> dict[str, Plain]:
    """A sheet's own answers, findings, points, cuts, total and recommendation under the names of conditions."""
    values = answer_values(kind, sheet)
    values |= {
        f"sheet.points.{spelled(score.criterion)}": score.points
        for score in sheet.scores
        if score.points is not None and not score.not_applicable
    }
    values |= finding_values({each.finding: each.value for each in sheet.findings})
    cuts = sheet.cuts
    values["sheet.cut_total"] = sum(cut.amount for cut in cuts.lines) if cuts else 0
    values["sheet.core_indicators_stand"] = cuts.core_indicators_stand if cuts else True
    if budget or not (cuts and cuts.lines):
        values["sheet.cuts_within_fiscal"] = not any(
            fault.key in _BOUNDS for fault in cut_faults(kind, cuts, budget)
        )
    if sheet.recommendation is not None:
        values["sheet.recommendation"] = sheet.recommendation
        for recommendation in kind.recommendations:
            if recommendation.id == sheet.recommendation:
                values["sheet.affirmative"] = recommendation.affirmative
    if role is not None and (summed := total(kind, sheet, role)) is not None:
        values["sheet.total"] = summed.points
    return values
