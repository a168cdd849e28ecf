"""What is malformed, too deep, too large or hostile gets a problem with a stable type; never a fault of the office."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from zhubi.office.api import app as application


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """None of this asks anything special of a database."""
    return f"sqlite:///{tmp_path / 'test.db'}"


def post(pen: Any, body: bytes | Iterator[bytes], path: str = "/v1/records") -> Any:
    answer = pen.ask("POST", path, content=body, headers={"Content-Type": "application/json"})
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"] == f"urn:zhubi:problem:{problem['title']}"
        assert problem["status"] == answer.status_code
    return answer


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b"[" * 10_000 + b"]" * 10_000, b'{"records":' + b"[" * 100_000,
        b'{"records": [' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"]}", b'{"records": []}',
        b'{"records": [1]}', b'{"records": ["a.b"]}', b'{"records": ["a.b.c"], "more": 1}', b"\xff\xfe{}",
        b'{"records": ["\xff"]}', '{"records": ["评.审.表"]}'.encode(), b'{"\\ud800": 1}',
        b'{"records": ["\\ud800.b.c"]}', b'{"records": NaN}', b'{"records": ' + b"9" * 100_000 + b"}",
        b'{"records": ["' + b"a" * 1_048_576 + b'.b.c"]}', b'{"\\u202e\\u0007\\u001b[2J": 1}',
    ],
    ids=range(20),
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/records", "/v1/releases", "/v1/enrolments"])
def test_a_body_that_is_not_what_was_asked_for_is_refused_as_the_callers_fault(
    scene: Any, body: bytes, path: str
) -> None:
    answer = post(scene.pen(), body, path)
    assert 400 <= answer.status_code < 500
    assert "\x1b" not in answer.text
    assert "\u202e" not in answer.json()["detail"]


def test_the_place_of_a_fault_is_told_and_its_value_is_not(scene: Any) -> None:
    answer = post(scene.pen(), json.dumps({"records": ["a.b.c", "geheim geheim"]}).encode())
    assert answer.json()["details"] == {"place": "body.records.1"}
    assert "geheim" not in answer.text


def test_a_body_above_the_limit_is_refused_before_it_is_read(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pen = scene.pen()
    pen.sign_in()
    monkeypatch.setattr(application, "MAX_BODY", 10_000)
    announced = post(pen, b'{"records": ["' + b"a" * 10_000 + b'.b.c"]}')
    assert (announced.status_code, announced.json()["title"]) == (413, "api.too-large")
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        yield b'{"records": ["'
        for _ in range(100):
            sent += 1
            yield b"a" * 1000
        yield b'.b.c"]}'

    unannounced = post(pen, pieces())
    assert (unannounced.status_code, unannounced.json()["title"]) == (413, "api.too-large")
    assert post(pen, b'{"records": ["a.b.c"]}').status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/nothing", "/docs", "/redoc", "/openapi.json", "/v1/../key/office.key"]
)
def test_what_is_not_there_is_a_problem_too(scene: Any, path: str) -> None:
    answer = scene.http.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:zhubi:problem:api.not-found")


def test_a_call_made_the_wrong_way_is_told_so(scene: Any) -> None:
    answer = scene.http.delete("/v1/records")
    assert (answer.status_code, answer.json()["title"]) == (405, "api.method")


def test_a_fault_of_the_office_says_nothing_of_its_inside(
    scene: Any, pens: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pen = scene.pen()
    pen.sign_in()

    def broken(*_: object, **__: object) -> Any:
        raise RuntimeError("geheim in /srv/office/key")

    monkeypatch.setattr("zhubi.office.api.record_calls.receive", broken)
    quiet = pens.TestClient(pens.create_app(scene.office), raise_server_exceptions=False)
    answer = quiet.post(
        "/v1/records", json={"records": ["a.b.c"]}, headers={"Authorization": f"Bearer {pen.token}"}
    )
    assert (answer.status_code, answer.json()["title"]) == (500, "api.fault")
    assert "geheim" not in answer.text
    assert "Traceback" not in answer.text


def test_the_api_describes_itself(scene: Any) -> None:
    described = scene.http.get("/v1/openapi.json").json()
    assert {"/v1/feed", "/v1/records", "/v1/token", "/v1/enrolments", "/v1/releases"} <= set(
        described["paths"]
    )


@pytest.mark.parametrize(
    "cursor", ["1", "1.", ".1", "-1.0", "a.b", "1.2.3", "9" * 16 + ".0", "0.1e5", "%00.1"]
)
def test_a_cursor_of_another_form_is_refused(scene: Any, cursor: str) -> None:
    assert scene.pen().get(f"/v1/feed?after={cursor}").status_code == 422


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=-1", "limit=x", f"limit={'9' * 400}"])
def test_a_page_has_a_sensible_size(scene: Any, query: str) -> None:
    assert scene.pen().get(f"/v1/feed?{query}").status_code == 422


@pytest.mark.parametrize("room", ["records", "rulebooks", "blobs", "receipts", "log/proof"])
@pytest.mark.parametrize("digest", ["x", "A" * 64, "0" * 63, "0" * 65, "..%2f..%2fkey", "0" * 63 + "%0a"])
def test_what_is_no_digest_names_nothing(scene: Any, room: str, digest: str) -> None:
    answer = scene.pen().get(f"/v1/{room}/{digest}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    ["0/000", "0/000.p/200", "0/000.p/0", "0/000.p/256", "64/000", "0/x999/x999/999", "-1/000", "0/1", "x",
     "entries/001", "0/000.p/999999999999", "0/" + "x999/" * 30 + "000", "", "0/000.p/1/2", "entries/%00"],
)  # fmt: skip
def test_a_tile_that_is_not_there_is_not_found(scene: Any, path: str) -> None:
    answer = scene.http.get(f"/v1/log/tile/{path}")
    assert answer.status_code == 404
    assert answer.json()["title"] == "api.not-found"
