"""出发检查 on the screen, with a real office behind it."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.expert.desk import review, settings
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.desk import DeskScreen
from zhubi.expert.tui.screens.trip import TripScreen


@pytest.fixture(autouse=True)
def wide_disk_and_same_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhubi.expert.desk.trip.ROOM_FOR_EVIDENCE", 1024)
    monkeypatch.setattr("zhubi.core.wire.client.OfficeClient.skew", lambda _client: 0)


async def rest(pilot: Any) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def test_what_is_lacking_is_fetched_and_the_last_line_says_one_may_go(unsealed: Any, look: Any) -> None:
    desk = unsealed.desk
    settings.put(desk, "ask_pin_at_start", False)
    key = ReviewKey(desk.store.offices.all()[0].office, unsealed.round, unsealed.ids["DZ26-002"])
    attachment = review.open_review(desk, key).content.attachments[0]  # type: ignore[union-attr]
    desk.store.blobs.file(attachment.blob).unlink()
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await pilot.press("f12")
        await rest(pilot)
        assert isinstance(app.screen, TripScreen)
        shown = look(app)
        assert "缺1个文件" in shown and "还差1项" in shown
        await pilot.press("enter")
        await rest(pilot)
        shown = look(app)
        assert "可以出发：3个项目齐备" in shown and "缺1个文件" not in shown
        await pilot.press("escape")
        await rest(pilot)
        assert isinstance(app.screen, DeskScreen)


async def test_with_no_network_what_is_lacking_stays_and_is_said(seated: Any, look: Any) -> None:
    seated.sync(seated.desk)
    settings.put(seated.desk, "ask_pin_at_start", False)
    seated.server.stop()
    app = ZhubiApp(seated.desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await pilot.press("f12")
        await rest(pilot)
        assert "承诺书未签" in look(app) and "还差" in look(app)
        await pilot.press("f5")
        await rest(pilot)
        assert "还差" in look(app)
