"""Shapingba's seven occasions: needs, plan, guideline, appraisal, milestones, inspection, final evaluation."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Answer, Finding, Sheet
from zhubi.core.rules.checks import check_results
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.completeness import missing_items
from zhubi.core.rules.conclusions import evaluate
from zhubi.core.rules.conditions import Outcome
from zhubi.core.rules.panel import Member, panel_faults
from zhubi.core.rules.scoring import criteria_for

POLICY = shipped("shapingba-2023-41")


def kind_of(name: str) -> ReviewKind:
    return POLICY.kind(f"spb.{name}")


def outcome(kind: ReviewKind, check: str, facts: dict[str, int | bool | str | None], sheet: Sheet) -> Outcome:
    results = check_results(kind, facts, sheet, on=("sheet", "office"))
    return next(each.outcome for each in results if each.check == check)


def test_all_seven_occasions_are_there() -> None:
    assert {each.id for each in POLICY.kinds} == {
        "spb.demand-condensation",
        "spb.plan-consultation",
        "spb.guideline-drafting",
        "spb.project-appraisal",
        "spb.milestone-assessment",
        "spb.supervision-inspection",
        "spb.final-evaluation",
    }


@pytest.mark.parametrize(
    "name", ["demand-condensation", "plan-consultation", "guideline-drafting", "supervision-inspection"]
)
def test_what_is_talked_over_is_not_scored(name: str) -> None:
    kind = kind_of(name)
    assert kind.scale is None
    assert kind.questions
    assert evaluate(kind, {}).verdict == "open"


def test_the_plan_is_consulted_on_as_a_whole() -> None:
    assert kind_of("plan-consultation").subjects == "several"


@pytest.mark.parametrize("name", ["demand-condensation", "project-appraisal"])
def test_the_joint_unit_has_a_seat_where_the_text_gives_it_one(name: str) -> None:
    kind = kind_of(name)
    assert [seat.id for seat in kind.seats] == ["joint-unit"]
    panel = [Member(str(at), "technical") for at in range(5)]
    lacking = {
        each.requirement.id
        for each in panel_faults(kind.panel, panel, kind=kind, facts={"joint_implementation": True})
    }
    alone = {
        each.requirement.id
        for each in panel_faults(kind.panel, panel, kind=kind, facts={"joint_implementation": False})
    }
    assert lacking - alone == {"joint-unit"}


ITEMS = [
    "project-name",
    "key-problem",
    "indicators",
    "joint-mode",
    "amount",
    "period",
    "selection",
    "conditions",
]


@pytest.mark.parametrize("left_out", ITEMS)
def test_a_guideline_without_any_one_of_its_eight_items_needs_words(left_out: str) -> None:
    kind = kind_of("guideline-drafting")
    sheet = Sheet(
        answers=tuple(
            Answer(question=item, value="absent" if item == left_out else "clear") for item in ITEMS
        ),
        findings=(Finding(finding="indicators_testable", value="yes"),),
        recommendation="recommend",
    )
    facts = {"phase_shares_stated": True, "joint_implementation": False}
    results = check_results(kind, facts, sheet, materials={"guideline-draft", "annual-plan"})
    missing = [each.item for each in missing_items(kind, sheet, "technical", results)]
    assert missing == ["spb16-items", "opinion"]


@pytest.mark.parametrize("left_out", ["organisation", "directions", "projects", "period", "funds"])
def test_a_plan_lacking_a_part_is_warned_of_and_never_held_up(left_out: str) -> None:
    kind = kind_of("plan-consultation")
    parts = ("organisation", "directions", "projects", "period", "funds")
    facts: dict[str, int | bool | str | None] = {f"has_{part}": part != left_out for part in parts}
    (result,) = [each for each in check_results(kind, facts, Sheet()) if each.check == "spb14-content"]
    assert (result.outcome, result.severity) == (Outcome.UNMET, "warn")


FINDINGS = ("yes", "no")


@pytest.mark.parametrize(("met", "stuck", "staged"), list(product(FINDINGS, FINDINGS, (True, False))))
@pytest.mark.parametrize("spent", [0, 79, 80, 100])
def test_a_milestone_always_comes_to_one_conclusion(met: str, stuck: str, staged: bool, spent: int) -> None:
    view = evaluate(
        kind_of("milestone-assessment"),
        {"nodes_met": met, "cannot_continue": stuck},
        {"staged_payment": staged, "phase_funds_allocated": 100, "phase_funds_spent": spent},
    )
    if stuck == "yes":
        expected = "terminate"
    elif met == "no":
        expected = "rectify"
    else:
        expected = "suspend-payment" if staged and spent < 80 else "pass"
    assert (view.verdict, view.holding) == ("one", (expected,))


@given(allocated=st.integers(1, 10**9), short=st.integers(1, 10**9))
def test_four_fifths_is_enough_and_a_yuan_less_is_not(allocated: int, short: int) -> None:
    kind = kind_of("milestone-assessment")
    enough = -(-allocated * 80 // 100)
    facts: dict[str, int | bool | str | None] = {"staged_payment": True, "phase_funds_allocated": allocated}
    assert outcome(kind, "spb29-80", {**facts, "phase_funds_spent": enough}, Sheet()) is Outcome.MET
    less = max(0, enough - short)
    assert outcome(kind, "spb29-80", {**facts, "phase_funds_spent": less}, Sheet()) is Outcome.UNMET


def test_slow_spending_holds_payment_back_and_asks_the_expert_for_no_words() -> None:
    for name in ("milestone-assessment", "supervision-inspection"):
        (check,) = [each for each in kind_of(name).checks if each.id == "spb29-80"]
        assert check.severity == "warn"
        assert "暂缓" in check.consequence.zh


@pytest.mark.parametrize("measure", ["rectify", "suspend-payment", "terminate"])
def test_an_inspection_may_come_to_any_measure_of_the_clause(measure: str) -> None:
    kind = kind_of("supervision-inspection")
    assert measure in evaluate(kind, {}).free
    sheet = Sheet(
        answers=(Answer(question="performance", value="not-met"), Answer(question="funds", value="not-met")),
        findings=tuple(Finding(finding=each.id, value="no") for each in kind.findings),
        recommendation=measure,
        opinion="账目混同，进度停滞。",
    )
    results = check_results(kind, {"staged_payment": False}, sheet, materials={"task-book"})
    assert missing_items(kind, sheet, "finance", results) == ()


def test_inspections_name_three_ways_and_leave_others_open() -> None:
    kind = kind_of("supervision-inspection")
    assert [each.name.zh for each in kind.methods] == ["专项检查", "绩效评估", "抽查检查"]
    assert kind.methods_open


@pytest.mark.parametrize(
    ("met", "compliant", "subjective", "expected"),
    [
        ("yes", "yes", "no", ("pass",)),
        ("no", "yes", "no", ("fail",)),
        ("yes", "no", "no", ("fail",)),
        ("no", "no", "no", ("fail",)),
        ("no", "yes", "yes", ("fail-subjective",)),
        ("yes", "no", "yes", ("fail-subjective",)),
        ("no", "no", "yes", ("fail-subjective",)),
        ("yes", "yes", "yes", ()),
    ],
)
def test_sanctions_follow_only_a_failure_for_subjective_cause(
    met: str, compliant: str, subjective: str, expected: tuple[str, ...]
) -> None:
    kind = kind_of("final-evaluation")
    view = evaluate(
        kind, {"indicators_met": met, "funds_compliant": compliant, "subjective_cause": subjective}
    )
    assert view.holding == expected
    sanctioned = {each.id for each in kind.conclusions if "财务清算" in each.consequence.zh}
    assert sanctioned == {"fail-subjective"}


def test_finance_and_technology_are_accepted_at_once_by_those_who_can_judge_them() -> None:
    kind = kind_of("final-evaluation")
    asked = {role.id: [each.id for each in criteria_for(kind, role.id)] for role in kind.roles}
    assert asked["technical"] == ["technical", "benefit"]
    assert asked["finance"] == ["financial"]
    assert asked["management"] == ["technical", "financial", "benefit"]


def test_who_organises_is_the_offices_matter() -> None:
    office = {check.id for kind in POLICY.kinds for check in kind.checks if check.on == "office"}
    assert {
        "spb14-joint-meeting",
        "spb14-finance",
        "spb16-public",
        "spb26-joint",
        "spb31-mutual",
        "spb32-joint",
        "spb32-self-set",
    } <= office
