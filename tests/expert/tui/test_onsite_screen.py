"""现场核验 on the screen, with a real office behind it that nobody can reach."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.expert.desk import attendance, evidence, overview, review, settings
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.desk import DeskScreen
from zhubi.expert.tui.screens.evidence import EvidenceBox
from zhubi.expert.tui.screens.onsite import OnSiteScreen
from zhubi.expert.tui.screens.review import ReviewScreen

PIN = "246810"
SITE = ("shanxi-2024-10", "sx.site-inspection")


@pytest.fixture
def at_site(story: Any) -> Any:
    """A Shanxi site inspection, everything here, the office out of reach."""
    story.ids = story.import_dossiers(SITE[0])
    story.round = story.open_round(*SITE, title="现场考察")
    story.invitation = story.invite()
    for order, (_, dossier) in enumerate(sorted(story.ids.items()), 1):
        story.seat(story.round, dossier, story.invitation.person, order=order)
    story.desk = story.enrol(story.invitation)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    story.server.stop()
    return story


@pytest.fixture
def key(at_site: Any) -> ReviewKey:
    return next(each.key for each in overview.rows(at_site.desk, None, 0, 9) if each.code == "SX24-009")


def app_of(story: Any) -> ZhubiApp:
    settings.put(story.desk, "ask_pin_at_start", False)
    return ZhubiApp(story.desk, sync_by_itself=False)


async def rest(pilot: Any) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def to_the_site(pilot: Any, code: str) -> OnSiteScreen:
    await rest(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, DeskScreen)
    while screen.rows.current is None or screen.rows.current.code != code:
        await pilot.press("down")
    await pilot.press("enter")
    await rest(pilot)
    found = pilot.app.screen
    assert isinstance(found, OnSiteScreen)
    return found


async def test_a_row_of_a_visit_opens_on_site_in_high_contrast_and_leaves_it_again(
    at_site: Any, key: ReviewKey, look: Any
) -> None:
    app = app_of(at_site)
    async with app.run_test(size=(80, 24)) as pilot:
        chosen = app.theme
        await to_the_site(pilot, "SX24-009")
        shown = look(app)
        assert "现场核验 SX24-009" in shown
        for word in ("指标", "任务书", "检测报告", "现场值", "判定", "佐证", "到会0", "本人未签到", "程序"):
            assert word in shown, word
        assert app.theme == "high-contrast"
        await pilot.press("escape")
        await rest(pilot)
        assert app.theme == chosen
        assert isinstance(app.screen, DeskScreen)


async def test_digits_and_enter_fill_the_table(at_site: Any, key: ReviewKey, look: Any) -> None:
    desk = at_site.desk
    rows = review.open_review(desk, key).state.indicators
    app = app_of(at_site)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_site(pilot, "SX24-009")
        await pilot.press("4", "2", "0", "enter", "1", "enter", "7", ".", "5", "right", "3")
        await rest(pilot)
        first, second = review.open_review(desk, key).state.indicators[:2]
        assert (first.observed, first.judgement) == (f"420{rows[0].unit}", "met")
        assert (second.observed, second.judgement) == (f"7.5{rows[1].unit}", "not-met")
        assert "[未完成]" in look(app)
        await pilot.press("left", "tab", *"seen", "escape")
        await rest(pilot)
        second = review.open_review(desk, key).state.indicators[1]
        assert (second.observed, second.judgement, second.words) == (f"7.5{rows[1].unit}", "not-met", "seen")
        await pilot.press("ctrl+z")
        await pilot.press("ctrl+z")
        await rest(pilot)
        assert review.open_review(desk, key).state.indicators[1].judgement == "not-checked"


async def test_ways_of_working_are_ticked_and_another_is_written(
    at_site: Any, key: ReviewKey, look: Any
) -> None:
    app = app_of(at_site)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_the_site(pilot, "SX24-009")
        screen.sheet.go_to("methods", "methods")
        await pilot.press("2", "right", "right", "space")
        await rest(pilot)
        assert [each.name for each in review.open_review(at_site.desk, key).state.methods if each.done] == [
            "核验", "访谈",
        ]  # fmt: skip
        await pilot.press("right", "space")
        await pilot.pause()
        await pilot.press(*"night", "enter")
        await rest(pilot)
        assert "核验[x]" in look(app) and "汇报[ ]" in look(app)
        assert "night" in [each.name for each in review.open_review(at_site.desk, key).state.methods]


async def test_signing_in_is_one_choice_and_the_pin(at_site: Any, key: ReviewKey, look: Any) -> None:
    app = app_of(at_site)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_site(pilot, "SX24-009")
        await pilot.press("f10")
        await rest(pilot)
        await pilot.press("down", "enter")
        await rest(pilot)
        await pilot.press(*PIN, "enter")
        await rest(pilot)
        shown = look(app)
        assert "到会1 技术专家1" in shown and "已签到，待送达" in shown
    assert attendance.to_sign_in(at_site.desk, at_site.round) == ()


async def test_evidence_is_counted_beside_the_indicator_it_supports(
    at_site: Any, key: ReviewKey, look: Any
) -> None:
    app = app_of(at_site)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_the_site(pilot, "SX24-009")
        await pilot.press("ctrl+e")
        await rest(pilot)
        assert isinstance(app.screen, EvidenceBox)
        await pilot.press("escape")
        row = review.open_review(at_site.desk, key).state.indicators[0]
        evidence.add_note(at_site.desk, key, "铭牌与台账一致", about=f"indicator:{row.id}")
        screen.desk_changed()
        await rest(pilot)
        (shown,) = [each for each in look(app).splitlines() if row.name[:5] in each]
        assert shown.endswith("1")


async def test_the_whole_sheet_is_one_key_away_and_is_the_same(at_site: Any, key: ReviewKey) -> None:
    app = app_of(at_site)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await to_the_site(pilot, "SX24-009")
        await pilot.press("9", "9", "f6")
        await rest(pilot)
        assert isinstance(app.screen, ReviewScreen)
        state = app.screen._state
        assert state is not None and state.indicators[0].observed.startswith("99")
        app.screen.action_onsite()
        await rest(pilot)
        assert app.screen is screen
