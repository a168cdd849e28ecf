"""Reading beside the sheet: places remembered, passages marked, noted and cited, and ways there and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.widgets import OptionList

from zhubi.expert.desk.passages import Passage
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.boxes import AskBox, PickBox, TellBox
from zhubi.expert.tui.screens.notes import NotesBox
from zhubi.expert.tui.screens.review import ReviewScreen

WIDE = (120, 40)


@asynccontextmanager
async def reading(memory: Any, review: Any, size: tuple[int, int] = WIDE, **known: Any) -> AsyncIterator[Any]:
    desk = memory.MemoryDesk(**known)
    desk.sheet = review.state()
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, ReviewScreen)
        yield pilot


async def into_the_papers(pilot: Any) -> Any:
    await pilot.press("f6")
    await pilot.pause()
    return pilot.app.screen.reading


async def test_reading_goes_on_where_it_was_left(memory: Any, review: Any) -> None:
    async with reading(memory, review, places=[Passage(review.CONTENT, 4, 0)]) as pilot:
        pane = await into_the_papers(pilot)
        assert pane.in_view == Passage(review.CONTENT, 4, 0)
        await pilot.press("right", "down")
        await pilot.pause()
        await pilot.press("f6", "escape")
        await pilot.app.workers.wait_for_complete()
        assert (pilot.app.desk.places[0].document, pilot.app.desk.places[0].page) == (review.CONTENT, 5)


async def test_a_place_outlives_another_width(memory: Any, review: Any) -> None:
    async with reading(memory, review) as pilot:
        pane = await into_the_papers(pilot)
        await pilot.press("right", "right", *["down"] * 6)
        await pilot.pause()
        before = pane.in_view
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert pane.in_view is not None and before is not None
        assert (pane.in_view.page, pane.in_view.row) == (before.page, before.row)


async def test_a_passage_is_marked_noted_listed_and_removed(memory: Any, review: Any, look: Any) -> None:
    async with reading(memory, review) as pilot:
        pane = await into_the_papers(pilot)
        await pilot.press("shift+down", "shift+down")
        marked = pane.marked
        assert marked is not None and marked.words.startswith("本项目面向通用型CAR-T细胞制备工艺")
        assert "> 本" in look(pilot.app) or ">本" in look(pilot.app)
        await pilot.press("f9")
        await pilot.pause()
        assert isinstance(pilot.app.screen, AskBox)
        await pilot.press(*"缺数据", "ctrl+g")
        await pilot.pause()
        (note,) = pilot.app.desk.notes
        assert (note.words, note.at.passage.page, note.at.passage.words) == ("缺数据", 1, marked.words)
        assert "*本项目面向" in look(pilot.app) and pane.marked is None
        await pilot.press("ctrl+k")
        await pilot.pause()
        assert isinstance(pilot.app.screen, NotesBox) and "缺数据" in look(pilot.app)
        await pilot.press("delete")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PickBox)
        await pilot.press("up", "enter")
        await pilot.pause()
        assert pilot.app.desk.notes == [] and "还没有笔记" in look(pilot.app)
        await pilot.press("escape")
        await pilot.pause()
        assert "*本项目面向" not in look(pilot.app)


async def test_escape_takes_the_mark_back_before_it_leaves(memory: Any, review: Any) -> None:
    async with reading(memory, review) as pilot:
        pane = await into_the_papers(pilot)
        await pilot.press("shift+down", "escape")
        await pilot.pause()
        assert pane.marked is None and isinstance(pilot.app.screen, ReviewScreen)


async def test_marking_with_the_mouse(memory: Any, review: Any) -> None:
    async with reading(memory, review) as pilot:
        pane = await into_the_papers(pilot)
        await pilot.mouse_down(pane.reader, offset=(5, 1))
        await pilot.hover(pane.reader, offset=(8, 3))
        await pilot.mouse_up(pane.reader, offset=(8, 3))
        assert pane.marked is not None and len(pane.marked.words) > 60


async def test_a_marked_passage_is_cited_at_the_caret_and_leads_back(
    memory: Any, review: Any, look: Any
) -> None:
    async with reading(memory, review) as pilot:
        screen = pilot.app.screen
        await into_the_papers(pilot)
        await pilot.press("right", "shift+down", "f6")
        screen.sheet.go_to("opinion", "")
        await pilot.press("enter", *"数据不足", "ctrl+k")
        await pilot.pause()
        assert "标记的文字" in look(pilot.app)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*"待补")
        await pilot.pause()
        assert pilot.app.desk.sheet.opinion == "数据不足[1]待补"
        (citation,) = pilot.app.desk.sheet.sheet.citations
        assert (citation.number, citation.document, citation.page) == (1, review.CONTENT, 2)
        screen.reading.reader.go_to(0)
        await pilot.press("escape", "ctrl+j")
        await pilot.pause()
        assert screen.reading.has_focus_within and screen.reading.in_view.page == 2


async def test_jump_offers_a_choice_where_words_cite_several_places(memory: Any, review: Any) -> None:
    async with reading(memory, review) as pilot:
        desk, screen = pilot.app.desk, pilot.app.screen
        review.NOTES["cite"](desk, None, Passage(review.CONTENT, 1, 0, "本项目面向"))
        review.NOTES["cite"](desk, None, Passage("f" * 64, 9, 0, "旧版的话"))
        screen._take(desk.sheet)
        screen.sheet.go_to("opinion", "")
        await pilot.press("enter", *"见[1][2]")
        await pilot.pause()
        await pilot.press("ctrl+j")
        await pilot.pause()
        assert isinstance(pilot.app.screen, TellBox), (
            "the caret stands behind [2], which the papers have no more"
        )
        await pilot.press("escape", "escape", "ctrl+j")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PickBox)
        assert pilot.app.screen.query_one(OptionList).option_count == 2


async def test_nothing_is_cited_while_nothing_is_written(memory: Any, review: Any) -> None:
    async with reading(memory, review) as pilot:
        await pilot.press("ctrl+k")
        await pilot.pause()
        assert isinstance(pilot.app.screen, NotesBox)
        await pilot.press("escape")
        assert pilot.app.desk.sheet.sheet.citations == ()


async def test_a_fact_leads_to_its_section_and_the_section_back_to_the_fact(
    memory: Any, review: Any, look: Any
) -> None:
    stated = {("fact", "total_budget"): (Passage(review.CONTENT, 1, 0, "总预算1200万元"),)}
    async with reading(memory, review, stated=stated) as pilot:
        screen = pilot.app.screen
        screen.sheet.go_to("fact", "total_budget")
        screen.reading.reader.go_to(4)
        await pilot.press("ctrl+j")
        await pilot.pause()
        assert screen.reading.has_focus_within and screen.reading.in_view.page == 1
        lit = screen.reading.reader._found
        assert (lit.chapter, lit.row, review.SECTION[lit.start : lit.end]) == ("s1", 0, "总预算1200万元")
        screen.sheet.go_to("score", "")
        await pilot.press("ctrl+j")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PickBox)
        await pilot.press("enter")
        await pilot.pause()
        assert (screen.sheet.line.kind, screen.sheet.line.item) == ("fact", "total_budget")
        assert screen.focused is screen.sheet


async def test_at_80_columns_a_jump_shows_the_papers(memory: Any, review: Any, look: Any) -> None:
    stated = {("fact", "total_budget"): (Passage(review.CONTENT, 3, -1),)}
    async with reading(memory, review, (80, 24), stated=stated) as pilot:
        pilot.app.screen.sheet.go_to("fact", "total_budget")
        await pilot.press("ctrl+j")
        await pilot.pause()
        assert "># 三、技术路线" in look(pilot.app)


async def test_a_review_opens_at_a_place_that_was_asked_for(memory: Any, review: Any) -> None:
    from zhubi.expert.tui import routes

    async with reading(memory, review, (80, 24)) as pilot:
        await pilot.press("escape")
        routes.open_review(pilot.app, memory.key(2), place=Passage(review.CONTENT, 5, 0, "敲除效率92.5%"))
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ReviewScreen) and screen.reading.has_focus_within
        lit = screen.reading.reader._found
        assert (lit.chapter, lit.row, review.SECTION.split("\n")[1][lit.start : lit.end]) == (
            "s5",
            1,
            "敲除效率 92.5%",
        )
