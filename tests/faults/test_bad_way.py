"""One thing goes wrong at any byte of the way, either way: after a sync that goes well all is as if nothing had."""

from __future__ import annotations

import random
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .badway import Bytewise, Fault, Toward
from .exchanges import EXCHANGES, Story

PLACES = 4
"""At how many places of an exchange something is cut or altered, in each direction."""


def measured(story: Story, acts: tuple[str, ...]) -> dict[str, dict[Toward, int]]:
    """How many bytes each exchange carries either way when nothing goes wrong."""
    found = {}
    for act in acts:
        getattr(story, act)()
        story.way.expect(None)
        assert not story.town.sync().problem
        found[act] = dict(story.way.carried)
    story.well()
    story.is_whole()
    return found


def goes_wrong(story: Story, name: str, what: Bytewise, places: int) -> int:
    """Something goes wrong at places all over an exchange, both ways, and is made good; how often it came to it."""
    chance, happened = random.Random(f"{what} {name}"), 0
    bytes_of = measured(story, EXCHANGES[name])
    for toward in get_args(Toward):
        for place in range(places):
            for act in EXCHANGES[name]:
                getattr(story, act)()
                step = bytes_of[act][toward] // places
                story.way.expect(
                    Fault(what, toward, place * step + chance.randrange(step), chance.randrange(8))
                )
                story.badly()
                happened += story.way.happened
                story.well()
        story.is_whole()
    return happened


@pytest.mark.slow
@pytest.mark.parametrize("name", EXCHANGES)
@pytest.mark.parametrize("what", ["cut", "flip"])
def test_what_is_cut_or_altered_at_any_byte_is_made_good(story: Story, what: Bytewise, name: str) -> None:
    assert goes_wrong(story, name, what, PLACES) > PLACES
    assert what == "flip" or not story.strays


@pytest.mark.slow
@pytest.mark.parametrize("what", ["delay", "stall", "drip", "long", "short"])
def test_what_dawdles_or_counts_wrong_is_made_good(story: Story, what: Bytewise) -> None:
    assert sum(goes_wrong(story, name, what, 1) for name in EXCHANGES) > 2
    assert not story.strays


ANY_FAULT = st.builds(
    Fault, st.sampled_from(("cut", "flip", "drip", "short")), st.sampled_from(get_args(Toward)),
    st.integers(0, 40_000), st.integers(0, 7),
)  # fmt: skip


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(faults=st.lists(st.tuples(ANY_FAULT, st.sampled_from(("writes", "reports", "is_given"))), max_size=3))
def test_any_faults_one_after_the_other_are_made_good(story: Story, faults: list[tuple[Fault, str]]) -> None:
    for fault, act in faults:
        getattr(story, act)()
        story.way.expect(fault)
        story.badly()
    story.well()
    story.is_whole()
