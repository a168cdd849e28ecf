"""What the office looks at before it accepts a review: the same rules that the expert's machine showed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from zhubi.core.model.dossier import BudgetLine
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import FactValue, Sheet
from zhubi.core.rules.checks import CheckResult, check_results
from zhubi.core.rules.completeness import missing_items
from zhubi.core.rules.cuts import cut_faults
from zhubi.core.rules.overrides import apply_overrides
from zhubi.core.rules.scoring import criteria_for, points_text, total


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a review. ``refuse``: it cannot be accepted; ``mark``: accepted, and shown to the office.

    ``key`` names the sentence, ``item`` the criterion, question, line or check it is about.
    """

    key: str
    item: str = ""
    severity: Literal["refuse", "mark"] = "refuse"
    expected: str = ""
    found: str = ""


def judge_review(
    kind: ReviewKind,
    overrides: Mapping[str, Any],
    sheet: Sheet,
    role: str,
    facts: Mapping[str, FactValue],
    materials: Collection[str] = (),
    budget: Sequence[BudgetLine] = (),
) -> tuple[Problem, ...]:
    """Everything that keeps a signed sheet from being accepted, and what is only marked.

    ``kind`` is the pinned rulebook's, ``overrides`` the round's; ``facts``, ``materials`` and ``budget`` those of the
    dossier version the review relies on. Raises ``OverrideRefused`` when the round's own overrides do not stand.
    """
    kind = apply_overrides(kind, overrides)
    if kind.roles and role not in {each.id for each in kind.roles}:
        return (Problem("rules.judge-wrong-role", role),)
    results = check_results(kind, facts, sheet, materials=materials, role=role, budget=budget)
    problems = [
        *_scores(kind, sheet, role), *_answers(kind, sheet), *_findings(kind, sheet), *_methods(kind, sheet),
    ]  # fmt: skip
    known = {each.id for each in kind.recommendations}
    if sheet.recommendation is not None and sheet.recommendation not in known:
        problems.append(Problem("rules.judge-unknown-recommendation", sheet.recommendation))
    problems += [
        Problem(fault.key, fault.line, fault.severity, str(fault.limit), str(fault.found))
        for fault in cut_faults(kind, sheet.cuts, budget)
    ]
    if not any(problem.severity == "refuse" for problem in problems):
        problems += [
            Problem(f"rules.missing-{each.what}", each.item)
            for each in missing_items(kind, sheet, role, results)
            if each.severity == "block"
        ]
        problems += _total(kind, sheet, role)
    return (*problems, *_seen(sheet, results))


def _repeated(names: Sequence[str]) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Problem("rules.judge-twice", name)


def _scores(kind: ReviewKind, sheet: Sheet, role: str) -> Iterator[Problem]:
    every = {each.id: each for each in kind.criteria}
    mine = {each.id for each in criteria_for(kind, role)}
    yield from _repeated([score.criterion for score in sheet.scores])
    for score in sheet.scores:
        criterion = every.get(score.criterion)
        if criterion is None:
            yield Problem("rules.judge-unknown-criterion", score.criterion)
        elif score.criterion not in mine:
            yield Problem("rules.judge-not-your-criterion", score.criterion)
        elif score.not_applicable and (not criterion.may_not_apply or score.points is not None):
            yield Problem("rules.judge-not-applicable", score.criterion)
        elif score.points is not None and score.points > criterion.full:
            yield Problem(
                "rules.judge-over",
                score.criterion,
                expected=points_text(kind, criterion.full),
                found=points_text(kind, score.points),
            )


def _answers(kind: ReviewKind, sheet: Sheet) -> Iterator[Problem]:
    questions = {each.id: each for each in kind.questions}
    yield from _repeated([answer.question for answer in sheet.answers])
    for answer in sheet.answers:
        question = questions.get(answer.question)
        if question is None:
            yield Problem("rules.judge-unknown-question", answer.question)
            continue
        allowed: set[str] = set()
        if question.asks == "yes-no":
            allowed = {"yes", "no"}
        elif question.asks == "choice":
            allowed = {choice.id for choice in question.choices}
        if allowed and answer.value and answer.value not in allowed:
            yield Problem("rules.judge-answer", answer.question, expected=", ".join(sorted(allowed)))
        if question.asks == "number" and answer.value and not answer.value.lstrip("-").isdecimal():
            yield Problem("rules.judge-answer", answer.question, expected="0-9")


def _findings(kind: ReviewKind, sheet: Sheet) -> Iterator[Problem]:
    known = {each.id for each in kind.findings}
    yield from _repeated([finding.finding for finding in sheet.findings])
    for finding in sheet.findings:
        if finding.finding not in known:
            yield Problem("rules.judge-unknown-finding", finding.finding)


def _methods(kind: ReviewKind, sheet: Sheet) -> Iterator[Problem]:
    known = {each.id for each in kind.methods}
    yield from _repeated([each.key for each in sheet.methods])
    for each in sheet.methods:
        # A list that ends in 等 leaves room for others; one that does not is all there is.
        if each.method not in known if each.method else not kind.methods_open:
            yield Problem("rules.judge-unknown-method", each.key)


def _total(kind: ReviewKind, sheet: Sheet, role: str) -> Iterator[Problem]:
    expected = total(kind, sheet, role)
    if sheet.total != expected:
        yield Problem(
            "rules.judge-total",
            expected="" if expected is None else points_text(kind, expected.points),
            found="" if sheet.total is None else points_text(kind, sheet.total.points),
        )


def _seen(sheet: Sheet, results: Sequence[CheckResult]) -> Iterator[Problem]:
    # The expert signed what was before their eyes. Another outcome here is for the office to look at, not a lie.
    seen = {each.check: each.outcome for each in sheet.checks}
    for result in results:
        if seen.get(result.check, result.outcome.value) != result.outcome.value:
            yield Problem(
                "rules.judge-check-differs",
                result.check,
                "mark",
                expected=result.outcome.value,
                found=seen[result.check],
            )
        elif result.check not in seen:
            yield Problem("rules.judge-check-unseen", result.check, "mark")
