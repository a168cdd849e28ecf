"""The five occasions of Dazu's work plan, each against what its clause says."""

from __future__ import annotations

from itertools import product

import pytest

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Answer, Finding, Sheet
from zhubi.core.rules.checks import CheckResult, check_results
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.completeness import missing_items
from zhubi.core.rules.conclusions import evaluate
from zhubi.core.rules.conditions import Outcome
from zhubi.core.rules.panel import Member, panel_faults
from zhubi.core.rules.scoring import criteria_for

POLICY = shipped("dazu-2023-26")
NAMES = (
    "list-selection",
    "bid-appraisal",
    "milestone-assessment",
    "horse-race-node-assessment",
    "final-acceptance",
)


def kind_of(name: str) -> ReviewKind:
    return POLICY.kind(f"dz.{name}")


def results_of(
    kind: ReviewKind, sheet: Sheet, facts: dict[str, int | bool | str] | None = None, *papers: str
) -> dict[str, CheckResult]:
    on = ("sheet", "panel", "office")
    found = check_results(kind, facts or {}, sheet, materials=papers, role="technical", on=on)
    return {each.check: each for each in found}


def blocks_asking_for_words(kind: ReviewKind, sheet: Sheet, facts: dict[str, int | bool | str]) -> list[str]:
    papers = [each.id for each in kind.materials]
    results = check_results(kind, facts, sheet, materials=papers, role="technical")
    return [each.item for each in missing_items(kind, sheet, "technical", results) if each.what == "words"]


def yes_or_no(*names: str) -> list[dict[str, str]]:
    """Every way in which these findings can be answered by yes or no."""
    return [dict(zip(names, answers, strict=True)) for answers in product(("yes", "no"), repeat=len(names))]


def test_all_five_occasions_are_there() -> None:
    assert {kind.id for kind in POLICY.kinds} == {f"dz.{name}" for name in NAMES}


def test_needs_and_bidders_and_rivals_are_looked_at_together() -> None:
    several = {kind.id for kind in POLICY.kinds if kind.subjects == "several"}
    assert several == {"dz.list-selection", "dz.bid-appraisal", "dz.horse-race-node-assessment"}


@pytest.mark.parametrize("name", NAMES)
def test_five_or_more_and_odd_is_a_principle_and_never_a_block(name: str) -> None:
    kind = kind_of(name)
    severities = {each.id: each.severity for each in kind.panel.requirements}
    # Only one occasion says no more than "a panel": what it is held to there is our default.
    expected = "inform" if name == "horse-race-node-assessment" else "warn"
    assert severities["minimum"] == severities["odd"] == expected
    assert "block" not in severities.values()
    four = [Member(str(at), "technical") for at in range(4)]
    faults = [fault.requirement.id for fault in panel_faults(kind.panel, four, kind=kind)]
    assert faults[:4] == ["minimum", "odd", "management", "industry"]


def test_the_list_owners_head_is_named_for_appraisal_and_milestones_only() -> None:
    asked = {
        kind.id for kind in POLICY.kinds if any(each.tag == "list-owner" for each in kind.panel.requirements)
    }
    assert asked == {"dz.bid-appraisal", "dz.milestone-assessment"}
    assert kind_of("list-selection").seats == kind_of("final-acceptance").seats == ()


def test_whoever_goes_on_site_promises_clean_hands() -> None:
    for kind in POLICY.kinds:
        promised = {each.id for each in kind.commitments}
        assert ("clean-hands" in promised) == ("onsite" in kind.modes), kind.id


@pytest.mark.parametrize(
    ("fact", "bad", "check"),
    [
        ("demand_unit_qualified", False, "dz5-unit"),
        ("local_demonstration", False, "dz5-local"),
        ("adverse_record_36m", True, "dz5-credit"),
        ("form_items_stated", 6, "dz8-table"),
    ],
)
def test_a_need_outside_the_conditions_asks_for_words_to_be_listed(
    fact: str, bad: bool | int, check: str
) -> None:
    kind = kind_of("list-selection")
    facts: dict[str, int | bool | str] = {
        "demand_unit_qualified": True,
        "local_demonstration": True,
        "adverse_record_36m": False,
        "form_items_stated": 7,
        "period_months": 24,
    }
    assert blocks_asking_for_words(kind, Sheet(recommendation="recommend"), facts) == []
    facts[fact] = bad
    assert blocks_asking_for_words(kind, Sheet(recommendation="recommend"), facts) == [check]
    assert blocks_asking_for_words(kind, Sheet(recommendation="not-recommend"), facts) == []


