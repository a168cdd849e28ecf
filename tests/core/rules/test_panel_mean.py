"""The mean of a panel's totals, by which some policies grade."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from zhubi.core.model.records import ReviewBody
from zhubi.core.model.sheet import Sheet, Total
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.concluding import ground
from zhubi.core.rules.panel import Member

KIND = shipped("zhejiang-2023").kind("zj.performance-evaluation")


def reviews(*points: int, full: int = 100) -> list[Any]:
    totals = [Total(points=each, full=full, raw=each, base=full) for each in points]
    return [SimpleNamespace(body=ReviewBody.model_construct(sheet=Sheet(total=each))) for each in totals]


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        ((90, 90, 90), "excellent"),
        ((90, 90, 89), "good"),
        ((90, 89), "good"),
        ((95, 85), "excellent"),
        ((59, 60), "poor"),
    ],
)
def test_a_grade_is_reached_and_not_rounded_up_to(points: tuple[int, ...], grade: str) -> None:
    found = ground(KIND, {}, {}, (), [Member("a", "technical")], reviews(*points))
    assert found.view.holding == (grade,)


def test_without_whole_sheets_there_is_no_grade() -> None:
    found = ground(KIND, {}, {}, (), [], reviews(50, full=70))
    assert (found.view.verdict, found.view.holding) == ("undecided", ())
