"""A rulebook's own examples, tried: what was expected, what came out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zhubi.core.model.dossier import BudgetLine, Indicator
from zhubi.core.model.examples import Example
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Answer, Cut, Cuts, Finding, IndicatorJudgement, Score, Sheet
from zhubi.core.rules.checks import CheckResult, check_results
from zhubi.core.rules.completeness import can_sign, missing_items
from zhubi.core.rules.conclusions import evaluate
from zhubi.core.rules.meaning import meaning
from zhubi.core.rules.panel import Member, PanelFacts, panel_facts, panel_faults
from zhubi.core.rules.places import Path
from zhubi.core.rules.scoring import parse_points, points_text, total


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference between what an example expects and what the rules say; ``path`` leads to the expectation."""

    path: Path
    expected: str
    found: str


def try_example(kind: ReviewKind, example: Example) -> tuple[Mismatch, ...]:
    """What an example got wrong, or names that the kind does not know; empty when all of it holds."""
    strangers = tuple(_strangers(kind, example))
    if strangers:
        return strangers
    role = example.role or (kind.roles[0].id if kind.roles else "")
    members = example_members(example)
    budget = example_budget(example)
    try:
        sheet = example_sheet(kind, example)
    except ValueError as problem:
        return (Mismatch(("scores",), "points", str(problem)),)
    counts = example_counts(kind, example)
    results = check_results(
        kind,
        example.facts,
        sheet,
        counts,
        example.materials,
        role=role,
        budget=budget,
        on=("sheet", "office", "panel"),
    )
    return (
        *_checks(example, results),
        *_sheet(kind, example, sheet, role, results),
        *_contradictions(kind, example, sheet, role),
        *_panel(kind, example, members),
    )


def example_members(example: Example) -> list[Member]:
    """The members of an example's panel, each on their own."""
    return [
        Member(f"{at}-{number}", each.role, frozenset(each.tags), each.present, each.recused)
        for at, each in enumerate(example.panel)
        for number in range(each.count)
    ]


def example_counts(kind: ReviewKind, example: Example) -> PanelFacts | None:
    """The counts of an example's panel and the mean of its totals; None where it says nothing of a panel."""
    if not example.panel and example.mean is None:
        return None
    steps = kind.scale.steps_a_point if kind.scale else 1
    mean = None if example.mean is None else example.mean * steps
    return panel_facts(example_members(example), mean)


def example_budget(example: Example) -> list[BudgetLine]:
    """The budget lines that an example's cuts are taken from."""
    return [
        BudgetLine(id=line, subject=line, total=cut.fiscal, fiscal=cut.fiscal)
        for line, cut in example.cuts.items()
    ]


def example_indicators(example: Example) -> list[Indicator]:
    """The task book's indicators that an example judges."""
    return [
        Indicator(id=f"i{number}", name=f"i{number}", target="example", binding=each.binding)
        for number, each in enumerate(example.indicators, 1)
    ]


def example_sheet(kind: ReviewKind, example: Example) -> Sheet:
    """The sheet an example describes. Raises ``ValueError`` when its points cannot be read."""
    lines = tuple(Cut(line=line, amount=cut.amount, reason="example") for line, cut in example.cuts.items())
    return Sheet(
        scores=tuple(
            _score(kind, criterion, typed, example.comments.get(criterion, ""))
            for criterion, typed in example.scores.items()
        ),
        answers=tuple(Answer(question=name, value=value) for name, value in example.answers.items()),
        findings=tuple(Finding(finding=name, value=value) for name, value in example.findings.items()),
        indicators=tuple(
            IndicatorJudgement(indicator=each.id, judgement=given.judgement)
            for each, given in zip(example_indicators(example), example.indicators, strict=True)
        ),
        cuts=Cuts(lines=lines, core_indicators_stand=example.core_indicators_stand) if lines else None,
        recommendation=example.recommendation,
        recommendation_words=example.words,
        opinion=example.opinion,
    )


def _score(kind: ReviewKind, name: str, typed: str, comment: str) -> Score:
    if typed == "na":
        return Score(criterion=name, not_applicable=True, comment=comment)
    criterion = next(each for each in kind.criteria if each.id == name)
    points = parse_points(kind, criterion, typed)
    if not isinstance(points, int):
        raise ValueError(f"{name}: {points.found} of {points.full}")
    return Score(criterion=name, points=points, comment=comment)


