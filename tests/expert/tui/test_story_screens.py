"""From the pasted invitation to a receipt, on the screens, with a real office behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.trust.invitations import Invitation, encode_invitation
from zhubi.expert.desk import overview, submit, trail
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.relationbox import ProfileBox
from zhubi.expert.tui.screens.commitment import CommitmentScreen
from zhubi.expert.tui.screens.declare import DeclareScreen
from zhubi.expert.tui.screens.desk import DeskScreen
from zhubi.expert.tui.screens.review import ReviewScreen
from zhubi.expert.tui.screens.submit import SubmitScreen
from zhubi.expert.tui.screens.trail import TrailScreen
from zhubi.expert.tui.widgets.assignments import AssignmentRows
from zhubi.expert.tui.widgets.prose import Prose

pytestmark = pytest.mark.slow
PIN, PASSPHRASE = "246810", "星河入梦 twelve and more"


@dataclass(frozen=True)
class House:
    """An office that serves, and an invitation to it."""

    invitation: Invitation
    office: Any


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    from zhubi.demo.making import make_office
    from zhubi.demo.place import free_port
    from zhubi.office.api.serving import serve_in_thread

    port = free_port()
    office, invitation = make_office(tmp_path / "office", f"http://127.0.0.1:{port}", lambda _said: None)
    running = serve_in_thread(office, port)
    yield House(invitation, office)
    running.stop()
    office.close()


async def rest(pilot: Any) -> None:
    """Until nothing runs beside the drawing, and all of it is drawn."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def with_pin(pilot: Any) -> None:
    await rest(pilot)
    await pilot.press(*PIN, "enter")
    await rest(pilot)


async def enrolled(pilot: Any, invitation: Invitation) -> None:
    screen = pilot.app.screen
    screen.query_one("#text").load_text(encode_invitation(invitation))
    await pilot.press("ctrl+g")
    await rest(pilot)
    assert "重庆" in pilot.app.screen.query_one("#who", Prose).plain or invitation.organiser
    await pilot.press("ctrl+g")
    await rest(pilot)
    for name, value in (
        ("pin-once", PIN),
        ("pin-twice", PIN),
        ("passphrase-once", PASSPHRASE),
        ("passphrase-twice", PASSPHRASE),
    ):
        field = screen.query_one(f"#{name}")
        if field.display:
            field.value = value
    await pilot.press("ctrl+g")
    await rest(pilot)


async def committed(pilot: Any) -> None:
    await pilot.press("ctrl+n")
    await rest(pilot)
    assert isinstance(pilot.app.screen, CommitmentScreen)
    await pilot.press("ctrl+g")
    await pilot.pause()
    assert isinstance(pilot.app.screen, CommitmentScreen), "nothing is signed before the end has been read"
    for _ in range(6):
        await pilot.press("pagedown")
    await pilot.press("ctrl+g")
    await with_pin(pilot)


async def declared(pilot: Any) -> None:
    await pilot.press("ctrl+n")
    await rest(pilot)
    assert isinstance(pilot.app.screen, ProfileBox), "own units are asked for here, the first time"
    await pilot.press("ctrl+g")
    await rest(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, DeclareScreen)
    for _ in screen.cards.cards:
        while screen.cards.current.key.dossier not in screen.cards.shown:
            await pilot.press("space")
            await pilot.pause()
        await pilot.press("4" if screen.cards.current.seat else "1")
        await pilot.pause()
    await pilot.press("ctrl+g")
    await with_pin(pilot)


async def filled_in(pilot: Any) -> ReviewKey:
    await pilot.press("ctrl+n")
    await rest(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, ReviewScreen)
    state = screen.sheet.state
    await pilot.press("f6") if screen.has_class("-reading") else None
    for criterion in (each for each in state.criteria if each.mine):
        screen.sheet.go_to("score", criterion.id)
        await pilot.press(*str(int(float(criterion.full_text)) - 2), "enter")
    for question in state.questions:
        screen.sheet.go_to("question", question.id)
        if question.asks in ("yes-no", "choice"):
            await pilot.press("1")
    for finding in state.findings:
        screen.sheet.go_to("finding", finding.id)
        await pilot.press("1")
    screen.sheet.go_to("recommendation", "")
    await pilot.press("1", "tab", *"理由充分", "escape")
    for _ in range(6):
        if not [each for each in screen.sheet.state.missing if each.what != "opinion"]:
            break
        await pilot.press("ctrl+n", *"已核对", "escape")
    screen.sheet.go_to("opinion", "")
    await pilot.press("enter", *"同意推荐", "escape")
    assert screen.sheet.state.opinion == "同意推荐"
    assert not [each for each in screen.sheet.state.missing if each.what != "opinion"]
    return screen.key


async def test_from_an_invitation_to_a_receipt(house: House, tmp_path: Path, look: Any) -> None:
    app = ZhubiApp(None, directory=tmp_path / "expert", sync_by_itself=False, first="enrol")
    async with app.run_test(size=(100, 24)) as pilot:
        await enrolled(pilot, house.invitation)
        assert isinstance(app.screen, DeskScreen), "enrolling lands on the desk"
        await pilot.press("ctrl+r")
        await rest(pilot)
        assert "下一步：签" in look(app)
        await committed(pilot)
        assert isinstance(app.screen, DeskScreen)
        assert "下一步：回避核对" in look(app)
        await declared(pilot)
        assert isinstance(app.screen, DeskScreen), "with nothing left to declare, the desk comes back"
        key = await filled_in(pilot)
        await pilot.press("ctrl+g")
        await rest(pilot)
        assert isinstance(app.screen, SubmitScreen)
        await pilot.press("enter")
        await with_pin(pilot)
        row = overview.row(app.desk, key)
        assert row is not None and row.stage == "submitted" and row.receipt_code
        assert f"已提交 {row.receipt_code}" in look(app)
        await pilot.press("escape", "escape")
        await rest(pilot)
        app.screen.query_one(AssignmentRows).cursor = (
            overview.row_index(app.desk, key.round, key.dossier) or 0
        )
        await pilot.press("f3")
        await rest(pilot)
        assert isinstance(app.screen, TrailScreen)
        assert "3份回执现场核验无误。" in look(app)
        await pilot.press("ctrl+o")
        await rest(pilot)
        target = tmp_path / "receipt.json"
        app.screen.query_one("Input").value = str(target)
        await pilot.press("enter")
        await rest(pilot)
        assert trail.verify_receipt_file(app.desk, target.read_bytes()).ok
        assert not submit.ready(app.desk, key.round)
    app.desk.close()


async def test_a_wrong_pin_signs_nothing_and_is_asked_again(house: House, tmp_path: Path, look: Any) -> None:
    app = ZhubiApp(None, directory=tmp_path / "expert", sync_by_itself=False, first="enrol")
    async with app.run_test(size=(80, 24)) as pilot:
        await enrolled(pilot, house.invitation)
        await pilot.press("ctrl+r")
        await rest(pilot)
        await pilot.press("ctrl+n")
        await rest(pilot)
        for _ in range(6):
            await pilot.press("pagedown")
        await pilot.press("ctrl+g", *"111111", "enter")
        await rest(pilot)
        assert "PIN" in look(app) and "不正确" in look(app)
        await with_pin(pilot)
        assert isinstance(app.screen, DeskScreen)
    app.desk.close()
