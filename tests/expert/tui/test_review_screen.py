"""评审: filling in a sheet as experts do it in a meeting and at home."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from textual import events

from zhubi.expert.desk.sheetviews import MissingRow
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.review import ReviewScreen
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.reader import Reader


@asynccontextmanager
async def at_the_sheet(memory: Any, review: Any, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Any]:
    desk = memory.MemoryDesk()
    desk.sheet = review.state()
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, ReviewScreen)
        yield pilot


def points(pilot: Any) -> dict[str, str]:
    return {each.id: each.points_text for each in pilot.app.desk.sheet.criteria}


async def to_the_scores(pilot: Any) -> None:
    pilot.app.screen.sheet.go_to("score", "problem")
    await pilot.pause()


async def test_digits_and_enter_go_from_score_to_score(memory: Any, review: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        await to_the_scores(pilot)
        await pilot.press(*"24", "enter", *"18", "enter", *"15", "enter")
        assert points(pilot) == {"problem": "24", "novelty": "18", "route": "15", "team": "21", "budget": ""}


async def test_full_width_digits_are_digits(memory: Any, review: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        await to_the_scores(pilot)
        await pilot.press("２", "３", "enter")
        assert points(pilot)["problem"] == "23"


async def test_tab_takes_a_comment_and_the_next_tab_goes_on(memory: Any, review: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        await to_the_scores(pilot)
        await pilot.press("down", *"18", "tab", *"创新性较好", "tab", *"16", "enter")
        sheet = pilot.app.desk.sheet
        assert next(each.comment for each in sheet.criteria if each.id == "novelty") == "创新性较好"
        assert points(pilot)["route"] == "16"


async def test_keys_that_arrive_together_do_not_overtake_each_other(memory: Any, review: Any) -> None:
    """A slow line delivers ``21 Tab 好 Tab 18 Enter 15 Enter`` in one piece."""
    async with at_the_sheet(memory, review) as pilot:
        await to_the_scores(pilot)
        typed = [*"21", "tab", *"好", "tab", *"18", "enter", *"15", "enter"]
        for key in typed:
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(6):
            await pilot.pause()
        assert points(pilot) == {"problem": "21", "novelty": "18", "route": "15", "team": "21", "budget": ""}
        comments = {each.id: each.comment for each in pilot.app.desk.sheet.criteria}
        assert comments["problem"] == "对准榜单指标好" and not comments["novelty"]


async def test_a_comment_is_kept_as_it_is_typed(memory: Any, review: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        await to_the_scores(pilot)
        await pilot.press("down", "tab", *"未完")
        await pilot.pause()
        sheet = pilot.app.desk.sheet
        assert next(each.comment for each in sheet.criteria if each.id == "novelty") == "未完"


async def test_more_than_the_full_points_is_refused_and_the_old_score_stands(
    memory: Any, review: Any, look: Any
) -> None:
    async with at_the_sheet(memory, review) as pilot:
        await to_the_scores(pilot)
        await pilot.press(*"26", "enter")
        await pilot.pause()
        assert "满分25，输入了26" in look(pilot.app)
        assert points(pilot)["problem"] == "22"
        await pilot.press("backspace", *"1", "enter")
        assert points(pilot)["problem"] == "21"


async def test_the_points_of_another_role_are_not_offered(memory: Any, review: Any, look: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        assert "财务专家评，非本人" in look(pilot.app)
        assert not pilot.app.screen.sheet.go_to("score", "budget")


async def test_next_missing_goes_round_what_is_required(memory: Any, review: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        visited = []
        for _ in range(4):
            await pilot.press("ctrl+n")
            await pilot.pause()
            line = pilot.app.screen.sheet.line
            visited.append((line.kind, line.item))
        assert visited == [
            ("score", "novelty"), ("score", "route"), ("finding", "indicators_met"),
            ("recommendation", "recommendation"),
        ]  # fmt: skip


async def test_a_number_chooses_and_again_takes_back(memory: Any, review: Any, look: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        pilot.app.screen.sheet.go_to("recommendation", "")
        await pilot.press("2")
        await pilot.pause()
        assert [each.id for each in pilot.app.desk.sheet.recommendations if each.chosen] == ["amend"]
        assert "[2 修改后推荐]" in look(pilot.app)
        await pilot.press("2")
        assert not any(each.chosen for each in pilot.app.desk.sheet.recommendations)


async def test_the_opinion_counts_its_characters_and_keeps_paragraphs(
    memory: Any, review: Any, look: Any
) -> None:
    async with at_the_sheet(memory, review) as pilot:
        pilot.app.screen.sheet.go_to("opinion", "")
        await pilot.pause()
        await pilot.press("enter", *"同意", "enter", *"立项")
        await pilot.pause()
        assert pilot.app.desk.sheet.opinion == "同意\n立项"
        assert "5字/宜100字以上" in look(pilot.app)


async def test_the_opinion_can_begin_from_the_comments(memory: Any, review: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        await pilot.press("f7")
        await pilot.pause()
        assert pilot.app.desk.sheet.opinion == "对准榜单指标"
        assert pilot.app.screen.editor.area.text == "对准榜单指标"


async def test_f6_shows_the_material_where_it_is_narrow(memory: Any, review: Any, look: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        assert "一、立项依据" not in look(pilot.app)
        await pilot.press("f6")
        await pilot.pause()
        assert "一、立项依据" in look(pilot.app)
        assert "创新性" not in look(pilot.app)
        await pilot.press("f6")
        await pilot.pause()
        assert "创新性" in look(pilot.app)


async def test_side_by_side_at_120_and_a_third_pane_at_160(memory: Any, review: Any, look: Any) -> None:
    async with at_the_sheet(memory, review, (120, 40)) as pilot:
        shown = look(pilot.app)
        assert "一、立项依据" in shown and "满分" in shown
    async with at_the_sheet(memory, review, (160, 45)) as pilot:
        assert look(pilot.app).count("自筹62%，低于80%（浙四.9）") >= 2


async def test_left_and_right_go_from_chapter_to_chapter(memory: Any, review: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        await pilot.press("f6", "right", "right")
        await pilot.pause()
        reader = pilot.app.screen.query_one(Reader)
        assert reader.chapters[reader.chapter].heading == "三、技术路线"


async def test_an_incomplete_attachment_says_how_to_resume(memory: Any, review: Any, look: Any) -> None:
    async with at_the_sheet(memory, review, (120, 40)) as pilot:
        await pilot.press("f6", "enter")
        await pilot.pause()
        await pilot.press("end", "enter")
        await pilot.pause()
        note = pilot.app.screen.query_one("#reading-note", Prose)
        assert note.display and note.plain == "附件下载不完整，已保留62%，Ctrl+R 续传。"
        await pilot.press("escape")
        await pilot.pause()
        assert "一、立项依据" in look(pilot.app)


async def test_the_basis_of_a_line(memory: Any, review: Any, look: Any) -> None:
    async with at_the_sheet(memory, review) as pilot:
        pilot.app.screen.sheet.go_to("check", "share")
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert "浙江省揭榜挂帅办法 四.9" in look(pilot.app)


async def test_a_signed_review_takes_no_typing(memory: Any, review: Any, look: Any) -> None:
    desk = memory.MemoryDesk()
    desk.sheet = review.state()
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("home", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "已签名，不可修改。更正请按 F8" in look(app)
        app.screen.sheet.go_to("score", "problem")
        await pilot.press(*"11", "enter")
        assert desk.edits == 0


async def test_what_is_asked_for_but_not_required_does_not_count_as_missing(
    memory: Any, review: Any, look: Any
) -> None:
    desk = memory.MemoryDesk()
    desk.sheet = replace(
        review.state(), missing=(MissingRow("opinion", "opinion", "综合意见"),), opinion_length=0
    )
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "必填项已填完，宜补：综合意见。Ctrl+G 签名提交。" in look(app)
