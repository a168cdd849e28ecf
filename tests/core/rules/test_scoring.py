"""Points, bands and totals."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.rulebook import Criterion, ReviewKind
from zhubi.core.model.sheet import Score, Sheet, Total
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.scoring import (
    PointsFault,
    band_for,
    band_ranges,
    criteria_for,
    parse_points,
    points_text,
    progress,
    total,
)

MakeKind = Callable[..., ReviewKind]


def a(kind: ReviewKind, name: str) -> Criterion:
    return next(each for each in kind.criteria if each.id == name)


@pytest.mark.parametrize("typed", ["18", " 18 ", "１８", "18.0", "１８．０"])
def test_points_are_taken_as_input_methods_type_them(zhejiang: ReviewKind, typed: str) -> None:
    assert parse_points(zhejiang, a(zhejiang, "innovation"), typed) == 18


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("25", "rules.points-over"),
        ("20.5", "rules.points-whole-only"),
        ("-1", "rules.points-not-a-number"),
        ("", "rules.points-not-a-number"),
        ("优", "rules.points-not-a-number"),
        ("1e1", "rules.points-not-a-number"),
        ("99999999999", "rules.points-not-a-number"),
    ],
)
def test_what_is_no_score_is_said(zhejiang: ReviewKind, typed: str, key: str) -> None:
    fault = parse_points(zhejiang, a(zhejiang, "innovation"), typed)
    assert isinstance(fault, PointsFault)
    assert (fault.key, fault.full) == (key, "20")


def test_half_points_only_where_the_scale_has_them(make_kind: MakeKind) -> None:
    kind = make_kind(
        scale={"step": "0.5", "full": 200},
        criteria=[{"id": "idea", "name": {"zh": "a", "en": "a"}, "full": 200, "basis": "default"}],
        roles=[],
    )
    idea = a(kind, "idea")
    assert parse_points(kind, idea, "4.5") == 9
    assert parse_points(kind, idea, "4.50") == 9
    assert points_text(kind, 9) == "4.5"
    fault = parse_points(kind, idea, "4.25")
    assert isinstance(fault, PointsFault)
    assert fault.key == "rules.points-half-only"


def test_a_finance_expert_has_their_own_items_and_their_own_maximum(zhejiang: ReviewKind) -> None:
    assert [each.id for each in criteria_for(zhejiang, "finance")] == ["co-support", "budget"]
    assert "budget" not in [each.id for each in criteria_for(zhejiang, "technical")]
    sheet = Sheet(scores=(Score(criterion="co-support", points=7), Score(criterion="budget", points=8)))
    assert total(zhejiang, sheet, "finance") == Total(points=15, full=20, raw=15, base=20)


def test_bands_of_twenty_points(zhejiang: ReviewKind) -> None:
    ranges = [(band.id, low, high) for band, low, high in band_ranges(zhejiang, a(zhejiang, "innovation"))]
    assert ranges == [("excellent", 18, 20), ("good", 16, 17), ("fair", 12, 15), ("poor", 0, 11)]


def test_a_total_waits_for_every_item(make_kind: MakeKind) -> None:
    kind = make_kind()
    sheet = Sheet(scores=(Score(criterion="idea", points=50),))
    assert total(kind, sheet, "finance") is None
    assert progress(kind, sheet, "finance").given == 50
    assert (progress(kind, sheet, "finance").done, progress(kind, sheet, "finance").items) == (1, 2)
    assert total(kind, sheet, "technical") == Total(points=50, full=60, raw=50, base=60)


def test_what_does_not_apply_leaves_the_base_and_the_rest_is_rescaled_half_up(make_kind: MakeKind) -> None:
    kind = make_kind()
    sheet = Sheet(scores=(Score(criterion="idea", not_applicable=True), Score(criterion="money", points=29)))
    # 29 of 40 is 72.5 of 100
    assert total(kind, sheet, "finance") == Total(points=73, full=100, raw=29, base=40, rescaled=True)


def test_not_applicable_counts_only_where_it_is_allowed(make_kind: MakeKind) -> None:
    kind = make_kind()
    sheet = Sheet(scores=(Score(criterion="idea", points=50), Score(criterion="money", not_applicable=True)))
    assert total(kind, sheet, "finance") is None


def test_when_nothing_applies_there_is_no_total(make_kind: MakeKind) -> None:
    sheet = Sheet(scores=(Score(criterion="idea", not_applicable=True),))
    assert total(make_kind(), sheet, "technical") is None


def test_points_of_other_roles_do_not_count(make_kind: MakeKind) -> None:
    sheet = Sheet(scores=(Score(criterion="idea", points=60), Score(criterion="money", points=40)))
    summed = total(make_kind(), sheet, "technical")
    assert summed is not None
    assert (summed.points, summed.full) == (60, 60)


KINDS = st.sampled_from(
    [
        shipped("zhejiang-2023").kind("zj.project-appraisal"),
        shipped("dazu-2023-26").kind("dz.milestone-assessment"),
        shipped("shanxi-2024-10").kind("sx.acceptance-meeting"),
    ]
)


@given(KINDS, st.data())
def test_every_score_lies_in_one_band_and_bands_cover_the_scale(
    kind: ReviewKind, data: st.DataObject
) -> None:
    criterion = data.draw(st.sampled_from(kind.criteria))
    points = data.draw(st.integers(0, criterion.full))
    holding = [band for band, low, high in band_ranges(kind, criterion) if low <= points <= high]
    assert holding == [band_for(kind, criterion, points)]


@given(
    st.integers(1, 99),
    st.data(),
    st.sampled_from([("1", 1), ("0.5", 2)]),
)
def test_a_rescaled_total_is_the_exact_share_rounded_half_up(
    idea: int, data: st.DataObject, step: tuple[str, int]
) -> None:
    name, steps = step
    both = {"zh": "a", "en": "a"}
    raw = shipped("dazu-2023-26").kind("dz.milestone-assessment").model_dump() | {
        "scale": {"step": name, "full": 100 * steps},
        "criteria": [
            {"id": "idea", "name": both, "full": idea * steps, "basis": "default"},
            {
                "id": "rest",
                "name": both,
                "full": (100 - idea) * steps,
                "basis": "default",
                "may_not_apply": True,
            },
        ],
        "examples": [],
    }
    kind = ReviewKind.model_validate(raw)
    points = data.draw(st.integers(0, idea * steps))
    sheet = Sheet(
        scores=(Score(criterion="idea", points=points), Score(criterion="rest", not_applicable=True))
    )
    summed = total(kind, sheet, "technical")
    assert summed is not None
    exact = Fraction(points * 100 * steps, idea * steps)
    assert 0 <= summed.points <= summed.full
    assert summed.points == int(exact + Fraction(1, 2))
