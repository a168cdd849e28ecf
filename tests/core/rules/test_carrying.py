"""What a sheet takes along to another form: always a sheet that fits it, and nothing typed goes without its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhubi.core.model.dossier import BudgetLine, Card, Content, Fact, Indicator
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import (
    Answer,
    CheckSeen,
    Citation,
    Cut,
    Cuts,
    FactReading,
    Finding,
    IndicatorJudgement,
    Score,
    Sheet,
)
from zhubi.core.rules.carrying import CarriedOver, carry_over, still_open
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.difference import sheet_changes
from zhubi.core.rules.judging import judge_review
from zhubi.core.rules.scoring import criteria_for

MakeKind = Callable[..., ReviewKind]
KINDS = [
    kind
    for policy in ("zhejiang-2023", "shapingba-2023-41", "shanxi-2024-10", "dazu-2023-26")
    for kind in shipped(policy).kinds
]
UNFILLED = ("rules.missing-", "rules.judge-total", "rules.judge-check-", "rules.cut-no-reason",
            "rules.cut-core-indicators")  # fmt: skip
WORDS = st.text(alphabet="评审意见理由甲乙", max_size=6)


@st.composite
def sheets(draw: Any, kind: ReviewKind, role: str) -> Sheet:
    """A sheet somebody could have typed on this form, not whole as a rule."""
    scores = tuple(
        Score(
            criterion=each.id,
            points=draw(st.one_of(st.none(), st.integers(0, each.full))),
            comment=draw(WORDS),
        )
        if not each.may_not_apply or draw(st.booleans())
        else Score(criterion=each.id, not_applicable=True, comment=draw(WORDS))
        for each in criteria_for(kind, role)
        if draw(st.booleans())
    )
    answers = tuple(
        Answer(question=each.id, value=draw(_answers(each))) for each in kind.questions if draw(st.booleans())
    )
    findings = tuple(
        Finding(finding=each.id, value=draw(st.sampled_from(["yes", "no", "unknown"])), words=draw(WORDS))
        for each in kind.findings
        if draw(st.booleans())
    )
    facts = tuple(
        FactReading(fact=each.id, value=draw(_facts(each)), confirmed=draw(st.booleans()))
        for each in kind.facts
        if draw(st.booleans())
    )
    checks = tuple(
        CheckSeen(check=each.id, outcome="unknown", words=draw(WORDS)) for each in kind.checks if draw(st.booleans())
    )  # fmt: skip
    chosen = draw(st.sampled_from([None, *(each.id for each in kind.recommendations)]))
    cuts = None
    if kind.cuts is not None and draw(st.booleans()):
        cuts = Cuts(
            lines=(Cut(line="b1", amount=draw(st.integers(1, 500)), reason=draw(WORDS)),),
            total_follows=kind.cuts.total_may_follow and draw(st.booleans()),
        )
    indicators: tuple[IndicatorJudgement, ...] = ()
    if kind.judges_indicators and draw(st.booleans()):
        indicators = (
            IndicatorJudgement(indicator="i1", judgement="partly", observed="420t", words=draw(WORDS)),
        )
    return Sheet(
        scores=scores, answers=answers, findings=findings, facts=facts, checks=checks, cuts=cuts,
        indicators=indicators, recommendation=chosen, recommendation_words=draw(WORDS), opinion=draw(WORDS),
    )  # fmt: skip


def _answers(question: Any) -> Any:
    if question.asks == "choice":
        return st.sampled_from([each.id for each in question.choices])
    return {"yes-no": st.sampled_from(["yes", "no"]), "number": st.integers(0, 99).map(str), "text": WORDS}[
        question.asks
    ]


def _facts(rule: Any) -> Any:
    if rule.choices:
        return st.sampled_from([each.id for each in rule.choices])
    return {"int": st.integers(0, 10**6), "bool": st.booleans(), "text": WORDS, "day": st.just("2026-03-01")}[
        rule.type
    ]


def role_of(kind: ReviewKind) -> str:
    return kind.roles[0].id if kind.roles else "technical"


def typed(sheet: Sheet) -> list[tuple[str, str]]:
    """Every single thing typed, by its place: what must be found again somewhere."""
    found = [
        (f"score:{each.criterion}", f"{each.points}") for each in sheet.scores if each.points is not None
    ]
    found += [(f"score:{each.criterion}", "n/a") for each in sheet.scores if each.not_applicable]
    found += [(f"score:{each.criterion}", each.comment) for each in sheet.scores if each.comment]
    found += [(f"answer:{each.question}", each.value) for each in sheet.answers if each.value]
    found += [(f"finding:{each.finding}", each.value) for each in sheet.findings]
    found += [(f"finding:{each.finding}", each.words) for each in sheet.findings if each.words]
    found += [(f"fact:{each.fact}", f"{each.value}") for each in sheet.facts if each.value is not None]
    found += [(f"check:{each.check}", each.words) for each in sheet.checks if each.words]
    found += [(f"indicator:{each.indicator}", each.words) for each in sheet.indicators if each.words]
    found += [(f"indicator:{each.indicator}", each.observed) for each in sheet.indicators]
    lines = sheet.cuts.lines if sheet.cuts else ()
    found += [(f"cut:{each.line}", f"{each.amount}") for each in lines]
    found += [(f"cut:{each.line}", each.reason) for each in lines if each.reason]
    if sheet.cuts and sheet.cuts.total_follows:
        found.append(("cuts:total_follows", "True"))
    if sheet.recommendation:
        found.append(("recommendation", sheet.recommendation))
    found.append(("recommendation-words", sheet.recommendation_words))
    found.append(("opinion", sheet.opinion))
    return found


def named(carried: CarriedOver, before: ReviewKind, kind: ReviewKind) -> set[tuple[str, str]]:
    """What is on the sheet or named beside it; points as they were on the old scale."""
    steps_before = before.scale.steps_a_point if before.scale else 1
    steps = kind.scale.steps_a_point if kind.scale else 1
    scores = tuple(
        each.model_copy(update={"points": None if each.points is None else each.points * steps_before // steps})
        for each in carried.sheet.scores
    )  # fmt: skip
    found = set(typed(carried.sheet.model_copy(update={"scores": scores})))
    for each in carried.dropped:
        place = "recommendation" if each.part == "recommendation" else each.place
        value = "n/a" if each.part == "score" and each.value is True else f"{each.value}"
        found |= {(place, value), *((place, words) for words in (each.words, *each.words.split("\n")))}
    return found


def fits(kind: ReviewKind, sheet: Sheet, role: str, budget: tuple[BudgetLine, ...] = ()) -> list[str]:
    known = budget or tuple(
        BudgetLine(id=each.line, subject=each.line, total=10**9, fiscal=10**9)
        for each in (sheet.cuts.lines if sheet.cuts else ())
    )
    problems = judge_review(kind, {}, sheet, role, {}, (), known)
    return [each.key for each in problems if not each.key.startswith(UNFILLED)]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_what_is_carried_to_any_form_fits_it_and_the_rest_is_named(
    data: st.DataObject, before: ReviewKind, kind: ReviewKind
) -> None:
    sheet = data.draw(sheets(before, role_of(before)))
    carried = carry_over(kind, sheet, role_of(kind), before=before)
    assert fits(kind, carried.sheet, role_of(kind)) == []
    assert set(typed(sheet)) <= named(carried, before, kind)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(KINDS))
def test_a_sheet_carried_to_its_own_form_is_the_same_sheet(data: st.DataObject, kind: ReviewKind) -> None:
    role = role_of(kind)
    sheet = data.draw(sheets(kind, role))
    carried = carry_over(kind, sheet, role)
    assert (carried.dropped, carried.look_again) == ((), ())
    assert sheet_changes(kind, sheet, carried.sheet) == ()
    assert carry_over(kind, carried.sheet, role).sheet == carried.sheet


# Examples


def papers(**more: Any) -> Content:
    given_ = {
        "dossier": "01900002-0000-7000-8000-000000000001", "version": 1, "card": Card(code="X", title="Y"),
        "budget": (BudgetLine(id="b1", subject="设备费", total=600, fiscal=300),),
        "facts": (Fact(name="total", value=600), Fact(name="own", value=300)),
        "indicators": (Indicator(id="i1", name="提纯率", target="99.5%"),),
    }  # fmt: skip
    return Content.model_validate({**given_, **more})


def test_points_beyond_the_new_full_points_are_handed_back_and_their_comment_stays(
    make_kind: MakeKind,
) -> None:
    before = make_kind()
    criteria = [each.model_dump(mode="json") for each in before.criteria]
    criteria[0]["full"], criteria[1]["full"] = 40, 60
    sheet = Sheet(scores=(Score(criterion="idea", points=50, comment="路线清楚"),))
    carried = carry_over(make_kind(criteria=criteria), sheet, "technical", before=before)
    assert carried.sheet.scores == (Score(criterion="idea", comment="路线清楚"),)
    (dropped,) = carried.dropped
    assert (dropped.place, dropped.why, dropped.value) == ("score:idea", "over-full", 50)
    assert carried.look_again == ("score:idea",)


@pytest.mark.parametrize(
    ("points", "kept", "dropped"), [(44, 22, []), (45, None, [("half-point", 45)])]
)  # fmt: skip
def test_half_points_become_whole_ones_where_they_can(
    make_kind: MakeKind, points: int, kept: int | None, dropped: list[Any]
) -> None:
    halves = make_kind()
    raw = [each.model_dump(mode="json") for each in halves.criteria]
    doubled = [{**each, "full": each["full"] * 2} for each in raw]
    halves = make_kind(scale={"step": "0.5", "full": 200}, criteria=doubled)
    sheet = Sheet(scores=(Score(criterion="idea", points=points, comment="好"),))
    carried = carry_over(make_kind(), sheet, "technical", before=halves)
    assert carried.sheet.scores[0].points == kept
    assert [(each.why, each.value) for each in carried.dropped] == dropped


def test_the_same_points_in_another_band_ask_for_another_look(make_kind: MakeKind) -> None:
    before = make_kind()
    bands = [each.model_dump(mode="json") for each in before.bands]
    bands[0]["from_percent"] = 85
    sheet = Sheet(scores=(Score(criterion="idea", points=48, comment="尚可"),))
    carried = carry_over(make_kind(bands=bands), sheet, "technical", before=before)
    assert (carried.dropped, carried.look_again) == ((), ("score:idea",))
    assert carried.sheet.scores == sheet.scores


def test_another_role_gives_back_what_is_not_its_own(make_kind: MakeKind) -> None:
    sheet = Sheet(scores=(Score(criterion="money", points=30, comment="预算合理"),))
    carried = carry_over(make_kind(), sheet, "technical")
    assert [(each.why, each.value, each.words) for each in carried.dropped] == [("not-yours", 30, "预算合理")]
    assert carried.sheet.scores == ()


def test_new_papers_ask_for_another_look_where_something_was_judged(make_kind: MakeKind) -> None:
    kind = make_kind(cuts={"basis": "default"}, judges_indicators=True)
    sheet = Sheet(
        cuts=Cuts(lines=(Cut(line="b1", amount=250, reason="重复"),)),
        indicators=(IndicatorJudgement(indicator="i1", judgement="met"),),
        facts=(FactReading(fact="own", value=300, confirmed=True),),
        opinion="同意",
        citations=(Citation(number=1, document="a" * 64, page=3),),
    )
    newer = papers(
        version=2, budget=(BudgetLine(id="b1", subject="设备费", total=600, fiscal=200),),
        facts=(Fact(name="total", value=600), Fact(name="own", value=200)),
        indicators=(Indicator(id="i1", name="提纯率", target="99.9%"),),
    )  # fmt: skip
    carried = carry_over(
        kind, sheet, "technical", papers=newer, papers_before=papers(), documents={"a" * 64: "b" * 64}
    )
    assert [(each.place, each.why, each.value, each.words) for each in carried.dropped] == [
        ("cut:b1", "over-fiscal", 250, "重复")
    ]
    assert carried.look_again == ("fact:own", "cut:b1", "indicator:i1")
    assert carried.sheet.citations == (Citation(number=1, document="b" * 64, page=3),)
    assert fits(kind, carried.sheet, "technical", newer.budget) == []


def test_what_was_touched_has_had_its_look(make_kind: MakeKind) -> None:
    kind = make_kind()
    open_ = ("score:idea", "finding:done", "recommendation")
    before = Sheet(scores=(Score(criterion="idea", points=40),))
    after = before.model_copy(update={"recommendation_words": "已复核"})
    assert still_open(open_, sheet_changes(kind, before, after)) == ("score:idea", "finding:done")
    assert still_open(open_, ()) == open_


def test_a_way_of_working_that_the_new_form_does_not_name_stays_as_another() -> None:
    from zhubi.core.model.sheet import MethodUsed, Sheet
    from zhubi.core.rules.compile import shipped

    kind = shipped("dazu-2023-26").kind("dz.milestone-assessment")
    fewer = kind.model_copy(update={"methods": kind.methods[1:]})
    used = MethodUsed(method=kind.methods[0].id, name=kind.methods[0].name.zh)
    sheet = Sheet(methods=(used, MethodUsed(name="夜间抽检", words="凌晨一点")))
    kept = carry_over(fewer, sheet, "technical", before=kind)
    assert [(each.method, each.name) for each in kept.sheet.methods] == [("", used.name), ("", "夜间抽检")]
    assert kept.dropped == ()
    closed = fewer.model_copy(update={"methods_open": False})
    dropped = carry_over(closed, sheet, "technical", before=kind)
    assert dropped.sheet.methods == ()
    assert [(each.part, each.words) for each in dropped.dropped] == [
        ("method-used", used.name), ("method-used", "夜间抽检\n凌晨一点"),
    ]  # fmt: skip
