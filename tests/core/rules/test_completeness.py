"""Conditions inform people; they do not gag them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import CheckSeen, FactReading, FactValue, Score, Sheet
from zhubi.core.rules.checks import check_results, checks_seen
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.completeness import Advice, Missing, advice, can_sign, missing_items, opinion_length

MakeKind = Callable[..., ReviewKind]

SCORED = (
    Score(criterion="problem", points=20),
    Score(criterion="innovation", points=15),
    Score(criterion="route", points=15),
    Score(criterion="platform-team", points=12),
    Score(criterion="co-support", points=8),
)
FACTS: dict[str, FactValue] = {
    "applicant_is_enterprise": True,
    "total_budget": 10,
    "self_raised": 5,
    "in_26_counties": False,
    "in_island_county": False,
    "is_agriculture": False,
}
LONG = "项目目标明确，路线可行，团队稳定。" * 8


def missing(kind: ReviewKind, sheet: Sheet, role: str = "technical") -> list[Missing]:
    return list(missing_items(kind, sheet, role, check_results(kind, FACTS, sheet, role=role)))


def test_a_fresh_draft_lacks_every_score_of_the_role_a_recommendation_and_an_opinion(
    zhejiang: ReviewKind,
) -> None:
    assert missing(zhejiang, Sheet()) == [
        Missing("score", "problem"),
        Missing("score", "innovation"),
        Missing("score", "route"),
        Missing("score", "platform-team"),
        Missing("score", "co-support"),
        Missing("recommendation", "recommendation"),
        Missing("opinion", "opinion", "warn"),
    ]


def test_an_affirmative_recommendation_against_a_block_needs_words(zhejiang: ReviewKind) -> None:
    sheet = Sheet(scores=SCORED, recommendation="recommend", opinion=LONG)
    assert missing(zhejiang, sheet) == [Missing("words", "material.self-funding-commitment")]


def test_words_about_the_recommendation_or_about_the_check_both_do(zhejiang: ReviewKind) -> None:
    sheet = Sheet(scores=SCORED, recommendation="recommend", opinion=LONG)
    assert missing(zhejiang, sheet.model_copy(update={"recommendation_words": "承诺书可补交"})) == []
    seen = CheckSeen(check="material.self-funding-commitment", outcome="unmet", words="承诺书可补交")
    assert missing(zhejiang, sheet.model_copy(update={"checks": (seen,)})) == []


def test_blank_words_are_no_words(zhejiang: ReviewKind) -> None:
    sheet = Sheet(scores=SCORED, recommendation="recommend", recommendation_words=" \n ", opinion=LONG)
    assert [each.what for each in missing(zhejiang, sheet)] == ["words"]


def test_a_negative_recommendation_needs_no_words(zhejiang: ReviewKind) -> None:
    assert missing(zhejiang, Sheet(scores=SCORED, recommendation="not-recommend", opinion=LONG)) == []


def test_an_empty_opinion_is_counted_and_holds_back_nothing(zhejiang: ReviewKind) -> None:
    sheet = Sheet(scores=SCORED, recommendation="not-recommend")
    results = check_results(zhejiang, FACTS, sheet)
    assert missing(zhejiang, sheet) == [Missing("opinion", "opinion", "warn")]
    assert can_sign(zhejiang, sheet, "technical", results)


def test_a_short_opinion_is_only_hinted_at(zhejiang: ReviewKind) -> None:
    sheet = Sheet(scores=SCORED, recommendation="not-recommend", opinion="可行。 \n同意")
    results = check_results(zhejiang, FACTS, sheet)
    assert missing(zhejiang, sheet) == []
    assert Advice("opinion-short", "opinion", 5, 100) in advice(zhejiang, sheet, "technical", results)
    assert opinion_length("可行。 \n同意") == 5


def test_a_warning_invites_words_when_recommending(zhejiang: ReviewKind) -> None:
    sheet = Sheet(scores=SCORED, recommendation="recommend", opinion=LONG)
    hints = advice(zhejiang, sheet, "technical", check_results(zhejiang, FACTS, sheet))
    assert Advice("warn-words", "zj9-self") in hints
    silent = sheet.model_copy(update={"recommendation": "not-recommend"})
    assert advice(zhejiang, silent, "technical", check_results(zhejiang, FACTS, silent)) == ()


def test_low_points_require_a_comment_and_signing_goes_on_without(zhejiang: ReviewKind) -> None:
    low = (Score(criterion="problem", points=14), *SCORED[1:])
    sheet = Sheet(scores=low, recommendation="not-recommend", opinion=LONG)
    assert missing_items(zhejiang, sheet, "technical", ()) == (Missing("comment", "problem", "warn"),)
    assert can_sign(zhejiang, sheet, "technical", ())
    commented = (Score(criterion="problem", points=14, comment="指标偏离"), *SCORED[1:])
    sheet = Sheet(scores=commented, recommendation="not-recommend", opinion=LONG)
    assert missing_items(zhejiang, sheet, "technical", ()) == ()


def commenting(make_kind: MakeKind, **more: object) -> ReviewKind:
    first, second = make_kind().model_dump(mode="json")["criteria"]
    return make_kind(criteria=[first | more, second], opinion_minimum=0)


def test_a_rule_may_hold_signing_until_its_comment_is_written(make_kind: MakeKind) -> None:
    kind = commenting(make_kind, comment_below=50, comment_above=90, comment_severity="block")

    def lacking(points: int, comment: str = " ") -> tuple[Missing, ...]:
        score = Score(criterion="idea", points=points, comment=comment)
        return missing_items(kind, Sheet(scores=(score,), recommendation="no"), "technical", ())

    wanted = (Missing("comment", "idea", "block"),)
    assert (lacking(29), lacking(30), lacking(54), lacking(55)) == (wanted, (), (), wanted)
    assert lacking(60, "好") == ()


def test_what_does_not_apply_needs_no_comment(make_kind: MakeKind) -> None:
    kind = commenting(make_kind, comment_below=100)
    sheet = Sheet(scores=(Score(criterion="idea", not_applicable=True),), recommendation="no")
    assert missing_items(kind, sheet, "technical", ()) == ()


def test_a_short_comment_is_hinted_at_only_where_one_is_required(make_kind: MakeKind) -> None:
    kind = commenting(make_kind, comment_below=50, comment_minimum=10)

    def hints(points: int, comment: str) -> tuple[Advice, ...]:
        score = Score(criterion="idea", points=points, comment=comment)
        return advice(kind, Sheet(scores=(score,), recommendation="no"), "technical", ())

    assert hints(29, "指标 偏离") == (Advice("comment-short", "idea", 4, 10),)
    assert hints(29, "指标偏离，方案与需求不符") == ()
    assert hints(30, "可行") == ()
    assert hints(29, "") == ()


def test_facts_read_but_not_confirmed_are_hinted_at(zhejiang: ReviewKind) -> None:
    sheet = Sheet(facts=(FactReading(fact="self_raised", value=1),))
    assert Advice("fact-unconfirmed", "self_raised") in advice(zhejiang, sheet, "technical", ())


def test_required_findings_are_part_of_the_form(dazu: ReviewKind) -> None:
    found = [each.item for each in missing(dazu, Sheet())]
    assert found == ["node", "effort", "funds", "nodes_met", "poor_effort", "recommendation", "opinion"]


def test_a_rulebook_may_ask_for_words_with_a_recommendation(make_kind: MakeKind) -> None:
    both = {"zh": "a", "en": "a"}
    revise: dict[str, Any] = {
        "id": "revise",
        "name": both,
        "affirmative": False,
        "basis": "default",
        "needs_words_when": "true",
    }
    kind = make_kind(recommendations=[revise], opinion_minimum=0)
    sheet = Sheet(scores=(Score(criterion="idea", points=50),), recommendation="revise")
    assert missing_items(kind, sheet, "technical", ()) == (Missing("words", "recommendation"),)


def test_questions_stand_in_the_order_of_the_form_and_only_for_their_roles(make_kind: MakeKind) -> None:
    both = {"zh": "a", "en": "a"}
    asked = [
        {"id": "gate", "name": both, "basis": "default", "gate": True},
        {"id": "books", "name": both, "basis": "default", "roles": ["finance"]},
        {"id": "remarks", "name": both, "basis": "default", "asks": "text", "required": False},
    ]
    kind = make_kind(questions=asked, opinion_minimum=0)
    found = [each.item for each in missing_items(kind, Sheet(), "technical", ())]
    assert found == ["gate", "idea", "recommendation"]


ZHEJIANG = shipped("zhejiang-2023").kind("zj.project-appraisal")
MONEY = st.one_of(st.none(), st.integers(0, 10**9))


@given(
    st.dictionaries(
        st.sampled_from([fact.id for fact in ZHEJIANG.facts]), st.one_of(st.booleans(), st.integers(0, 10**9))
    ),
    st.sets(st.sampled_from([material.id for material in ZHEJIANG.materials])),
    st.sampled_from([each.id for each in ZHEJIANG.recommendations]),
)
def test_no_facts_whatever_hold_back_a_scored_sheet_with_words(
    facts: dict[str, FactValue], materials: set[str], recommendation: str
) -> None:
    sheet = Sheet(scores=SCORED, recommendation=recommendation, recommendation_words="理由见意见")
    results = check_results(ZHEJIANG, facts, sheet, materials=materials, role="technical")
    assert can_sign(ZHEJIANG, sheet.model_copy(update={"checks": checks_seen(results)}), "technical", results)