@pytest.mark.parametrize(
    ("fact", "check"),
    [("lead_bidder_related_to_demand_party", "dz5-rel"), ("adverse_record_36m", "dz5-clean")],
)
@pytest.mark.parametrize("recommendation", ["single", "horse-race"])
def test_a_bidder_outside_the_conditions_asks_for_words(fact: str, check: str, recommendation: str) -> None:
    kind = kind_of("bid-appraisal")
    facts: dict[str, int | bool | str] = {
        "lead_bidder_related_to_demand_party": False,
        "adverse_record_36m": False,
    }
    assert blocks_asking_for_words(kind, Sheet(recommendation=recommendation), facts) == []
    facts[fact] = True
    assert blocks_asking_for_words(kind, Sheet(recommendation=recommendation), facts) == [check]
    assert blocks_asking_for_words(kind, Sheet(recommendation="none"), facts) == []


@pytest.mark.parametrize(("answer", "asked"), [("yes", []), ("no", ["dz5-mature"])])
def test_mature_technology_does_not_pass_the_gate_unsaid(answer: str, asked: list[str]) -> None:
    kind = kind_of("bid-appraisal")
    assert [each.id for each in kind.questions if each.gate] == ["not-mature"]
    sheet = Sheet(answers=(Answer(question="not-mature", value=answer),), recommendation="single")
    facts: dict[str, int | bool | str] = {"lead_bidder_related_to_demand_party": False}
    assert blocks_asking_for_words(kind, sheet, facts) == asked


@pytest.mark.parametrize(
    ("fiscal", "total", "within_share", "within_cap", "offer"),
    [
        (900_000, 3_000_000, Outcome.MET, Outcome.MET, None),
        (900_001, 3_000_000, Outcome.UNMET, Outcome.MET, None),
        (1_000_000, 4_000_000, Outcome.MET, Outcome.MET, None),
        (1_000_001, 4_000_000, Outcome.MET, Outcome.UNMET, 1),
    ],
)
def test_the_bounds_of_what_is_granted_warn_and_offer_a_cut(
    fiscal: int, total: int, within_share: Outcome, within_cap: Outcome, offer: int | None
) -> None:
    """十(一) bounds what is granted. Asking for more is no block, and the panel may advise a cut."""
    kind = kind_of("bid-appraisal")
    results = results_of(kind, Sheet(), {"fiscal_requested": fiscal, "total_budget": total})
    assert results["dz10-30"].outcome is within_share
    assert results["dz10-100w"].outcome is within_cap
    assert results["dz10-100w"].offer == offer
    assert results["dz10-30"].severity == results["dz10-100w"].severity == "warn"


@pytest.mark.parametrize("answers", yes_or_no("difficult", "no_clear_best", "cannot_unite", "owners_agree"))
def test_a_race_needs_hardness_no_best_no_union_and_consent(answers: dict[str, str]) -> None:
    kind = kind_of("bid-appraisal")
    holds = all(answer == "yes" for answer in answers.values())
    view = evaluate(kind, answers)
    assert (view.verdict, view.holding) == ("one", ("horse-race",) if holds else ("single",))
    assert view.free == ("none",)


@pytest.mark.parametrize(("bidders", "fits"), [("1", False), ("2", True), ("3", True), ("4", False)])
def test_two_or_three_race(bidders: str, fits: bool) -> None:
    sheet = Sheet(answers=(Answer(question="race-bidders", value=bidders),), recommendation="horse-race")
    result = results_of(kind_of("bid-appraisal"), sheet)["dz8-race-number"]
    assert result.outcome is (Outcome.MET if fits else Outcome.UNMET)
    assert result.is_block is not fits


