"""离线交换 on the screen: a packet made, its answer looked into and taken in, by keys alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from zhubi.expert.desk import commit, packets
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.routes import open_exchange
from zhubi.expert.tui.screens.exchange import ExchangeScreen
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.office.rounds.answering import write_answers
from zhubi.office.rounds.packets import by_person, receive_packet

PIN = "246810"
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


async def rest(pilot: Any) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def on_screen(pilot: Any) -> ExchangeScreen:
    await rest(pilot)
    open_exchange(pilot.app)
    await rest(pilot)
    assert isinstance(pilot.app.screen, ExchangeScreen)
    return pilot.app.screen


async def at(pilot: Any, screen: ExchangeScreen, path: Path, *keys: str) -> str:
    screen.query_one("#place Input", Input).value = str(path)
    await pilot.pause()
    for key in keys:
        await pilot.press(key)
        await rest(pilot)
    return screen.query_one("#answer", Prose).plain


@SIZES
async def test_a_packet_goes_out_and_its_answer_comes_in(
    seated: Any, tmp_path: Path, look: Any, size: tuple[int, int]
) -> None:
    seated.sync(seated.desk)
    commit.sign_commitment(seated.desk, seated.round, PIN)
    stick = tmp_path / "优盘"
    stick.mkdir()
    app = ZhubiApp(seated.desk, sync_by_itself=False)
    async with app.run_test(size=size) as pilot:
        screen = await on_screen(pilot)
        assert "签名记录 1 份" in look(app) and "评审组织方" in look(app)
        assert "可用" in await at(pilot, screen, stick, "enter")
        said = await at(pilot, screen, stick, "ctrl+g")
        (made,) = stick.iterdir()
        assert made.name in said.replace("\n", "") and "不是送达证明" in said
        assert seated.desk.store.outbox.unsent() == 1

        assert "已存在" in await at(pilot, screen, made, "ctrl+g")
        assert "由本机制作" in await at(pilot, screen, made, "enter")
        received = receive_packet(seated.office, made, seated.clock())
        ((person, (heard, results)),) = by_person([received]).items()
        answer = stick / "answer.zhubi"
        write_answers(seated.office, person, answer, heard=heard, results=results, now=seated.clock())
        said = await at(pilot, screen, answer, "enter")
        assert "回执 1 份" in said and "再按 Enter 导入" in said
        assert seated.desk.store.outbox.unsent() == 1, "looking takes nothing in"
        await pilot.press("enter")
        await rest(pilot)
        assert "1 份记录已核验回执" in screen.query_one("#answer", Prose).plain
        assert seated.desk.store.outbox.unsent() == 0
        assert "目前没有需要装入的内容" in look(app)
        assert "已导入过" in await at(pilot, screen, answer, "enter")


async def test_what_is_no_packet_is_said_and_another_path_is_looked_at_first(
    seated: Any, tmp_path: Path
) -> None:
    seated.sync(seated.desk)
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff" * 100)
    write_answers(seated.office, seated.invitation.person, tmp_path / "a.zhubi", now=seated.clock())
    app = ZhubiApp(seated.desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await on_screen(pilot)
        assert "不是离线数据包" in await at(pilot, screen, tmp_path / "photo.jpg", "enter")
        assert "再按 Enter" in await at(pilot, screen, tmp_path / "a.zhubi", "enter")
        assert "不是离线数据包" in await at(pilot, screen, tmp_path / "photo.jpg", "enter")
        assert "没有需要装入" in await at(pilot, screen, tmp_path, "ctrl+g")
        await pilot.press("escape")
        assert not isinstance(app.screen, ExchangeScreen)


def test_paths_are_completed_by_folders_and_packets_alone(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    (tmp_path / "story.zhubi").write_bytes(b"")
    (tmp_path / "story.pdf").write_bytes(b"")
    (tmp_path / "st\x1b[31m.zhubi").write_bytes(b"")
    found = packets.completions(f"{tmp_path}/st")
    assert found == (f"{tmp_path}/stick/", f"{tmp_path}/story.zhubi")
    assert packets.completions(f"{tmp_path}/none/x") == ()
    assert packets.free_space(tmp_path / "none" / "x") > 0
