"""The desk's list: windows, order, what the clock does, and what is shown before the commitment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.model.sheet import Sheet
from zhubi.expert.store.records import Arrival
from zhubi.expert.store.store import Store
from zhubi.expert.store.values import KindSummary


@pytest.fixture
def filled(store: Store, world: Any, now: datetime) -> Store:
    """Two rounds: the second closes first. Ten projects in one, five in the other, in reverse agenda order."""
    told = [
        world.round(1, index=0, closes=now + timedelta(days=4)),
        world.round(2, index=1, closes=now + timedelta(days=1)),
        world.commitment(1, index=2),
    ]
    told += [world.assign(1, number, index=10 + number, order=20 - number) for number in range(1, 11)]
    told += [world.assign(2, number, index=30 + number, order=number) for number in range(11, 16)]
    told += [world.dossier(number, index=50 + number) for number in range(1, 16)]
    store.records.add(world.origin, told, now)
    return store


def test_windows_of_any_size_put_together_are_the_list(filled: Store, now: datetime) -> None:
    whole = filled.assignments.rows(None, 0, 100, now=now)
    assert len(whole) == 15 == filled.assignments.count()
    for size in (1, 4, 7):
        pieces = [filled.assignments.rows(None, at, size, now=now) for at in range(0, 15, size)]
        assert tuple(row for piece in pieces for row in piece) == whole
    assert filled.assignments.rows(None, 15, 10, now=now) == ()


def test_the_round_that_closes_first_comes_first_then_the_agenda(
    filled: Store, world: Any, now: datetime
) -> None:
    rows = filled.assignments.rows(None, 0, 100, now=now)
    assert [row.order for row in rows] == [11, 12, 13, 14, 15, *range(10, 20)]
    one = world.key(1, 1).round
    assert filled.assignments.rows(one, 0, 100, now=now) == rows[5:]
    assert filled.assignments.rows(one, 8, 100, now=now) == rows[13:]
    assert filled.assignments.count(one) == 10
    assert filled.assignments.rows(None, 3, 4, now=now, office=world.origin) == rows[3:7]
    assert filled.assignments.rows(None, 0, 9, now=now, office="elsewhere") == ()


def test_a_row_knows_its_offset(filled: Store, world: Any, now: datetime) -> None:
    for offset, row in enumerate(filled.assignments.rows(None, 0, 100, now=now)):
        assert filled.assignments.index_of(row) == offset == row.position
    one = world.key(1, 1).round
    for offset, row in enumerate(filled.assignments.rows(one, 0, 100, now=now)):
        assert filled.assignments.index_of(row, one) == offset
    assert filled.assignments.index_of(world.key(1, 99)) is None
    assert filled.assignments.row(world.key(1, 99), now=now) is None


def test_an_extension_moves_a_round_behind_another(filled: Store, world: Any, now: datetime) -> None:
    later = world.change(2, "extend", index=90, closes=now + timedelta(days=9))
    filled.records.add(world.origin, [later], now)
    assert [row.order for row in filled.assignments.rows(None, 0, 11, now=now)] == [*range(10, 20), 11]


def test_before_the_commitment_a_row_names_no_project(filled: Store, world: Any, now: datetime) -> None:
    for row in filled.assignments.rows(None, 0, 100, now=now):
        named = (row.code, row.title, row.units)
        if row.round == world.key(1, 1).round:
            number = int(row.dossier[-12:], 16)
            assert named == (f"KJ26-{number:03d}", f"项目{number}", f"单位{number}、某公司")
            assert (row.stage, row.committed) == ("declare", True)
        else:
            assert named == ("", "", "")
            assert (row.stage, row.committed) == ("commit", False)


def test_closing_makes_what_is_open_overdue_without_a_write(filled: Store, world: Any, now: datetime) -> None:
    assert filled.assignments.stage_counts(now) == {"commit": 5, "declare": 10}
    tomorrow = now + timedelta(days=1)
    assert filled.assignments.stage_counts(tomorrow) == {"overdue": 5, "declare": 10}
    assert filled.assignments.stage_counts(now + timedelta(days=5)) == {"overdue": 15}
    assert len(filled.assignments.with_stage(["overdue"], now=tomorrow)) == 5
    assert filled.assignments.with_stage(["commit"], now=tomorrow) == ()


def test_the_first_of_a_stage_is_the_one_that_closes_first(filled: Store, world: Any, now: datetime) -> None:
    first = filled.assignments.with_stage(["declare", "commit"], now=now, limit=1)
    assert [(row.stage, row.order) for row in first] == [("commit", 11)]
    both = filled.assignments.with_stage(["declare", "commit"], now=now, limit=7)
    assert both == filled.assignments.rows(None, 0, 7, now=now)
    one = world.key(1, 1).round
    assert [row.order for row in filled.assignments.with_stage(["declare"], now=now, round=one, limit=2)] == [
        10,
        11,
    ]


def test_a_round_says_how_it_stands(
    filled: Store, world: Any, prove: Callable[..., None], now: datetime
) -> None:
    second, first = filled.assignments.rounds(now)
    assert (second.total, second.stages, second.committed_at) == (5, {"commit": 5}, None)
    assert (first.total, first.stages, first.kind_name) == (10, {"declare": 10}, "")
    assert (first.title, first.kind, first.organiser) == ("第1场", "project-appraisal", "某科技厅")
    assert first.committed_at is not None
    assert not first.committed_proven
    filled.rulebooks.put("b" * 64, b"{}", kinds={"project-appraisal": KindSummary("立项评审")})
    own = filled.records.by_type(world.origin, ["commitment"])[0]
    prove(filled, Arrival(own.compact, own.record, own.logged_at))
    again = filled.assignments.rounds(now)[1]
    assert (again.kind_name, again.committed_proven) == ("立项评审", True)


def test_the_score_follows_the_draft_then_the_review(
    filled: Store, world: Any, prove: Callable[..., None], now: datetime
) -> None:
    key = world.key(1, 3)
    told = [world.declaration(1, 3, index=100), world.release(1, 3, index=101)]
    filled.records.add(world.origin, told, now)
    filled.rulebooks.put("b" * 64, b"{}", kinds={"project-appraisal": KindSummary("立项评审", 2)})

    def row() -> Any:
        return filled.assignments.row(key, now=now)

    assert (row().stage, row().score_text, row().missing) == ("ready", "", None)
    filled.drafts.begin(key, Sheet(), rulebook="b" * 64, version="e" * 64, missing=3, score_text="", now=now)
    filled.drafts.write(key, Sheet(), missing=2, score_text="61", now=now)
    assert (row().stage, row().score_text, row().missing) == ("drafting", "61", 2)
    filled.drafts.write(key, Sheet(), missing=0, score_text="79.5", now=now)
    assert (row().stage, row().missing) == ("complete", 0)
    review = world.review(1, 3, points=159)
    filled.outbox.put(world.origin, review.compact, review.record, now=now, key=key)
    assert (row().stage, row().score_text, row().missing, row().receipt_code) == ("signed", "79.5", None, "")
    prove(filled, review, index=200)
    assert (row().stage, row().score_text) == ("submitted", "79.5")
    assert row().receipt_code
    assert row().review == review.record.digest


def test_flags_say_what_changed_since(filled: Store, world: Any, now: datetime) -> None:
    told = [world.declaration(1, 3, index=100), world.release(1, 3, index=101)]
    filled.records.add(world.origin, told, now)
    row = filled.assignments.row(world.key(1, 3), now=now)
    assert row is not None
    assert (row.unsealed, row.may_unseal, row.flags) == (True, True, frozenset())
    filled.records.add(world.origin, [world.dossier(3, index=110, version=2)], now)
    row = filled.assignments.row(world.key(1, 3), now=now)
    assert row is not None
    assert (row.unsealed, row.flags) == (False, {"new-version"})
    assert [(each.dossier, each.manifest) for each in filled.assignments.keys_wanted(world.origin)] == [
        (row.dossier, row.manifest)
    ]
    filled.records.add(world.origin, [world.dossier(3, index=111, version=3, card="d")], now)
    row = filled.assignments.row(world.key(1, 3), now=now)
    assert row is not None
    assert (row.stage, row.flags, row.may_unseal) == ("declare", {"new-version", "redeclare"}, False)


def test_a_withdrawn_project_stays_and_says_so(filled: Store, world: Any, now: datetime) -> None:
    filled.records.add(world.origin, [world.assign(1, 3, index=99, action="withdraw")], now)
    row = filled.assignments.row(world.key(1, 3), now=now)
    assert row is not None
    assert row.stage == "withdrawn"


def test_others_seats_give_no_row(filled: Store, world: Any, now: datetime) -> None:
    filled.records.add(world.origin, [world.assign(1, 77, index=99, person=world.other)], now)
    assert filled.assignments.count() == 15


def test_another_device_makes_the_old_key_release_useless(filled: Store, world: Any, now: datetime) -> None:
    from dataclasses import replace

    told = [world.declaration(1, 3, index=100), world.release(1, 3, index=101)]
    filled.records.add(world.origin, told, now)
    filled.offices.put(replace(world.office(), device="x" * 43))
    row = filled.assignments.row(world.key(1, 3), now=now)
    assert row is not None
    assert (row.stage, row.unsealed) == ("sealed", False)


def test_two_offices_with_the_same_ids_stay_apart(filled: Store, world: Any, now: datetime) -> None:
    other = type(world)(origin="other.example/log")
    filled.offices.put(other.office())
    filled.records.add(other.origin, [other.round(1, index=0), other.assign(1, 3, index=1)], now)
    assert filled.assignments.count() == 16
    row = filled.assignments.row(other.key(1, 3), now=now)
    assert row is not None
    assert (row.stage, row.title) == ("commit", "")
    assert filled.assignments.view(other.key(1, 3), now=now) is not None
    assert filled.assignments.count(other.key(1, 3).round, other.origin) == 1


def test_a_round_of_which_nothing_is_known_has_no_view(store: Store, world: Any, now: datetime) -> None:
    store.records.add(world.origin, [world.assign(1, 3, index=1)], now)
    assert store.assignments.round_view(world.origin, world.key(1, 3).round) is None
    assert store.assignments.view(world.key(1, 3), now=now) is None
    assert store.assignments.count() == 0
    store.records.add(world.origin, [world.round(1, index=0)], now)
    assert store.assignments.count() == 1
    view = store.assignments.round_view(world.origin, world.key(1, 3).round)
    assert view is not None
    assert view.title == "第1场"


def test_a_return_opens_a_correction(
    filled: Store, world: Any, prove: Callable[..., None], now: datetime
) -> None:
    key = world.key(1, 3)
    review = world.review(1, 3, index=102)
    told = [world.declaration(1, 3, index=100), world.release(1, 3, index=101), review]
    filled.records.add(world.origin, told, now)
    prove(filled, review)
    filled.records.add(world.origin, [world.about(RecordType.RETURN, review.record, index=103)], now)
    filled.drafts.begin(
        key, Sheet(), rulebook="b" * 64, version="e" * 64, missing=1, score_text="80",
        corrects=[review.record.digest], reason="补充意见", now=now,
    )  # fmt: skip
    row = filled.assignments.row(key, now=now)
    assert row is not None
    assert (row.stage, row.flags) == ("returned", {"correcting", "older-version"})
    assert (row.score_text, row.missing) == ("80", 1)
