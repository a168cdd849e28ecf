"""Closing times in the words people use, and what can be said of when something was signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zhubi.core.model.records import Payload

_LAST_SECOND: Final = 32_503_679_999  # of the year 2999, as everywhere
NEAR: Final = timedelta(hours=24)
URGENT: Final = timedelta(hours=2)


class Nearness(StrEnum):
    """How near a closing is: 临近 under a day, 紧急 under two hours."""

    FAR = "far"
    NEAR = "near"
    URGENT = "urgent"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """What remains until a closing, split for a sentence; all zero when it is past."""

    nearness: Nearness
    days: int
    hours: int
    minutes: int


def time_left(closes_at: datetime, now: datetime) -> TimeLeft:
    """How long until ``closes_at``, both aware."""
    left = closes_at - now
    if left <= timedelta(0):
        return TimeLeft(Nearness.PAST, 0, 0, 0)
    minutes = int(left.total_seconds() // 60)
    nearness = Nearness.URGENT if left < URGENT else Nearness.NEAR if left < NEAR else Nearness.FAR
    return TimeLeft(nearness, minutes // 1440, minutes // 60 % 24, minutes % 60)


class Punctuality(StrEnum):
    """What is proven of a record and a closing (law 5)."""

    WAITING = "waiting"  # no cosigned checkpoint holds it yet
    PROVEN = "proven"  # one from before the closing holds it
    CLAIMED = "claimed"  # it came after the closing; that it was signed before is its author's word alone
    SIGNED_AFTER = (
        "signed-after"  # by its author's own word, or by what the author had seen, it was signed after
    )


@dataclass(frozen=True, slots=True)
class SigningTime:
    """When a record was signed: the author's claim, and the bounds that do not rest on it."""

    claimed: datetime
    not_before: datetime | None
    """The checkpoint that the author had seen; None where they had seen none."""
    not_after: datetime | None
    """The earliest cosigned checkpoint that holds the record; None while there is none."""
    punctuality: Punctuality


def signing_time(payload: Payload, closes_at: datetime, logged_at: int | None) -> SigningTime:
    """When a record was signed, against a closing; ``logged_at`` is its log time in Unix seconds."""
    # Late: what paints the list of reviews says how near a closing is, before records are read.
    from zhubi.core.model.values import parse_instant

    claimed = parse_instant(payload.made_at)
    # What an author says to have seen is foreign: a second that no calendar has is no bound.
    seen = payload.seen.time if payload.seen is not None else None
    not_before = None if seen is None or seen > _LAST_SECOND else datetime.fromtimestamp(seen, UTC)
    if logged_at is None:
        return SigningTime(claimed, not_before, None, Punctuality.WAITING)
    not_after = datetime.fromtimestamp(logged_at, UTC)
    if not_after <= closes_at:
        punctuality = Punctuality.PROVEN
    elif claimed > closes_at or (not_before is not None and not_before > closes_at):
        punctuality = Punctuality.SIGNED_AFTER
    else:
        punctuality = Punctuality.CLAIMED
    return SigningTime(claimed, not_before, not_after, punctuality)
