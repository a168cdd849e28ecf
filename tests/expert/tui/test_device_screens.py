"""A second device and a second office on the screens, with real offices behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, TextArea

from zhubi.core.model.records import RecordType
from zhubi.core.trust.invitations import encode_invitation
from zhubi.expert.desk import purge, settings
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.boxes import AskBox, LineBox, PinBox
from zhubi.expert.tui.screens.desk import DeskScreen
from zhubi.expert.tui.screens.enrol import EnrolScreen
from zhubi.expert.tui.screens.purge import PurgeBox
from zhubi.expert.tui.screens.settings import SettingsScreen
from zhubi.expert.tui.widgets.nextstep import NextStepLine
from zhubi.expert.tui.widgets.prose import Prose

PIN, PASSPHRASE = "246810", "朱笔圈点一二三四五六七八"


async def rest(pilot: Any) -> None:
    """Until nothing runs beside the drawing, and all of it is drawn."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def app_on(desk: Any) -> ZhubiApp:
    settings.put(desk, "ask_pin_at_start", False)
    return ZhubiApp(desk, sync_by_itself=False)


async def at_the_pin(pilot: Any, invitation: Any) -> EnrolScreen:
    screen = pilot.app.screen
    assert isinstance(screen, EnrolScreen)
    screen.query_one("#text", TextArea).load_text(encode_invitation(invitation))
    for _ in range(2):
        await pilot.press("ctrl+g")
        await rest(pilot)
    return screen


def said(screen: Any) -> str:
    return "\n".join(each.plain for each in screen.query(Prose))


async def test_a_new_device_is_vouched_for_on_two_screens(
    story: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhubi.expert.desk.secretplace.keyring_works", lambda: False, raising=False)
    monkeypatch.setattr("zhubi.expert.desk.enrol.keyring_works", lambda: False)
    invitation = story.invite()
    old = story.enrol(invitation)
    story.sync(old)
    asked, vouched = tmp_path / "asked.txt", tmp_path / "vouched.txt"
    new = ZhubiApp(None, directory=tmp_path / "new", sync_by_itself=False, first="enrol")
    async with new.run_test(size=(80, 24)) as pilot:
        screen = await at_the_pin(pilot, story.invite(person=invitation.person))
        assert "草稿" in said(screen)
        for name, value in (("pin-once", PIN), ("pin-twice", PIN), ("passphrase-once", PASSPHRASE),
                            ("passphrase-twice", PASSPHRASE)):  # fmt: skip
            screen.query_one(f"#{name} Input", Input).value = value
        await pilot.press("f2")
        await rest(pilot)
        assert isinstance(new.screen, LineBox)
        code = next(line for line in said(new.screen).splitlines() if line.startswith("核对码"))[4:]
        new.screen.query_one(Input).value = str(asked)
        await pilot.press("enter")
        await rest(pilot)
        assert isinstance(new.screen, AskBox) and code in said(new.screen)

        app = app_on(old)
        async with app.run_test(size=(80, 24)) as other:
            await rest(other)
            await other.app.run_action("app.settings")
            await rest(other)
            assert isinstance(app.screen, SettingsScreen)
            await other.press("f2")
            await rest(other)
            assert "笔记本（本机）  有效" in said(app.screen)
            app.screen.query_one(TextArea).load_text(str(asked))
            await other.press("ctrl+g")
            await rest(other)
            assert isinstance(app.screen, PinBox) and code in said(app.screen)
            await other.press(*PIN, "enter")
            await rest(other)
            assert isinstance(app.screen, LineBox)
            app.screen.query_one(Input).value = str(vouched)
            await other.press("enter")
            await rest(other)
        assert vouched.read_text(encoding="utf-8").startswith("zhubi-vouch1:")

        new.screen.query_one(TextArea).load_text(str(vouched))
        await pilot.press("ctrl+g")
        await rest(pilot)
        assert isinstance(new.screen, DeskScreen)
        new.desk.close()
    with story.office.ledger.reading() as reading:
        enrolments = reading.by_type(RecordType.ENROLMENT)
    assert [each.body.vouched_by is not None for each in enrolments] == [False, True]


async def test_a_second_office_is_joined_from_inside(story: Any, tmp_path: Path) -> None:
    desk = story.enrol(story.invite())
    other = type(story)(tmp_path / "elsewhere", story.clock)
    try:
        app = app_on(desk)
        async with app.run_test(size=(80, 24)) as pilot:
            await rest(pilot)
            await pilot.app.run_action("app.join_office")
            await rest(pilot)
            screen = await at_the_pin(pilot, other.invite())
            assert "本机现有的 PIN" in said(screen)
            assert not screen.query_one("#pin-twice").display
            screen.query_one("#pin-once Input", Input).value = "111111"
            await pilot.press("ctrl+g")
            await rest(pilot)
            assert "PIN" in screen.query_one("#answer", Prose).plain and app.screen is screen
            screen.query_one("#pin-once Input", Input).value = PIN
            await pilot.press("ctrl+g")
            await rest(pilot)
            assert isinstance(app.screen, DeskScreen)
            assert len(desk.store.offices.all()) == 2
    finally:
        other.close()


async def test_the_end_of_a_round_is_told_and_confirmed_on_the_screen(unsealed: Any) -> None:
    desk = unsealed.desk
    unsealed.clock.on(hours=1)
    unsealed.change(unsealed.round, "close")
    unsealed.change(unsealed.round, "end")
    unsealed.sync(desk)
    app = app_on(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        line = app.screen.query_one(NextStepLine).render_line(0).text
        assert "材料已从本机清除" in line and "Ctrl+N 材料清退" in line
        await pilot.press("ctrl+n")
        await rest(pilot)
        assert isinstance(app.screen, PurgeBox)
        told = said(app.screen)
        assert "已从本机清除3个项目的材料" in told and "清退确认还没有签名" in told and "系统备份" in told
        await pilot.press(*PIN, "enter")
        await rest(pilot)
        assert "清退确认已签名" in said(app.screen)
    assert purge.plan(desk, unsealed.round).signed
