"""Who stands where: ranks with ties, and recommendations that do not follow them. A help to the expert, no rule."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Place:
    """A rank from 1, and whether another has it too: 1, 2, 2, 4."""

    rank: int
    tied: bool = False

    def __str__(self) -> str:
        return f"{self.rank}=" if self.tied else str(self.rank)


def places(totals: Mapping[Name, int | None]) -> dict[Name, Place]:
    """The place of each that has a total, the highest first; equal totals share a place and the next ones are left out.

    Totals are in the same steps of the same maximum; what has none yet has no place.
    """
    counted = sorted((points for points in totals.values() if points is not None), reverse=True)
    first: dict[int, int] = {}
    times: dict[int, int] = {}
    for rank, points in enumerate(counted, 1):
        first.setdefault(points, rank)
        times[points] = times.get(points, 0) + 1
    return {
        name: Place(first[points], times[points] > 1) for name, points in totals.items() if points is not None
    }


def ties(totals: Mapping[Name, int | None]) -> tuple[tuple[Name, ...], ...]:
    """Those that share a total, the highest first; in the order given within each."""
    together: dict[int, list[Name]] = {}
    for name, points in totals.items():
        if points is not None:
            together.setdefault(points, []).append(name)
    return tuple(
        tuple(together[points]) for points in sorted(together, reverse=True) if len(together[points]) > 1
    )


def ordered(names: Iterable[Name], found: Mapping[Name, Place]) -> tuple[Name, ...]:
    """The names by their places, those without one last; as given where the places are equal."""
    given = list(names)
    last = len(given) + 1
    return tuple(sorted(given, key=lambda name: found[name].rank if name in found else last))


def against_rank(
    found: Mapping[Name, Place], affirmative: Mapping[Name, bool]
) -> tuple[tuple[Name, Name], ...]:
    """Each that is not recommended though one ranked lower is, with the lowest such; by rank.

    ``affirmative`` holds only those that a recommendation was made for. Equal ranks are no contradiction.
    """
    recommended = [name for name, yes in affirmative.items() if yes and name in found]
    if not recommended:
        return ()
    lowest = max(recommended, key=lambda name: found[name].rank)
    passed_over = [
        name
        for name, yes in affirmative.items()
        if not yes and name in found and found[name].rank < found[lowest].rank
    ]
    return tuple((name, lowest) for name in ordered(passed_over, found))
