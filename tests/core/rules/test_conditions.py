"""Conditions: typed when compiled, three-valued when asked."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.rules.conditions import Judged, Outcome, Vocabulary, references, vocabulary
from zhubi.core.rules.errors import ExpressionFault
from zhubi.locale import knows

NAMES = (
    ("fact.applied_on", "int"),
    ("fact.is_enterprise", "bool"),
    ("fact.own", "int"),
    ("fact.project_class", "string"),
    ("fact.rural", "bool"),
    ("fact.total", "int"),
)
SHARE = "!fact.is_enterprise || fact.own * 100 >= fact.total * (fact.rural ? 60 : 80)"


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    return Vocabulary(NAMES)


def test_a_share_is_a_cross_product(known: Vocabulary) -> None:
    share = known.condition(SHARE)
    facts = {"fact.is_enterprise": True, "fact.rural": False, "fact.total": 10_000_000}
    assert share.outcome(facts | {"fact.own": 8_000_000}) == Judged(Outcome.MET)
    assert share.outcome(facts | {"fact.own": 7_999_999}) == Judged(Outcome.UNMET)
    assert share.outcome(facts | {"fact.own": 6_000_000, "fact.rural": True}) == Judged(Outcome.MET)


def test_a_missing_fact_is_named_and_not_taken_for_true(known: Vocabulary) -> None:
    judged = known.condition(SHARE).outcome(
        {"fact.is_enterprise": True, "fact.total": 1, "fact.rural": False}
    )
    assert judged == Judged(Outcome.UNKNOWN, ("fact.own",))


def test_a_missing_fact_does_not_matter_where_another_decides(known: Vocabulary) -> None:
    assert known.condition(SHARE).outcome({"fact.is_enterprise": False}).outcome is Outcome.MET
    both = known.condition("fact.is_enterprise && fact.own > 0")
    assert both.outcome({"fact.is_enterprise": False}).outcome is Outcome.UNMET
    turned = known.condition("fact.own > 0 || fact.is_enterprise")
    assert turned.outcome({"fact.is_enterprise": True}).outcome is Outcome.MET


@pytest.mark.parametrize(
    "wrong", [True, "8000000", 8.0, None], ids=["yes-or-no", "text", "fraction", "nothing"]
)
def test_a_value_of_another_type_is_as_good_as_none(known: Vocabulary, wrong: object) -> None:
    judged = known.condition("fact.own > 0").outcome({"fact.own": wrong})  # type: ignore[dict-item]
    assert judged == Judged(Outcome.UNKNOWN, ("fact.own",))


def test_an_overflow_or_a_division_by_zero_cannot_be_judged(known: Vocabulary) -> None:
    huge = {"fact.own": 2**62, "fact.total": 0}
    assert known.condition("fact.own * 100 > 0").outcome(huge).outcome is Outcome.UNKNOWN
    assert known.condition("fact.own / fact.total > 0").outcome(huge).outcome is Outcome.UNKNOWN


def test_months_are_counted_on_the_calendar(known: Vocabulary) -> None:
    within = known.condition("fact.applied_on <= months_after(fact.total, 6)")
    end = date(2025, 8, 31).toordinal()
    assert within.outcome({"fact.total": end, "fact.applied_on": date(2026, 2, 28).toordinal()}) == Judged(
        Outcome.MET
    )
    assert within.outcome({"fact.total": end, "fact.applied_on": date(2026, 3, 1).toordinal()}) == Judged(
        Outcome.UNMET
    )


@pytest.mark.parametrize(
    ("text", "column", "what", "names"),
    [
        ("0 < fact.toatl", 5, "undeclared", ("fact.toatl", "", "")),
        ("fact.is_enterprise > 0", 20, "types", (">", "", "(bool, int)")),
        ("fact.total > 1.5", 12, "types", (">", "", "(int, double)")),
        ("fact.total >", 13, "syntax", ("", "", "")),
        ("fact.total", 1, "yields", ("", "bool", "int")),
        ("fact.project_class == 1", 20, "types", ("==", "", "(string, int)")),
    ],
)
def test_a_wrong_condition_fails_when_compiled_and_says_where(
    known: Vocabulary, text: str, column: int, what: str, names: tuple[str, str, str]
) -> None:
    with pytest.raises(ExpressionFault) as caught:
        known.condition(text)
    assert (caught.value.line, caught.value.column) == (1, column)
    details = caught.value.details
    assert (caught.value.what, (details["item"], details["expected"], details["found"])) == (what, names)
    assert knows(caught.value.kind)


def test_an_amount_is_a_number_or_nothing(known: Vocabulary) -> None:
    amount = known.amount("fact.total - 300000")
    assert amount.value({"fact.total": 350_000}) == 50_000
    assert amount.value({}) is None
    with pytest.raises(ExpressionFault):
        known.amount("fact.is_enterprise")


def test_names_inside_quotes_are_not_references() -> None:
    assert references('fact.a == "fact.b" && x.c.d > 1') == ("fact.a", "x.c.d")


def test_a_vocabulary_is_made_once() -> None:
    assert vocabulary(NAMES) is vocabulary(tuple(NAMES))


CONDITIONS = st.sampled_from(
    [
        SHARE,
        'fact.project_class == "major" && (fact.own > 5 || fact.rural)',
        "(fact.is_enterprise || fact.rural) && !(fact.own < fact.total)",
        'fact.rural ? fact.own > 3 : fact.project_class in ["major", "key"]',
    ]
)
COMPLETE = st.fixed_dictionaries(
    {
        "fact.is_enterprise": st.booleans(),
        "fact.rural": st.booleans(),
        "fact.own": st.integers(0, 10),
        "fact.total": st.integers(0, 10),
        "fact.project_class": st.sampled_from(["major", "key", "other"]),
    }
)


@given(CONDITIONS, COMPLETE, st.sets(st.sampled_from([name for name, _ in NAMES])))
def test_what_is_decided_on_part_of_the_facts_stays_so_on_all_of_them(
    text: str, facts: dict[str, int | bool | str], hidden: set[str]
) -> None:
    condition = vocabulary(NAMES).condition(text)
    whole = condition.outcome(facts)
    part = condition.outcome({name: value for name, value in facts.items() if name not in hidden})
    assert whole.outcome is not Outcome.UNKNOWN
    if part.outcome is Outcome.UNKNOWN:
        assert part.missing
        assert set(part.missing) <= hidden
    else:
        assert part.outcome is whole.outcome
