"""The search screen over a real store: results as one types, Enter to the place, Esc back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from zhubi.expert.desk import review
from zhubi.expert.desk import settings as desk_settings
from zhubi.expert.desk.indexing import searching
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.boxes import TellBox
from zhubi.expert.tui.screens.review import ReviewScreen
from zhubi.expert.tui.screens.search import HitRows, SearchScreen, marked_pieces, shortened
from zhubi.expert.tui.screens.unlock import UnlockScreen
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import use_language

pytestmark = pytest.mark.slow
SIZES = [(80, 24), (120, 40)]


async def rest(pilot: Any) -> None:
    """Until nothing runs beside the drawing, and all of it is drawn."""
    for _ in range(4):
        await pilot.pause(0.05)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


@asynccontextmanager
async def opened(
    story: Any, size: tuple[int, int] = (120, 40), *, indexed: bool = True
) -> AsyncIterator[Any]:
    if indexed:
        mine = searching(story.desk)
        mine.begin(story.desk)
        assert mine.wait(60)
    desk_settings.put(story.desk, "ask_pin_at_start", False)
    app = ZhubiApp(story.desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        await rest(pilot)
        yield pilot


async def typed(pilot: Any, text: str) -> None:
    screen = pilot.app.screen
    screen.query_one(Input).value = text
    await rest(pilot)


def said(pilot: Any, name: str = "said") -> str:
    return str(pilot.app.screen.query_one(f"#{name}", Prose).plain)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
async def test_a_word_is_typed_and_enter_leads_to_its_page_and_esc_back(
    unsealed: Any, look: Any, size: tuple[int, int], tongue: str
) -> None:
    use_language(tongue)
    async with opened(unsealed, size) as pilot:
        await pilot.press("ctrl+f")
        await rest(pilot)
        assert isinstance(pilot.app.screen, SearchScreen)
        await typed(pilot, "锶")
        rows = pilot.app.screen.query_one(HitRows)
        assert rows.listed and "锶" in look(pilot.app) and rows.listed[0].code in look(pilot.app)
        assert str(len(rows.listed)) in said(pilot) and "MiB" in said(pilot, "disk")
        place = next(
            number
            for number, hit in enumerate(rows.listed)
            if hit.kind == "material" and hit.passage.page > 1
        )
        await pilot.press(*["down"] * place)
        hit = rows.listed[rows.cursor]
        assert rows.cursor == place and hit.title in said(pilot, "place")
        await pilot.press("enter")
        await rest(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, ReviewScreen) and screen.key == hit.key
        assert screen.has_class("-reading") and screen.reading.document == hit.passage.document
        assert "锶" in look(pilot.app)
        await pilot.press("escape")
        await rest(pilot)
        if isinstance(pilot.app.screen, ReviewScreen):
            await pilot.press("escape")  # the first one left the papers for the sheet
            await rest(pilot)
        assert isinstance(pilot.app.screen, SearchScreen)
        assert pilot.app.screen.query_one(Input).value == "锶" and rows.cursor == place
        await pilot.press("escape")
        await rest(pilot)
        assert not isinstance(pilot.app.screen, SearchScreen)


async def test_an_attachment_opens_at_its_page(unsealed: Any, look: Any) -> None:
    async with opened(unsealed) as pilot:
        await pilot.press("ctrl+f")
        await rest(pilot)
        await typed(pilot, "测试")
        rows = pilot.app.screen.query_one(HitRows)
        place = next(n for n, hit in enumerate(rows.listed) if hit.kind == "attachment" and hit.passage.page)
        rows.cursor = place
        hit = rows.listed[place]
        await pilot.press("enter")
        for _ in range(40):
            await rest(pilot)
            if pilot.app.screen.reading.document == hit.passage.document and "测试" in look(pilot.app):
                break
        assert pilot.app.screen.reading.document == hit.passage.document
        assert "测试" in look(pilot.app)


async def test_from_inside_a_text_field_and_back_to_the_line_that_was_found(unsealed: Any) -> None:
    desk = unsealed.desk
    (office,) = desk.store.offices.all()
    key = ReviewKey(office.office, unsealed.round, unsealed.ids[min(unsealed.ids)])
    review.open_review(desk, key)
    review.set_opinion(desk, key, "饕餮纹样的识别率需要复核。")
    async with opened(unsealed) as pilot:
        from zhubi.expert.tui import routes

        routes.open_review(pilot.app, key)
        await rest(pilot)
        below = pilot.app.screen
        below.set_focus(below.editor.query("TextArea").first())
        await pilot.press("ctrl+f")
        await rest(pilot)
        assert isinstance(pilot.app.screen, SearchScreen)
        await typed(pilot, "饕餮")
        (hit,) = pilot.app.screen.query_one(HitRows).listed
        assert hit.kind == "words"
        await pilot.press("enter")
        await rest(pilot)
        assert pilot.app.screen is below, "the screen that was open, not a second one"
        assert below.sheet.line is not None and below.sheet.line.kind == "opinion"


async def test_what_was_not_found_and_what_cannot_be_searched_is_said(unsealed: Any) -> None:
    async with opened(unsealed, (80, 24)) as pilot:
        await pilot.press("ctrl+f")
        await rest(pilot)
        assert "输入一个字" in said(pilot)
        await typed(pilot, "[@click=app.quit]鿫鿬")
        assert "没有找到" in said(pilot)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, SearchScreen), "there is nowhere to go"
        await typed(pilot, "——")
        assert "只有符号" in said(pilot)
        await typed(pilot, "")
        assert "输入一个字" in said(pilot)


async def test_an_index_that_is_not_whole_is_said_so(unsealed: Any) -> None:
    async with opened(unsealed, (80, 24), indexed=False) as pilot:
        await pilot.press("ctrl+f")
        await rest(pilot)
        assert "还缺" in said(pilot, "disk")
        searching(unsealed.desk).begin(unsealed.desk)
        for _ in range(100):
            await pilot.pause(0.2)
            if "占用磁盘" in said(pilot, "disk"):
                break
        assert "占用磁盘" in said(pilot, "disk")


async def test_before_unlocking_nothing_is_searched(unsealed: Any) -> None:
    app = ZhubiApp(unsealed.desk, sync_by_itself=False)
    async with app.run_test() as pilot:
        await rest(pilot)
        assert isinstance(app.screen, UnlockScreen)
        await pilot.press("ctrl+f")
        await rest(pilot)
        assert isinstance(app.screen, UnlockScreen)


async def test_nothing_opens_over_a_question(unsealed: Any) -> None:
    async with opened(unsealed, indexed=False) as pilot:
        await pilot.app.push_screen(TellBox("问", "答"))
        await pilot.press("ctrl+f")
        await rest(pilot)
        assert isinstance(pilot.app.screen, TellBox)


@given(st.text("中a，", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4))
def test_pieces_are_the_whole_text(text: str, places: list[tuple[int, int]]) -> None:
    marks = sorted((min(each), max(each)) for each in places if max(each) <= len(text))
    assert "".join(piece for piece, _ in marked_pieces(text, marks)) == text


def test_a_short_line_begins_shortly_before_what_was_found() -> None:
    text = "一二三四五六七八九十锶盐提纯" + "后" * 50
    pieces = shortened(text, ((10, 11),), 24)
    assert pieces[0] == ("五六七八九十", "") and pieces[1] == ("锶", "mine")
