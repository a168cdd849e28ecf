"""What the office looks at before it accepts a review."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.dossier import BudgetLine
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Answer, CheckSeen, Cut, Cuts, FactValue, Finding, Score, Sheet, Total
from zhubi.core.rules.checks import check_results, checks_seen
from zhubi.core.rules.judging import Problem, judge_review
from zhubi.core.rules.scoring import total
from zhubi.locale import knows

FACTS: dict[str, FactValue] = {
    "total_budget": 3_600_000,
    "fiscal_requested": 1_000_000,
    "demand_paid": 1_440_000,
    "period_months": 24,
}
MATERIALS = {"task-book", "progress-report", "payment-vouchers"}


@pytest.fixture
def good(dazu: ReviewKind) -> Sheet:
    sheet = Sheet(
        scores=tuple(
            Score(criterion=name, points=points)
            for name, points in (("node", 63), ("effort", 13), ("funds", 12))
        ),
        findings=(Finding(finding="nodes_met", value="yes"), Finding(finding="poor_effort", value="no")),
        recommendation="continue",
        opinion="节点达到，建议继续。",
    )
    results = check_results(dazu, FACTS, sheet, materials=MATERIALS, role="technical")
    return sheet.model_copy(update={"total": total(dazu, sheet, "technical"), "checks": checks_seen(results)})


def judged(kind: ReviewKind, sheet: Sheet, **more: Any) -> list[Problem]:
    wanted: dict[str, Any] = {
        "overrides": {},
        "role": "technical",
        "facts": FACTS,
        "materials": MATERIALS,
        "budget": (),
    } | more
    return list(judge_review(kind, sheet=sheet, **wanted))


def keys(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.key, problem.item) for problem in problems]


def test_a_whole_sheet_has_no_problems(dazu: ReviewKind, good: Sheet) -> None:
    assert judged(dazu, good) == []


def test_a_role_the_kind_does_not_have(dazu: ReviewKind, good: Sheet) -> None:
    assert keys(judged(dazu, good, role="stranger")) == [("rules.judge-wrong-role", "stranger")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"scores": ()}, ("rules.missing-score", "node")),
        ({"findings": ()}, ("rules.missing-finding", "nodes_met")),
        ({"recommendation": None}, ("rules.missing-recommendation", "recommendation")),
        ({"recommendation": "perhaps"}, ("rules.judge-unknown-recommendation", "perhaps")),
        ({"total": None}, ("rules.judge-total", "")),
        ({"total": Total(points=89, full=100, raw=88, base=100)}, ("rules.judge-total", "")),
        ({"answers": (Answer(question="why", value="x"),)}, ("rules.judge-unknown-question", "why")),
        (
            {"findings": (Finding(finding="nice", value="yes"),)},
            ("rules.judge-unknown-finding", "nice"),
        ),
        (
            {"cuts": Cuts(lines=(Cut(line="equipment", amount=1, reason="高"),))},
            ("rules.cut-not-foreseen", "equipment"),
        ),
    ],
)
def test_each_fault_is_named(
    dazu: ReviewKind, good: Sheet, change: dict[str, Any], expected: tuple[str, str]
) -> None:
    problems = judged(dazu, good.model_copy(update=change))
    assert expected in keys(problems)
    assert any(problem.severity == "refuse" for problem in problems)
    assert all(knows(problem.key) for problem in problems)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (Score(criterion="beauty", points=1), "rules.judge-unknown-criterion"),
        (Score(criterion="node", points=71), "rules.judge-over"),
        (Score(criterion="node", not_applicable=True), "rules.judge-not-applicable"),
    ],
)
def test_a_score_that_cannot_be(dazu: ReviewKind, good: Sheet, score: Score, expected: str) -> None:
    others = tuple(each for each in good.scores if each.criterion != score.criterion)
    problems = judged(dazu, good.model_copy(update={"scores": (score, *others)}))
    assert (expected, score.criterion) in keys(problems)


def test_a_criterion_scored_twice(dazu: ReviewKind, good: Sheet) -> None:
    sheet = good.model_copy(update={"scores": (*good.scores, good.scores[0])})
    assert ("rules.judge-twice", "node") in keys(judged(dazu, sheet))


def test_a_criterion_of_another_role(zhejiang: ReviewKind) -> None:
    sheet = Sheet(scores=(Score(criterion="budget", points=5),))
    assert ("rules.judge-not-your-criterion", "budget") in keys(
        judged(zhejiang, sheet, facts={}, materials=())
    )


def test_points_are_judged_under_the_rounds_own_overrides(dazu: ReviewKind, good: Sheet) -> None:
    overrides = {"criteria.node.full": 60, "criteria.effort.full": 25}
    problems = judged(dazu, good, overrides=overrides)
    assert [(each.key, each.expected, each.found) for each in problems] == [("rules.judge-over", "60", "63")]


def test_an_affirmative_recommendation_against_a_block_without_words(dazu: ReviewKind, good: Sheet) -> None:
    problems = judged(dazu, good, materials=set())
    assert ("rules.missing-words", "material.task-book") in keys(problems)
    explained = good.model_copy(update={"recommendation_words": "任务书已在现场查看"})
    assert all(problem.severity == "mark" for problem in judged(dazu, explained, materials=set()))


def test_another_outcome_than_the_expert_saw_is_marked_and_not_refused(dazu: ReviewKind, good: Sheet) -> None:
    problems = judged(dazu, good, facts=FACTS | {"period_months": 48})
    assert [(each.key, each.item, each.severity) for each in problems] == [
        ("rules.judge-check-differs", "dz7-period", "mark")
    ]
    unseen = good.model_copy(update={"checks": ()})
    assert {problem.key for problem in judged(dazu, unseen)} == {"rules.judge-check-unseen"}
    assert all(problem.severity == "mark" for problem in judged(dazu, unseen))


def test_what_was_seen_of_a_check_that_is_no_longer_there_is_let_be(dazu: ReviewKind, good: Sheet) -> None:
    seen = (*good.checks, CheckSeen(check="older", outcome="met"))
    assert judged(dazu, good.model_copy(update={"checks": seen})) == []


def test_a_cut_deeper_than_the_fiscal_part_is_refused_and_one_without_reason_marked(
    zhejiang: ReviewKind,
) -> None:
    lines = (BudgetLine(id="equipment", subject="设备费", total=900_000, fiscal=600_000),)
    sheet = Sheet(cuts=Cuts(lines=(Cut(line="equipment", amount=700_000),)))
    (problem,) = [each for each in judged(zhejiang, sheet, budget=lines) if each.key.startswith("rules.cut")]
    assert (problem.severity, problem.expected, problem.found) == ("refuse", "600000", "700000")
    sheet = Sheet(cuts=Cuts(lines=(Cut(line="equipment", amount=1),)))
    (problem,) = [each for each in judged(zhejiang, sheet, budget=lines) if each.key.startswith("rules.cut")]
    assert (problem.key, problem.severity) == ("rules.cut-no-reason", "mark")


def test_answers_are_of_the_kind_that_was_asked(zhejiang: ReviewKind) -> None:
    both = {"zh": "a", "en": "a"}
    asked = [
        {"id": "gate", "name": both, "basis": "default"},
        {"id": "share", "name": both, "basis": "default", "asks": "number", "unit": "%"},
        {
            "id": "level",
            "name": both,
            "basis": "default",
            "asks": "choice",
            "choices": [{"id": "a", "name": both}],
        },
    ]
    kind = ReviewKind.model_validate(zhejiang.model_dump() | {"questions": asked, "examples": []})
    wrong = Sheet(
        answers=(
            Answer(question="gate", value="maybe"),
            Answer(question="share", value="half"),
            Answer(question="level", value="b"),
        )
    )
    found = [each.item for each in judged(kind, wrong) if each.key == "rules.judge-answer"]
    assert found == ["gate", "share", "level"]
    right = Sheet(
        answers=(
            Answer(question="gate", value="no"),
            Answer(question="share", value="40"),
            Answer(question="level", value="a"),
        )
    )
    assert not [each for each in judged(kind, right) if each.key == "rules.judge-answer"]


def test_other_ways_of_working_stand_where_the_list_is_open_and_each_once() -> None:
    from zhubi.core.model.sheet import MethodUsed, Sheet
    from zhubi.core.rules.compile import shipped

    kind = shipped("dazu-2023-26").kind("dz.milestone-assessment")

    def found(kind: Any, *methods: MethodUsed) -> list[str]:
        problems = judge_review(kind, {}, Sheet(methods=methods), "technical", {})
        return [each.key for each in problems if "method" in each.key or "twice" in each.key]

    named, other = MethodUsed(method="data-check", name="数据查验"), MethodUsed(name="夜间抽检")
    assert found(kind, named, other) == []
    assert found(kind, named, named) == ["rules.judge-twice"]
    assert found(kind, MethodUsed(method="gone", name="查验")) == ["rules.judge-unknown-method"]
    assert found(kind.model_copy(update={"methods_open": False}), named, other) == [
        "rules.judge-unknown-method"
    ]
