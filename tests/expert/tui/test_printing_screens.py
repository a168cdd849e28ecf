"""打印 from the screens: a form, a file, and once a session that it lies in clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, OptionList

from zhubi.demo.sheets import fill
from zhubi.expert.desk import overview, settings, submit
from zhubi.expert.tui import routes
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.boxes import LineBox, PickBox
from zhubi.expert.tui.screens.palette import offers_of

PIN = "246810"


async def rest(pilot: Any) -> None:
    for _ in range(4):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def told(app: Any) -> str:
    return "\n".join(each.message for each in app._notifications)


@pytest.fixture
def desk(unsealed: Any) -> Any:
    """The desk of an expert whose app opens on it at once."""
    settings.put(unsealed.desk, "ask_pin_at_start", False)
    return unsealed.desk


async def chosen(pilot: Any, name: str) -> None:
    """打印 out of the palette, and a form by its name."""
    await pilot.press("ctrl+p", *"dy")
    await pilot.press("enter")
    await rest(pilot)
    box = pilot.app.screen
    assert isinstance(box, PickBox)
    listed = box.query_one(OptionList)
    names = [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]
    listed.highlighted = next(place for place, each in enumerate(names) if name in each)
    await pilot.press("enter")
    await rest(pilot)


async def test_a_form_goes_where_it_was_told_to_and_the_warning_comes_once(
    desk: Any, tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await pilot.press("ctrl+p", *"dy", "enter")
        await rest(pilot)
        assert "明文" in look(app) and "现场考察表（DZ26-002）" in look(app)
        await pilot.press("escape")
        await chosen(pilot, "签字页")
        assert isinstance(app.screen, LineBox)
        assert app.screen.query_one(Input).value == str(tmp_path / "评审场次-陈思远-签字页.pdf")
        await pilot.press("enter")
        await rest(pilot)
        assert (tmp_path / "评审场次-陈思远-签字页.pdf").read_bytes().startswith(b"%PDF-")
        assert "已写入" in told(app)
        await pilot.press("ctrl+p", *"dy", "enter")
        await rest(pilot)
        assert "签字页（本场次）" in look(app) and "明文" not in look(app), "told once a session"


async def test_from_the_story_of_a_project_its_signed_record_is_printed_by_its_code(
    desk: Any, tmp_path: Path, look: Any
) -> None:
    row = overview.rows(desk, None, 0, 1)[0]
    fill(desk, row.key)
    submit.sign(desk, (row.key,), PIN)
    assert submit.submit(desk).unsent == 0
    code = overview.row(desk, row.key).receipt_code
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(100, 30)) as pilot:
        await rest(pilot)
        routes.open_trail(app, row.key)
        await rest(pilot)
        assert "Ctrl+P" in look(app), "the line of a signed review tells how it gets on paper"
        await chosen(pilot, "现场考察表")
        app.screen.query_one(Input).value = str(tmp_path)
        await pilot.press("enter")
        await rest(pilot)
    assert [each.name for each in tmp_path.glob("*.pdf")] == [f"DZ26-002-陈思远-现场考察表-{code}.pdf"]


async def test_printing_is_an_act_of_the_desk_the_review_the_story_and_signing(desk: Any) -> None:
    key = overview.rows(desk, None, 0, 1)[0].key
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        screens = [app.screen]
        for opened in (
            lambda: routes.open_review(app, key),
            lambda: routes.open_trail(app, key),
            lambda: routes.open_submit(app, key.round),
        ):
            opened()
            await rest(pilot)
            screens.append(app.screen)
            assert any(each.act == "print" for each in offers_of(app.screen))
            await app.run_action("screen.print", app.screen)
            await rest(pilot)
            assert isinstance(app.screen, PickBox)
            await pilot.press("escape")
            await rest(pilot)
        assert any(each.act == "print" for each in offers_of(screens[0]))


async def test_what_cannot_be_written_is_said_and_nothing_is_lost(desk: Any, tmp_path: Path) -> None:
    app = ZhubiApp(desk, sync_by_itself=False)
    taken = tmp_path / "别的.pdf"
    taken.write_text("别的", encoding="utf-8")
    async with app.run_test(size=(100, 30)) as pilot:
        await rest(pilot)
        await chosen(pilot, "个人评审表")
        app.screen.query_one(Input).value = str(taken)
        await pilot.press("enter")
        await rest(pilot)
        assert "已存在" in told(app)
    assert taken.read_text(encoding="utf-8") == "别的"
