"""Points: whose items they are, what was typed, bands, totals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from zhubi.core.model.rulebook import Band, Criterion, ReviewKind
from zhubi.core.model.sheet import Score, Sheet, Total
from zhubi.core.model.text import fold_digits

_TYPED: Final = re.compile(r"^(\d{1,6})(?:\.(\d{1,4}))?$")


@dataclass(frozen=True, slots=True)
class PointsFault:
    """Why what was typed is no score: ``key`` names the sentence, ``full`` and ``found`` fill it."""

    key: str
    full: str
    found: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far scoring has come: points given, and the role's own full points, in the scale's smallest step."""

    given: int
    full: int
    done: int
    items: int


def criteria_for(kind: ReviewKind, role: str) -> tuple[Criterion, ...]:
    """The criteria an expert of this role scores, in order."""
    return tuple(each for each in kind.criteria if not each.roles or role in each.roles)


def points_text(kind: ReviewKind, points: int) -> str:
    """Points as people write them: 22, or 4.5 on a scale with half points."""
    steps = kind.scale.steps_a_point if kind.scale else 1
    whole, rest = divmod(points, steps)
    return f"{whole}.5" if rest else str(whole)


def parse_points(kind: ReviewKind, criterion: Criterion, typed: str) -> int | PointsFault:
    """The points typed for a criterion, in the scale's smallest step; or what is wrong with them.

    Full-width digits and points are folded first. Half points are taken only where the scale has them.
    """
    text = fold_digits(typed).strip()
    full = points_text(kind, criterion.full)
    match = _TYPED.match(text)
    if match is None:
        return PointsFault("rules.points-not-a-number", full, typed.strip()[:20])
    steps = kind.scale.steps_a_point if kind.scale else 1
    fraction = (match[2] or "").rstrip("0")
    if fraction and (steps == 1 or fraction != "5"):
        key = "rules.points-whole-only" if steps == 1 else "rules.points-half-only"
        return PointsFault(key, full, text)
    points = int(match[1]) * steps + (1 if fraction else 0)
    if points > criterion.full:
        return PointsFault("rules.points-over", full, points_text(kind, points))
    return points


def band_floor(criterion: Criterion, band: Band) -> int:
    """The lowest points of a band for a criterion: the smallest step that reaches its share of the full points."""
    return -(-criterion.full * band.from_percent // 100)


def band_for(kind: ReviewKind, criterion: Criterion, points: int) -> Band | None:
    """The band these points lie in; None where the kind names no bands."""
    return next((band for band in _bands(kind) if points >= band_floor(criterion, band)), None)


def band_ranges(kind: ReviewKind, criterion: Criterion) -> tuple[tuple[Band, int, int], ...]:
    """Each band with its lowest and highest points for a criterion, best first; empty bands are left out."""
    ranges: list[tuple[Band, int, int]] = []
    top = criterion.full
    for band in _bands(kind):
        floor = band_floor(criterion, band)
        if floor <= top:
            ranges.append((band, floor, top))
            top = floor - 1
    return tuple(ranges)


def _bands(kind: ReviewKind) -> list[Band]:
    return sorted(kind.bands, key=lambda band: -band.from_percent)


def _scores(sheet: Sheet) -> dict[str, Score]:
    return {score.criterion: score for score in sheet.scores}


def is_scored(criterion: Criterion, score: Score | None) -> bool:
    """Whether a criterion has its points, or is rightly marked as not applying."""
    return score is not None and (
        score.points is not None or (score.not_applicable and criterion.may_not_apply)
    )


def progress(kind: ReviewKind, sheet: Sheet, role: str) -> Progress:
    """What has been scored so far of the role's own items."""
    criteria = criteria_for(kind, role)
    scores = _scores(sheet)
    given = [
        score.points or 0
        for each in criteria
        if (score := scores.get(each.id)) is not None and not score.not_applicable
    ]
    done = sum(is_scored(each, scores.get(each.id)) for each in criteria)
    return Progress(sum(given), sum(each.full for each in criteria), done, len(criteria))


def total(kind: ReviewKind, sheet: Sheet, role: str) -> Total | None:
    """The sheet's total for this role; None while an item of the role is unscored, or when nothing applies.

    What does not apply drops out of the base, and the rest is rescaled to the role's full points, half up.
    """
    criteria = criteria_for(kind, role)
    scores = _scores(sheet)
    if not criteria or not all(is_scored(each, scores.get(each.id)) for each in criteria):
        return None
    applying = [each for each in criteria if not scores[each.id].not_applicable]
    full = sum(each.full for each in criteria)
    base = sum(each.full for each in applying)
    if base == 0:
        return None
    raw = sum(scores[each.id].points or 0 for each in applying)
    points = raw if base == full else (2 * raw * full + base) // (2 * base)
    return Total(points=points, full=full, raw=raw, base=base, rescaled=base != full)
