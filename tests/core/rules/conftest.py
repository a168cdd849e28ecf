"""Kinds to try rules on: a small one made by hand, and the shipped ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.rules.compile import shipped

MakeKind = Callable[..., ReviewKind]


def both(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def criterion(name: str, full: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": both(name), "full": full, "basis": "default", **more}


@pytest.fixture
def make_kind() -> MakeKind:
    """A kind of two criteria (60 and 40, the second for finance alone), changed by keyword."""

    def make(**changes: Any) -> ReviewKind:
        raw: dict[str, Any] = {
            "id": "x.kind",
            "policy": "x",
            "name": both("kind"),
            "basis": "第一条",
            "modes": ["meeting"],
            "scale": {"step": "1", "full": 100},
            "roles": [{"id": "technical", "name": both("技术")}, {"id": "finance", "name": both("财务")}],
            "bands": [
                {"id": "good", "name": both("良"), "from_percent": 80, "basis": "default"},
                {"id": "poor", "name": both("差"), "from_percent": 0, "basis": "default"},
                {"id": "best", "name": both("优"), "from_percent": 90, "basis": "default"},
            ],
            "criteria": [
                criterion("idea", 60, may_not_apply=True),
                criterion("money", 40, roles=["finance"], basis="第二条"),
            ],
            "facts": [
                {"id": "total", "name": both("总额"), "type": "int", "unit": "元"},
                {"id": "own", "name": both("自筹"), "type": "int", "unit": "元"},
                {"id": "is_enterprise", "name": both("企业"), "type": "bool"},
                {"id": "applied_on", "name": both("申请日"), "type": "day"},
                {
                    "id": "project_class",
                    "name": both("类别"),
                    "type": "text",
                    "choices": [{"id": "major", "name": both("重大")}, {"id": "key", "name": both("重点")}],
                },
            ],
            "findings": [{"id": "done", "name": both("完成"), "basis": "第三条", "required": False}],
            "recommendations": [
                {"id": "yes", "name": both("推荐"), "affirmative": True, "basis": "default"},
                {"id": "no", "name": both("不推荐"), "affirmative": False, "basis": "default"},
            ],
            "panel": {"basis": "default", "requirements": []},
            "commitments": [
                {"id": "integrity", "name": both("诚信"), "basis": "default", "points": [both("独立评审")]}
            ],
        }
        return ReviewKind.model_validate(raw | changes)

    return make


@pytest.fixture(scope="session")
def zhejiang() -> ReviewKind:
    return shipped("zhejiang-2023").kind("zj.project-appraisal")


@pytest.fixture(scope="session")
def shapingba() -> ReviewKind:
    return shipped("shapingba-2023-41").kind("spb.project-appraisal")


@pytest.fixture(scope="session")
def shanxi() -> ReviewKind:
    return shipped("shanxi-2024-10").kind("sx.acceptance-meeting")


@pytest.fixture(scope="session")
def dazu() -> ReviewKind:
    return shipped("dazu-2023-26").kind("dz.milestone-assessment")
