"""请托情况报告 on the screen: what the office sees before the PIN, nothing typed lost, nothing readable afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Input, TextArea

from zhubi.expert.desk import contact, settings
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.boxes import PickBox, TellBox
from zhubi.expert.tui.screens.contact import ContactScreen, SealBox
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import use_language
from zhubi.office.opening import add_staff
from zhubi.office.vault.letters import read_letters

PIN = "246810"
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


async def rest(pilot: Any) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


@pytest.fixture
def reporting(seated: Any) -> Any:
    """An expert who has committed to nothing yet, with an inspector to report to."""
    add_staff(seated.office, "纪检甲", "inspector")
    seated.sync(seated.desk)
    settings.put(seated.desk, "ask_pin_at_start", False)
    return seated


async def on_screen(pilot: Any) -> ContactScreen:
    await rest(pilot)
    pilot.app.action_contact()
    await rest(pilot)
    assert isinstance(pilot.app.screen, ContactScreen)
    return pilot.app.screen


def write(screen: ContactScreen, **words: str) -> None:
    for name, text in words.items():
        if name in ("asked", "words"):
            screen.query_one(f"#{name}", TextArea).load_text(text)
        else:
            screen.query_one(f"#{name} Input", Input).value = text


@SIZES
@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
async def test_what_the_office_sees_is_on_the_screen_before_the_pin(
    reporting: Any, look: Any, size: tuple[int, int], tongue: str
) -> None:
    use_language(tongue)
    app = ZhubiApp(reporting.desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        screen = await on_screen(pilot)
        assert "纪检甲" in look(app)
        write(screen, who="某公司副总", asked="请求打高分")
        await pilot.press("ctrl+g")
        await rest(pilot)
        box = app.screen
        assert isinstance(box, SealBox)
        said = box.query(Prose).first().plain
        inside = [line.split("│")[1] for line in look(app).splitlines() if line.count("│") == 2]
        seen = "".join("".join(inside).split())
        for paragraph in said.split("\n"):
            for sentence in paragraph.replace("；", "。").split("。"):
                assert all(word in seen for word in sentence.split()), sentence
        assert box.query_one(Input).has_focus
        assert box.query_one(Input).region.bottom < size[1]


@SIZES
async def test_written_signed_and_read_by_the_inspector(
    reporting: Any, look: Any, size: tuple[int, int]
) -> None:
    app = ZhubiApp(reporting.desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        await on_screen(pilot)
        await pilot.press(*"ZHAO", "enter", *"19", "enter", "tab", "tab")
        await pilot.press(*"high", "space", *"score")
        await pilot.press("f2", "ctrl+g")
        await rest(pilot)
        await pilot.press(*PIN, "enter")
        await rest(pilot)
        assert not isinstance(app.screen, ContactScreen)
        (row,) = contact.letters(reporting.desk)
        assert row.delivered_at is not None and row.copied
        await on_screen(pilot)
        assert app.screen.query_one("#who Input", Input).value == ""
        await pilot.press("f4")
        await rest(pilot)
        assert isinstance(app.screen, PickBox) and row.code in look(app) and "已送达" in look(app)
        await pilot.press("enter")
        await rest(pilot)
        assert isinstance(app.screen, TellBox) and "high score" in look(app)
    (found,) = read_letters(reporting.office, reporting.office.staff("纪检甲").author)
    assert (found.letter.report.who, found.letter.report.asked) == ("ZHAO", "high score")  # type: ignore[union-attr]


async def test_what_was_written_is_there_again_and_a_wrong_pin_loses_nothing(
    reporting: Any, look: Any
) -> None:
    app = ZhubiApp(reporting.desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await on_screen(pilot)
        write(screen, who="某公司副总", asked="第一行\n第二行", gift="礼盒")
        await pilot.pause()
        await pilot.press("escape")
        await rest(pilot)
        screen = await on_screen(pilot)
        assert screen.query_one("#asked", TextArea).text == "第一行\n第二行"
        assert screen.query_one("#gift Input", Input).value == "礼盒"
        await pilot.press("ctrl+g")
        await rest(pilot)
        await pilot.press(*"135790", "enter")
        await rest(pilot)
        assert isinstance(app.screen, SealBox) and "PIN" in look(app)
        await pilot.press("escape", "escape")
        await rest(pilot)
    assert contact.letters(reporting.desk) == ()
    office = reporting.desk.store.offices.all()[0].office
    assert contact.contact(reporting.desk, office).report.who == "某公司副总"


async def test_what_is_missing_is_said_before_the_pin(reporting: Any) -> None:
    app = ZhubiApp(reporting.desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await on_screen(pilot)
        write(screen, who="某人")
        await pilot.press("ctrl+g")
        await rest(pilot)
        assert app.screen is screen


async def test_without_an_inspector_it_is_said_at_once(seated: Any, look: Any) -> None:
    seated.sync(seated.desk)
    settings.put(seated.desk, "ask_pin_at_start", False)
    app = ZhubiApp(seated.desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await on_screen(pilot)
        assert "无人可封" in look(app)
        write(screen, who="某人", asked="请求")
        await pilot.press("ctrl+g")
        await rest(pilot)
        assert app.screen is screen
    assert contact.letters(seated.desk) == ()


async def test_the_palette_leads_to_it(reporting: Any) -> None:
    app = ZhubiApp(reporting.desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await pilot.press("ctrl+p")
        await rest(pilot)
        await pilot.press(*"qtqk")
        await rest(pilot)
        await pilot.press("enter")
        await rest(pilot)
        assert isinstance(app.screen, ContactScreen)
