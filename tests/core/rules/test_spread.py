"""How one's own points are spread: lowest, mean, highest, and whether they are all alike."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.rules.spread import spread_of, tenths


def test_lowest_mean_highest_and_how_often_each_was_given() -> None:
    found = spread_of([18, 12, 18, 15], 20)
    assert found is not None
    assert (found.given, found.low, found.mean, found.high) == (4, 12, Fraction(63, 4), 18)
    assert found.counts == ((18, 2), (15, 1), (12, 1)) and found.closeness == "apart"


@pytest.mark.parametrize(
    ("points", "closeness"),
    [([18, 18, 18], "same"), ([18, 17, 18, 16], "close"), ([18, 15, 18], "apart"), ([18, 18], "apart")],
)
def test_points_that_hardly_differ_are_noticed_once_there_are_enough(
    points: list[int], closeness: str
) -> None:
    found = spread_of(points, 20)
    assert found is not None and found.closeness == closeness


def test_nothing_given_has_no_spread() -> None:
    assert spread_of([], 20) is None


@pytest.mark.parametrize(
    ("value", "steps", "text"),
    [
        (Fraction(63, 4), 1, "15.8"),
        (Fraction(9), 2, "4.5"),
        (Fraction(1, 20), 1, "0.1"),
        (Fraction(100), 1, "100.0"),
    ],
)
def test_a_mean_is_written_with_one_decimal_half_up(value: Fraction, steps: int, text: str) -> None:
    assert tenths(value, steps) == text


@given(st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_the_mean_lies_between_lowest_and_highest_and_the_counts_add_up(points: list[int]) -> None:
    found = spread_of(points, 100)
    assert found is not None
    assert found.low <= found.mean <= found.high
    assert sum(times for _, times in found.counts) == found.given == len(points)
    assert sum(value * times for value, times in found.counts) == sum(points)
