"""Checks and papers: 符合, 不符, 无法判断, and what is offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhubi.core.model.dossier import BudgetLine
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import CheckSeen, Cut, Cuts, FactReading, FactValue, Finding, Sheet
from zhubi.core.rules.checks import CheckResult, check_results, checks_seen
from zhubi.core.rules.conditions import Outcome

ENTERPRISE: dict[str, FactValue] = {
    "total_budget": 24_000_000,
    "fiscal_requested": 9_120_000,
    "self_raised": 14_880_000,
    "applicant_is_enterprise": True,
    "in_26_counties": False,
    "in_island_county": False,
    "is_agriculture": False,
    "innovation_consortium": False,
    "joint_funded_list": False,
    "rd_intensity": 1120,
    "industry_rd_intensity": 860,
}


def by_name(
    kind: ReviewKind, facts: Mapping[str, FactValue], sheet: Sheet | None = None, **more: Any
) -> dict[str, CheckResult]:
    return {each.check: each for each in check_results(kind, facts, sheet or Sheet(), **more)}


def test_own_money_below_the_share_is_a_warning_and_no_block(zhejiang: ReviewKind) -> None:
    result = by_name(zhejiang, ENTERPRISE)["zj9-self"]
    assert (result.outcome, result.severity, result.is_block) == (Outcome.UNMET, "warn", False)


def test_a_check_that_does_not_apply_is_left_out(zhejiang: ReviewKind) -> None:
    found = by_name(zhejiang, ENTERPRISE | {"applicant_is_enterprise": False})
    assert "zj9-self" not in found
    assert "material.self-funding-commitment" not in found


def test_a_missing_fact_is_named_by_the_fact(zhejiang: ReviewKind) -> None:
    facts = {name: value for name, value in ENTERPRISE.items() if name != "industry_rd_intensity"}
    result = by_name(zhejiang, facts)["zj9-rd"]
    assert (result.outcome, result.missing) == (Outcome.UNKNOWN, ("industry_rd_intensity",))


def test_whether_a_check_applies_may_itself_be_unknown(zhejiang: ReviewKind) -> None:
    result = by_name(zhejiang, {"total_budget": 1})["zj9-self"]
    assert (result.outcome, result.missing) == (Outcome.UNKNOWN, ("applicant_is_enterprise",))


def test_the_commitment_that_is_missing_is_a_block(zhejiang: ReviewKind) -> None:
    assert by_name(zhejiang, ENTERPRISE)["material.self-funding-commitment"].is_block
    present = by_name(zhejiang, ENTERPRISE, materials={"self-funding-commitment"})
    assert present["material.self-funding-commitment"].outcome is Outcome.MET


def test_a_paper_nobody_requires_is_not_listed(zhejiang: ReviewKind) -> None:
    assert "material.co-support-proof" not in by_name(zhejiang, ENTERPRISE)


def test_what_the_expert_confirms_stands_above_what_the_papers_state(zhejiang: ReviewKind) -> None:
    reading = FactReading(fact="self_raised", value=20_000_000, confirmed=True)
    assert by_name(zhejiang, ENTERPRISE, Sheet(facts=(reading,)))["zj9-self"].outcome is Outcome.MET
    unconfirmed = reading.model_copy(update={"confirmed": False})
    assert by_name(zhejiang, ENTERPRISE, Sheet(facts=(unconfirmed,)))["zj9-self"].outcome is Outcome.UNMET


def test_money_out_of_bounds_cannot_be_judged(zhejiang: ReviewKind) -> None:
    result = by_name(zhejiang, ENTERPRISE | {"self_raised": 10**15})["zj9-self"]
    assert (result.outcome, result.missing) == (Outcome.UNKNOWN, ("self_raised",))


def test_a_grant_over_its_class_offers_the_cut(shapingba: ReviewKind) -> None:
    result = by_name(shapingba, {"project_class": "major", "fiscal_requested": 350_000})["spb4-major"]
    assert (result.outcome, result.severity, result.offer) == (Outcome.UNMET, "warn", 50_000)


def test_a_grant_below_its_class_offers_no_cut(shapingba: ReviewKind) -> None:
    result = by_name(shapingba, {"project_class": "major", "fiscal_requested": 80_000})["spb4-major"]
    assert (result.outcome, result.offer) == (Outcome.UNMET, None)


def test_a_class_nobody_declared_is_as_good_as_none(shapingba: ReviewKind) -> None:
    result = by_name(shapingba, {"project_class": "huge", "fiscal_requested": 80_000})["spb4-major"]
    assert (result.outcome, result.missing) == (Outcome.UNKNOWN, ("project_class",))


def test_the_offices_checks_stay_off_the_experts_sheet(shapingba: ReviewKind) -> None:
    facts: dict[str, FactValue] = {"project_nature": "rd", "first_payment": 1, "fiscal_requested": 100}
    assert "spb23-rd" not in by_name(shapingba, facts)
    assert by_name(shapingba, facts, on=("office",))["spb23-rd"].outcome is Outcome.UNMET


def test_checks_on_cuts_appear_with_the_first_cut(zhejiang: ReviewKind) -> None:
    lines = (BudgetLine(id="equipment", subject="设备费", total=900_000, fiscal=600_000),)
    assert "zj18-scope" not in by_name(zhejiang, ENTERPRISE, budget=lines)
    sheet = Sheet(cuts=Cuts(lines=(Cut(line="equipment", amount=700_000, reason="偏高"),)))
    found = by_name(zhejiang, ENTERPRISE, sheet, budget=lines)
    assert found["zj18-scope"].is_block
    assert found["zj18-kpi"].outcome is Outcome.MET


def test_cuts_cannot_be_judged_without_the_budget(zhejiang: ReviewKind) -> None:
    sheet = Sheet(cuts=Cuts(lines=(Cut(line="equipment", amount=1, reason="偏高"),)))
    assert by_name(zhejiang, ENTERPRISE, sheet)["zj18-scope"].outcome is Outcome.UNKNOWN


def test_what_hangs_on_a_recommendation_waits_for_it(shanxi: ReviewKind) -> None:
    assert "sx43-pass" not in by_name(shanxi, {})
    against = Sheet(recommendation="pass", findings=(Finding(finding="main_indicators_met", value="no"),))
    assert by_name(shanxi, {}, against)["sx43-pass"].is_block


def test_an_unknown_finding_leaves_its_check_open(shanxi: ReviewKind) -> None:
    unsure = Sheet(findings=(Finding(finding="demand_side_present", value="unknown"),))
    result = by_name(shanxi, {}, unsure)["sx40-demand"]
    assert (result.outcome, result.missing) == (Outcome.UNKNOWN, ("finding.demand_side_present",))


def test_days_are_read_from_their_text(shanxi: ReviewKind) -> None:
    facts: dict[str, FactValue] = {
        "period_end": "2025-08-31",
        "extension_months": 0,
        "acceptance_applied_on": "2026-02-28",
    }
    assert by_name(shanxi, facts)["sx38-6m"].outcome is Outcome.MET
    assert (
        by_name(shanxi, facts | {"acceptance_applied_on": "2026-03-01"})["sx38-6m"].outcome is Outcome.UNMET
    )
    broken = by_name(shanxi, facts | {"acceptance_applied_on": "2026-02-30"})["sx38-6m"]
    assert (broken.outcome, broken.missing) == (Outcome.UNKNOWN, ("acceptance_applied_on",))


def test_the_sheet_keeps_what_was_seen_and_the_words_about_it(zhejiang: ReviewKind) -> None:
    results = check_results(zhejiang, ENTERPRISE, Sheet())
    seen = checks_seen(results, (CheckSeen(check="zj9-self", outcome="unknown", words="已问过申报方"),))
    kept = {each.check: each for each in seen}
    assert kept["zj9-self"] == CheckSeen(check="zj9-self", outcome="unmet", words="已问过申报方")
    assert len(seen) == len(results)
