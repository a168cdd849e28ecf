"""How near a closing is, in the words people use; and what is proven of when something was signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.records import Payload, RecordType, Seen
from zhubi.core.model.values import instant
from zhubi.core.rules.timing import Nearness, Punctuality, TimeLeft, signing_time, time_left

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


def said(made_at: datetime, seen: int | None) -> Payload:
    return Payload(
        origin="office.example/log", type=RecordType.REVIEW, id="01900000-0000-7000-8000-000000000001", author="root",
        made_at=instant(made_at), nonce="0" * 32, body={},
        seen=None if seen is None else Seen(size=3, root="0" * 64, time=seen),
    )  # fmt: skip


MINUTE = timedelta(minutes=1)
BEFORE, AFTER = CLOSING - MINUTE, CLOSING + MINUTE


@pytest.mark.parametrize(
    ("made_at", "seen", "logged", "proven"),
    [
        (BEFORE, BEFORE, None, Punctuality.WAITING),
        (BEFORE, BEFORE, CLOSING, Punctuality.PROVEN),
        (AFTER, None, BEFORE, Punctuality.PROVEN),
        (BEFORE, BEFORE, AFTER, Punctuality.CLAIMED),
        (CLOSING, None, AFTER, Punctuality.CLAIMED),
        (AFTER, BEFORE, AFTER, Punctuality.SIGNED_AFTER),
        (BEFORE, AFTER, AFTER + MINUTE, Punctuality.SIGNED_AFTER),
    ],
)
def test_a_claim_is_held_against_what_was_seen_and_when_it_arrived(
    made_at: datetime, seen: datetime | None, logged: datetime | None, proven: Punctuality
) -> None:
    payload = said(made_at, None if seen is None else int(seen.timestamp()))
    found = signing_time(payload, CLOSING, None if logged is None else int(logged.timestamp()))
    assert (found.claimed, found.not_before, found.not_after) == (made_at, seen, logged)
    assert found.punctuality is proven


def test_a_second_that_no_calendar_has_is_no_bound() -> None:
    found = signing_time(said(BEFORE, 2**62), CLOSING, int(AFTER.timestamp()))
    assert found.not_before is None
    assert found.punctuality is Punctuality.CLAIMED
