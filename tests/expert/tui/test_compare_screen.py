"""并排比较 and 全场一览: what an expert looks at before signing a round, on a real desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.cells import cell_len

from zhubi.expert.desk import overview, review, settings
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.compare import CompareScreen
from zhubi.expert.tui.screens.desk import DeskScreen
from zhubi.expert.tui.screens.glance import GlanceScreen
from zhubi.expert.tui.screens.grid import GridScreen
from zhubi.expert.tui.screens.review import ReviewScreen
from zhubi.expert.tui.widgets.compared import ComparedRows


async def rest(pilot: Any) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


@asynccontextmanager
async def at_the_desk(
    story: Any, size: tuple[int, int] = (80, 24), *, plain: bool = False
) -> AsyncIterator[Any]:
    settings.put(story.desk, "ask_pin_at_start", False)
    app = ZhubiApp(story.desk, sync_by_itself=False, plain=plain)
    async with app.run_test(size=size) as pilot:
        await rest(pilot)
        await pilot.press("home")
        yield pilot


def score(story: Any, *shares: int) -> None:
    """Scores the projects in agenda order, each with a share of the full points in percent."""
    for row, share in zip(overview.rows(story.desk, None, 0, 20), shares, strict=False):
        for criterion in review.open_review(story.desk, row.key).state.criteria:
            review.set_score(story.desk, row.key, criterion.id, str(int(criterion.full_text) * share // 100))


def at(pilot: Any, kind: str, item: str) -> ComparedRows:
    """Puts the cursor on an item."""
    rows: ComparedRows = pilot.app.screen.rows
    rows.cursor = next(
        place
        for place, line in enumerate(rows._listed)
        if line.row is not None and (line.kind, line.row.item) == (kind, item)
    )
    return rows


async def test_two_ticked_projects_stand_side_by_side(unsealed: Any, look: Any) -> None:
    score(unsealed, 80, 60)
    async with at_the_desk(unsealed) as pilot:
        await pilot.press("space", "down", "space")
        await pilot.pause()
        assert look(pilot.app).count("*DZ26") == 2, "the ticks stand in the list"
        await pilot.press("f11")
        await rest(pilot)
        assert isinstance(pilot.app.screen, CompareScreen)
        shown = look(pilot.app)
        assert "DZ26-002" in shown and "DZ26-004" in shown and "DZ26-007" not in shown
        assert any(line.lstrip("> ").startswith("* 总分") and "80/100" in line for line in shown.splitlines())


async def test_one_ticked_project_is_set_beside_the_one_at_hand(unsealed: Any, look: Any) -> None:
    async with at_the_desk(unsealed) as pilot:
        await pilot.press("f11")
        await rest(pilot)
        assert isinstance(pilot.app.screen, DeskScreen), "one project alone is not compared"
        await pilot.press("space", "end", "f11")
        await rest(pilot)
        assert "DZ26-002" in look(pilot.app) and "DZ26-007" in look(pilot.app)


async def test_points_can_be_typed_where_they_stand(unsealed: Any, look: Any) -> None:
    async with at_the_desk(unsealed) as pilot:
        await pilot.press("space", "down", "space", "f11")
        await rest(pilot)
        at(pilot, "score", "node")
        await pilot.press(*"61", "enter", *"71", "enter")
        await pilot.pause()
        assert "满分70，输入了71" in look(pilot.app)
        await pilot.press("backspace", "backspace", *"52", "enter")
        await pilot.pause()
    kept = [
        next(
            each.points_text
            for each in review.open_review(unsealed.desk, row.key).state.criteria
            if each.id == "node"
        )
        for row in overview.rows(unsealed.desk, None, 0, 2)
    ]
    assert kept == ["61", "52"]


async def test_three_side_by_side_where_there_is_room_and_tab_brings_the_others(
    unsealed: Any, look: Any
) -> None:
    async with at_the_desk(unsealed) as pilot:
        await pilot.press("space", "down", "space", "down", "space", "home", "f11")
        await rest(pilot)
        assert "DZ26-002" in look(pilot.app) and "DZ26-007" not in look(pilot.app)
        await pilot.press("tab")
        await rest(pilot)
        assert "DZ26-002" not in look(pilot.app) and "DZ26-007" in look(pilot.app)
    async with at_the_desk(unsealed, (120, 40)) as pilot:
        await pilot.press("space", "down", "space", "down", "space", "f11")
        await rest(pilot)
        assert all(code in look(pilot.app) for code in unsealed.ids)


async def test_only_what_differs(unsealed: Any) -> None:
    async with at_the_desk(unsealed, (120, 40)) as pilot:
        await pilot.press("space", "down", "space", "f11")
        await rest(pilot)
        rows = pilot.app.screen.rows
        before = rows.count_lines()
        await pilot.press("f2")
        await pilot.pause()
        assert 0 < rows.count_lines() < before
        assert all(line.row.differs for line in rows._listed if line.row is not None)


async def test_enter_opens_the_project_that_is_marked(unsealed: Any) -> None:
    async with at_the_desk(unsealed) as pilot:
        await pilot.press("space", "down", "space", "f11")
        await rest(pilot)
        await pilot.press("right", "enter")
        await rest(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, ReviewScreen) and screen.key.dossier == unsealed.ids["DZ26-004"]


async def test_the_glance_shows_ranks_bars_spread_and_hints(unsealed: Any, look: Any) -> None:
    score(unsealed, 90, 90, 50)
    async with at_the_desk(unsealed, (120, 40)) as pilot:
        await pilot.press("f5")
        await rest(pilot)
        assert isinstance(pilot.app.screen, GlanceScreen)
        shown = look(pilot.app)
        first = next(line for line in shown.splitlines() if "DZ26-002" in line)
        last = next(line for line in shown.splitlines() if "DZ26-007" in line and "/100" in line)
        assert "1=" in first and " 3 " in last
        assert first.count("=") > last.count("=") > 1
        assert "只在本机计算，不上传。" in shown and "第1名并列：DZ26-002、DZ26-004" in shown
        await pilot.press("enter")
        await rest(pilot)
        assert isinstance(pilot.app.screen, ReviewScreen)


async def test_tab_goes_from_the_glance_to_the_grid(unsealed: Any) -> None:
    async with at_the_desk(unsealed) as pilot:
        await pilot.press("f5")
        await rest(pilot)
        await pilot.press("tab")
        await rest(pilot)
        assert isinstance(pilot.app.screen, GridScreen)
        await pilot.press("f5")
        await rest(pilot)
        await pilot.press("tab")
        await rest(pilot)
        assert isinstance(pilot.app.screen, GridScreen)
        assert sum(isinstance(each, GridScreen) for each in pilot.app.screen_stack) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
async def test_every_line_fits_in_both_languages_and_plainly(
    unsealed: Any, look: Any, size: tuple[int, int], tongue: str
) -> None:
    from zhubi.locale import use_language

    score(unsealed, 90, 60, 90)
    use_language(tongue)
    async with at_the_desk(unsealed, size, plain=True) as pilot:
        for keys in (("tab",), ("f5",), ("escape", "home", "space", "down", "space", "f11")):
            await pilot.press(*keys)
            await rest(pilot)
            shown = look(pilot.app)
            for strip in pilot.app.screen._compositor.render_strips():
                assert cell_len("".join(segment.text for segment in strip)) <= size[0]
            if isinstance(pilot.app.screen, GlanceScreen):
                assert "####" in shown
        assert isinstance(pilot.app.screen, CompareScreen)
