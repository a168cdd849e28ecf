"""Ranks as they stand while scores are typed: ties share a place, what is unfinished has none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.rules.ranking import Place, against_rank, ordered, places, ties

TOTALS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.none() | st.integers(0, 200), max_size=30
)


def test_equal_totals_share_a_place_and_the_next_is_left_out() -> None:
    found = places({"甲": 86, "乙": 79, "丙": 79, "丁": 61, "戊": None})
    assert {name: str(place) for name, place in found.items()} == {
        "甲": "1",
        "乙": "2=",
        "丙": "2=",
        "丁": "4",
    }


def test_those_that_share_a_total_are_named_together() -> None:
    assert ties({"甲": 61, "乙": 79, "丙": 79, "丁": 61, "戊": 5}) == (("乙", "丙"), ("甲", "丁"))


def test_what_has_no_place_stands_last_in_the_order_given() -> None:
    totals = {"甲": None, "乙": 60, "丙": 90, "丁": None}
    assert ordered(totals, places(totals)) == ("丙", "乙", "甲", "丁")


def test_not_recommending_what_ranks_above_a_recommended_one_is_noticed() -> None:
    found = places({"甲": 90, "乙": 80, "丙": 70, "丁": 60})
    assert against_rank(found, {"甲": True, "乙": False, "丙": True, "丁": False}) == (("乙", "丙"),)
    assert against_rank(found, {"甲": True, "乙": True, "丙": False}) == ()
    assert against_rank(places({"甲": 80, "乙": 80}), {"甲": True, "乙": False}) == ()
    assert against_rank(found, {"丁": False}) == ()


@given(TOTALS)
def test_a_place_counts_those_that_stand_strictly_above(totals: dict[str, int | None]) -> None:
    known = {name: points for name, points in totals.items() if points is not None}
    assert places(totals) == {
        name: Place(
            1 + sum(other > points for other in known.values()), list(known.values()).count(points) > 1
        )
        for name, points in known.items()
    }


@given(TOTALS)
def test_ordering_keeps_everyone_and_never_puts_a_lower_total_first(totals: dict[str, int | None]) -> None:
    line = ordered(totals, places(totals))
    assert sorted(line) == sorted(totals)
    points = [-1 if (given := totals[name]) is None else given for name in line]
    assert points == sorted(points, reverse=True)


@given(TOTALS, st.sets(st.text("abcdefgh", min_size=1, max_size=3)))
def test_every_contradiction_is_a_better_place_that_was_passed_over(
    totals: dict[str, int | None], recommended: set[str]
) -> None:
    found = places(totals)
    for above, below in against_rank(found, {name: name in recommended for name in totals}):
        assert above not in recommended and below in recommended
        assert found[above].rank < found[below].rank
