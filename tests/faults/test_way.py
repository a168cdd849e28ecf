"""The way to the office: down, slow, failing, cut at any byte, with answers doubled, swapped or made up."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.wire.connection import Connection
from zhubi.core.wire.errors import WireError
from zhubi.expert.desk import overview, submit
from zhubi.expert.desk.views import SyncReport

from .house import Moulds, Town, is_sentence
from .waylayer import VERY_HASTY, Change, Wire, hurry, meddling, rewritten, talking


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


def told(report: SyncReport) -> str:
    assert is_sentence(report.problem), report
    return report.problem_kind


# Cut


def cuts(total: int, count: int) -> list[int]:
    """Places all over a stream, the first bytes of it among them."""
    return sorted({1, 17, 200, *range(300, total, max(1, total // count)), total - 1})


@pytest.mark.parametrize(("mould", "count"), [("enrolled", 16), ("declared", 24), ("signed", 14)])
def test_a_sync_that_is_cut_anywhere_goes_on_where_it_was(
    moulds: Moulds, tmp_path: Path, mould: str, count: int
) -> None:
    def fresh(name: str) -> Town:
        shutil.copytree(getattr(moulds, mould), tmp_path / name)
        return Town(tmp_path / name)

    control = fresh("control")
    wire = Wire(control.url)
    control.meet_at(wire.url)
    assert not control.sync().problem
    expected, held = control.state(), sorted(control.held().values())
    control.close()
    wire.close()

    for cut in cuts(wire.carried, count):
        town = fresh(f"cut-{cut}")
        wire = Wire(town.url, cut)
        town.meet_at(wire.url)
        report = town.sync()
        # The last bytes may be of an answer that is not waited for.
        if report.problem:
            assert told(report) in ("wire.cut", "wire.unreachable", "wire.slow"), cut
            assert overview.status_line(town.desk).state == "offline"
        town.leave()
        town.meet_at(town.url)
        assert not town.sync().problem, cut
        assert town.state() == expected, cut
        assert sorted(town.held().values()) == held, cut
        wire.close()
        town.close()
        shutil.rmtree(tmp_path / f"cut-{cut}")


def test_an_office_that_is_down_keeps_nobody_from_work(signed: Town) -> None:
    rows = signed.rows()
    signed.meet_at("http://127.0.0.1:9")
    assert told(signed.sync()) == "wire.unreachable"
    report = submit.submit(signed.desk)
    assert is_sentence(report.problem)
    assert report.unsent == 2
    assert signed.rows() == rows
    assert "离线" not in overview.status_line(signed.desk).problem
    signed.meet_at(signed.url)
    assert submit.submit(signed.desk).unsent == 0


# Slow and senseless

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def http(body: bytes, status: bytes = b"200 OK", *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


SENSELESS = {
    "nothing": b"",
    "noise": bytes(range(256)) * 4,
    "half-a-head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "500": http(b"Internal Server Error", b"500 Internal Server Error"),
    "502": http(b"<html>nginx</html>", b"502 Bad Gateway"),
    "503": http(b"{}", b"503 Service Unavailable", b"Content-Type: application/problem+json"),
    "500-deep": http(b"[" * 60_000, b"500 X", b"Content-Type: application/problem+json"),
    "403-deep": http(b"[" * 60_000, b"403 X", b"Content-Type: application/problem+json"),
    "404": http(b"not here", b"404 Not Found"),
    "429": http(b"", b"429 Too Many", b"Retry-After: 99999999999999"),
    "302": http(b"", b"302 Found", b"Location: http://127.0.0.1:9/"),
    "304": http(b"", b"304 Not Modified"),
    "204": http(b"", b"204 No Content"),
    "html": http(b"<html>login to the airport wifi</html>"),
    "not-text": http(b"\xff\xfe\x00" * 50),
    "compressed": http(b"\x1f\x8b\x08" + b"\x00" * 40, b"200 OK", b"Content-Encoding: gzip"),
    "too-large": HEAD % (1 << 40) + b"x" * 200_000,
    "many-headers": http(b"", b"200 OK", *(b"X-%d: y" % number for number in range(5000))),
    "bad-chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "escape": http(
        json.dumps(
            {"type": "urn:zhubi:problem:\x1b]52;c;QQ==\x07", "title": "\x1b[2J", "detail": "\u202e\x9b31m[b]"}
        ).encode(),
        b"403 Forbidden",
        b"Content-Type: application/problem+json",
    ),
    "strange-kind": http(
        json.dumps(
            {"type": "urn:zhubi:problem:no.such-thing", "detail": "x", "details": {"a": "b"}}
        ).encode(),
        b"403 Forbidden",
        b"Content-Type: application/problem+json",
    ),
    "kind-with-gaps": http(
        json.dumps({"type": "urn:zhubi:problem:rules.over-maximum", "details": {"{x}": "y"}}).encode(),
        b"422 X",
        b"Content-Type: application/problem+json",
    ),
    "details-no-object": http(
        json.dumps({"type": 3, "title": [], "detail": {}, "details": [1], "retry_after": "soon"}).encode(),
        b"422 X",
        b"Content-Type: application/problem+json",
    ),
}


@pytest.mark.parametrize("name", SENSELESS)
def test_an_office_that_talks_nonsense(signed: Town, name: str) -> None:
    before = signed.state()
    with talking(SENSELESS[name]) as url:
        signed.meet_at(url)
        for report in (signed.sync(), signed.sync()):
            told(report)
        delivered = submit.submit(signed.desk)
        assert is_sentence(delivered.problem)
        assert all(is_sentence(each.sentence) for each in delivered.delivered)
    problem = overview.status_line(signed.desk).problem
    assert is_sentence(problem)
    assert signed.state() == before
    signed.meet_at(signed.url)
    assert not signed.sync().problem
    assert signed.desk.store.outbox.unsent() == 0


@pytest.mark.parametrize(
    ("answer", "pause"),
    [(b"", 5.0), (HEAD % 5000 + b" " * 5000, 0.2), (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 900, 0.2)],
)
def test_an_office_that_drips(
    signed: Town, monkeypatch: pytest.MonkeyPatch, answer: bytes, pause: float
) -> None:
    hurry(monkeypatch, VERY_HASTY)
    before = signed.state()
    with talking(answer or b"H", piece=1 if not answer else 40, pause=pause) as url:
        signed.meet_at(url)
        assert told(signed.sync()) in ("wire.slow", "wire.cut", "wire.malformed")
    assert signed.state() == before


def test_material_that_trickles_in_is_not_waited_for() -> None:
    with talking(HEAD % 9000 + b"x" * 9000, piece=300, pause=0.1) as url:
        way = Connection(url, "", VERY_HASTY, None)
        with pytest.raises(WireError) as caught:
            for _ in way.stream("/v1/blobs/0", {}, 9000):
                pass
        way.close()
    assert caught.value.kind == "wire.slow"


def test_material_that_breaks_off_is_left_and_taken_up_again(
    declared: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = threading.Event()

    def cut_short(body: bytes) -> bytes:
        came.set()
        return body[: len(body) // 2]

    with meddling(monkeypatch, "/v1/blobs/", cut_short):
        assert told(declared.sync()) == "wire.cut"
    assert came.is_set()
    assert not declared.sync().problem
    assert {row.stage for row in declared.rows()} == {"ready"}


# Answers that are not what was asked for


def each_item(change: Callable[[list[Any]], Any]) -> Change:
    return rewritten(lambda page: {**page, "items": change(page["items"])})


def each_result(change: Callable[[list[Any]], Any]) -> Change:
    return rewritten(lambda page: {**page, "results": change(page["results"])})


def with_member(name: str, value: Any) -> Change:
    return rewritten(lambda page: {**page, name: value})


def in_items(name: str, value: Any) -> Change:
    return each_item(lambda items: [{**item, name: value} for item in items])


FEED = {
    "doubled": each_item(lambda items: [each for item in items for each in (item, item)]),
    "reversed": each_item(lambda items: items[::-1]),
    "first-lost": each_item(lambda items: items[1:]),
    "none": each_item(lambda items: []),
    "no-list": with_member("items", None),
    "other-index": in_items("index", 0),
    "huge-index": in_items("index", 2**52),
    "negative": in_items("index", -1),
    "huge-time": in_items("logged_at", 2**52),
    "huge-place": in_items("at", 2**52),
    "more-for-ever": with_member("more", True),
    "no-checkpoint": with_member("checkpoint", ""),
    "noise-checkpoint": with_member("checkpoint", "x\n" * 4000),
    "next-back": with_member("next", "0.0"),
    "next-noise": with_member("next", "\u0663.\u0663"),
    "next-huge": with_member("next", "9" * 4000 + ".1"),
    "extra": with_member("extra", 1),
    "float": with_member("items", 1.5),
    "deep": lambda body: b'{"items":' * 4000,
    "deep-list": lambda body: b"[" * 200_000,
    "twice": lambda body: b'{"more":false,' + body[1:],
    "cut": lambda body: body[:-7],
    "surrogate": lambda body: body.replace(b'"more"', b'"\\ud800"'),
    "huge-number": lambda body: b'{"items":' + b"9" * 5000 + b"}",
    "record-noise": in_items("record", "a.b.c"),
    "record-lines": in_items("record", "a.b.c\n"),
    "empty": lambda body: b"",
    "null": lambda body: b"null",
}


@pytest.mark.parametrize("name", FEED)
def test_a_feed_that_is_not_what_it_should_be(
    newcomer: Town, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with meddling(monkeypatch, "/v1/feed", FEED[name]) as meddler:
        report = newcomer.sync()
        assert report.problem == "" or told(report)
        assert 0 < meddler.met < 20
    newcomer.leave()
    again = newcomer.sync()
    assert not again.problem
    if name in ("first-lost", "none", "next-huge"):
        return  # Withheld: nothing that came can show it.
    assert [row.stage for row in newcomer.rows()] == ["commit", "commit"]


RESULTS = {
    "reversed": each_result(lambda results: results[::-1]),
    "doubled": each_result(lambda results: [results[0]] * len(results)),
    "none": each_result(lambda results: []),
    "receipts-swapped": each_result(
        lambda results: [
            {**each, "receipt": other["receipt"]} for each, other in zip(results, results[::-1], strict=True)
        ]
    ),
    "no-receipt": each_result(lambda results: [{**each, "receipt": None} for each in results]),
    "unsigned-refusal": each_result(
        lambda results: [
            {
                **each,
                "status": "refused",
                "receipt": None,
                "kind": "rules.\x1b[2J",
                "details": {"a\x1b": "\x07"},
            }
            for each in results
        ]
    ),
    "waits-for-nothing": each_result(
        lambda results: [{**each, "status": "waiting", "receipt": None} for each in results]
    ),
    "noise-proof": each_result(
        lambda results: [{**each, "receipt": {**each["receipt"], "proof": "x"}} for each in results]
    ),
    "other-index": each_result(lambda results: [{**each, "index": 2**52} for each in results]),
    "no-checkpoint": with_member("checkpoint", "x"),
    "lost": lambda body: b"",
    "deep": lambda body: b"[" * 100_000,
}


@pytest.mark.parametrize("name", RESULTS)
def test_an_answer_to_a_delivery_that_is_not_what_it_should_be(
    signed: Town, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with meddling(monkeypatch, "/v1/records", RESULTS[name]):
        report = submit.submit(signed.desk)
        if name != "other-index":
            assert report.unsent > 0
            assert is_sentence(report.problem)
            for each in report.delivered:
                assert each.state in ("proven", "unsent", "waiting")
                assert each.state == "proven" or is_sentence(each.sentence)
    assert not signed.sync().problem
    assert signed.desk.store.outbox.unsent() == 0
    assert {row.stage for row in signed.rows()} == {"submitted"}
    assert sorted(signed.held().values()).count("review") == 2


OTHER = {
    "release-noise": ("/v1/releases", with_member("record", "a.b.c")),
    "release-index": ("/v1/releases", with_member("index", 0)),
    "release-huge": ("/v1/releases", with_member("logged_at", 2**52)),
    "release-deep": ("/v1/releases", lambda body: b"[" * 90_000),
    "release-lost": ("/v1/releases", lambda body: b""),
    "tile-zero": ("/v1/log/tile", lambda body: b"\x00" * len(body)),
    "tile-cut": ("/v1/log/tile", lambda body: body[:-1]),
    "tile-long": ("/v1/log/tile", lambda body: body + b"x"),
    "tile-empty": ("/v1/log/tile", lambda body: b""),
    "token-noise": ("/v1/token", lambda body: b"\xff"),
    "token-strange": ("/v1/token", with_member("access_token", "a\r\nX: y")),
    "token-wide": ("/v1/token", with_member("access_token", "令牌\x00")),
    "token-never": ("/v1/token", with_member("expires_in", 10**15)),
    "checkpoint-noise": ("/v1/log/checkpoint", lambda body: b"x" * 5000),
    "checkpoint-cut": ("/v1/log/checkpoint", lambda body: body[:-30]),
    "checkpoint-size": ("/v1/log/checkpoint", lambda body: body.replace(b"\n", b"\n9", 1)),
}


@pytest.mark.parametrize("name", OTHER)
def test_any_other_answer_that_is_not_what_it_should_be(
    declared: Town, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path, change = OTHER[name]
    with meddling(monkeypatch, path, change) as meddler:
        report = declared.sync()
        assert meddler.met or name.startswith("checkpoint")
        assert report.problem == "" or told(report)
    declared.leave()
    assert not declared.sync().problem
    assert {row.stage for row in declared.rows()} == {"ready"}


def test_a_token_that_is_no_header_is_no_fault(declared: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for token in ("a\nb", "\x00", "é", "x" * 100_000, ""):
        with meddling(monkeypatch, "/v1/token", with_member("access_token", token)):
            report = declared.sync()
            assert report.problem == "" or told(report)
