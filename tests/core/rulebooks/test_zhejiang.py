"""The ten occasions of Zhejiang's opinions, each against what its clause says."""

from __future__ import annotations

from itertools import product

import pytest

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Finding, Sheet
from zhubi.core.rules.checks import CheckResult, check_results
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.completeness import missing_items
from zhubi.core.rules.conclusions import evaluate
from zhubi.core.rules.conditions import Outcome
from zhubi.core.rules.panel import Member, PanelFacts, panel_faults
from zhubi.core.rules.scoring import criteria_for

POLICY = shipped("zhejiang-2023")
SCORED = {
    "zj.list-demonstration",
    "zj.project-appraisal",
    "zj.horse-race-site-visit",
    "zj.acceptance",
    "zj.performance-evaluation",
    "zj.post-evaluation",
}
UNSCORED = {
    "zj.special-program-demonstration",
    "zj.horse-race-stage-check",
    "zj.military-order-milestone",
    "zj.project-pool-demonstration",
}
PARTICIPANTS = {
    "zj.list-demonstration": {
        "industry-department",
        "platform",
        "association",
        "leading-enterprise",
        "end-user",
        "venture",
    },
    "zj.acceptance": {"demand-party", "end-user", "leading-enterprise", "association", "venture"},
}


def kind_of(name: str) -> ReviewKind:
    return POLICY.kind(f"zj.{name}")


def results_of(
    kind: ReviewKind, sheet: Sheet, facts: dict[str, int | bool | str] | None = None, *papers: str
) -> dict[str, CheckResult]:
    on = ("sheet", "panel", "office")
    found = check_results(kind, facts or {}, sheet, materials=papers, role="technical", on=on)
    return {each.check: each for each in found}


def yes_or_no(*names: str) -> list[dict[str, str]]:
    """Every way in which these findings can be answered by yes or no."""
    return [dict(zip(names, answers, strict=True)) for answers in product(("yes", "no"), repeat=len(names))]


def test_all_ten_occasions_are_there() -> None:
    assert {kind.id for kind in POLICY.kinds} == SCORED | UNSCORED


def test_forms_without_points_ask_questions_and_findings() -> None:
    for kind in POLICY.kinds:
        assert (kind.scale is None) == (kind.id in UNSCORED), kind.id
        assert kind.criteria or (kind.questions and kind.findings), kind.id


def test_only_rivals_of_one_list_are_looked_at_together() -> None:
    races = ["zj.horse-race-site-visit", "zj.horse-race-stage-check"]
    assert [kind.id for kind in POLICY.kinds if kind.subjects == "several"] == races


def test_whoever_goes_on_site_promises_clean_hands() -> None:
    for kind in POLICY.kinds:
        promised = {each.id for each in kind.commitments}
        assert ("clean-hands" in promised) == ("onsite" in kind.modes), kind.id


def test_classified_projects_are_turned_away_by_the_office_everywhere() -> None:
    for kind in POLICY.kinds:
        result = results_of(kind, Sheet(), {"project_classified": True})["classified"]
        assert (result.outcome, result.severity) == (Outcome.UNMET, "block"), kind.id


@pytest.mark.parametrize("kind_id", PARTICIPANTS)
def test_those_the_text_names_must_take_part_and_sit_there_by_right(kind_id: str) -> None:
    kind = POLICY.kind(kind_id)
    asked = {each.tag for each in kind.panel.requirements if each.kind == "tag" and each.severity == "block"}
    assert asked == PARTICIPANTS[kind_id]
    assert {seat.id for seat in kind.seats} == asked
    # No head count is given: whoever comes for several of them counts for each.
    one = Member("a", "technical", frozenset(asked))
    faults = panel_faults(kind.panel, [one, Member("b", "finance")], kind=kind)
    assert faults == ()
    recused = Member("a", "technical", frozenset(asked), recused=True)
    left = panel_faults(kind.panel, [recused, Member("b", "finance")], kind=kind)
    assert asked <= {fault.requirement.tag for fault in left}


def test_only_those_two_occasions_have_participants_of_the_texts_own() -> None:
    for kind in POLICY.kinds:
        blocks = [each for each in kind.panel.requirements if each.severity == "block"]
        assert bool(blocks) == (kind.id in PARTICIPANTS), kind.id


def test_list_needs_a_finance_expert_as_well() -> None:
    kind = kind_of("list-demonstration")
    people = [Member("a", "technical", frozenset(PARTICIPANTS[kind.id]))]
    assert [fault.requirement.id for fault in panel_faults(kind.panel, people, kind=kind)] == ["finance"]


def test_the_two_core_indicators_outweigh_the_rest_of_acceptance() -> None:
    """九.22 makes them the core of the evaluation, for whoever scores."""
    kind = kind_of("acceptance")
    core = {"core-completion", "core-application"}
    for role in kind.roles:
        mine = criteria_for(kind, role.id)
        of_core = sum(each.full for each in mine if each.id in core)
        assert of_core * 2 > sum(each.full for each in mine), role.id
    assert all(str(each.basis) == "浙 九.22" for each in kind.criteria if each.id in core)


@pytest.mark.parametrize(
    "paper",
    ["demand-party-opinion", "end-user-opinion", "leading-enterprise-opinion", "application-opinion"],
)
def test_each_missing_opinion_of_acceptance_asks_for_words_on_a_pass_alone(paper: str) -> None:
    kind = kind_of("acceptance")
    papers = [each.id for each in kind.materials if each.id != paper]
    for recommendation, asked in (("pass", [f"material.{paper}"]), ("fail", [])):
        sheet = Sheet(recommendation=recommendation)
        results = check_results(kind, {"fiscal_requested": 1}, sheet, materials=papers, role="finance")
        words = [each.item for each in missing_items(kind, sheet, "finance", results) if each.what == "words"]
        assert words == asked


