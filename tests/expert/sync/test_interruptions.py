"""Whatever breaks off, and wherever: going on brings the same outcome as if nothing had."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from zhubi.core.wire.connection import Connection
from zhubi.core.wire.errors import WireError
from zhubi.expert.desk import commit, declare, overview, synchronise

PIN = "246810"


class Weather:
    """A network that breaks before the office hears, after it has acted, or in the middle of a file."""

    def __init__(self, seed: int, patched: pytest.MonkeyPatch) -> None:
        self._chance = random.Random(seed)
        self.broken: Counter[str] = Counter()
        self.calm = False
        real_ask, real_stream = Connection.ask, Connection.stream
        weather = self

        def ask(connection: Any, *given: Any, **named: Any) -> Any:
            weather.strike("before")
            answer = real_ask(connection, *given, **named)
            weather.strike("after")
            return answer

        def stream(connection: Any, *given: Any, **named: Any) -> Any:
            for piece in real_stream(connection, *given, **named):
                weather.strike("middle")
                yield piece

        patched.setattr(Connection, "ask", ask)
        patched.setattr(Connection, "stream", stream)

    def strike(self, where: str) -> None:
        if not self.calm and self._chance.random() < 0.2:
            self.broken[where] += 1
            raise WireError("wire.cut", "the connection broke off")


@pytest.mark.parametrize("seed", range(6))
def test_any_interruption_ends_in_the_same_state(
    seated: Any, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    desk = seated.desk
    weather = Weather(seed, monkeypatch)

    def until(reached: Any) -> None:
        for _ in range(60):
            if reached():
                return
            synchronise.sync(desk)
        pytest.fail("never reached")

    office = desk.store.offices.all()[0].office
    until(lambda: bool(overview.rounds(desk)) and not desk.store.rulebooks.wanted(office))
    commit.sign_commitment(desk, seated.round, PIN)
    until(lambda: len(declare.declarations(desk, seated.round)) == 3)
    for row in declare.declarations(desk, seated.round):
        declare.answer(desk, seated.round, row.key.dossier, "clear")
    declare.sign_declarations(desk, seated.round, PIN)
    until(
        lambda: (
            {each.stage for each in overview.rows(desk, None, 0, 9)} == {"ready"}
            and not desk.store.blobs.wanted(office)
            and not desk.store.outbox.unsent()
        )
    )
    assert weather.broken
    weather.calm = True
    report = synchronise.sync(desk)
    assert report.problem == ""
    with seated.office.ledger.reading() as reading:
        types = Counter(
            each.type.value for place in range(reading.size()) if (each := reading.at(place)) is not None
        )
    told = {name: types[name] for name in ("commitment", "declaration", "key-release", "acceptance")}
    assert told == {"commitment": 1, "declaration": 3, "key-release": 3, "acceptance": 4}
    assert len(desk.store.receipts.all()) == 4
