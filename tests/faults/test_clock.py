"""A clock that is ten years off, on either side: work and delivery go on, and it is said."""

from __future__ import annotations

import pytest

from zhubi.expert.desk import overview, submit, trail
from zhubi.expert.desk.submit import sign

from .house import PIN, Town, is_sentence, shell
from .waylayer import dated, hurry

TEN_YEARS = 3653


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.mark.parametrize("days", [-TEN_YEARS, TEN_YEARS])
def test_delivering_by_a_clock_that_is_ten_years_off(
    signed: Town, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    dated(monkeypatch, signed.office_clock)
    signed.clock.on(days=days)
    assert is_sentence(overview.next_step(signed.desk).sentence + "。")
    report = signed.sync()
    assert report.problem == "" or is_sentence(report.problem)
    report = signed.sync()
    assert not report.problem
    assert signed.desk.store.outbox.unsent() == 0
    assert all(row.receipt_code for row in signed.rows())
    for row in signed.rows():
        assert not trail.trail(signed.desk, row.key).faults


@pytest.mark.parametrize("days", [-TEN_YEARS, TEN_YEARS])
def test_the_whole_way_by_a_clock_that_is_ten_years_off(
    newcomer: Town, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    dated(monkeypatch, newcomer.office_clock)
    newcomer.clock.on(days=days)
    newcomer.commit_and_declare()
    assert not newcomer.sync().problem
    newcomer.fill_and_sign()
    assert submit.submit(newcomer.desk).unsent == 0
    assert all(row.receipt_code for row in newcomer.rows())
    # On time by the log, whatever this machine thinks.
    newcomer.clock.on(days=-days)
    assert {row.stage for row in newcomer.rows()} == {"submitted"}


@pytest.mark.parametrize("days", [-TEN_YEARS, TEN_YEARS])
def test_an_office_whose_clock_jumps_ten_years(
    signed: Town, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    dated(monkeypatch, signed.office_clock)
    signed.office_clock.on(days=days)
    for _ in range(2):
        report = signed.sync()
        assert report.problem == "" or is_sentence(report.problem)
    assert submit.submit(signed.desk).unsent == 0
    for row in signed.rows():
        trail.trail(signed.desk, row.key)
    trail.receipts(signed.desk)


def test_a_clock_at_the_ends_of_time(signed: Town) -> None:
    from datetime import UTC, datetime

    for moment in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, 23, 0, tzinfo=UTC)):
        signed.clock.moment = moment
        assert is_sentence(overview.next_step(signed.desk).sentence + "。")
        overview.status_line(signed.desk)
        report = signed.sync()
        assert report.problem == "" or is_sentence(report.problem)
        sign(signed.desk, [signed.key], PIN)


def test_the_desk_says_that_the_clock_is_off(town: Town) -> None:
    """The served office answers by the real time; this machine stands in another year."""
    assert not town.sync().problem
    problem = overview.status_line(town.desk).problem
    assert is_sentence(problem)
    assert "时钟" in problem
    town.leave()
    assert shell("status", home=town.expert_home).returncode == 0
