"""我的评审 as an expert meets it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk.views import Leaving, StatusLine, SyncReport
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.widgets.assignments import AssignmentRows
from zhubi.expert.tui.widgets.rows import Rows


def app_for(desk: Any, **options: Any) -> ZhubiApp:
    return ZhubiApp(desk, sync_by_itself=False, **options)


async def test_the_next_step_stands_at_the_top_and_the_cursor_on_its_project(memory: Any, look: Any) -> None:
    app = app_for(memory.MemoryDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = look(app).splitlines()
        assert lines[1].startswith(" 下一步：KJ26-021 缺3项，今日18:00截止")
        assert "已同步14:32 待发2" in lines[0]
        assert any(line.startswith(">") and "KJ26-021" in line for line in lines)
        assert "立项评审 智能科技组 会议" in lines[2] and "承诺书已签 | 已交 1/5 | 临近" in lines[2]


async def test_ten_thousand_assignments_read_only_what_is_in_view(memory: Any) -> None:
    desk = memory.MemoryDesk(listed=[memory.row(n, f"KJ{n:05d}", "项目", "ready") for n in range(1, 10_001)])
    app = app_for(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert sum(limit for _, limit in desk.asked) < 200
        await pilot.press("end")
        await pilot.pause()
        row = app.screen.query_one(AssignmentRows).current
        assert row is not None and row.code == "KJ10000"
        assert sum(limit for _, limit in desk.asked) < 400


async def test_arrows_pages_and_edges_move_the_cursor(memory: Any) -> None:
    desk = memory.MemoryDesk(listed=[memory.row(n, f"KJ{n:05d}", "项目", "ready") for n in range(1, 101)])
    app = app_for(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        rows = app.screen.query_one(Rows)
        await pilot.press("home", "down", "down")
        assert rows.cursor == 2
        await pilot.press("pagedown")
        assert rows.cursor > 10
        await pilot.press("end")
        assert rows.cursor == 99
        await pilot.press("up", "home")
        assert rows.cursor == 0


async def test_no_projects_yet_says_what_to_do(memory: Any, look: Any) -> None:
    app = app_for(memory.MemoryDesk(listed=[]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "暂无评审项目。收到通知后按 Ctrl+R 同步。" in look(app)


async def test_markup_in_a_title_is_only_text(memory: Any, look: Any) -> None:
    hostile = "[@click=app.quit]点我[/] x[/]y [bold"
    app = app_for(memory.MemoryDesk(listed=[memory.row(1, "KJ26-1", hostile, "ready")]))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "[@click=app.quit]点我[/]" in look(app)


async def test_a_failed_sync_is_said_in_words(memory: Any, look: Any) -> None:
    desk = memory.MemoryDesk(status=StatusLine("failed", None, 0, "网络不通"))

    def fails() -> SyncReport:
        raise ZhubiError("wire.unknown-kind-for-this-test", "the office cannot be reached")

    desk.sync = fails
    app = app_for(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await pilot.pause(0.2)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "[同步失败 Ctrl+R]" in look(app).splitlines()[0]
        assert any("the office cannot be reached" in each.message for each in app._notifications)


async def test_the_side_pane_appears_where_there_is_room(memory: Any, look: Any) -> None:
    app = app_for(memory.MemoryDesk())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("home")
        await pilot.pause()
        assert "回执 7K3M-Q2" in look(app)
    narrow = app_for(memory.MemoryDesk())
    async with narrow.run_test(size=(80, 24)) as pilot:
        await pilot.press("home")
        await pilot.pause()
        assert "回执 7K3M-Q2" not in look(narrow)


async def test_the_palette_finds_an_act_by_pinyin_initials(memory: Any, look: Any) -> None:
    desk = memory.MemoryDesk()
    app = app_for(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", *"qsjm")
        await pilot.pause()
        assert "浅色界面" in look(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.theme == "light"
        assert desk.settings.theme == "light"


async def test_the_palette_offers_nothing_that_writes_the_screen_to_a_file(memory: Any) -> None:
    app = app_for(memory.MemoryDesk())
    async with app.run_test(size=(80, 24)):
        assert list(app.get_system_commands(app.screen)) == []


async def test_help_says_what_the_screen_is_for(memory: Any, look: Any) -> None:
    app = app_for(memory.MemoryDesk())
    for key in ("f1", "question_mark", "fullwidth_question_mark"):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press(key)
            await pilot.pause()
            assert "顶端一行是下一步该做的事" in look(app).replace("\n", "")
        app = app_for(memory.MemoryDesk())


async def test_leaving_with_something_unsent_asks_first(memory: Any, look: Any) -> None:
    app = app_for(memory.MemoryDesk(leaving=Leaving(2, 1, memory.NOW)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+q")
        await pilot.pause()
        shown = look(app)
        assert "还有2份已签名，未送达。" in shown
        assert "7月3日 15:04" in shown
        await pilot.press("escape")
        await pilot.pause()
        assert "还有2份" not in look(app)


async def test_leaving_with_nothing_unsent_just_leaves(memory: Any) -> None:
    app = app_for(memory.MemoryDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert app.return_code == 0


async def test_english_when_asked(memory: Any, look: Any) -> None:
    desk = memory.MemoryDesk()
    app = app_for(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.run_action("speak('en')")
        await pilot.pause()
        shown = look(app)
        assert "My reviews" in shown and "我的评审" not in shown
        assert desk.settings.language == "en"


async def test_unlocking_says_what_must_not_be_stored_here(memory: Any, look: Any, monkeypatch: Any) -> None:
    desk = memory.MemoryDesk()
    desk.settings = replace(desk.settings, ask_pin_at_start=True)
    from zhubi.expert.desk import unlock

    def wrong(_desk: object, pin: str) -> None:
        if pin != "246810":
            raise ZhubiError("tui.test-wrong-pin", "PIN 不正确，10秒后可再试。草稿未受影响。")

    monkeypatch.setattr(unlock, "unlock", wrong)
    app = app_for(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "严禁存储、处理涉密材料" in look(app)
        await pilot.press(*"111111", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "10秒后可再试" in look(app)
        await pilot.press(*"246810", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "下一步：" in look(app)


async def test_plain_draws_without_box_characters(memory: Any, look: Any) -> None:
    app = app_for(
        memory.MemoryDesk(listed=[memory.row(n, "KJ", "项目", "ready") for n in range(1, 100)]), plain=True
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        assert not [each for each in look(app) if 0x2500 <= ord(each) <= 0x259F]


async def test_our_own_chrome_has_no_glyphs_of_unsettled_width(memory: Any, look: Any) -> None:
    from rich.cells import cell_len

    unsettled = set("“”‘’—…·①→№")
    app = app_for(memory.MemoryDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        shown = look(app)
        assert not unsettled & set(shown)
        assert all(cell_len(line) <= 80 for line in shown.splitlines())