@pytest.mark.parametrize("answers", yes_or_no("meets_requirements", "comparable_level", "distinct_routes"))
def test_a_race_needs_all_three_conditions_at_once(answers: dict[str, str]) -> None:
    kind = kind_of("horse-race-site-visit")
    holds = all(answer == "yes" for answer in answers.values())
    view = evaluate(kind, answers)
    assert view.holding == (("parallel",) if holds else ("single",))
    assert view.verdict == "one"
    assert view.free == ("none",)
    findings = tuple(Finding(finding=name, value=value) for name, value in answers.items())  # type: ignore[arg-type]
    checked = results_of(kind, Sheet(findings=findings, recommendation="parallel"), {"rivals_on_list": 2})
    assert checked["zj16-race"].is_block is not holds


def test_two_rivals_are_needed_only_by_who_wants_a_race() -> None:
    kind = kind_of("horse-race-site-visit")
    assert results_of(kind, Sheet(recommendation="parallel"), {"rivals_on_list": 1})["zj16-two"].is_block
    assert "zj16-two" not in results_of(kind, Sheet(recommendation="single"), {"rivals_on_list": 1})


@pytest.mark.parametrize("reached", ["yes", "no"])
@pytest.mark.parametrize("funds", ["yes", "no"])
def test_the_stage_goal_alone_decides_who_goes_on(reached: str, funds: str) -> None:
    view = evaluate(kind_of("horse-race-stage-check"), {"stage_goal_met": reached, "funds_reasonable": funds})
    assert view.holding == (("continue",) if reached == "yes" else ("terminate",))
    (ending,) = [each for each in view.branches if each.conclusion.id == "terminate"]
    assert "收回" in ending.conclusion.consequence.zh


@pytest.mark.parametrize(
    "answers", yes_or_no("milestone_met", "subjective_cause", "major_risk", "cannot_continue")
)
def test_every_branch_of_a_military_order(answers: dict[str, str]) -> None:
    said = {name: answer == "yes" for name, answer in answers.items()}
    expected = set()
    if said["milestone_met"]:
        expected.add("reached")
    elif said["subjective_cause"]:
        expected.add("not-reached-subjective")
    else:
        expected.add("not-reached-other")
    if said["major_risk"] and said["cannot_continue"]:
        expected.add("suggest-terminate")
    view = evaluate(kind_of("military-order-milestone"), answers)
    assert set(view.holding) == expected
    assert view.verdict == ("one" if len(expected) == 1 else "conflict")


@pytest.mark.parametrize("answers", yes_or_no("major_breakthrough", "strategic_direction"))
def test_every_branch_of_the_project_pool(answers: dict[str, str]) -> None:
    if answers["strategic_direction"] == "no":
        expected = "leave"
    else:
        expected = "direct-support" if answers["major_breakthrough"] == "yes" else "stay"
    view = evaluate(kind_of("project-pool-demonstration"), answers)
    assert (view.verdict, view.holding) == ("one", (expected,))


@pytest.mark.parametrize("mean", range(101))
def test_every_mean_has_exactly_one_grade(mean: int) -> None:
    kind = kind_of("performance-evaluation")
    grade = "excellent" if mean >= 90 else "good" if mean >= 80 else "fair" if mean >= 60 else "poor"
    view = evaluate(kind, {}, panel=PanelFacts(present=5, mean=mean))
    assert (view.verdict, view.holding) == ("one", (grade,))


def test_a_grade_by_the_mean_needs_everyone_to_score_everything() -> None:
    kind = kind_of("performance-evaluation")
    for role in kind.roles:
        assert sum(each.full for each in criteria_for(kind, role.id)) == 100


@pytest.mark.parametrize(
    ("name", "paper"),
    [
        ("list-demonstration", "list"),
        ("horse-race-stage-check", "task-book"),
        ("military-order-milestone", "military-order"),
    ],
)
def test_what_the_occasion_is_held_against_must_be_there(name: str, paper: str) -> None:
    assert results_of(kind_of(name), Sheet())[f"material.{paper}"].is_block
    assert results_of(kind_of(name), Sheet(), None, paper)[f"material.{paper}"].outcome is Outcome.MET


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("list-demonstration", "material.compliance-opinion"),
        ("military-order-milestone", "zj19-scope"),
        ("acceptance", "material.science-report"),
        ("project-pool-demonstration", "zj24-entry"),
        ("post-evaluation", "zj28-3y"),
        ("post-evaluation", "material.result-list"),
    ],
)
def test_the_organisers_matters_stay_off_the_experts_sheet(name: str, item: str) -> None:
    kind = kind_of(name)
    assert item not in {each.check for each in check_results(kind, {}, Sheet())}
    assert item in {each.check for each in check_results(kind, {}, Sheet(), on=("office",))}


def test_the_report_of_acceptance_comes_out_of_the_evaluation() -> None:
    """九.22: those who take part evaluate and a report results, so it is asked of the meeting, not of the applicant."""
    (report,) = [each for each in kind_of("acceptance").materials if each.id == "acceptance-report"]
    assert report.on == "panel"


def test_occasions_whose_conclusions_the_text_leaves_open() -> None:
    for name in ("special-program-demonstration", "list-demonstration", "acceptance", "post-evaluation"):
        assert evaluate(kind_of(name), {}).verdict == "open", name
