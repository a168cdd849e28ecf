"""A desk kept in memory, for tests of the screens alone: what it shows is said by the test."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from zhubi.expert.desk.views import (
    Leaving,
    NextStep,
    ReviewKey,
    RoundRow,
    Row,
    Settings,
    StatusLine,
    SyncReport,
)

NOW = datetime(2026, 7, 3, 7, 4, tzinfo=UTC)
OFFICE = "review.example/log"
ROUND = "01910000-0000-7000-8000-000000000001"

TITLES = (
    ("KJ26-017", "车规级MCU功能安全关键技术研究与应用", "submitted", "86", None),
    ("KJ26-021", "通用型CAR-T细胞制备工艺", "drafting", "61", 3),
    ("KJ26-023", "低轨卫星相控阵终端", "recused", "", None),
    ("KJ26-030", "锶盐提纯", "awaiting", "", None),
    ("KJ26-031", "工业CT在线检测", "signed", "79", 0),
)


def dossier_id(number: int) -> str:
    return f"01910000-0000-7000-8000-{number:012x}"


def row(number: int, code: str, title: str, stage: str, score: str = "", missing: int | None = None) -> Row:
    return Row(
        ROUND, dossier_id(number), OFFICE, number, code, title, "重庆大学、青山工业", stage, score, missing,
        "7K3M-Q2" if stage == "submitted" else "", NOW + timedelta(hours=2, minutes=56), "near",
    )  # fmt: skip


@dataclass
class MemoryDesk:
    """Rows and answers, changed by the test as it likes."""

    listed: list[Row] = field(default_factory=lambda: [
        row(number, *each) for number, each in enumerate(TITLES, 1)
    ])  # fmt: skip
    status: StatusLine = field(default_factory=lambda: StatusLine("synced", NOW - timedelta(minutes=32), 2))
    settings: Settings = field(default_factory=lambda: Settings(ask_pin_at_start=False))
    step: NextStep | None = None
    leaving: Leaving = field(default_factory=lambda: Leaving(0, 0, None))
    asked: list[tuple[int, int]] = field(default_factory=list)
    synced: int = 0
    sync: Callable[[], SyncReport] = lambda: SyncReport(False, 0, 0, 0, 0, 0, 0, 0)
    sheet: Any = None
    edits: int = 0
    notes: list[Any] = field(default_factory=list)
    places: list[Any] = field(default_factory=list)
    stated: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)
    directory: Path = field(default_factory=Path.cwd)

    def clock(self) -> datetime:
        return NOW

    def close(self) -> None:
        return None


def _rounds(desk: MemoryDesk) -> tuple[RoundRow, ...]:
    if not desk.listed:
        return ()
    counts: dict[str, int] = {}
    for each in desk.listed:
        counts[each.stage] = counts.get(each.stage, 0) + 1
    return (
        RoundRow(
            ROUND, OFFICE, "智能科技组 会议", "立项评审", "重庆市大足区科学技术局", counts, counts.get("submitted", 0),
            len(desk.listed), NOW - timedelta(days=2), NOW - timedelta(days=3), NOW + timedelta(hours=2, minutes=56),
            "near", False,
        ),
    )  # fmt: skip


def _rows(desk: MemoryDesk, round_id: str | None, offset: int, limit: int) -> tuple[Row, ...]:
    desk.asked.append((offset, limit))
    return tuple(desk.listed[offset : offset + limit])


def _next_step(desk: MemoryDesk) -> NextStep:
    if desk.step is not None:
        return desk.step
    for each in desk.listed:
        if each.stage == "drafting":
            return NextStep(
                "review", f"{each.code} 缺{each.missing}项，今日18:00截止（剩2小时56分）", each.round, each.dossier,
                OFFICE, each.code, each.missing or 0, each.closes_at, "2小时56分",
            )  # fmt: skip
    return NextStep("none", "没有待办事项")


def _row_index(desk: MemoryDesk, round_id: str, dossier: str, scope: str | None = None) -> int | None:
    return next((place for place, each in enumerate(desk.listed) if each.dossier == dossier), None)


def _put(desk: MemoryDesk, name: str, value: object) -> None:
    desk.settings = replace(desk.settings, **{name: value})


def _sync(desk: MemoryDesk, progress: object) -> SyncReport:
    desk.synced += 1
    return desk.sync()


FUNCTIONS: dict[str, dict[str, Callable[..., Any]]] = {
    "overview": {
        "rounds": _rounds,
        "rows": _rows,
        "row_count": lambda desk, round_id: len(desk.listed),
        "row_index": _row_index,
        "next_step": _next_step,
        "status_line": lambda desk: desk.status,
        "leaving": lambda desk: desk.leaving,
    },
    "settings": {"get": lambda desk: desk.settings, "put": _put},
    "unlock": {
        "asks_at_start": lambda desk: desk.settings.ask_pin_at_start,
        "unlock": lambda desk, pin: None,
        "signed_too": lambda desk: (),
    },
    "synchronise": {"sync": _sync},
    "onsite": {"is_on_site": lambda desk, key: False},
}


def install(put: Callable[[object, str, object], None]) -> None:
    """Let the desk's modules answer from a ``MemoryDesk``; ``put`` sets an attribute (a monkeypatch in tests)."""
    package = importlib.import_module("zhubi.expert.desk")
    for name, functions in FUNCTIONS.items():
        try:
            module = importlib.import_module(f"zhubi.expert.desk.{name}")
        except ModuleNotFoundError:
            module = ModuleType(f"zhubi.expert.desk.{name}")
            sys.modules[module.__name__] = module
        put(package, name, module)
        for function, body in functions.items():
            put(module, function, body)


def key(number: int) -> ReviewKey:
    return ReviewKey(OFFICE, ROUND, dossier_id(number))