@pytest.mark.parametrize(("share", "fits"), [("0", False), ("1", True), ("100", True), ("101", False)])
def test_the_next_share_lies_between_nothing_and_all(share: str, fits: bool) -> None:
    sheet = Sheet(answers=(Answer(question="next-share", value=share),), recommendation="continue")
    result = results_of(kind_of("horse-race-node-assessment"), sheet, {"units_remaining": 2})
    assert result["dz10-share"].outcome is (Outcome.MET if fits else Outcome.UNMET)
    assert not result["dz10-share"].is_block
    assert "dz10-last" not in result


def test_the_text_leaves_to_the_assessment_who_stays_in_the_race() -> None:
    for goal in ("yes", "no"):
        view = evaluate(kind_of("horse-race-node-assessment"), {"node_goal_met": goal})
        assert (view.verdict, view.free) == ("open", ("continue", "stop"))


@pytest.mark.parametrize("answers", yes_or_no("taskbook_met", "force_majeure", "subjective_cause"))
@pytest.mark.parametrize("approved", [True, False])
def test_every_branch_of_final_acceptance(answers: dict[str, str], approved: bool) -> None:
    said = {name: answer == "yes" for name, answer in answers.items()}
    expected = [
        name
        for name, holds in (
            ("pass", said["taskbook_met"]),
            ("fail-subjective", said["subjective_cause"]),
            ("objective", said["force_majeure"] and approved),
        )
        if holds
    ]
    view = evaluate(kind_of("final-acceptance"), answers, {"force_majeure_approved": approved})
    assert list(view.holding) == expected
    assert view.verdict == {0: "uncovered", 1: "one"}.get(len(expected), "conflict")


@pytest.mark.parametrize(
    ("done", "subjective", "asked"),
    [
        ("yes", "no", []),
        ("no", "no", ["dz9-taskbook"]),
        ("yes", "yes", ["dz8-subjective"]),
        ("no", "yes", ["dz9-taskbook", "dz8-subjective"]),
    ],
)
def test_a_pass_against_ones_own_findings_asks_for_words(
    done: str, subjective: str, asked: list[str]
) -> None:
    findings = (
        Finding(finding="taskbook_met", value=done),  # type: ignore[arg-type]
        Finding(finding="subjective_cause", value=subjective),  # type: ignore[arg-type]
    )
    kind = kind_of("final-acceptance")
    assert blocks_asking_for_words(kind, Sheet(findings=findings, recommendation="pass"), {}) == asked
    assert blocks_asking_for_words(kind, Sheet(findings=findings, recommendation="fail"), {}) == []


@pytest.mark.parametrize(("months", "outcome"), [(0, Outcome.MET), (12, Outcome.MET), (13, Outcome.UNMET)])
def test_an_extension_of_a_year_at_most_is_the_offices_matter(months: int, outcome: Outcome) -> None:
    kind = kind_of("final-acceptance")
    facts: dict[str, int | bool | str] = {"extension_months": months}
    assert results_of(kind, Sheet(), facts)["dz8-ext"].outcome is outcome
    assert "dz8-ext" not in {each.check for each in check_results(kind, facts, Sheet())}


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("list-selection", "dz-dup"),
        ("bid-appraisal", "dz12-competition"),
        ("horse-race-node-assessment", "dz8-units"),
        ("final-acceptance", "dz10-70"),
        ("final-acceptance", "dz10-30"),
        ("final-acceptance", "material.payment-vouchers"),
    ],
)
def test_the_organisers_matters_stay_off_the_experts_sheet(name: str, item: str) -> None:
    kind = kind_of(name)
    assert item not in {each.check for each in check_results(kind, {}, Sheet())}
    assert item in {each.check for each in check_results(kind, {}, Sheet(), on=("office",))}


def test_a_site_conclusion_may_be_handed_on_and_is_not_required() -> None:
    """Unlike Shanxi, this text knows no visit before the closing."""
    kind = kind_of("final-acceptance")
    assert "site-conclusion" in {each.id for each in kind.materials}
    assert "material.site-conclusion" not in results_of(kind, Sheet())


def test_finance_experts_score_money_and_not_technology() -> None:
    mine = {
        name: {each.id for each in criteria_for(kind_of(name), "finance")}
        for name in ("bid-appraisal", "final-acceptance")
    }
    assert mine == {"bid-appraisal": {"legal", "budget"}, "final-acceptance": {"application", "funds"}}
