"""A wrong PIN: it costs growing waits that a restart does not give back, and nothing else."""

from __future__ import annotations

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.demo.sheets import fill
from zhubi.expert.desk import commit, review, submit, synchronise, unlock

from .house import PIN, Town, said, shell


def wrong(town: Town, pin: str = "111111") -> ZhubiError:
    with pytest.raises(ZhubiError) as caught:
        unlock.unlock(town.desk, pin)
    assert said(caught.value)
    assert pin not in said(caught.value)
    return caught.value


def test_waits_grow_and_survive_a_restart(town: Town) -> None:
    waits = []
    for _ in range(5):
        problem = wrong(town)
        waits.append(problem.details.get("seconds", 0))
        town.clock.on(seconds=unlock.wait_seconds(town.desk))
    assert waits == [0, 0, 10, 30, 60]

    wrong(town)
    town.leave()
    assert wrong(town).kind == "desk.pin-wait"
    with pytest.raises(ZhubiError, match="the PIN is taken again"):
        unlock.unlock(town.desk, PIN)
    town.clock.on(seconds=unlock.wait_seconds(town.desk))
    unlock.unlock(town.desk, PIN)
    assert wrong(town).kind == "desk.wrong-pin"


def test_a_clock_set_back_locks_nobody_out(town: Town) -> None:
    for _ in range(3):
        wrong(town)
    town.clock.on(days=-3650)
    assert unlock.wait_seconds(town.desk) <= 300


@pytest.mark.parametrize("pin", ["", " ", "1" * 10_000, "\x00", "\ud800", "２４６８１１", "-- ' \" {x}"])
def test_any_text_may_be_typed_as_a_pin(town: Town, pin: str) -> None:
    with pytest.raises(ZhubiError) as caught:
        unlock.unlock(town.desk, pin)
    said(caught.value)


def test_a_full_width_pin_is_the_same_pin(town: Town) -> None:
    unlock.unlock(town.desk, "２４６８１０")


def test_nothing_is_signed_and_nothing_lost_by_a_wrong_pin(town: Town) -> None:
    fill(town.desk, town.key)
    before = review.open_review(town.desk, town.key).state.sheet
    with pytest.raises(ZhubiError) as caught:
        submit.sign(town.desk, [town.key], "111111")
    said(caught.value)
    assert not town.desk.store.outbox.pending()
    assert review.open_review(town.desk, town.key).state.sheet == before
    assert submit.sign(town.desk, [town.key], PIN)[0].digest


def test_a_commitment_is_not_signed_by_a_wrong_pin(newcomer: Town) -> None:
    assert not synchronise.sync(newcomer.desk).problem
    with pytest.raises(ZhubiError) as caught:
        commit.sign_commitment(newcomer.desk, newcomer.round, "000000")
    said(caught.value)
    assert newcomer.desk.store.outbox.unsent() == 0


def test_the_shell_says_it_in_a_sentence(town: Town) -> None:
    fill(town.desk, town.key)
    town.leave()
    for language, word in (("zh", "PIN 不正确"), ("en", "PIN")):
        done = shell("--lang", language, "submit", "--pin-file", "-", home=town.expert_home, text="999999\n")
        assert done.returncode == 1
        assert word in done.stderr
    assert town.desk.store.outbox.unsent() == 0
