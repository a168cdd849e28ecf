"""撤销、重做、常用语、综合意见 on the review screen, on a real desk."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from zhubi.expert.desk import overview, review
from zhubi.expert.desk.phrases import phrases
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.review import ReviewScreen

SHANXI = ("shanxi-2024-10", "sx.bid-appraisal")


def _stories() -> Any:
    place = Path(__file__).parents[1] / "conftest.py"
    spec = importlib.util.spec_from_file_location("expert_stories", place)
    assert spec is not None and spec.loader is not None
    module = sys.modules.setdefault("expert_stories", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def zhejiang(story: Any) -> Iterator[Any]:
    """Four projects of Zhejiang, unsealed."""
    yield _unsealed(story, "zhejiang-2023", "zj.project-appraisal")


def _unsealed(story: Any, policy: str, kind: str) -> Any:
    _stories().seat_expert(story, policy, kind)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    return story


@asynccontextmanager
async def at_the_sheet(story: Any, size: tuple[int, int] = (80, 24), code: str = "") -> AsyncIterator[Any]:
    app = ZhubiApp(story.desk, sync_by_itself=False)
    rows = overview.rows(story.desk, None, 0, 9)
    row = next(each for each in rows if each.code == code or not code)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.push_screen(ReviewScreen(row.key))
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        if app.screen.has_class("-reading"):
            await pilot.press("f6")
        yield pilot


def state(pilot: Any) -> Any:
    screen = pilot.app.screen_stack[1]
    return review.open_review(screen.desk, screen.key).state


def score_of(pilot: Any, item: str) -> Any:
    return next(each for each in state(pilot).criteria if each.id == item)


async def to(pilot: Any, kind: str, item: str) -> None:
    assert pilot.app.screen.sheet.go_to(kind, item)
    await pilot.pause()


async def test_ctrl_z_goes_to_the_line_and_names_what_it_took_back(zhejiang: Any, look: Any) -> None:
    async with at_the_sheet(zhejiang) as pilot:
        first, second = [each for each in state(pilot).criteria if each.mine][:2]
        await to(pilot, "score", first.id)
        await pilot.press(*"11", "enter", *"12", "enter")
        await to(pilot, "opinion", "opinion")
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert score_of(pilot, second.id).points_text == ""
        assert score_of(pilot, first.id).points_text == "11"
        line = pilot.app.screen.sheet.line
        assert (line.kind, line.item) == ("score", second.id)
        assert f"已撤销：{second.name} 得分 12" in look(pilot.app)
        await pilot.press("ctrl+z", "ctrl+y", "ctrl+y")
        await pilot.pause()
        assert f"已重做：{second.name} 得分 12" in look(pilot.app)
        assert [score_of(pilot, each.id).points_text for each in (first, second)] == ["11", "12"]


async def test_inside_the_editor_the_text_follows_and_the_caret_stays_sensible(zhejiang: Any) -> None:
    async with at_the_sheet(zhejiang) as pilot:
        await to(pilot, "opinion", "opinion")
        await pilot.press("enter", *"总体可行")
        await pilot.pause()
        zhejiang.clock.on(seconds=5)
        area = pilot.app.screen.editor.area
        area.move_cursor((0, 2))
        await pilot.press(*"基本")
        await pilot.pause()
        assert state(pilot).opinion == "总体基本可行"
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert (area.text, state(pilot).opinion) == ("总体可行", "总体可行")
        assert area.cursor_location == (0, 2) and pilot.app.focused is area
        await pilot.press("ctrl+y")
        assert area.text == state(pilot).opinion == "总体基本可行" and area.cursor_location == (0, 4)
        await pilot.press("ctrl+z", "ctrl+z", *"重写")
        await pilot.pause()
        assert state(pilot).opinion == area.text == "重写"


async def test_keys_and_undo_that_arrive_together_keep_their_order(zhejiang: Any) -> None:
    from textual import events

    async with at_the_sheet(zhejiang) as pilot:
        first = next(each for each in state(pilot).criteria if each.mine)
        await to(pilot, "score", first.id)
        for key in (*"11", "tab", *"好", "ctrl+z", "ctrl+z"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(6):
            await pilot.pause()
        row = score_of(pilot, first.id)
        assert (row.points_text, row.comment) == ("", "")


async def test_what_was_taken_back_is_there_after_a_restart(zhejiang: Any) -> None:
    async with at_the_sheet(zhejiang) as pilot:
        await to(pilot, "opinion", "opinion")
        await pilot.press("enter", *"一二")
        await pilot.pause()
        zhejiang.clock.on(seconds=5)
        await pilot.press(*"三")
        await pilot.pause()
        await pilot.press("ctrl+z")
        await pilot.pause()
    zhejiang.desk.close()
    desk = zhejiang.open()
    key = overview.rows(desk, None, 0, 1)[0].key
    assert review.open_review(desk, key).state.opinion == "一二"


async def test_nothing_to_take_back_is_said(zhejiang: Any, look: Any) -> None:
    async with at_the_sheet(zhejiang) as pilot:
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert "没有可撤销的修改" in look(pilot.app)


async def test_what_was_cleaned_is_what_is_shown_after_leaving(zhejiang: Any) -> None:
    async with at_the_sheet(zhejiang) as pilot:
        await to(pilot, "opinion", "opinion")
        await pilot.press("enter")
        area = pilot.app.screen.editor.area
        area.insert("cafe\u0301\u200b好")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert area.text == state(pilot).opinion == "caf\u00e9好"


async def test_a_phrase_is_kept_found_and_put_in_at_the_caret(zhejiang: Any, look: Any) -> None:
    async with at_the_sheet(zhejiang) as pilot:
        first = next(each for each in state(pilot).criteria if each.mine)
        await to(pilot, "score", first.id)
        await pilot.press("tab", *"指标有据", "ctrl+t")
        await pilot.pause()
        assert "还没有常用语" in look(pilot.app) and "存为常用语：指标有据" in look(pilot.app)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert [each.words for each in phrases(zhejiang.desk)] == ["指标有据"]
        await pilot.press("escape", "escape")
        await pilot.pause()
        await to(pilot, "opinion", "opinion")
        await pilot.press("enter", *"前后", "left", "ctrl+t")
        await pilot.pause()
        await pilot.press(*"有据", "enter")
        await pilot.pause()
        assert state(pilot).opinion == "前指标有据后"
        assert phrases(zhejiang.desk)[0].used == 1
        await pilot.press("ctrl+z")
        await pilot.pause()
        await pilot.press("ctrl+t", "ctrl+d")
        await pilot.pause()
        assert phrases(zhejiang.desk) == ()


async def test_an_opinion_begun_from_comments_keeps_what_is_written_and_can_be_taken_back(
    zhejiang: Any,
) -> None:
    async with at_the_sheet(zhejiang) as pilot:
        first = next(each for each in state(pilot).criteria if each.mine)
        await to(pilot, "score", first.id)
        await pilot.press("tab", *"评语", "tab")
        await to(pilot, "opinion", "opinion")
        await pilot.press("enter", *"已写")
        await pilot.pause()
        zhejiang.clock.on(seconds=5)
        await pilot.press("f7")
        await pilot.pause()
        begun = f"已写\n{first.name}：评语"
        assert state(pilot).opinion == pilot.app.screen.editor.area.text == begun
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert state(pilot).opinion == pilot.app.screen.editor.area.text == "已写"


async def test_a_signed_sheet_takes_nothing_back(memory: Any, review: Any, look: Any) -> None:
    desk = memory.MemoryDesk()
    desk.sheet = review.state()
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("home", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert "更正请按 F8" in look(app) and desk.edits == 0


async def test_the_caret_of_a_box_stands_in_its_field_from_the_first(zhejiang: Any) -> None:
    async with at_the_sheet(zhejiang) as pilot:
        await pilot.press("ctrl+t")
        await pilot.pause()
        await pilot.pause()
        field = pilot.app.screen.query_one("Input")
        assert pilot.app.cursor_position == field.cursor_screen_offset
        assert pilot.app.cursor_position.y > 2


async def test_after_taking_back_at_the_end_the_caret_is_at_the_end(zhejiang: Any) -> None:
    async with at_the_sheet(zhejiang) as pilot:
        await to(pilot, "opinion", "opinion")
        await pilot.press("enter")
        area = pilot.app.screen.editor.area
        area.put("可行。")
        zhejiang.clock.on(seconds=5)
        area.put("经费相称。")
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert (area.text, area.cursor_location) == ("可行。", (0, 3))
