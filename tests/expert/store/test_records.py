"""Records: kept once, found by what they are about, completed when the log has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zhubi.core.model.records import RecordType
from zhubi.expert.store.records import Arrival
from zhubi.expert.store.store import Store


def test_a_record_comes_back_as_it_came(store: Store, world: Any, now: datetime) -> None:
    arrival = world.round(1, index=4)
    assert store.records.add(world.origin, [arrival], now) == (arrival.record.digest,)
    kept = store.records.get(arrival.record.digest)
    assert kept is not None
    assert (kept.compact, kept.record, kept.logged_at) == (arrival.compact, arrival.record, arrival.logged_at)
    assert kept.received_at == now
    assert store.records.get("0" * 64) is None


def test_the_same_record_again_changes_nothing(store: Store, world: Any, now: datetime) -> None:
    arrival = world.round(1, index=4)
    store.records.add(world.origin, [arrival, arrival], now)
    assert store.records.add(world.origin, [arrival], now) == ()
    assert len(store.records.by_type(world.origin, ["round"])) == 1


def test_a_record_of_mine_gets_its_place_when_the_log_has_it(store: Store, world: Any, now: datetime) -> None:
    mine = world.commitment(1)
    store.records.add(world.origin, [Arrival(mine.compact, mine.record)], now)
    kept = store.records.get(mine.record.digest)
    assert kept is not None
    assert (kept.record.index, kept.logged_at) == (None, None)
    logged = mine.record.model_copy(update={"index": 9})
    assert store.records.add(world.origin, [Arrival(mine.compact, logged, 1_782_000_009, 9)], now) != ()
    assert store.records.add(world.origin, [Arrival(mine.compact, mine.record)], now) == ()
    kept = store.records.get(mine.record.digest)
    assert kept is not None
    assert (kept.record.index, kept.logged_at) == (9, 1_782_000_009)


def test_records_are_found_by_what_they_are_about(store: Store, world: Any, now: datetime) -> None:
    said = world.declaration(1, 3, "explain", index=5)
    told = [
        world.round(1, index=0),
        world.assign(1, 3, index=1),
        world.assign(2, 3, index=2),
        world.dossier(3, index=3),
        world.commitment(1, index=4),
        said,
        world.about(RecordType.DECISION, said.record, index=6),
    ]
    store.records.add(world.origin, reversed(told), now)
    one, dossier = world.key(1, 3).round, world.key(1, 3).dossier

    def indexes(found: Any) -> list[int | None]:
        return [kept.record.index for kept in found]

    assert indexes(store.records.of_round(world.origin, one)) == [0, 4]
    assert indexes(store.records.of_dossier(world.origin, dossier, one)) == [1, 3, 5, 6]
    assert indexes(store.records.of_dossier(world.origin, dossier)) == [3]
    assert indexes(store.records.by_type(world.origin, ["assignment"])) == [1, 2]
    assert indexes(store.records.by_type(world.origin, ["assignment", "declaration"], round=one)) == [1, 5]
    assert indexes(store.records.by_type(world.origin, list(RecordType), author=world.me)) == [4, 5]
    assert indexes(store.records.by_relation([said.record.digest])) == [6]
    assert store.records.of_round("elsewhere", one) == ()


def test_what_the_log_does_not_hold_yet_comes_last(store: Store, world: Any, now: datetime) -> None:
    store.records.add(world.origin, [world.commitment(1), world.round(1, index=7)], now)
    found = store.records.of_round(world.origin, world.key(1, 1).round)
    assert [kept.record.index for kept in found] == [7, None]


def test_a_page_that_fails_leaves_no_record_of_it(store: Store, world: Any, now: datetime) -> None:
    first, second = world.round(1, index=0), world.round(2, index=1)
    store.records.add(world.origin, [first], now)
    try:
        with store.writing():
            store.records.add(world.origin, [second], now)
            store.log.move_cursor(world.origin, "1.0")
            raise ConnectionError("the stream was cut")
    except ConnectionError:
        pass
    assert [each.digest for each in store.records.by_type(world.origin, ["round"])] == [first.record.digest]
    assert store.log.cursor(world.origin) is None
    assert len(store.assignments.rounds(now)) == 1
