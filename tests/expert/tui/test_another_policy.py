"""A policy of another kind on the screens: half points, required comments, no recommendation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.rules.compile import load_policy
from zhubi.expert.desk import overview, review
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.review import ReviewScreen
from zhubi.office.rounds.windows import open_round

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "horizon-europe"
pytestmark = pytest.mark.slow


@pytest.fixture
def horizon(story: Any) -> Any:
    """The demo's Dazu papers under the example's rules, unsealed for one evaluator."""
    story.ids = story.import_dossiers("dazu-2023-26")
    now = story.clock()
    story.round = open_round(
        story.office, story.staff, title="HORIZON RIA", policy=load_policy(EXAMPLE), kind="he.ria-evaluation",
        opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=3), now=now,
    )  # fmt: skip
    invitation = story.invite()
    for dossier in story.ids.values():
        story.seat(story.round, dossier, invitation.person, role="evaluator")
    story.desk = story.enrol(invitation)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    return story


async def rest(pilot: Any) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_half_points_are_typed_and_the_threshold_is_told(
    horizon: Any, look: Any, size: tuple[int, int]
) -> None:
    key = overview.rows(horizon.desk, None, 0, 1)[0].key
    app = ZhubiApp(horizon.desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        await rest(pilot)
        await app.push_screen(ReviewScreen(key))
        await rest(pilot)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        if "卓越性" not in look(app):
            await pilot.press("f6")
            await rest(pilot)
        for criterion, typed in (("excellence", "4.5"), ("impact", "２.５"), ("implementation", "4")):
            screen.sheet.go_to("score", criterion)
            await pilot.pause()
            await pilot.press(*typed, "enter")
            await rest(pilot)
        screen.sheet.go_to("score", "excellence")
        await rest(pilot)
        shown = look(app)
    state = review.open_review(horizon.desk, key).state
    assert [each.points_text for each in state.criteria] == ["4.5", "2.5", "4"]
    assert "卓越性" in shown
    assert "已评11（本人满分15）" in shown
    assert next(each for each in state.checks if each.id == "he-impact").outcome == "unmet"


def test_what_is_still_to_be_filled_in_is_not_laid_on_the_papers(horizon: Any) -> None:
    key = overview.rows(horizon.desk, None, 0, 1)[0].key
    sentences = {each.id: each.sentence for each in review.open_review(horizon.desk, key).state.checks}
    assert sentences["he-impact"] == "无法判断：待填“影响”"
    assert sentences["he-overall"] == "无法判断：待填“总分”"
    assert sentences["he-scope"] == "无法判断：待填“申请书属于主题范围”"
