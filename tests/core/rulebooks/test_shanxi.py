"""Shanxi's six occasions: need, bid, site, acceptance, the ended project, ending by force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.dossier import BudgetLine
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Cut, Cuts, FactValue, Finding, Sheet
from zhubi.core.rules.checks import CheckResult, check_results
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.conclusions import evaluate
from zhubi.core.rules.conditions import Outcome
from zhubi.core.rules.cuts import cut_faults
from zhubi.core.rules.panel import Member, panel_faults

POLICY = shipped("shanxi-2024-10")


def kind_of(name: str) -> ReviewKind:
    return POLICY.kind(f"sx.{name}")


def checked(kind: ReviewKind, facts: dict[str, FactValue], sheet: Sheet) -> dict[str, CheckResult]:
    budget = [BudgetLine(id="equipment", subject="设备费", total=10**11, fiscal=10**11)]
    return {each.check: each for each in check_results(kind, facts, sheet, budget=budget)}


def lacking(kind: ReviewKind, **roles: int) -> list[str]:
    people = [Member(f"{role}-{at}", role) for role, count in roles.items() for at in range(count)]
    return [each.requirement.id for each in panel_faults(kind.panel, people, kind=kind)]


def test_all_six_occasions_are_there() -> None:
    assert {each.id for each in POLICY.kinds} == {
        "sx.demand-demonstration",
        "sx.bid-appraisal",
        "sx.site-inspection",
        "sx.acceptance-meeting",
        "sx.termination-verification",
        "sx.forced-termination-demonstration",
    }


@pytest.mark.parametrize(
    "name", ["site-inspection", "termination-verification", "forced-termination-demonstration"]
)
def test_what_is_verified_is_not_scored(name: str) -> None:
    assert kind_of(name).scale is None


@pytest.mark.parametrize(("technical", "faults"), [(6, ["technical"]), (7, []), (8, [])])
def test_a_need_is_weighed_by_seven_technical_experts(technical: int, faults: list[str]) -> None:
    assert lacking(kind_of("demand-demonstration"), technical=technical, industry=3) == faults


@pytest.mark.parametrize(
    ("technical", "finance", "faults"),
    [(9, 3, []), (8, 3, ["technical"]), (9, 2, ["finance"]), (12, 0, ["finance"]), (8, 4, ["technical"])],
)
def test_a_bid_is_appraised_by_nine_technical_and_three_finance_experts(
    technical: int, finance: int, faults: list[str]
) -> None:
    assert lacking(kind_of("bid-appraisal"), technical=technical, finance=finance) == faults


def test_a_bid_is_appraised_in_a_meeting_and_a_need_by_letter_too() -> None:
    assert kind_of("bid-appraisal").modes == ("meeting",)
    assert kind_of("demand-demonstration").modes == ("letter", "meeting")


@given(total=st.integers(1, 10**11), over=st.integers(1, 10**9))
def test_what_is_offered_for_cutting_brings_a_bid_within_both_caps(total: int, over: int) -> None:
    kind = kind_of("bid-appraisal")
    average = total // 5
    facts: dict[str, FactValue] = {
        "project_class": "enterprise-tech",
        "total_budget": total,
        "fiscal_requested": total * 30 // 100 + over,
        "average_support": average,
        "one_case_exception": False,
    }
    before = checked(kind, facts, Sheet())
    assert before["sx17-30"].outcome is Outcome.UNMET
    offers = [before[name].offer for name in ("sx17-30", "sx17-average")]
    amount = max(each for each in offers if each is not None)
    sheet = Sheet(cuts=Cuts(lines=(Cut(line="equipment", amount=amount, reason="超出上限"),)))
    after = checked(kind, facts, sheet)
    assert after["sx17-30"].outcome is Outcome.MET
    assert after["sx17-average"].outcome is Outcome.MET


def test_the_caps_are_hard_for_enterprises_and_in_principle_for_the_basic_class() -> None:
    severity = {each.id: each.severity for each in kind_of("bid-appraisal").checks}
    assert (severity["sx17-30"], severity["sx17-average"]) == ("block", "block")
    assert severity["sx17-average-basic"] == "warn"
    basic = checked(kind_of("bid-appraisal"), {"project_class": "basic-public"}, Sheet())
    assert "sx17-30" not in basic
    assert "sx30-lead" not in basic


def test_what_is_cut_from_a_bid_becomes_own_money_and_the_total_stands() -> None:
    kind = kind_of("bid-appraisal")
    lines = (Cut(line="equipment", amount=100, reason="超出上限"),)
    budget = [BudgetLine(id="equipment", subject="设备费", total=500, fiscal=200)]
    assert cut_faults(kind, Cuts(lines=lines, total_follows=False), budget) == ()
    assert cut_faults(kind, Cuts(lines=lines, total_follows=True), budget) != ()


@pytest.mark.parametrize(
    ("technical", "finance", "faults"),
    [
        (4, 2, []),
        (3, 2, ["technical-share"]),
        (3, 1, ["minimum"]),
        (5, 0, ["finance"]),
    ],
)
def test_who_inspects_the_site(technical: int, finance: int, faults: list[str]) -> None:
    kind = kind_of("site-inspection")
    people = [Member(f"t{at}", "technical") for at in range(technical - 1)]
    people += [Member("recommended", "technical", frozenset({"demand-recommended"}))]
    people += [Member(f"f{at}", "finance") for at in range(finance)]
    assert [each.requirement.id for each in panel_faults(kind.panel, people, kind=kind)] == faults
    without = [Member(each.person, each.role) for each in people]
    assert [each.requirement.id for each in panel_faults(kind.panel, without, kind=kind)] == [
        *faults,
        "demand-recommended",
    ]


def test_the_site_conclusion_is_a_paper_that_the_acceptance_meeting_requires() -> None:
    (conclusion,) = kind_of("site-inspection").conclusions
    meeting = {each.id: each for each in kind_of("acceptance-meeting").materials}
    assert meeting[conclusion.id].required_when == "true"
    assert meeting[conclusion.id].severity == "block"


def test_the_demand_side_takes_part_on_site_as_in_the_meeting() -> None:
    absent = Sheet(findings=(Finding(finding="demand_side_present", value="no"),))
    for name in ("site-inspection", "acceptance-meeting"):
        assert checked(kind_of(name), {}, absent)["sx40-demand"].is_block


@pytest.mark.parametrize("left_out", ["work", "results", "ip", "funds", "equipment"])
def test_the_report_on_an_ended_project_states_all_five(left_out: str) -> None:
    parts = ("work", "results", "ip", "funds", "equipment")
    facts: dict[str, FactValue] = {f"report_{part}": part != left_out for part in parts}
    assert checked(kind_of("termination-verification"), facts, Sheet())["sx36-report"].is_block


@pytest.mark.parametrize(
    ("work", "spending", "surplus", "expected"),
    [
        ("yes", "yes", "yes", "confirmed"),
        ("no", "yes", "yes", "confirmed-adjusted"),
        ("yes", "no", "yes", "confirmed-adjusted"),
        ("no", "no", "yes", "confirmed-adjusted"),
        ("yes", "yes", "no", "not-confirmed"),
        ("no", "no", "no", "not-confirmed"),
    ],
)
def test_an_ended_project_comes_to_one_conclusion(
    work: str, spending: str, surplus: str, expected: str
) -> None:
    found = {"work_as_reported": work, "spending_as_reported": spending, "surplus_settled": surplus}
    view = evaluate(kind_of("termination-verification"), found)
    assert (view.verdict, view.holding) == ("one", (expected,))


FORCED = kind_of("forced-termination-demonstration")
CIRCUMSTANCES = {"not_applied", "cannot_continue", "serious_risk"}
BY_FORCE = [
    each.id
    for each in FORCED.findings
    if each.basis.clauses == ("第三十五条",) and each.id not in CIRCUMSTANCES
]
REVOKED = [
    each.id
    for each in FORCED.findings
    if each.basis.clauses == ("第四十九条",) and each.id not in CIRCUMSTANCES
]


def forced(*yes: str) -> tuple[str, tuple[str, ...]]:
    view = evaluate(FORCED, {each.id: "yes" if each.id in yes else "no" for each in FORCED.findings})
    return view.verdict, view.holding


def test_the_grounds_are_the_eight_and_the_six_of_the_text() -> None:
    assert (len(BY_FORCE), len(REVOKED)) == (8, 6)


@pytest.mark.parametrize("ground", BY_FORCE)
def test_any_of_the_eight_grounds_ends_what_cannot_go_on_and_did_not_ask(ground: str) -> None:
    assert forced(ground, "not_applied", "cannot_continue") == ("one", ("suggest-termination",))
    assert forced(ground, "cannot_continue") == ("one", ("no",))
    assert forced(ground, "not_applied") == ("one", ("no",))
    assert forced(ground, "not_applied", "serious_risk") == ("one", ("no",))


@pytest.mark.parametrize("ground", REVOKED)
def test_any_of_the_six_situations_at_considerable_risk_revokes(ground: str) -> None:
    assert forced(ground, "serious_risk") == ("one", ("suggest-revocation",))
    assert forced(ground) == ("one", ("no",))
    assert forced(ground, "not_applied", "cannot_continue") == ("one", ("no",))


def test_where_both_hold_the_clauses_collide() -> None:
    both = forced("dispute_between_sides", "not_applied", "cannot_continue", "funds_abused", "serious_risk")
    assert both == ("conflict", ("suggest-termination", "suggest-revocation"))


def test_neither_circumstance_alone_suggests_anything() -> None:
    assert forced("not_applied", "cannot_continue", "serious_risk") == ("one", ("no",))


def test_all_fiscal_money_is_recovered_only_from_the_forced_and_the_failed() -> None:
    recovered = {
        (kind.id, each.id)
        for kind in POLICY.kinds
        for each in kind.conclusions
        if "全部财政资金" in each.consequence.zh
    }
    assert recovered == {
        ("sx.acceptance-meeting", "fail"),
        ("sx.forced-termination-demonstration", "suggest-termination"),
        ("sx.forced-termination-demonstration", "suggest-revocation"),
    }
