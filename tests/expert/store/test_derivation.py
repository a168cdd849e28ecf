"""The index of derived rows says what the records say, whatever the order they came in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhubi.core.model.records import RecordType
from zhubi.core.model.sheet import Sheet
from zhubi.expert.store.records import Arrival
from zhubi.expert.store.store import Store
from zhubi.expert.store.values import KindSummary

DOSSIERS = (1, 2, 3)


def derived(store: Store) -> list[Any]:
    """Every derived row with every column that means something outside the database."""
    with store._database.reading() as connection:
        rounds = connection.execute("SELECT * FROM rounds ORDER BY office, round").fetchall()
        rows = connection.execute(
            "SELECT r.office, r.round, a.* FROM assignments a JOIN rounds r ON r.id = a.round ORDER BY a.position"
        ).fetchall()
    return [[row[1:] for row in rounds], [row[:2] + row[4:] for row in rows]]


def story(world: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[Arrival]:
    """One possible history of two rounds over the same three dossiers, in log order."""
    told: list[Arrival] = []

    def tell(make: Callable[..., Arrival], *given: Any, **known: Any) -> Arrival:
        told.append(make(*given, index=len(told), **known))
        return told[-1]

    for number in (1, 2):
        tell(world.round, number, closes=draw(CLOSINGS))
    for number in (1, 2):
        for dossier in DOSSIERS:
            if draw(MOSTLY) or dossier == 1:
                tell(world.assign, number, dossier, order=draw(st.integers(0, 3)))
    for dossier in DOSSIERS:
        tell(world.dossier, dossier)
    for number in (1, 2):
        if draw(MOSTLY):
            said = tell(world.commitment, number)
            if draw(RARELY):
                tell(world.about, RecordType.REFUSAL, said.record)
    for number in (1, 2):
        for dossier in DOSSIERS:
            life(world, number, dossier, tell, draw)
    if draw(RARELY):
        tell(world.dossier, 1, version=2, card=draw(st.sampled_from("cd")))
    for number in (1, 2):
        if draw(RARELY):
            tell(
                world.change,
                number,
                draw(st.sampled_from(["extend", "extend", "close", "end"])),
                closes=draw(CLOSINGS),
            )
    if draw(RARELY):
        tell(world.assign, 1, 1, action=draw(st.sampled_from(["replace", "withdraw"])))
    if draw(RARELY):
        tell(world.purged, 2)
    return told


NOON = datetime.fromisoformat("2026-07-03T12:00:00+00:00")
MOSTLY = st.integers(0, 4).map(bool)
RARELY = MOSTLY.map(lambda yes: not yes)
CLOSINGS = st.sampled_from([NOON - timedelta(days=12), NOON, NOON + timedelta(days=3)])


def life(
    world: Any,
    number: int,
    dossier: int,
    tell: Callable[..., Arrival],
    draw: Callable[[st.SearchStrategy[Any]], Any],
) -> None:
    """One assignment goes as far as it is drawn to."""
    steps = draw(st.sampled_from([2, 2, 2, 2, 0, 1, 3, 4, 5]))
    if steps >= 1:
        outcome = draw(st.sampled_from(["clear"] * 6 + ["recuse", "explain", "decline"]))
        said = tell(world.declaration, number, dossier, outcome)
        if draw(RARELY):
            tell(world.about, RecordType.REFUSAL, said.record)
        if outcome == "explain" and draw(st.booleans()):
            tell(world.about, RecordType.DECISION, said.record, granted=draw(st.booleans()))
    if steps >= 2:
        tell(world.release, number, dossier)
    if steps >= 3:
        first = tell(world.review, number, dossier, points=draw(st.integers(0, 100)))
        if draw(RARELY):
            tell(world.about, RecordType.REFUSAL, first.record)
        if steps == 4:
            tell(world.about, RecordType.RETURN, first.record)
        if steps == 5:
            corrects = (first.record.digest,) if draw(st.booleans()) else ()
            tell(world.review, number, dossier, supersedes=corrects)


@given(data=st.data())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_order_of_arrival_gives_the_rows_that_a_rebuild_gives(
    world: Any, secret: Any, prove: Callable[..., None], data: Any
) -> None:
    told = story(world, data.draw)
    order = data.draw(st.permutations(told))
    mine = [each for each in told if each.record.payload.author == world.me]
    proofs = data.draw(st.lists(st.sampled_from(mine), max_size=6)) if mine else []
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "one", type(secret)()) as store:
        store.offices.put(world.office())
        while order:
            size = data.draw(st.integers(1, len(order)))
            store.records.add(world.origin, order[:size], NOON)
            order = order[size:]
            happen(store, world, data.draw)
        store.rulebooks.put("b" * 64, b"{}", kinds={"project-appraisal": KindSummary("立项评审", 2)})
        for each in proofs:
            prove(store, each)
        for _ in range(6):
            happen(store, world, data.draw)
        kept = derived(store)
        store.assignments.rebuild()
        assert derived(store) == kept
        agree_with_the_rules(store, world)


def happen(store: Store, world: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Perhaps the expert types something."""
    key = world.key(draw(st.sampled_from([1, 2])), draw(st.sampled_from(DOSSIERS)))
    act = draw(st.sampled_from(["begin", "write", "write", "write", "drop", "settle"]))
    missing = draw(st.integers(0, 2))
    known = store.drafts.read(key)
    if act == "begin":
        store.drafts.begin(
            key, Sheet(), rulebook="b" * 64, version="e" * 64, missing=missing, score_text="", now=NOON
        )
    elif act == "write" and known is None:
        store.drafts.begin(
            key, Sheet(), rulebook="b" * 64, version="e" * 64, missing=2, score_text="", now=NOON
        )
    elif act == "write":
        store.drafts.write(key, Sheet(opinion="好"), missing=missing, score_text=str(missing), now=NOON)
    elif act == "settle" and known:
        store.drafts.settle(key)
    elif act == "drop":
        store.drafts.drop(key)


def agree_with_the_rules(store: Store, world: Any) -> None:
    """At any moment a row's stage is the one that the pure function says of the records."""
    for now in (NOON - timedelta(days=30), NOON, NOON + timedelta(days=30)):
        rows = store.assignments.rows(None, 0, 100, now=now)
        assert [row.position for row in rows] == list(range(store.assignments.count()))
        seen: dict[str, int] = {}
        for row in rows:
            view = store.assignments.view(row, now=now)
            assert view is not None
            assert (row.stage, row.may_unseal) == (view.stage.value, view.may_unseal)
            assert store.assignments.row(row, now=now) == row
            seen[row.stage] = seen.get(row.stage, 0) + 1
            assert row in store.assignments.with_stage([row.stage], now=now)
        assert store.assignments.stage_counts(now) == seen
