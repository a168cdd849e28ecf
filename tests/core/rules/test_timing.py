"""How near a closing is, in the words people use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.rules.timing import Nearness, TimeLeft, time_left

CLOSING = datetime(2026, 7, 3, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=2, hours=3, minutes=4, seconds=59), TimeLeft(Nearness.FAR, 2, 3, 4)),
        (timedelta(days=1), TimeLeft(Nearness.FAR, 1, 0, 0)),
        (timedelta(days=1) - timedelta(seconds=1), TimeLeft(Nearness.NEAR, 0, 23, 59)),
        (timedelta(hours=2), TimeLeft(Nearness.NEAR, 0, 2, 0)),
        (timedelta(hours=2) - timedelta(seconds=1), TimeLeft(Nearness.URGENT, 0, 1, 59)),
        (timedelta(seconds=1), TimeLeft(Nearness.URGENT, 0, 0, 0)),
        (timedelta(0), TimeLeft(Nearness.PAST, 0, 0, 0)),
        (timedelta(seconds=-1), TimeLeft(Nearness.PAST, 0, 0, 0)),
    ],
)
def test_what_is_left_is_said_in_days_hours_and_minutes(left: timedelta, said: TimeLeft) -> None:
    assert time_left(CLOSING, CLOSING - left) == said


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=400)))
def test_the_parts_never_promise_more_than_is_left(left: timedelta) -> None:
    said = time_left(CLOSING, CLOSING - left)
    told = timedelta(days=said.days, hours=said.hours, minutes=said.minutes)
    assert told <= left < told + timedelta(minutes=1)
    assert said.hours < 24
    assert said.minutes < 60
