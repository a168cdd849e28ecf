"""佐证 on the review screen: Ctrl+E lists what is on the sheet and adds to it, for the line in view."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import evidence
from zhubi.expert.desk.evidenceviews import EvidenceRow
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.evidence import EvidenceBox, FolderBox, completed
from zhubi.expert.tui.screens.review import ReviewScreen


@dataclass
class Kept:
    """Evidence kept in memory."""

    rows: list[EvidenceRow] = field(default_factory=list)
    asked: list[tuple[str, str, bool]] = field(default_factory=list)

    def add(
        self, desk: Any, key: Any, path: Path, *, about: str = "", keep_location: bool = False
    ) -> EvidenceRow:
        if not path.exists():
            raise ZhubiError(
                "desk.evidence-unreadable", "no such file", name=path.name, reason="没有这个文件"
            )
        self.asked.append((path.name, about, keep_location))
        return self._put(path.name, about)

    def add_note(self, desk: Any, key: Any, text: str, *, about: str = "") -> EvidenceRow:
        self.asked.append((text, about, False))
        return self._put("笔记.txt", about)

    def remove(self, desk: Any, key: Any, digest: str) -> str:
        self.rows = [each for each in self.rows if each.digest != digest]
        return digest

    def _put(self, name: str, about: str) -> EvidenceRow:
        row = EvidenceRow(
            f"{len(self.rows):064x}",
            name,
            "image/jpeg",
            350_000,
            about,
            about,
            "2026-07-03 10:15:42",
            None,
            "draft",
        )
        self.rows.append(row)
        return replace(row, location="removed")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    found = Kept()
    monkeypatch.setattr(evidence, "rows", lambda desk, key: tuple(found.rows))
    monkeypatch.setattr(evidence, "line_name", lambda desk, key, about: about)
    for name in ("add", "add_note", "remove"):
        monkeypatch.setattr(evidence, name, getattr(found, name))
    return found


@asynccontextmanager
async def opened(memory: Any, review: Any, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Any]:
    desk = memory.MemoryDesk()
    desk.sheet = review.state()
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await app.push_screen(ReviewScreen(memory.key(2)))
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("ctrl+e")
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert isinstance(app.screen, EvidenceBox)
        yield pilot


async def enter(pilot: Any, text: str) -> None:
    pilot.app.screen.query_one("#path").value = text
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def said(pilot: Any) -> str:
    return str(pilot.app.screen.query_one("#answer").plain)


async def test_a_path_is_added_and_what_became_of_its_place_is_told(
    memory: Any, review: Any, kept: Kept, tmp_path: Path
) -> None:
    path = tmp_path / "车间.jpg"
    path.write_bytes(b"x")
    async with opened(memory, review) as pilot:
        await enter(pilot, str(path))
        assert kept.asked == [("车间.jpg", "question:gate", False)]
        assert "位置信息已去除" in said(pilot)
        assert pilot.app.screen.query_one(OptionList).option_count == 1
        assert pilot.app.screen.query_one("#path").value == ""
        await pilot.press("f9")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert kept.rows == []
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)


async def test_it_supports_the_line_it_was_opened_from(memory: Any, review: Any, kept: Kept) -> None:
    async with opened(memory, review) as pilot:
        box = pilot.app.screen
        box.query_one("#note").value = "与任务书一致"
        box.query_one("#note").input.focus()
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        assert kept.asked == [("与任务书一致", "question:gate", False)]


async def test_what_cannot_be_added_is_said_and_the_path_stays(memory: Any, review: Any, kept: Kept) -> None:
    async with opened(memory, review) as pilot:
        await enter(pilot, "/没有/这个.jpg")
        assert "没有这个文件" in said(pilot)
        assert pilot.app.screen.query_one("#path").value == "/没有/这个.jpg"


async def test_a_file_is_picked_from_a_folder_and_no_name_is_believed(
    memory: Any, review: Any, kept: Kept, tmp_path: Path
) -> None:
    (tmp_path / "现场").mkdir()
    (tmp_path / "现场" / "[@click=app.quit]铭牌.jpg").write_bytes(b"x")
    (tmp_path / "现场" / "坏\x1b[2J.jpg").write_bytes(b"x")
    async with opened(memory, review) as pilot:
        pilot.app.screen.query_one("#path").value = f"{tmp_path}/"
        await pilot.press("f5")
        await pilot.pause()
        box = pilot.app.screen
        assert isinstance(box, FolderBox)
        await pilot.press("enter")
        await pilot.pause()
        shown = [str(each.prompt) for each in box.query_one(OptionList).options]
        assert shown == ["../", "[@click=app.quit]铭牌.jpg"]
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert kept.asked == [("[@click=app.quit]铭牌.jpg", "question:gate", False)]


async def test_tab_completes_a_path(memory: Any, review: Any, kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "现场照片一.jpg").write_bytes(b"x")
    (tmp_path / "现场照片二.jpg").write_bytes(b"x")
    async with opened(memory, review) as pilot:
        field = pilot.app.screen.query_one("#path")
        field.value = f"{tmp_path}/现"
        await pilot.press("tab")
        assert field.value == f"{tmp_path}/现场照片"
        await pilot.press("tab")
        assert not field.input.has_focus


def test_completion_goes_as_far_as_names_agree(tmp_path: Path) -> None:
    (tmp_path / "照片").mkdir()
    (tmp_path / "照片" / "a-1.jpg").touch()
    (tmp_path / "照片" / "a-2.jpg").touch()
    (tmp_path / "照片" / ".a").touch()
    assert completed(f"{tmp_path}/照") == f"{tmp_path}/照片/"
    assert completed(f"{tmp_path}/照片/") == f"{tmp_path}/照片/a-"
    assert completed(f"{tmp_path}/照片/b") == f"{tmp_path}/照片/b"
    assert completed("/没有/这里") == "/没有/这里"
