"""打分表: a whole session scored from one table, on a real desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual import events

from zhubi.expert.desk import grid as gridding
from zhubi.expert.desk import overview, review, settings
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.desk import DeskScreen
from zhubi.expert.tui.screens.glance import GlanceScreen
from zhubi.expert.tui.screens.grid import GridScreen
from zhubi.expert.tui.screens.review import ReviewScreen
from zhubi.expert.tui.widgets.gridrows import GridRows


async def rest(pilot: Any) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


@asynccontextmanager
async def at_the_grid(story: Any, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Any]:
    settings.put(story.desk, "ask_pin_at_start", False)
    app = ZhubiApp(story.desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        await rest(pilot)
        await pilot.press("home", "tab")
        await rest(pilot)
        assert isinstance(app.screen, GridScreen)
        yield pilot


def rows_of(pilot: Any) -> GridRows:
    found: GridRows = pilot.app.screen.rows
    return found


def points(story: Any) -> dict[str, tuple[str, ...]]:
    """What is kept, project by project, in the order of the criteria."""
    (found,) = overview.rounds(story.desk)
    view = gridding.grid(story.desk, found.office, found.round)
    scores = [place for place, each in enumerate(view.columns) if each.kind == "score"]
    return {row.code: tuple(row.cells[place].value for place in scores) for row in view.rows}


async def test_ten_scores_take_ten_digits_and_enters(unsealed: Any) -> None:
    count = sum(len(each) for each in points(unsealed).values())
    typed = [str(place % 9 + 1) for place in range(count)]
    async with at_the_grid(unsealed) as pilot:
        for digit in typed:
            await pilot.press(digit, "enter")
    kept = [each for row in points(unsealed).values() for each in row]
    assert kept == typed, "one digit and one Enter a score, from project to project"


async def test_down_a_column_when_enter_is_turned(unsealed: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        await pilot.press("f2", *"61", "enter", *"62", "enter", *"63", "enter", "9", "enter")
        assert settings.get(unsealed.desk).score_downwards
    assert [each[0] for each in points(unsealed).values()] == ["61", "62", "63"]
    assert points(unsealed)["DZ26-002"][1] == "9", "from the end of a column to the top of the next"


async def test_keys_that_arrive_together_do_not_overtake_each_other(unsealed: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        for key in (*"21", "enter", *"12", "enter", "5", "down", "7", "enter"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(8):
            await pilot.pause()
    assert points(unsealed)["DZ26-002"] == ("21", "12", "5")
    assert points(unsealed)["DZ26-004"][2] == "7"


async def test_places_follow_every_key_and_ties_are_marked(unsealed: Any, look: Any) -> None:
    async with at_the_grid(unsealed, (120, 40)) as pilot:
        for node in ("60", "60", "65"):
            await pilot.press(*node, "enter", "9", "enter", "9", "enter")
        await pilot.pause()
        lines = {
            code: next(each for each in look(pilot.app).splitlines() if code in each)
            for code in points(unsealed)
        }
        assert "78   2=" in lines["DZ26-002"] and "78   2=" in lines["DZ26-004"]
        assert "83    1" in lines["DZ26-007"]
        rows_of(pilot).go_to(0, 0)
        await pilot.press(*"61")
        await pilot.pause()
        line = next(each for each in look(pilot.app).splitlines() if "DZ26-002" in each)
        assert "79    2 " in line, "before Enter already"


async def test_too_much_is_said_and_what_stood_there_stands(unsealed: Any, look: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        await pilot.press(*"60", "enter", "left", *"71", "enter")
        await pilot.pause()
        assert "满分70，输入了71" in look(pilot.app)
        assert rows_of(pilot).place == 0 and points(unsealed)["DZ26-002"][0] == "60"
        await pilot.press("backspace", "enter")
        await pilot.pause()
    assert points(unsealed)["DZ26-002"][0] == "7"


async def test_full_width_digits_are_digits(unsealed: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        await pilot.press("６", "５", "enter")
    assert points(unsealed)["DZ26-002"][0] == "65"


async def test_what_is_typed_is_kept_before_enter(unsealed: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        await pilot.press(*"65")
        assert points(unsealed)["DZ26-002"][0] == "65"


async def test_edits_are_taken_back_over_the_projects_and_done_again(unsealed: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        nothing = points(unsealed)
        await pilot.press("6", "enter", "left", "down", "7", "enter")
        typed = points(unsealed)
        assert typed["DZ26-002"][0] == "6" and typed["DZ26-004"][0] == "7"
        await pilot.press("ctrl+z")
        assert points(unsealed)["DZ26-004"] == nothing["DZ26-004"] and points(unsealed)["DZ26-002"][0] == "6"
        await pilot.press("ctrl+z", "ctrl+z")
        assert points(unsealed) == nothing
        await pilot.press("ctrl+y", "ctrl+y")
        assert points(unsealed) == typed
        rows = rows_of(pilot)
        assert (rows.cursor, rows.place) == (1, 0), "the cursor stands where it happened"


async def test_next_missing_goes_round_the_empty_cells(unsealed: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        await pilot.press(*"60", "enter", "ctrl+n")
        rows = rows_of(pilot)
        asked = rows.asked
        assert asked is not None and rows.cell is not None and rows.cell.missing
        await pilot.press("ctrl+home", "home", "ctrl+n")
        assert rows.cursor == 0 and rows.cell.missing and not rows.cell.value


async def test_a_number_takes_the_recommendation_and_takes_it_back(unsealed: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        await pilot.press("end", "1")
        row = rows_of(pilot).current
        assert row is not None and row.affirmative is True
        await pilot.press("1")
        row = rows_of(pilot).current
        assert row is not None and row.affirmative is None


async def test_the_columns_scroll_and_the_project_stays(story: Any, look: Any) -> None:
    async with at_the_grid(_seat(story)) as pilot:
        rows = rows_of(pilot)
        assert rows.view is not None
        before = rows.layout_now()
        assert before.more, "at 80 columns this form does not fit"
        await pilot.press("end")
        await pilot.pause()
        after = rows.layout_now()
        assert after.first > 0 and after.last == len(rows.view.columns)
        assert all(row.code in look(pilot.app) for row in rows.view.rows)
        await pilot.press("home")
        await pilot.press("right")
        assert rows.layout_now().first == 0


def _seat(story: Any) -> Any:
    policy, kind = "zhejiang-2023", "zj.project-appraisal"
    story.ids = story.import_dossiers(policy)
    story.round = story.open_round(policy, kind)
    story.invitation = story.invite()
    for order, (_, dossier) in enumerate(sorted(story.ids.items()), 1):
        story.seat(story.round, dossier, story.invitation.person, order=order)
    story.desk = story.enrol(story.invitation)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    return story


async def test_a_project_that_takes_no_typing_says_why_and_opens_on_enter(seated: Any, look: Any) -> None:
    from zhubi.expert.desk import commit, declare

    seated.sync(seated.desk)
    commit.sign_commitment(seated.desk, seated.round, "246810")
    seated.sync(seated.desk)
    for place, each in enumerate(declare.declarations(seated.desk, seated.round)):
        declare.answer(
            seated.desk, seated.round, each.key.dossier, "clear" if place else "decline", (), "无暇"
        )
    declare.sign_declarations(seated.desk, seated.round, "246810")
    seated.sync(seated.desk)
    async with at_the_grid(seated) as pilot:
        await pilot.press("9")
        await pilot.pause()
        assert "DZ26-002：无法承担，尚无评审表" in look(pilot.app)
        await pilot.press("enter")
        await rest(pilot)
        assert not isinstance(pilot.app.screen, GridScreen)


async def test_enter_on_the_project_opens_its_review_and_f6_opens_it_at_the_item(unsealed: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        await pilot.press("right", "f6")
        await rest(pilot)
        assert isinstance(pilot.app.screen, ReviewScreen)
        line = pilot.app.screen.sheet.line
        assert line is not None and (line.kind, line.item) == ("score", "effort")
        await pilot.press("escape")
        await rest(pilot)
        await pilot.press("home", "enter")
        await rest(pilot)
        assert isinstance(pilot.app.screen, ReviewScreen)


async def test_what_was_changed_in_the_review_stands_in_the_table_on_return(unsealed: Any, look: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        row = rows_of(pilot).current
        assert row is not None
        await pilot.press("f6")
        await rest(pilot)
        review.set_comment(unsealed.desk, row.key, "node", "节点按期完成")
        await pilot.press("escape")
        await rest(pilot)
        assert "评语：节点按期完成" in look(pilot.app)


async def test_tab_goes_to_the_list_and_back(unsealed: Any) -> None:
    async with at_the_grid(unsealed) as pilot:
        await pilot.press("tab")
        await rest(pilot)
        assert isinstance(pilot.app.screen, DeskScreen)
        await pilot.press("f5")
        await rest(pilot)
        assert isinstance(pilot.app.screen, GlanceScreen)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_no_line_is_wider_than_the_screen(unsealed: Any, size: tuple[int, int]) -> None:
    from rich.cells import cell_len

    async with at_the_grid(unsealed, size) as pilot:
        await pilot.press(*"60", "enter", "end")
        await pilot.pause()
        for strip in pilot.app.screen._compositor.render_strips():
            assert cell_len("".join(segment.text for segment in strip)) <= size[0]
