"""What the text says one's own findings would mean, and where a sheet speaks against itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.dossier import Indicator
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Answer, Finding, IndicatorJudgement, Score, Sheet
from zhubi.core.rules.checks import check_results
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.completeness import can_sign, missing_items
from zhubi.core.rules.conclusions import evaluate
from zhubi.core.rules.meaning import Meaning, meaning
from zhubi.core.rules.soundness import unsound
from zhubi.locale import say

MakeKind = Callable[..., ReviewKind]

ACCEPTED = {
    "main_indicators_met": "yes",
    "self_raised_ok": "yes",
    "funds_reasonable": "yes",
    "demand_party_accepts": "yes",
    "objective_or_force_majeure": "no",
    "completed_after_extension": "no",
    "subjective_cause": "no",
    "binding_indicator_missed": "no",
    "unauthorised_change": "no",
    "overdue_over_one_year": "no",
    "refuses_acceptance": "no",
    "serious_violation": "no",
}


def sheet(findings: Mapping[str, str], **more: Any) -> Sheet:
    return Sheet(
        findings=tuple(Finding(finding=name, value=value) for name, value in findings.items()), **more
    )


def outcomes(found: Meaning) -> dict[str, str]:
    return {each.conclusion.id: each.outcome.value for each in found.branches}


def test_an_empty_sheet_waits_for_its_findings(shanxi: ReviewKind) -> None:
    found = meaning(shanxi, Sheet())
    assert found.verdict == "undecided"
    assert set(outcomes(found).values()) == {"unknown"}
    assert "main_indicators_met" in found.branches[0].missing
    assert found.contradictions == ()


def test_findings_lead_to_the_branch_of_the_article(shanxi: ReviewKind) -> None:
    found = meaning(shanxi, sheet(ACCEPTED))
    assert (found.verdict, found.holding) == ("one", ("pass",))
    assert outcomes(found) == {"pass": "met", "close": "unmet", "fail": "unmet"}
    assert found.branches[2].conclusion.basis.text == "晋 第四十三条(三); 第四十四条"
    assert found.branches[2].conclusion.consequence.zh


def test_clauses_that_collide_and_cases_the_text_leaves_out_are_told(shanxi: ReviewKind) -> None:
    collide = ACCEPTED | {
        "main_indicators_met": "no", "objective_or_force_majeure": "yes", "binding_indicator_missed": "yes"
    }  # fmt: skip
    assert meaning(shanxi, sheet(collide)).verdict == "conflict"
    assert meaning(shanxi, sheet(ACCEPTED | {"demand_party_accepts": "no"})).verdict == "uncovered"


def test_turning_one_finding_shows_what_it_would_open_and_close(shanxi: ReviewKind) -> None:
    found = meaning(shanxi, sheet(ACCEPTED))
    main = found.of("main_indicators_met")
    assert main is not None
    assert not main.yes.changes
    assert (main.no.closes, main.no.verdict) == (("pass",), "uncovered")
    cause = found.of("subjective_cause")
    assert cause is not None
    assert (cause.yes.holds, cause.yes.closes, cause.yes.verdict) == (("fail",), (), "conflict")
    late = found.of("overdue_over_one_year")
    assert late is not None
    assert not late.yes.changes
    half = meaning(shanxi, sheet({"main_indicators_met": "no"})).of("main_indicators_met")
    assert half is not None
    assert half.yes.opens == ("pass",)


def test_a_finding_no_conclusion_reads_means_nothing_by_the_text(shanxi: ReviewKind) -> None:
    assert meaning(shanxi, Sheet()).of("demand_side_present") is None


@given(st.dictionaries(st.sampled_from(sorted(ACCEPTED)), st.sampled_from(["yes", "no", "unknown"])))
def test_every_supposition_is_what_the_conclusions_say_of_it(findings: dict[str, str]) -> None:
    kind = shipped("shanxi-2024-10").kind("sx.acceptance-meeting")
    found = meaning(kind, sheet(findings))
    now = outcomes(found)
    for each in found.findings:
        for supposed in (each.yes, each.no):
            view = evaluate(kind, findings | {each.finding: supposed.value})
            then = {branch.conclusion.id: branch.outcome.value for branch in view.branches}
            assert (supposed.verdict, supposed.holding) == (view.verdict, view.holding)
            assert set(supposed.holds) == {name for name in then if then[name] == "met" != now[name]}
            assert set(supposed.closes) == {name for name in then if then[name] == "unmet" != now[name]}
            assert set(supposed.opens) == {
                name for name in then if now[name] == "unmet" and then[name] == "unknown"
            }


def test_a_recommendation_whose_branch_fails_is_named_and_gags_nobody(shanxi: ReviewKind) -> None:
    against = sheet(ACCEPTED, recommendation="fail")
    (found,) = meaning(shanxi, against).contradictions
    assert found.key == "rules.contradiction-fails"
    assert ("recommendation", "recommendation") in found.touches
    assert ("finding", "subjective_cause") in found.touches
    sentence = say(found.key, **found.details("zh_CN"))
    assert sentence == "建议“不通过验收”，而按本人认定“不通过验收”不成立（晋 第四十三条(三); 第四十四条）"
    assert not any(
        each.what == "words"
        for each in missing_items(shanxi, against, "technical", check_results(shanxi, {}, against))
    )


def test_another_branch_that_holds_is_named_while_the_recommended_one_waits(shanxi: ReviewKind) -> None:
    waiting = {**ACCEPTED, "serious_violation": "yes"}
    del waiting["main_indicators_met"]
    (found,) = meaning(shanxi, sheet(waiting, recommendation="pass")).contradictions
    assert found.key == "rules.contradiction-other"
    assert [each.zh for each in found.conclusions] == ["不通过验收"]


def test_a_recommendation_that_agrees_or_has_no_relation_is_no_contradiction(
    shanxi: ReviewKind, shapingba: ReviewKind
) -> None:
    assert meaning(shanxi, sheet(ACCEPTED, recommendation="pass")).contradictions == ()
    assert meaning(shanxi, Sheet(recommendation="pass")).contradictions == ()
    assert meaning(shapingba, Sheet(recommendation="recommend")).contradictions == ()


def stated(make_kind: MakeKind, when: str, **more: Any) -> ReviewKind:
    rule = {
        "id": "both",
        "name": {"zh": "两说不能并立", "en": "both cannot stand"},
        "when": when,
        "basis": "第三条",
    }
    return make_kind(contradictions=[rule], **more)


def test_what_the_rulebook_says_cannot_stand_together_is_named(make_kind: MakeKind) -> None:
    kind = stated(make_kind, "finding.done && sheet.points.idea < 36")
    low = Score(criterion="idea", points=35)
    (found,) = meaning(kind, sheet({"done": "yes"}, scores=(low,))).contradictions
    assert (found.id, found.touches) == ("both", (("finding", "done"), ("score", "idea")))
    assert say(found.key, **found.details("en")).startswith("both cannot stand")
    enough = Score(criterion="idea", points=36)
    assert meaning(kind, sheet({"done": "yes"}, scores=(enough,))).contradictions == ()
    assert meaning(kind, sheet({"done": "unknown"}, scores=(low,))).contradictions == ()


def test_answers_are_named_by_their_own_ids(make_kind: MakeKind) -> None:
    question = {"id": "is-ready", "name": {"zh": "就绪", "en": "ready"}, "basis": "default"}
    kind = stated(make_kind, "!answer.is_ready && finding.done", questions=[question])
    said = sheet({"done": "yes"}, answers=(Answer(question="is-ready", value="no"),))
    (found,) = meaning(kind, said).contradictions
    assert found.touches == (("answer", "is-ready"), ("finding", "done"))


INDICATORS = (
    Indicator(id="i1", name="精度", target="≥99", binding=True),
    Indicator(id="i2", name="专利", target="≥3"),
    Indicator(id="i3", name="寿命", target="≥10", binding=True),
)


def judged(**judgements: Any) -> tuple[IndicatorJudgement, ...]:
    return tuple(IndicatorJudgement(indicator=name, judgement=said) for name, said in judgements.items())


def test_a_binding_indicator_judged_missed_speaks_against_main_indicators_met(shanxi: ReviewKind) -> None:
    missed = sheet(ACCEPTED, indicators=judged(i1="not-met", i2="not-met"))
    found = meaning(shanxi, missed, indicators=INDICATORS).contradictions
    assert {each.id for each in found} == {"indicators-met", "binding-missed"}
    assert all(("indicator", "i1") in each.touches for each in found)
    assert all(("indicator", "i2") not in each.touches for each in found)
    only_general = sheet(ACCEPTED, indicators=judged(i2="not-met"))
    assert meaning(shanxi, only_general, indicators=INDICATORS).contradictions == ()
    assert meaning(shanxi, missed).contradictions == ()


def test_all_binding_indicators_met_speaks_against_one_missed(shanxi: ReviewKind) -> None:
    findings = ACCEPTED | {"binding_indicator_missed": "yes"}
    met = sheet(findings, indicators=judged(i1="met", i3="met"))
    assert "binding-met" in {each.id for each in meaning(shanxi, met, indicators=INDICATORS).contradictions}
    half = sheet(findings, indicators=judged(i1="met"))
    assert meaning(shanxi, half, indicators=INDICATORS).contradictions == ()


def test_a_contradiction_holds_back_nothing(shanxi: ReviewKind) -> None:
    scores = (Score(criterion="main-indicators", points=40), Score(criterion="demand", points=18))
    findings = ACCEPTED | {"demand_side_present": "yes"}
    whole = sheet(
        findings, scores=scores, recommendation="fail", opinion="完成情况与经费使用均已核对。" * 10,
        indicators=judged(i1="not-met"),
    )  # fmt: skip
    assert len(meaning(shanxi, whole, indicators=INDICATORS).contradictions) == 3
    assert can_sign(shanxi, whole, "technical", check_results(shanxi, {}, whole))


def test_faults_of_the_new_items_are_found(make_kind: MakeKind) -> None:
    def faults(kind: ReviewKind) -> list[str]:
        return [each.what for each in unsound(kind)]

    assert faults(stated(make_kind, "finding.done && panel.present > 3")) == ["out-of-reach"]
    assert faults(stated(make_kind, "indicator.met > 0")) == ["expression-undeclared"]
    assert faults(stated(make_kind, "indicator.met > 0", judges_indicators=True)) == []
    words = {"zh": "推荐", "en": "yes"}
    named = {"id": "yes", "name": words, "affirmative": True, "basis": "default", "conclusions": ["gone"]}
    assert faults(make_kind(recommendations=[named])) == ["unknown-item"]


def test_what_is_not_said_leaves_no_key(make_kind: MakeKind) -> None:
    compiled = make_kind().model_dump(mode="json")
    assert "contradictions" not in compiled
    assert all("conclusions" not in each for each in compiled["recommendations"])
    assert all("comment_severity" not in each for each in compiled["criteria"])