def _strangers(kind: ReviewKind, example: Example) -> Iterator[Mismatch]:
    roles = {each.id for each in kind.roles}
    tags = {each.id for each in kind.tags}
    checks = {each.id for each in kind.checks} | {f"material.{each.id}" for each in kind.materials}
    findings = {each.id for each in kind.findings}
    groups: list[tuple[Path, set[str], set[str]]] = [
        (("facts",), set(example.facts), {each.id for each in kind.facts}),
        (("materials",), set(example.materials), {each.id for each in kind.materials}),
        (("scores",), set(example.scores), {each.id for each in kind.criteria}),
        (("comments",), set(example.comments), set(example.scores)),
        (("answers",), set(example.answers), {each.id for each in kind.questions}),
        (("findings",), set(example.findings), findings),
        (("role",), {example.role} if example.role else set(), roles),
        (
            ("recommendation",),
            {example.recommendation} if example.recommendation else set(),
            {each.id for each in kind.recommendations},
        ),
        (("panel",), {each.role for each in example.panel}, roles),
        (("panel",), {tag for each in example.panel for tag in each.tags}, tags),
        (("expect", "checks"), set(example.expect.checks), checks),
        (("expect", "offers"), set(example.expect.offers), checks),
    ]
    for path, used, known in groups:
        for name in sorted(used - known):
            yield Mismatch((*path, name), ", ".join(sorted(known)) or "-", name)


def _checks(example: Example, results: tuple[CheckResult, ...]) -> Iterator[Mismatch]:
    outcomes = {result.check: result for result in results}
    for name, wanted in example.expect.checks.items():
        result = outcomes.get(name)
        found = "does not apply" if result is None else result.outcome.value
        if found != wanted:
            yield Mismatch(("expect", "checks", name), wanted, found)
    for name, amount in example.expect.offers.items():
        result = outcomes.get(name)
        offer = result.offer if result else None
        if offer != amount:
            yield Mismatch(("expect", "offers", name), str(amount), str(offer))


def _sheet(
    kind: ReviewKind, example: Example, sheet: Sheet, role: str, results: tuple[CheckResult, ...]
) -> Iterator[Mismatch]:
    expect = example.expect
    if expect.total is not None:
        summed = total(kind, sheet, role)
        found = "none" if summed is None else points_text(kind, summed.points)
        if found != expect.total:
            yield Mismatch(("expect", "total"), expect.total, found)
    on_sheet = tuple(result for result in results if result.item is None or result.item.on == "sheet")
    if expect.missing is not None:
        items = [each.item for each in missing_items(kind, sheet, role, on_sheet) if each.severity == "block"]
        if items != list(expect.missing):
            yield Mismatch(("expect", "missing"), ", ".join(expect.missing), ", ".join(items))
    if expect.can_sign is not None:
        able = can_sign(kind, sheet, role, on_sheet)
        if able != expect.can_sign:
            yield Mismatch(("expect", "can_sign"), str(expect.can_sign), str(able))


def _contradictions(kind: ReviewKind, example: Example, sheet: Sheet, role: str) -> Iterator[Mismatch]:
    wanted = example.expect.contradictions
    if wanted is None:
        return
    seen = meaning(
        kind, sheet, example.facts, example.materials, role=role, indicators=example_indicators(example)
    )
    found = [each.id for each in seen.contradictions]
    if found != list(wanted):
        yield Mismatch(("expect", "contradictions"), ", ".join(wanted) or "-", ", ".join(found) or "-")


def _panel(kind: ReviewKind, example: Example, members: list[Member]) -> Iterator[Mismatch]:
    expect = example.expect
    if expect.panel is not None:
        faults = panel_faults(kind.panel, members, kind=kind, facts=example.facts)
        found = [fault.requirement.id for fault in faults]
        if found != list(expect.panel):
            yield Mismatch(("expect", "panel"), ", ".join(expect.panel) or "-", ", ".join(found) or "-")
    if expect.verdict is not None or expect.holding is not None:
        counts = example_counts(kind, example)
        view = evaluate(kind, example.findings, example.facts, counts, example.materials)
        if expect.verdict is not None and view.verdict != expect.verdict:
            yield Mismatch(("expect", "verdict"), expect.verdict, view.verdict)
        if expect.holding is not None and list(view.holding) != list(expect.holding):
            wanted, held = ", ".join(expect.holding) or "-", ", ".join(view.holding) or "-"
            yield Mismatch(("expect", "holding"), wanted, held)
