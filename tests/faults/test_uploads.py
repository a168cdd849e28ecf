"""Evidence over a bad way (cut, doubled, replayed, spoilt, shortened, failed): the same bytes, and accepted once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.wire.client import OfficeClient
from zhubi.demo.sheets import fill
from zhubi.expert.desk import evidence, overview, submit

from .breakingwire import BreakingWire
from .house import PIN, Town, is_sentence
from .waylayer import hurry

PIECES = 4
SIZE = 600_000


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr("zhubi.expert.sync.uploading._PAUSE", 0.0)


@pytest.fixture
def gathered(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A review is delivered that names some evidence, and none of that is sent."""
    chance = random.Random(7)
    for number in range(PIECES):
        path = tmp_path / f"记录{number}.bin"
        path.write_bytes(chance.randbytes(SIZE + number))
        evidence.add(town.desk, town.key, path)
    fill(town.desk, town.key)
    with monkeypatch.context() as held:
        held.setattr("zhubi.expert.sync.synchronising.send_evidence", lambda *given: None)
        assert submit.sign(town.desk, [town.key], PIN)[0].digest
        assert not submit.submit(town.desk).problem
    yield town


def pending(town: Town) -> bool:
    row = overview.row(town.desk, town.key)
    assert row is not None
    assert row.stage == "submitted"
    return "evidence-pending" in row.flags


def until_accepted(town: Town, tries: int = 60) -> None:
    for _ in range(tries):
        report = town.sync()
        assert not report.problem or is_sentence(report.problem), report
        if not pending(town):
            return
    pytest.fail("never accepted")


def whole(town: Town) -> None:
    """Every piece is with the office as it was sealed here, and accepted once."""
    kept = town.desk.store.evidence.of(town.key)
    assert len(kept) == PIECES
    for each in kept:
        here = town.desk.store.blobs.file(each.digest).read_bytes()
        assert b"".join(town.office.blobs.get_range(each.digest, 0, each.size)) == here
        assert each.accepted_at is not None
    assert town.office.blobs.pieces("partial") == []
    with town.office.ledger.reading() as reading:
        named = [
            each.body.record
            for each in reading.by_type(RecordType.ACCEPTANCE)
            if each.body.evidence  # type: ignore[union-attr]
        ]
    assert sorted(named) == sorted(each.digest for each in kept)


@pytest.mark.parametrize("every", [70_001, 262_200, 300_007, 1_000_003])
def test_a_way_that_breaks_off_again_and_again_carries_all_of_it(gathered: Town, every: int) -> None:
    wire = BreakingWire(gathered.url, every)
    gathered.meet_at(wire.url)
    until_accepted(gathered)
    assert wire.broken
    wire.close()
    whole(gathered)


class Weather(httpx.BaseTransport):
    """Does something to many of the chunks on their way."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._way = httpx.HTTPTransport()
        self._before: list[tuple[str, dict[str, str], bytes]] = []
        self.done: Counter[str] = Counter()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "PUT" or self._chance.random() < 0.45:
            return self._passed(request.method, str(request.url), dict(request.headers), request.read())
        what = self._chance.choice(
            ["before", "after", "twice", "replayed", "flipped", "short", "long", "failed", "busy", "nonsense"]
        )
        self.done[what] += 1
        return self._meddled(what, str(request.url), dict(request.headers), request.read())

    def _meddled(self, what: str, url: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        if what == "before":
            raise httpx.ConnectError("broke off")
        if what in ("failed", "busy"):
            return httpx.Response(500 if what == "failed" else 503, content=b"")
        if what == "nonsense":
            return httpx.Response(200, json={"received": -1})
        if what == "replayed" and self._before:
            self._passed("PUT", *self._chance.choice(self._before)).read()
        if what in ("flipped", "short", "long"):
            changed = bytearray(body)
            if what == "flipped":
                changed[self._chance.randrange(len(changed))] ^= 1 << self._chance.randrange(8)
            body = (
                bytes(changed[:-1]) if what == "short" else bytes(changed) + (b"x" if what == "long" else b"")
            )
            return self._passed("PUT", url, headers, body)
        self._before.append((url, headers, body))
        answer = self._passed("PUT", url, headers, body)
        if what == "twice":
            answer.read()
            return self._passed("PUT", url, headers, body)
        if what == "after":
            answer.read()
            raise httpx.ReadError("broke off")
        return answer

    def _passed(self, method: str, url: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        kept = {name: each for name, each in headers.items() if name not in ("content-length", "host")}
        return self._way.handle_request(httpx.Request(method, url, headers=kept, content=body))

    def close(self) -> None:
        """Stays open: every client of the test shares it."""


@pytest.mark.parametrize("seed", range(5))
def test_whatever_becomes_of_chunks_all_of_it_arrives_once(
    gathered: Town, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    weather = Weather(seed)
    monkeypatch.setitem(OfficeClient.__init__.__kwdefaults__, "transport", weather)
    until_accepted(gathered)
    assert sum(weather.done.values()) > 3
    monkeypatch.setitem(OfficeClient.__init__.__kwdefaults__, "transport", None)
    whole(gathered)


def test_the_office_is_stopped_between_any_two_chunks(
    gathered: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Any = OfficeClient.upload_chunk

    def once(*given: Any) -> Any:
        answer = real(*given)
        gathered.close_office()
        return answer

    with monkeypatch.context() as stopping:
        stopping.setattr(OfficeClient, "upload_chunk", once)
        for _ in range(4):
            gathered.meet_at(gathered.url)
            gathered.sync()
            assert pending(gathered)
    gathered.meet_at(gathered.url)
    until_accepted(gathered)
    whole(gathered)


def test_evidence_that_is_damaged_here_is_named_and_keeps_no_other_back(gathered: Town) -> None:
    first, *others = gathered.desk.store.evidence.of(gathered.key)
    path = gathered.desk.store.blobs.file(first.digest)
    good = path.read_bytes()
    path.write_bytes(b"x" + good[1:])
    report = gathered.sync()
    assert report.problem_kind == "vault.upload-other-bytes"
    assert is_sentence(report.problem)
    assert path.exists()
    assert [each.accepted_at is not None for each in gathered.desk.store.evidence.of(gathered.key)] == [
        False, *(True for _ in others),
    ]  # fmt: skip
    path.write_bytes(good)
    until_accepted(gathered)
    whole(gathered)
