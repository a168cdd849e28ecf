"""What a panel's conclusion must be to be signed, and which of several counts."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.records import (
    ChairBody,
    ConclusionBody,
    Record,
    RecordType,
    RefusalBody,
    ReviewBody,
    parse_record,
)
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Finding, Sheet, Total
from zhubi.core.model.values import Frozen
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.concluding import counting_conclusion, ground, judge_conclusion, present
from zhubi.core.rules.panel import Member

MEETING = shipped("shanxi-2024-10").kind("sx.acceptance-meeting")
NAMES = [each.id for each in MEETING.findings]
REQUIRED = [each.id for each in MEETING.findings if each.required]
GOOD = dict.fromkeys(REQUIRED, "no") | dict.fromkeys(REQUIRED[:4], "yes")
BOTH_HOLD = GOOD | {
    "main_indicators_met": "no", "objective_or_force_majeure": "yes", "binding_indicator_missed": "yes",
}  # fmt: skip
NONE_HOLDS = GOOD | {"demand_party_accepts": "no"}
OPEN = GOOD | {"main_indicators_met": "no", "subjective_cause": "unknown"}
ALSO_OPEN = {"serious_violation": "yes", "completed_after_extension": "unknown"}
WHOLE = [
    *(Member(f"t{number}", "technical") for number in range(4)),
    Member("t4", "technical", frozenset({"demand-recommended"})),
    Member("t5", "technical", frozenset({"site-inspection"})),
    Member("f", "finance"),
]


def body(findings: dict[str, str], chosen: str | None, words: str = "", **more: Any) -> ConclusionBody:
    said = [Finding.model_validate({"finding": name, "value": value}) for name, value in findings.items()]
    return ConclusionBody(
        dossier="a" * 64, manifest_digest="b" * 64, rulebook="c" * 64, kind=MEETING.id,
        findings=tuple(said), conclusion=chosen, words=words, **more,
    )  # fmt: skip


def problems(
    findings: dict[str, str], chosen: str | None, words: str = "", members: Any = WHOLE, **more: Any
) -> list[str]:
    correction = more.pop("correction", False)
    stands_on = ground(MEETING, findings, {}, (), members)
    found = judge_conclusion(MEETING, body(findings, chosen, words, **more), stands_on, correction=correction)
    return [each.key for each in found]


@pytest.mark.parametrize(
    ("findings", "chosen", "words", "expected"),
    [
        (GOOD, "pass", "", []),
        (GOOD, "close", "理由", ["conclusion.not-one"]),
        (GOOD, None, "理由", ["conclusion.none-one"]),
        (GOOD, "excellent", "", ["conclusion.unknown"]),
        (BOTH_HOLD, "close", "", ["conclusion.words-conflict"]),
        (BOTH_HOLD, "close", "客观原因在先。", []),
        (BOTH_HOLD, "fail", "约束性指标未完成。", []),
        (BOTH_HOLD, "pass", "理由", ["conclusion.not-conflict"]),
        (NONE_HOLDS, None, "", ["conclusion.words-uncovered"]),
        (NONE_HOLDS, None, "需求方不认可，条款未覆盖。", []),
        (NONE_HOLDS, "pass", "理由", ["conclusion.not-uncovered"]),
        (OPEN, "fail", "理由", ["conclusion.not-undecided"]),
        (OPEN | ALSO_OPEN, "fail", "", ["conclusion.words-undecided"]),
        (OPEN | ALSO_OPEN, "fail", "弄虚作假已查实。", []),
    ],
)
def test_the_text_leads_and_words_are_asked_where_it_does_not_lead_to_one(
    findings: dict[str, str], chosen: str | None, words: str, expected: list[str]
) -> None:
    assert problems(findings, chosen, words) == expected


def test_every_required_finding_is_answered_once_and_no_other() -> None:
    less = {name: value for name, value in GOOD.items() if name != "funds_reasonable"}
    assert "conclusion.finding-missing" in problems(less, "pass")
    twice = (*body(GOOD, "pass").findings, Finding(finding="funds_reasonable", value="yes"))
    stands_on = ground(MEETING, GOOD, {}, (), WHOLE)
    said = body(GOOD, "pass").model_copy(update={"findings": twice})
    assert [each.key for each in judge_conclusion(MEETING, said, stands_on)] == ["rules.judge-twice"]
    strange = said.model_copy(
        update={"findings": (*body(GOOD, "pass").findings, Finding(finding="x", value="yes"))}
    )
    assert [each.key for each in judge_conclusion(MEETING, strange, stands_on)] == [
        "rules.judge-unknown-finding"
    ]


def test_a_panel_that_is_not_whole_holds_the_conclusion_back_and_a_warning_does_not() -> None:
    assert set(problems(GOOD, "pass", members=WHOLE[:-2])) == {"conclusion.panel"}
    no_finance = [*WHOLE[:-1], Member("t6", "technical")]
    assert problems(GOOD, "pass", members=no_finance) == []


def test_a_correction_says_why() -> None:
    assert problems(GOOD, "pass", correction=True) == ["conclusion.reason-missing"]
    assert problems(GOOD, "pass", correction=True, reason="笔误") == []


def test_present_is_whose_review_was_considered() -> None:
    reviews = {
        "1" * 64: said("t0", RecordType.REVIEW, review(80, 100)),
        "2" * 64: said("f", RecordType.REVIEW, review(1, 100)),
    }
    here = {each.person: each.present for each in present(WHOLE, reviews, ["1" * 64])}
    assert here == {each.person: each.person == "t0" for each in WHOLE}


def test_the_mean_is_of_those_who_score_the_whole() -> None:
    reviews = [said("a", RecordType.REVIEW, review(80, 100)), said("b", RecordType.REVIEW, review(85, 100)),
               said("c", RecordType.REVIEW, review(10, 30))]  # fmt: skip
    assert ground(MEETING, GOOD, {}, (), WHOLE, reviews).facts.mean == 82
    assert ground(MEETING, GOOD, {}, (), WHOLE, reviews[2:]).facts.mean is None


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, st.sampled_from(["yes", "no", "unknown"]))))
def test_with_words_there_is_a_way_to_conclude_unless_the_text_waits_for_a_finding(
    findings: dict[str, str],
) -> None:
    stands_on = ground(MEETING, findings, {}, (), WHOLE)
    ways: list[str | None] = [*stands_on.allowed, *([None] if stands_on.may_leave_open else [])]
    assert bool(ways) == (stands_on.view.verdict != "undecided" or bool(stands_on.view.holding))
    for way in ways:
        assert not judge_conclusion(MEETING, body(findings, way, "理由"), stands_on)
    for other in {each.id for each in MEETING.conclusions} - set(ways):
        assert judge_conclusion(MEETING, body(findings, other, "理由"), stands_on)


# Which one counts

_serial = iter(range(1, 10_000))


def said(author: str, kind: RecordType, what: Frozen, *, supersedes: tuple[str, ...] = ()) -> Record:
    number = next(_serial)
    payload = {
        "origin": "office.example/x", "type": kind.value, "id": f"0190aaaa-0000-7000-8000-{number:012d}",
        "round": "0190aaaa-0000-7000-8000-000000000000", "author": author, "made_at": "2026-07-01T08:00:00Z",
        "supersedes": supersedes, "nonce": "0" * 32, "body": what.model_dump(mode="json"),
    }  # fmt: skip
    return parse_record(f"{number:064x}", "k" * 43, payload, number)


def review(points: int, full: int) -> ReviewBody:
    total = Total(points=points, full=full, raw=points, base=full)
    return ReviewBody(
        dossier="a" * 64, manifest_digest="b" * 64, rulebook="c" * 64, kind=MEETING.id, role="technical",
        sheet=Sheet(total=total),
    )  # fmt: skip


FIRST, SECOND = "0190aaaa-0000-7000-8000-00000000000a", "0190aaaa-0000-7000-8000-00000000000b"


def test_the_newest_chair_who_concluded_counts_whatever_the_order_of_arrival() -> None:
    chair = said("manager", RecordType.CHAIR, ChairBody(person=FIRST))
    one = said(FIRST, RecordType.CONCLUSION, body(GOOD, "pass"))
    two = said(FIRST, RecordType.CONCLUSION, body(GOOD, "pass", "更正"), supersedes=(one.digest,))
    later = said("manager", RecordType.CHAIR, ChairBody(person=SECOND))
    assert counting_conclusion([chair]).one is None
    assert counting_conclusion([chair, one]).one == one
    assert counting_conclusion([later, two, one, chair]).one == two, (
        "a new chair undoes nothing by being named"
    )
    other = said(SECOND, RecordType.CONCLUSION, body(GOOD, "pass"))
    everything = [chair, one, two, later, other]
    random.Random(1).shuffle(everything)
    assert counting_conclusion(everything).one == other
    rival = said(SECOND, RecordType.CONCLUSION, body(GOOD, "pass", "又一份"))
    assert counting_conclusion([*everything, rival]).disputed
    refusal = RefusalBody(record=rival.digest, person=SECOND, kind="rounds.ended")
    refused = said("service:office", RecordType.REFUSAL, refusal)
    assert counting_conclusion([*everything, rival, refused]).one == other


def test_a_kind_without_conditions_concludes_in_words(make_kind: Any) -> None:
    kind: ReviewKind = make_kind(
        conclusions=[{"id": "site", "name": {"zh": "结论", "en": "conclusion"}, "basis": "default"}]
    )
    stands_on = ground(kind, {}, {}, (), [Member("a", "technical")])
    bare = body({}, "site")
    assert [each.key for each in judge_conclusion(kind, bare, stands_on)] == ["conclusion.words-open"]
    assert not judge_conclusion(kind, bare.model_copy(update={"words": "现场属实。"}), stands_on)
    unnamed = bare.model_copy(update={"conclusion": None})
    assert [each.key for each in judge_conclusion(kind, unnamed, stands_on)] == ["conclusion.none-open"]
