"""Attachments in the reader: pages as they come, wide tables, and pictures where the terminal can show them."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from textual.widgets import OptionList

from zhubi.expert.desk import reading as desk_reading
from zhubi.expert.desk.passages import Passage
from zhubi.expert.reading.document import Finished, Outline, Page, ReadingState, Started
from zhubi.expert.reading.pictures import Picture
from zhubi.expert.tui import pictures
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.widgets.pagepicture import PagePicture

PAPER = "ab" * 32


def png(width: int = 400, height: int = 560) -> bytes:
    image = Image.new("RGB", (width, height), "white")
    image.paste((200, 0, 0), (0, 0, width // 2, height // 2))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


class Opened:
    """An attachment that is open, as the reading engine hands it out."""

    def __init__(self, *events: Any, picture: bool = True) -> None:
        self._events = events
        self._picture = picture
        self.asked: list[int] = []
        self.closed = False
        self.first = 1

    def events(self) -> Iterator[Any]:
        yield from self._events

    def picture(self, number: int, width: int, height: int) -> Picture | None:
        self.asked.append(number)
        return Picture(png(), 400, 560) if self._picture else None

    def no_picture(self, number: int) -> str:
        return "reading.no-picture.damaged"

    def close(self) -> None:
        self.closed = True


def pages(count: int, first: int = 1) -> list[Page]:
    numbers = [first, *(each for each in range(1, count + 1) if each != first)]
    return [Page(each, str(each), f"第{each}页的正文\n" + "检测数据见下。" * 40, True) for each in numbers]


def document(count: int, first: int = 1, outline: tuple[Outline, ...] = ()) -> Opened:
    return Opened(Started("pdf", count, outline), *pages(count, first), Finished("pdf", ReadingState.READ))


@asynccontextmanager
async def attachment(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch, opened: Opened,
    size: tuple[int, int] = (120, 40), media: str = "application/pdf", **known: Any,
) -> AsyncIterator[Any]:  # fmt: skip
    def open_attachment(desk: Any, key: Any, blob: str, first: int = 1) -> Opened:
        opened.first = first
        return opened

    monkeypatch.setattr(desk_reading, "open_attachment", open_attachment)
    content = review.content
    paper = replace(content().attachments[0], media_type=media)
    monkeypatch.setattr(review, "content", lambda: replace(content(), attachments=(paper,)))
    desk = memory.MemoryDesk(**known)
    desk.sheet = review.state()
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await settled(pilot)
        if app.screen.reading.document != PAPER:
            await pilot.press("f6")
            app.screen.reading.open_attachment(paper)
            await settled(pilot)
        yield pilot


async def settled(pilot: Any) -> None:
    for _ in range(4):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def test_pages_put_in_before_what_is_read_do_not_move_it(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch, look: Any
) -> None:
    opened = document(30, first=20)
    left = [Passage(PAPER, 20, 1)]
    async with attachment(memory, review, monkeypatch, opened, places=left) as pilot:
        pane = pilot.app.screen.reading
        assert opened.first == 20
        assert (pane.document, pane.in_view) == (PAPER, Passage(PAPER, 20, 1))
        assert [each.page for each in pane.reader.chapters] == list(range(1, 31))
        assert "第20/30页" in look(pilot.app)
    assert opened.closed


async def test_the_documents_own_outline_leads_to_its_pages(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    outline = (Outline("总则", 1, 1), Outline("检测结果", 1, 7))
    async with attachment(memory, review, monkeypatch, document(9, outline=outline)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen.query_one(OptionList).option_count == 3
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        assert pilot.app.screen.reading.in_view.page == 7


async def test_a_wide_table_scrolls_sideways_under_its_header(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch, look: Any
) -> None:
    header = ("序号", *(f"第{number}列指标名称" for number in range(1, 13)))
    rows = [(str(row), *(f"r{row}c{column}" for column in range(1, 13))) for row in range(1, 101)]
    sheet = Page(1, "检测数据", "", True, (header, *rows))
    opened = Opened(Started("xlsx", 1, ()), sheet, Finished("xlsx", ReadingState.READ))
    async with attachment(memory, review, monkeypatch, opened, size=(80, 24)) as pilot:
        assert "第12列" not in look(pilot.app)
        await pilot.press("pagedown", "pagedown", *["right"] * 9)
        await pilot.pause()
        shown = look(pilot.app).splitlines()
        header_line = next(number for number, each in enumerate(shown) if "序号" in each)
        assert "第12列指标名称" in shown[header_line] and "第1列" not in shown[header_line]
        first = re.match(r"\s*(\d+)\s+r(\d+)c9", shown[header_line + 1])
        assert first is not None and first.group(1) == first.group(2), (
            "the first column stays beside the others"
        )
        await pilot.press(*["left"] * 12)
        await pilot.pause()
        assert "第1列指标名称" in look(pilot.app)


async def test_every_row_of_a_table_is_seen_on_the_way_down(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch, look: Any
) -> None:
    rows = [(str(row), f"row-{row:03}") for row in range(1, 101)]
    sheet = Page(1, "检测数据", "", True, (("序号", "结果"), *rows))
    opened = Opened(Started("xlsx", 1, ()), sheet, Finished("xlsx", ReadingState.READ))
    async with attachment(memory, review, monkeypatch, opened, size=(80, 24)) as pilot:
        seen: set[str] = set()
        for _ in range(9):
            seen |= set(re.findall(r"row-(\d{3})", look(pilot.app)))
            await pilot.press("pagedown")
            await pilot.pause()
        assert len(seen) == 100


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written to the terminal beside the drawing."""
    written: list[str] = []
    monkeypatch.setattr(pictures, "write", lambda app, sequences: written.append(sequences))
    return written


