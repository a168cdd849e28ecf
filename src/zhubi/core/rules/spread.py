"""How an expert's own points are spread over a round. It describes; it judges nothing, and none of it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

Closeness = Literal["apart", "close", "same"]
ENOUGH: Final = 3
"""Fewer points than these say nothing about how one scores."""
_CLOSE_PERCENT: Final = 10


@dataclass(frozen=True, slots=True)
class Spread:
    """Points for one criterion over several projects, in the scale's smallest step.

    ``counts`` are (points, how many), the highest first. ``closeness``: ``same`` all alike, ``close`` within a tenth
    of the full points of each other, ``apart`` otherwise or where too few were given to tell.
    """

    given: int
    low: int
    mean: Fraction
    high: int
    counts: tuple[tuple[int, int], ...]
    closeness: Closeness


def spread_of(points: Iterable[int], full: int) -> Spread | None:
    """The spread of what was given out of ``full``; None where nothing was."""
    given = list(points)
    if not given:
        return None
    low, high = min(given), max(given)
    closeness: Closeness = "apart"
    if len(given) >= ENOUGH:
        if low == high:
            closeness = "same"
        elif (high - low) * 100 <= full * _CLOSE_PERCENT:
            closeness = "close"
    counts = tuple(sorted(Counter(given).items(), reverse=True))
    return Spread(len(given), low, Fraction(sum(given), len(given)), high, counts, closeness)


def tenths(value: Fraction, steps_a_point: int = 1) -> str:
    """Steps as points with one decimal, half up: ``17.3``."""
    scaled = value * 10 / steps_a_point
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return f"{whole // 10}.{whole % 10}"
