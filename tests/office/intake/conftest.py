"""Projects as an organiser prepares them: a folder each, or a row of a list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

WHOLE = """
code = "{code}"
title = "高比能固态电池关键材料"
set_up_on = 2025-03-01
[card]
units = [{{name = "甲公司", part = "lead"}}, {{name = "乙大学", part = "partner"}}]
people = [{{name = "林一", unit = "甲公司", part = "leader"}}]
field = "新材料"
summary = "一句话的简介。"
[facts]
total_budget = 12_000_000
has_platform = true
[[fact_sources]]
fact = "total_budget"
section = "budget"
[[sections]]
id = "budget"
heading = "一、经费"
text = "总经费一千二百万元。"
[[budget]]
id = "equipment"
subject = "设备费"
total = 5_000_000
fiscal = 2_000_000
[[indicators]]
id = "density"
name = "能量密度"
target = ">=400"
unit = "Wh/kg"
binding = true
[[attachments]]
file = "任务书.txt"
material = "task-book"
title = "任务书"
"""


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What comes in is judged before it reaches a database."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder of projects."""
    made = tmp_path / "项目"
    made.mkdir()
    return made


@pytest.fixture
def project(folder: Path) -> Callable[..., Path]:
    """Writes one whole project; ``change`` replaces parts of its text, ``more`` is added at the end."""

    def write(code: str = "ZJ26-001", change: dict[str, str] | None = None, more: str = "") -> Path:
        text = WHOLE.format(code=code)
        for old, new in (change or {}).items():
            assert old in text
            text = text.replace(old, new)
        place = folder / code
        place.mkdir(exist_ok=True)
        (place / "任务书.txt").write_text(f"{code} 的任务书", encoding="utf-8")
        (place / "dossier.toml").write_text(text + more, encoding="utf-8")
        return place

    return write


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Writes an xlsx list of rows, the first of them headings."""

    def write(*rows: list[Any]) -> Path:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        path = tmp_path / "清单.xlsx"
        book.save(path)
        return path

    return write
