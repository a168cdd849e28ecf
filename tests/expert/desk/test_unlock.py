"""The PIN: wrong ones cost time, also over a restart; drafts are not touched by any of it."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import settings, unlock
from zhubi.locale import explain

PIN = "246810"


def wrong(desk: Any, pin: str = "000000") -> ZhubiError:
    with pytest.raises(ZhubiError) as caught:
        unlock.unlock(desk, pin)
    return caught.value


def test_the_right_pin_in_any_width_unlocks(seated: Any) -> None:
    unlock.unlock(seated.desk, PIN)
    unlock.unlock(seated.desk, "２４６８１０")


def test_the_third_wrong_pin_in_a_row_costs_ten_seconds_and_each_further_one_more(seated: Any) -> None:
    desk = seated.desk
    waits = []
    for _ in range(8):
        seated.clock.on(seconds=unlock.wait_seconds(desk))
        wrong(desk)
        waits.append(unlock.wait_seconds(desk))
    assert waits == [0, 0, 10, 30, 60, 120, 300, 300]


def test_while_waiting_even_the_right_pin_is_not_tried_and_a_restart_does_not_help(seated: Any) -> None:
    for _ in range(3):
        problem = wrong(seated.desk)
    assert explain(problem) == "PIN 不正确，10秒后可再试。草稿未受影响。"
    seated.desk.close()
    desk = seated.open()
    assert wrong(desk, PIN).kind == "desk.pin-wait"
    seated.clock.on(seconds=10)
    unlock.unlock(desk, PIN)
    assert wrong(desk).kind == "desk.wrong-pin", "the right one begins anew"


def test_a_clock_set_back_locks_nobody_out_for_years(seated: Any) -> None:
    for _ in range(3):
        wrong(seated.desk)
    seated.clock.on(days=-3650)
    assert unlock.wait_seconds(seated.desk) <= max(unlock.WAITS)


def test_settings_are_read_before_anything_is_unlocked(seated: Any) -> None:
    assert unlock.asks_at_start(seated.desk)
    settings.put(seated.desk, "ask_pin_at_start", False)
    settings.put(seated.desk, "theme", "light")
    settings.put(seated.desk, "keymap", {"sync": "f5"})
    found = settings.read(seated.desk.directory)
    assert (found.ask_pin_at_start, found.theme, found.keymap) == (False, "light", {"sync": "f5"})
    assert not unlock.asks_at_start(seated.desk)
    with pytest.raises(ZhubiError) as caught:
        settings.put(seated.desk, "theme", "pink")
    assert caught.value.kind == "desk.unknown-setting"


def test_damaged_settings_are_as_at_first(seated: Any) -> None:
    from zhubi.expert.store import preferences

    preferences.write(seated.desk.directory, {"theme": 7, "language": "fr", "keymap": []})
    assert settings.read(seated.desk.directory) == settings.read(seated.folder / "nowhere")
