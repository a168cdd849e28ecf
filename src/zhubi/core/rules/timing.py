"""Closing times in the words people use: how near, and how much is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

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
