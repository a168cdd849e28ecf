"""Every way in which an office or the network can fail has a name, and nothing unbounded is taken in."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from zhubi.core.trust.canonical import sha256_hex
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import read
from zhubi.core.wire.client import OfficeClient
from zhubi.core.wire.connection import Policy
from zhubi.core.wire.errors import WireError
from zhubi.core.wire.identity import TransportIdentity

from .conftest import ScriptedOffice, http, problem

NOW = datetime(2026, 7, 3, 10, 0, tzinfo=UTC)
QUICK = Policy(connect=1, read=0.3, whole=1.0)
TOKEN = http("200 OK", json.dumps({"access_token": "t", "token_type": "Bearer", "expires_in": 900}).encode())
DATED = "Fri, 03 Jul 2026 10:00:00 GMT"


@pytest.fixture
def identity() -> TransportIdentity:
    return TransportIdentity(SigningKey.generate(), "office.example/log")


@pytest.fixture
def client(scripted: ScriptedOffice, identity: TransportIdentity) -> Iterator[OfficeClient]:
    with OfficeClient(scripted.url, identity=identity, clock=lambda: NOW, policy=QUICK) as made:
        yield made


def fault(act: object) -> WireError:
    with pytest.raises(WireError) as caught:
        act()  # type: ignore[operator]
    return caught.value


def test_nobody_there_is_unreachable_and_counts_as_offline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with OfficeClient(f"http://127.0.0.1:{port}", policy=QUICK) as client:
        problem = fault(client.checkpoint)
    assert (problem.kind, problem.offline) == ("wire.unreachable", True)


def test_plain_http_beyond_this_machine_is_refused_before_anything_is_sent() -> None:
    assert fault(lambda: OfficeClient("http://office.example")).kind == "wire.plain-http"


def test_a_pinned_certificate_that_is_none_is_said() -> None:
    assert fault(lambda: OfficeClient("https://office.example", "-----BEGIN NOTHING")).kind == "wire.tls"


def test_an_unchanged_checkpoint_costs_one_conditional_request(
    scripted: ScriptedOffice, client: OfficeClient
) -> None:
    scripted.replies = [http("200 OK", b"log\n1\n", ETag='"a"'), http("304 Not Modified")]
    first = client.checkpoint()
    assert first is not None and (first.text, first.etag) == ("log\n1\n", '"a"')
    assert client.checkpoint(first.etag) is None
    assert b'if-none-match: "a"' in scripted.asked[1].lower()
    assert len(scripted.asked) == 2


def test_an_office_that_fails_is_asked_again_and_then_named(
    scripted: ScriptedOffice, client: OfficeClient
) -> None:
    scripted.replies = [problem("503 Service Unavailable", "api.fault"), http("200 OK", b"log\n1\n")]
    assert client.checkpoint() is not None
    scripted.replies = [problem("500 Internal Server Error", "api.fault")]
    assert fault(client.checkpoint).kind == "wire.server-error"
    scripted.replies = [problem("507 Insufficient Storage", "ledger.disk-full")]
    assert fault(client.checkpoint).kind == "wire.office-full"


@pytest.mark.parametrize("kept", [0, 1, 20, 60, 90])
def test_a_stream_cut_at_any_byte_is_named(scripted: ScriptedOffice, client: OfficeClient, kept: int) -> None:
    scripted.replies = [http("200 OK", b"x" * 40)[:kept]]
    assert fault(client.checkpoint).kind == "wire.cut"


def test_an_answer_that_never_comes_is_slow(scripted: ScriptedOffice, client: OfficeClient) -> None:
    scripted.replies = [lambda connection: time.sleep(0.6)]
    assert fault(client.checkpoint).kind == "wire.slow"


def test_an_answer_that_trickles_in_is_given_up(scripted: ScriptedOffice, client: OfficeClient) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(30):
            connection.sendall(b"x")
            time.sleep(0.1)

    scripted.replies = [trickle]
    assert fault(client.checkpoint).kind == "wire.slow"


def test_more_than_was_asked_for_is_not_taken(scripted: ScriptedOffice, client: OfficeClient) -> None:
    scripted.replies = [http("200 OK", b"x" * 70_000)]
    assert fault(client.checkpoint).kind == "wire.too-large"
    assert fault(lambda: client.tile("tile/0/000.p/2")).kind == "wire.too-large"


def test_a_compressed_answer_is_refused(scripted: ScriptedOffice, client: OfficeClient) -> None:
    scripted.replies = [http("200 OK", b"\x1f\x8b\x08", Content_Encoding="gzip")]
    assert fault(client.checkpoint).kind == "wire.malformed"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'{"items": 3}', b"\xff\xfe", b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"items":[],"items":[],"next":"0.0","more":false,"checkpoint":""}',
        b'{"items":[],"next":"x","more":false,"checkpoint":""}',
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_malformed(
    scripted: ScriptedOffice, client: OfficeClient, body: bytes
) -> None:
    scripted.replies = [TOKEN, http("200 OK", body)]
    assert fault(lambda: client.feed("")).kind == "wire.malformed"


def test_a_problem_keeps_its_own_name_and_its_facts(scripted: ScriptedOffice, client: OfficeClient) -> None:
    scripted.replies = [problem("409 Conflict", "access.code-used")]
    caught = fault(lambda: client.feed(""))
    assert (caught.kind, caught.status, caught.details) == ("access.code-used", 409, {"found": "7"})


def test_a_hostile_problem_is_only_clean_words(scripted: ScriptedOffice, client: OfficeClient) -> None:
    body = json.dumps(
        {"type": "x", "title": "a\x1b]0;b\x07\u202ec", "status": 418, "details": {"k\x1b": "v"}}
    )
    scripted.replies = [http("418 Teapot", body.encode(), Content_Type="application/problem+json")]
    caught = fault(client.checkpoint)
    assert caught.kind == "wire.refused"
    assert caught.details == {"reason": "a]0;bc"}


def test_asked_to_wait_says_how_long(scripted: ScriptedOffice, client: OfficeClient) -> None:
    scripted.replies = [problem("429 Too Many Requests", "api.rate", Retry_After="42")]
    caught = fault(client.checkpoint)
    assert (caught.kind, caught.details["seconds"]) == ("wire.rate-limited", 42)


def test_a_lapsed_token_is_traded_anew_once(scripted: ScriptedOffice, client: OfficeClient) -> None:
    page = http("200 OK", b'{"items":[],"next":"0.0","more":false,"checkpoint":"c"}')
    scripted.replies = [TOKEN, problem("401 Unauthorized", "access.token"), TOKEN, page]
    assert client.feed("").next == "0.0"
    scripted.replies = [problem("401 Unauthorized", "access.token")]
    assert fault(lambda: client.feed("")).kind == "wire.unauthorised"


def test_a_clock_ten_years_off_still_signs_in_by_the_office_time(
    scripted: ScriptedOffice, identity: TransportIdentity
) -> None:
    page = http("200 OK", b'{"items":[],"next":"0.0","more":false,"checkpoint":"c"}')
    refused = problem("401 Unauthorized", "access.assertion-clock", Date=DATED)
    scripted.replies = [refused, TOKEN, page]
    wrong = NOW - timedelta(days=3650)
    with OfficeClient(scripted.url, identity=identity, clock=lambda: wrong, policy=QUICK) as client:
        client.feed("")
        assert client.skew() == -3650 * 86400
    assertion = scripted.asked[1].rpartition(b"assertion=")[2].decode()
    claims, _ = read(assertion, lambda kid: identity.key.public, typ="JWT")
    assert claims["iat"] == int(NOW.timestamp())
    assert claims["aud"] == identity.origin


def test_without_an_enrolment_only_public_calls_work(scripted: ScriptedOffice) -> None:
    with OfficeClient(scripted.url, policy=QUICK) as client:
        assert fault(lambda: client.feed("")).kind == "wire.unauthorised"
    assert scripted.asked == []


def test_another_record_than_asked_for_is_not_taken(scripted: ScriptedOffice, client: OfficeClient) -> None:
    scripted.replies = [TOKEN, http("200 OK", b"a.b.c")]
    assert fault(lambda: client.record("0" * 64)).kind == "wire.malformed"
    assert client.record(sha256_hex(b"a.b.c")) == "a.b.c"


def test_a_single_conflict_is_a_result_and_not_a_fault(
    scripted: ScriptedOffice, client: OfficeClient
) -> None:
    results = {"results": [{"digest": "0" * 64, "status": "conflict"}], "checkpoint": "c"}
    scripted.replies = [
        TOKEN,
        http("409 Conflict", json.dumps(results).encode(), Content_Type="application/json"),
    ]
    assert client.submit(["a.b.c"]).results[0].status == "conflict"
    assert fault(lambda: client.submit(["a.b.c", "d.e.f"])).kind == "wire.malformed"


def test_the_rest_of_a_blob_comes_from_where_it_broke_off(
    scripted: ScriptedOffice, client: OfficeClient
) -> None:
    scripted.replies = [TOKEN, http("206 Partial Content", b"cdef", Content_Range="bytes 2-5/6")]
    assert b"".join(client.blob("0" * 64, 6, 2)) == b"cdef"
    assert b"range: bytes=2-" in scripted.asked[1].lower()


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (http("200 OK", b"abcdef"), "wire.malformed"),
        (http("206 Partial Content", b"cdef", Content_Range="bytes 1-4/6"), "wire.malformed"),
        (http("206 Partial Content", b"cd", Content_Range="bytes 2-5/6"), "wire.cut"),
        (http("206 Partial Content", b"cdefgh", Content_Range="bytes 2-5/6"), "wire.too-large"),
        (problem("404 Not Found", "api.not-found"), "wire.gone"),
    ],
)
def test_a_blob_that_is_not_what_was_asked_for(
    scripted: ScriptedOffice, client: OfficeClient, reply: bytes, kind: str
) -> None:
    scripted.replies = [TOKEN, reply]
    assert fault(lambda: list(client.blob("0" * 64, 6, 2))).kind == kind


def test_secrets_do_not_show(identity: TransportIdentity) -> None:
    assert "SigningKey" not in repr(identity) and identity.key.kid not in repr(identity)
