"""签名提交 on the screen, with a real office behind it: tried out, kept back, signed under one PIN, each step shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from zhubi.demo.sheets import fill
from zhubi.expert.desk import overview, review, selection, submit
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.submit import SubmitScreen
from zhubi.office.rounds.seats import withdraw

PIN = "246810"


async def rest(pilot: Any) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


@pytest.fixture
def keys(unsealed: Any) -> dict[str, ReviewKey]:
    """Three projects: two filled in, of the third only a score."""
    found = {each.code: each.key for each in overview.rows(unsealed.desk, None, 0, 9)}
    for code in ("DZ26-002", "DZ26-004"):
        fill(unsealed.desk, found[code])
    review.set_score(unsealed.desk, found["DZ26-007"], "node", "60")
    return found


@asynccontextmanager
async def at_the_list(desk: Any) -> AsyncIterator[Any]:
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(100, 30)) as pilot:
        await rest(pilot)
        await app.push_screen(SubmitScreen(None))
        await rest(pilot)
        yield pilot


def place(pilot: Any, code: str) -> int:
    listed = pilot.app.screen.rows.listed
    return next(number for number, each in enumerate(listed) if each.code == code)


async def test_what_is_unticked_stays_kept_back_and_what_is_missing_is_named(
    unsealed: Any, keys: dict[str, ReviewKey], look: Any
) -> None:
    async with at_the_list(unsealed.desk) as pilot:
        rows = pilot.app.screen.rows
        rows.cursor = place(pilot, "DZ26-007")
        await rest(pilot)
        assert "DZ26-007 还缺：" in look(pilot.app) and "实施力度" in look(pilot.app)
        rows.cursor = place(pilot, "DZ26-002")
        await pilot.press("space")
        await rest(pilot)
        assert "还缺" not in look(pilot.app)
        assert "送出1份，暂缓2份" in look(pilot.app)
    assert selection.kept_back(unsealed.desk) == {keys["DZ26-002"]}
    async with at_the_list(unsealed.desk) as pilot:
        assert pilot.app.screen.rows.ticked == {keys["DZ26-004"]}
        await pilot.press("ctrl+a")
        await rest(pilot)
        assert pilot.app.screen.rows.ticked == {keys["DZ26-002"], keys["DZ26-004"]}
        await pilot.press("ctrl+a")
        await rest(pilot)
        assert pilot.app.screen.rows.ticked == set()
    assert selection.kept_back(unsealed.desk) == {keys["DZ26-002"], keys["DZ26-004"]}


async def test_the_office_is_asked_before_the_pin_and_one_refused_keeps_no_other_back(
    unsealed: Any, keys: dict[str, ReviewKey], look: Any
) -> None:
    story = unsealed
    withdraw(
        story.office, story.office.staff(), story.round, keys["DZ26-004"].dossier, reason="申报方撤回",
        now=story.clock(),
    )  # fmt: skip
    async with at_the_list(story.desk) as pilot:
        pilot.app.screen.rows.cursor = place(pilot, "DZ26-002")
        await pilot.press("enter")
        await rest(pilot)
        assert "试送：1份可收下，0份将逾期到达，1份不会被接收，0份还不能签" in look(pilot.app)
        assert submit.ready(story.desk)[0].state == "ready", "nothing was signed"
        await pilot.press(*PIN, "enter")
        await rest(pilot)
        shown = look(pilot.app)
        assert "已提交" in shown and "未被接收" in shown
    assert {each.code: each.stage for each in overview.rows(story.desk, None, 0, 9)}[
        "DZ26-002"
    ] == "submitted"


async def test_past_closing_it_is_said_before_signing_that_it_arrives_late(
    unsealed: Any, keys: dict[str, ReviewKey], look: Any
) -> None:
    unsealed.clock.on(hours=31)
    async with at_the_list(unsealed.desk) as pilot:
        pilot.app.screen.rows.cursor = place(pilot, "DZ26-004")
        await rest(pilot)
        assert "截止已过，尚未送达" in look(pilot.app)
        await pilot.press("ctrl+d")
        await rest(pilot)
        assert "2份将逾期到达" in look(pilot.app)


async def test_off_the_network_the_trial_is_left_out_and_signing_is_not(
    unsealed: Any, keys: dict[str, ReviewKey], look: Any
) -> None:
    unsealed.server.stop()
    async with at_the_list(unsealed.desk) as pilot:
        pilot.app.screen.rows.cursor = place(pilot, "DZ26-002")
        await pilot.press("enter")
        await rest(pilot)
        assert "试送未做" in look(pilot.app)
        await pilot.press(*PIN, "enter")
        await rest(pilot)
        assert "未送达" in look(pilot.app)
    assert overview.leaving(unsealed.desk).unsent == 2
    unsealed.restart_server()
    assert submit.submit(unsealed.desk).unsent == 0
