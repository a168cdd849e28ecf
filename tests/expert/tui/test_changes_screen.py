"""有何变化 on the screen, with a real office behind it: the difference is read, and a digit chooses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from zhubi.expert.desk import changes, overview, review
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.changes import ChangesScreen
from zhubi.expert.tui.screens.review import ReviewScreen
from zhubi.expert.tui.widgets.prose import Prose

HARDER = {"criteria.node.full": 50, "criteria.effort.full": 35}


async def rest(pilot: Any) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


@pytest.fixture
def amended(unsealed: Any) -> tuple[Any, ReviewKey]:
    """A sheet with points that the round's new rules have no room for."""
    key = next(each.key for each in overview.rows(unsealed.desk, None, 0, 9) if each.code == "DZ26-002")
    review.set_score(unsealed.desk, key, "node", "62")
    review.set_comment(unsealed.desk, key, "node", "节点均已按期完成")
    unsealed.clock.on(minutes=5)
    unsealed.change(unsealed.round, "amend", overrides=HARDER, reason="按专家组意见调整分值")
    unsealed.sync(unsealed.desk)
    return unsealed, key


@asynccontextmanager
async def at_the_changes(story: Any, key: ReviewKey, size: tuple[int, int]) -> AsyncIterator[Any]:
    app = ZhubiApp(story.desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        await rest(pilot)
        await app.push_screen(ReviewScreen(key))
        await rest(pilot)
        await pilot.press("f4")
        await rest(pilot)
        assert isinstance(app.screen, ChangesScreen)
        yield pilot


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_difference_is_read_and_the_sheet_moves_and_goes_back(
    amended: tuple[Any, ReviewKey], look: Any, size: tuple[int, int]
) -> None:
    story, key = amended
    async with at_the_changes(story, key, size) as pilot:
        shown = look(pilot.app).replace("\n", "")
        for words in (
            "由“70”改为“50”",
            "62（超过新的满分）",
            "按专家组意见调整分值",
            "1 改用新规则",
            "3 按原样保留",
        ):
            assert words in shown, words
        await pilot.press("１")
        await rest(pilot)
        shown = look(pilot.app)
        assert "已改用新规则" in shown and "! 再看 评分 节点与考核指标" in shown and "4 回到改用之前" in shown
        assert review.open_review(story.desk, key).state.criteria[0].points_text == ""
        await pilot.press("escape")
        await rest(pilot)
        pilot.app.screen.sheet.go_to("score", "node")
        await rest(pilot)
        marked = [line for line in look(pilot.app).splitlines() if "请再看" in line]
        assert len(marked) >= 2 and any("节点与考核指标" in line for line in marked)
        await pilot.press("f4")
        await rest(pilot)
        screen = pilot.app.screen
        while screen.rows.place != "score:node":
            await pilot.press("down")
        await pilot.press("space")
        await rest(pilot)
        assert "score:node" not in {each.place for each in changes.changes(story.desk, key).look_again}
        await pilot.press("4")
        await rest(pilot)
        assert review.open_review(story.desk, key).state.criteria[0].points_text == "62"
        await pilot.press("escape")
        await rest(pilot)
        assert isinstance(pilot.app.screen, ReviewScreen)


async def test_the_banner_leads_there_and_keeping_is_a_choice(amended: tuple[Any, ReviewKey]) -> None:
    story, key = amended
    async with at_the_changes(story, key, (80, 24)) as pilot:
        await pilot.press("escape")
        await rest(pilot)
        assert "F4 看差异" in pilot.app.screen.query_one("#banner", Prose).plain
        await pilot.press("f4")
        await rest(pilot)
        await pilot.press("3")
        await rest(pilot)
        assert "3 按原样保留" not in pilot.app.screen.query_one("#choices", Prose).plain
        await pilot.press("f4")
        await rest(pilot)
        banner = pilot.app.screen.query_one("#banner", Prose).plain
        assert "已选择按开始填写时的规则签名" in banner and "F4 看差异" not in banner


async def test_a_choice_that_is_not_offered_does_nothing(unsealed: Any, look: Any) -> None:
    key = overview.rows(unsealed.desk, None, 0, 1)[0].key
    review.set_score(unsealed.desk, key, "node", "62")
    async with at_the_changes(unsealed, key, (80, 24)) as pilot:
        await pilot.press("1", "2", "3", "4", "space")
        await rest(pilot)
        assert "没有变化" in look(pilot.app)
        assert review.open_review(unsealed.desk, key).state.criteria[0].points_text == "62"


async def test_the_list_to_sign_and_the_story_tell_of_a_correction(unsealed: Any, look: Any) -> None:
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import submit
    from zhubi.expert.tui.screens.submit import SubmitScreen
    from zhubi.expert.tui.screens.trail import TrailScreen

    desk = unsealed.desk
    key = next(each.key for each in overview.rows(desk, None, 0, 9) if each.code == "DZ26-002")
    fill(desk, key)
    submit.sign(desk, [key], "246810")
    submit.submit(desk)
    review.begin_correction(desk, key, "复核凭证后调整")
    review.set_score(desk, key, "funds", "9")
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await app.push_screen(SubmitScreen(None, key))
        await rest(pilot)
        assert "更正改2处：F4 看" in look(app)
        await pilot.press("f4")
        await rest(pilot)
        assert isinstance(app.screen, ChangesScreen) and "与已交版本相比" in look(app)
    submit.sign(desk, [key], "246810")
    submit.submit(desk)
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await app.push_screen(TrailScreen(key))
        await rest(pilot)
        assert "与前一版相比有2处不同" in look(app)
        await pilot.press("f4")
        await rest(pilot)
        assert "* 评分 资金拨付与使用：由" in look(app)
