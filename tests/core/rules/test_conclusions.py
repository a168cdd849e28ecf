"""The panel's conclusion: every branch evaluated, collisions and gaps named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.conclusions import evaluate
from zhubi.core.rules.conditions import Outcome
from zhubi.core.rules.panel import PanelFacts

SHANXI = shipped("shanxi-2024-10").kind("sx.acceptance-meeting")
FINDINGS = [
    "main_indicators_met",
    "self_raised_ok",
    "funds_reasonable",
    "demand_party_accepts",
    "objective_or_force_majeure",
    "completed_after_extension",
    "subjective_cause",
    "binding_indicator_missed",
    "unauthorised_change",
    "overdue_over_one_year",
    "refuses_acceptance",
    "serious_violation",
]
GOOD = dict.fromkeys(FINDINGS, "no") | dict.fromkeys(FINDINGS[:4], "yes")


def test_one_branch_holds(shanxi: ReviewKind) -> None:
    view = evaluate(shanxi, GOOD)
    assert (view.verdict, view.holding) == ("one", ("pass",))


def test_every_branch_is_shown_even_where_one_decides(shanxi: ReviewKind) -> None:
    outcomes = {each.conclusion.id: each.outcome for each in evaluate(shanxi, GOOD).branches}
    assert outcomes == {"pass": Outcome.MET, "close": Outcome.UNMET, "fail": Outcome.UNMET}


def test_objective_cause_and_a_binding_indicator_missed_collide(shanxi: ReviewKind) -> None:
    findings = GOOD | {
        "main_indicators_met": "no",
        "objective_or_force_majeure": "yes",
        "binding_indicator_missed": "yes",
    }
    view = evaluate(shanxi, findings)
    assert (view.verdict, view.holding) == ("conflict", ("close", "fail"))


def test_a_case_the_text_does_not_cover(shanxi: ReviewKind) -> None:
    view = evaluate(shanxi, GOOD | {"demand_party_accepts": "no"})
    assert (view.verdict, view.holding) == ("uncovered", ())


@pytest.mark.parametrize(
    ("change", "holding"),
    [
        ({"subjective_cause": "yes"}, "fail"),
        ({"unauthorised_change": "yes"}, "fail"),
        ({"serious_violation": "yes"}, "fail"),
        ({"overdue_over_one_year": "yes", "refuses_acceptance": "yes"}, "fail"),
    ],
)
def test_each_case_of_failure_stands_alone(shanxi: ReviewKind, change: dict[str, str], holding: str) -> None:
    findings = GOOD | {"main_indicators_met": "no"} | change
    assert evaluate(shanxi, findings).holding == (holding,)


def test_lateness_alone_is_no_failure(shanxi: ReviewKind) -> None:
    assert evaluate(shanxi, GOOD | {"overdue_over_one_year": "yes"}).holding == ("pass",)


def test_an_unknown_finding_is_waited_for_where_it_could_decide(shanxi: ReviewKind) -> None:
    view = evaluate(shanxi, GOOD | {"subjective_cause": "unknown"})
    assert (view.verdict, view.holding) == ("undecided", ("pass",))
    waiting = {each.conclusion.id: each.missing for each in view.branches}
    assert waiting == {"pass": (), "close": (), "fail": ("subjective_cause",)}


def test_two_branches_that_hold_collide_whatever_is_unknown(shanxi: ReviewKind) -> None:
    findings = GOOD | {
        "objective_or_force_majeure": "yes",
        "serious_violation": "yes",
        "refuses_acceptance": "unknown",
    }
    assert evaluate(shanxi, findings).verdict == "conflict"


def test_without_conditions_the_panel_chooses(zhejiang: ReviewKind) -> None:
    view = evaluate(zhejiang, {})
    assert view.verdict == "open"
    assert view.free == ("recommend", "recommend-after-revision", "horse-race-candidate", "not-recommend")


def test_missed_nodes_without_poor_effort_are_not_covered(dazu: ReviewKind) -> None:
    assert evaluate(dazu, {"nodes_met": "no", "poor_effort": "no"}).verdict == "uncovered"
    assert evaluate(dazu, {"nodes_met": "yes", "poor_effort": "yes"}).verdict == "conflict"


def test_grades_may_go_by_the_panels_mean(dazu: ReviewKind) -> None:
    both = {"zh": "a", "en": "a"}
    graded = ReviewKind.model_validate(
        dazu.model_dump()
        | {
            "conclusions": [
                {"id": "good", "name": both, "basis": "default", "when": "panel.mean >= 80"},
                {"id": "poor", "name": both, "basis": "default", "when": "panel.mean < 80"},
            ]
        }
    )
    assert evaluate(graded, {}, panel=PanelFacts(present=5, mean=80)).holding == ("good",)
    assert evaluate(graded, {}, panel=PanelFacts(present=5, mean=79)).holding == ("poor",)
    assert evaluate(graded, {}).verdict == "undecided"


ANSWERS = st.fixed_dictionaries({name: st.sampled_from(["yes", "no", "unknown"]) for name in FINDINGS})


@given(ANSWERS)
def test_article_43_says_what_its_words_say(findings: dict[str, str]) -> None:
    view = evaluate(SHANXI, findings)
    if "unknown" in findings.values():
        return
    yes = {name for name, answer in findings.items() if answer == "yes"}
    satisfied = {"self_raised_ok", "funds_reasonable", "demand_party_accepts"} <= yes
    excused = bool({"objective_or_force_majeure", "completed_after_extension"} & yes)
    failed = (
        bool(
            {"subjective_cause", "binding_indicator_missed", "unauthorised_change", "serious_violation"} & yes
        )
        or {"overdue_over_one_year", "refuses_acceptance"} <= yes
    )
    expected = {
        "pass": "main_indicators_met" in yes and satisfied and not excused,
        "close": excused and satisfied,
        "fail": failed,
    }
    assert set(view.holding) == {name for name, holds in expected.items() if holds}
    count = sum(expected.values())
    assert view.verdict == ("uncovered" if count == 0 else "one" if count == 1 else "conflict")


@given(ANSWERS, ANSWERS)
def test_what_holds_on_known_findings_holds_whatever_the_unknown_turn_out_to_be(
    findings: dict[str, str], later: dict[str, str]
) -> None:
    before = evaluate(SHANXI, findings)
    settled = {
        name: later[name] if answer == "unknown" and later[name] != "unknown" else answer
        for name, answer in findings.items()
    }
    after = {each.conclusion.id: each.outcome for each in evaluate(SHANXI, settled).branches}
    for branch in before.branches:
        if branch.outcome is not Outcome.UNKNOWN:
            assert after[branch.conclusion.id] is branch.outcome
