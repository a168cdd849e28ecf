"""The parts screens are made of: text in cells, keys, amounts, terminals, crashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.cells import cell_len

from zhubi.expert.tui import terminal
from zhubi.expert.tui.acts import initials_of, key_name, name_of
from zhubi.expert.tui.crash import write_crash
from zhubi.expert.tui.edits import in_yuan
from zhubi.expert.tui.widgets.measure import cut, fit, wrap
from zhubi.expert.tui.widgets.readinglines import Chapter
from zhubi.expert.tui.widgets.sheetlines import money
from zhubi.locale import use_language

TEXT = some.text(alphabet=some.sampled_from("评审abc 12，。（）“”MCU-"), max_size=60)


@given(TEXT, some.integers(1, 40))
def test_fitted_text_takes_exactly_its_cells(text: str, cells: int) -> None:
    assert cell_len(fit(text, cells)) == cells
    assert cell_len(cut(text, cells)) <= cells


@given(TEXT, some.integers(4, 40))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, cells: int) -> None:
    lines = wrap(text, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_no_line_begins_with_a_closing_mark() -> None:
    assert wrap("批间差异大，成本高", 10) == ["批间差异", "大，成本高"]


def test_a_latin_word_is_not_broken_where_it_need_not_be() -> None:
    assert wrap("采用CRISPR技术", 8) == ["采用", "CRISPR技", "术"]


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [("20万", "200000"), ("２０万元", "200000"), ("1.5万", "15000"), ("3000", "3000"), ("x万", "x万")],
)
def test_amounts_are_typed_as_budgets_write_them(typed: str, yuan: str) -> None:
    assert in_yuan(typed) == yuan


def test_money_is_written_in_wan_where_that_loses_nothing() -> None:
    assert [money(each) for each in (3_000_000, 123_400, 123_456, 0)] == [
        "300万元",
        "12.34万元",
        "123,456元",
        "0元",
    ]


def test_money_in_english_is_written_in_yuan() -> None:
    use_language("en")
    assert money(3_000_000) == "CNY 3,000,000"


def test_keys_are_named_for_people() -> None:
    assert [key_name(each) for each in ("ctrl+n", "f6", "escape", "space", "question_mark")] == [
        "Ctrl+N", "F6", "Esc", "空格", "?",
    ]  # fmt: skip


def test_every_act_with_initials_has_a_name() -> None:
    from zhubi.locale import catalogue

    acts = [
        key.removeprefix("tui.initials.")
        for key in catalogue("tui", "zh_CN")
        if key.startswith("tui.initials.")
    ]
    assert acts
    for act in acts:
        assert not name_of(act).startswith("tui."), act
        assert initials_of(act).isascii() and initials_of(act) == initials_of(act).lower()


def test_both_languages_say_the_same_things() -> None:
    from zhubi.locale import catalogue

    def keys(tongue: str) -> set[str]:
        return {
            key for key in catalogue("tui", tongue) if not key.startswith(("tui.initials.", "tui.money."))
        }

    assert keys("zh_CN") == keys("en")


@pytest.mark.parametrize("program", ["iTerm.app", "vscode", "WezTerm"])
def test_terminals_that_lose_composed_text_get_no_kitty_keys(program: str) -> None:
    environment = {"TERM_PROGRAM": program}
    terminal.settle(environment)
    assert environment["TEXTUAL_DISABLE_KITTY_KEY"] == "1"


def test_what_the_person_set_stands() -> None:
    environment = {"TERM_PROGRAM": "vscode", "TEXTUAL_DISABLE_KITTY_KEY": "0"}
    terminal.settle(environment)
    assert environment["TEXTUAL_DISABLE_KITTY_KEY"] == "0"


def test_a_crash_log_holds_places_and_nothing_of_what_was_in_hand(tmp_path: Path) -> None:
    def fails(secret: str) -> None:
        raise ValueError(f"sealed words: {secret}")

    with pytest.raises(ValueError, match="sealed") as caught:
        fails("本项目的机密内容")
    log = write_crash(tmp_path, caught.value)
    assert log is not None
    written = log.read_text(encoding="utf-8")
    assert "ValueError" in written and "fails" in written
    assert "机密" not in written and "sealed words" not in written


async def test_an_app_that_fails_says_one_sentence_and_shows_no_values(
    memory: Any, monkeypatch: Any, capsys: Any, tmp_path: Path
) -> None:
    from zhubi.expert.tui.application import ZhubiApp
    from zhubi.expert.tui.widgets.topline import TopLine

    def fails(self: Any, y: int) -> Any:
        held = "canary-" + str(y)
        raise RuntimeError(held)

    app = ZhubiApp(memory.MemoryDesk(), directory=tmp_path, sync_by_itself=False)
    monkeypatch.setattr(TopLine, "render_line", fails)
    with pytest.raises(RuntimeError):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
    shown = capsys.readouterr()
    assert "zhubi.log" in (shown.err + shown.out).replace("\n", "")
    assert "canary" not in shown.err + shown.out
    assert "canary" not in (tmp_path / "zhubi.log").read_text(encoding="utf-8")


async def test_keys_can_be_laid_out_otherwise(memory: Any, look: Any) -> None:
    from zhubi.expert.desk.views import Settings
    from zhubi.expert.tui.application import ZhubiApp

    desk = memory.MemoryDesk(settings=Settings(ask_pin_at_start=False, keymap={"submit": "f12"}))
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "F12 签名提交" in look(app)


async def test_copying_stays_inside_unless_it_is_allowed(memory: Any) -> None:
    from zhubi.expert.tui.application import ZhubiApp

    written: list[str] = []
    app = ZhubiApp(memory.MemoryDesk(), sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app._driver.write = written.append  # type: ignore[method-assign, union-attr]
        app.copy_to_clipboard("通用型CAR-T")
        assert app.clipboard == "通用型CAR-T"
        assert not [each for each in written if "\x1b]52" in each]


async def test_the_terminals_cursor_stands_where_text_is_typed(
    memory: Any, review: Any, monkeypatch: Any
) -> None:
    from zhubi.expert.tui.application import ZhubiApp

    shown: list[bool] = []
    monkeypatch.setattr(ZhubiApp, "show_caret", lambda _app, on: shown.append(on))
    desk = memory.MemoryDesk()
    desk.sheet = review.state()
    app = ZhubiApp(desk, sync_by_itself=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert shown[-1] is False
        app.screen.sheet.go_to("score", "novelty")
        await pilot.press("tab")
        await pilot.pause()
        assert shown[-1] is True
        await pilot.press("escape")
        await pilot.pause()
        assert shown[-1] is False


def test_a_table_of_an_attachment_keeps_its_columns_in_narrow_space() -> None:
    chapter = Chapter(
        "t", "", table=(("科目", "金额"), ("设备费（含进口仪器）", "3,000,000"), ("差旅费", "20,000"))
    )
    lines = [each.text for each in chapter.lines(20)]
    assert all(cell_len(line) <= 20 for line in lines)
    assert any(line.endswith("20,000") for line in lines)


def test_the_app_is_asked_for_without_libraries_it_does_not_need_to_paint() -> None:
    wanted = "import sys; import zhubi.expert.tui.application, zhubi.expert.tui.screens.desk; "
    heavy = "print([each for each in ('pydantic', 'httpx', 'sqlalchemy', 'apsw') if each in sys.modules])"
    found = subprocess.run([sys.executable, "-c", wanted + heavy], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