def drawn(app: Any) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def test_kitty_gets_the_png_and_cells_to_draw_it_over(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch, terminal: list[str]
) -> None:
    monkeypatch.setenv(pictures.VARIABLE, "kitty")
    opened = document(30)
    async with attachment(memory, review, monkeypatch, opened) as pilot:
        await pilot.press("f2")
        await settled(pilot)
        (sent,) = terminal
        parts = re.findall(r"\x1b_Gi=(\d+),f=100,q=2,m=[01];([^\x1b]+)\x1b\\", sent)
        assert base64.b64decode("".join(data for _, data in parts)) == png()
        number = int(parts[0][0])
        assert sent.endswith(f"\x1b_Ga=p,U=1,i={number},c=40,r=28,q=2\x1b\\")
        assert drawn(pilot.app).count("\U0010eeee") == 40 * 28
        await pilot.press("right")
        await settled(pilot)
        assert opened.asked == [1, 2] and f"a=d,d=I,i={number}," in terminal[1]
        await pilot.press("escape")
        await settled(pilot)
        assert not pilot.app.screen.query(PagePicture)
        assert pilot.app.screen.reading.in_view.page == 2 and pilot.app.screen.reading.document == PAPER
        assert terminal[-1].startswith("\x1b_Ga=d,d=I")


async def test_sixel_is_drawn_from_the_corner_of_the_pane(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch, terminal: list[str]
) -> None:
    monkeypatch.setenv(pictures.VARIABLE, "sixel")
    async with attachment(memory, review, monkeypatch, document(3)) as pilot:
        await pilot.press("f2")
        await settled(pilot)
        picture = pilot.app.screen.query_one(PagePicture)
        found = re.search(r"\x1b7\x1b\[(\d+);(\d+)H(\x1bP[^\x1b]*\x1b\\)\x1b8", drawn(pilot.app))
        assert found is not None
        assert (int(found.group(2)) - 1, int(found.group(1)) - 1) == (picture.region.x, picture.region.y)
        assert '"1;1;400;560' in found.group(3)
        assert terminal == []
        await pilot.press("f1")
        await pilot.pause()
        assert "\x1bP" not in drawn(pilot.app), "help stands in front"


async def test_a_terminal_that_cannot_says_so(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(pictures.VARIABLE, "none")
    async with attachment(memory, review, monkeypatch, document(3)) as pilot:
        await pilot.press("f2")
        await settled(pilot)
        assert not pilot.app.screen.query(PagePicture)
        (said,) = pilot.app._notifications
        assert "文字终端不能显示页面图像" in said.message


async def test_a_page_without_a_picture_stays_text(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch, look: Any, terminal: list[str]
) -> None:
    monkeypatch.setenv(pictures.VARIABLE, "kitty")
    opened = Opened(*document(2)._events, picture=False)
    async with attachment(memory, review, monkeypatch, opened) as pilot:
        await pilot.press("f2")
        await settled(pilot)
        assert "页面已损坏，无法生成图像" in look(pilot.app) and "第1页的正文" in look(pilot.app)
        assert not pilot.app.screen.query(PagePicture) and pilot.app.screen.reading.has_focus_within


async def test_an_image_is_shown_at_once(
    memory: Any, review: Any, monkeypatch: pytest.MonkeyPatch, terminal: list[str]
) -> None:
    monkeypatch.setenv(pictures.VARIABLE, "kitty")
    opened = Opened(
        Started("image", 1, ()), Page(1, "PNG 400 x 560", "", False), Finished("image", ReadingState.SCAN)
    )
    async with attachment(memory, review, monkeypatch, opened, media="image/png") as pilot:
        await settled(pilot)
        assert pilot.app.screen.query_one(PagePicture) and len(terminal) == 1
        await pilot.press("escape")
        await settled(pilot)
        assert pilot.app.screen.reading.document == review.CONTENT
