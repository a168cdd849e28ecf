"""What anyone may throw at the office: answered as a problem in words, never a fault, and nothing is logged by it."""

from __future__ import annotations

import json

import httpx
import pytest

from zhubi.core.wire.identity import GRANT

from .house import Town

BODIES = {
    "nothing": b"",
    "null": b"null",
    "no-json": b"{",
    "not-text": b"\xff\xfe",
    "deep": b"[" * 200_000,
    "deep-objects": b'{"a":' * 100_000,
    "deep-inside": b'{"records":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "twice": b'{"records":["a.b.c"],"records":["a.b.c"]}',
    "float": b'{"records":1.5e308}',
    "huge-number": b'{"records":' + b"9" * 5000 + b"}",
    "surrogate": b'{"records":["\\ud800.a.b"]}',
    "unseen": json.dumps({"records": ["\x1b[2J.\u202e.\x00"], "\x1b]52;c;QQ==\x07": 1}).encode(),
    "other-schema": json.dumps({"results": [], "checkpoint": "x"}).encode(),
    "many": json.dumps({"records": ["a.b.c"] * 5000}).encode(),
    "long": json.dumps({"records": ["a." + "b" * 2_000_000 + ".c"]}).encode(),
    "nan": b'{"records":NaN}',
}


@pytest.mark.parametrize("name", BODIES)
def test_any_body_is_answered_in_words(town: Town, name: str) -> None:
    with town.office.ledger.reading() as before:
        size = before.size()
    for path in ("/v1/records", "/v1/enrolments", "/v1/releases", "/v1/token"):
        answer = httpx.post(
            town.url + path, content=BODIES[name], headers={"Content-Type": "application/json"}, timeout=30
        )
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
        assert answer.headers["content-type"].startswith("application/problem+json")
        problem = answer.json()
        assert problem["type"].startswith("urn:zhubi:problem:")
        assert "Traceback" not in answer.text
        assert not any(ord(each) < 32 for each in problem["detail"])
    with town.office.ledger.reading() as after:
        assert after.size() == size


@pytest.mark.parametrize(
    "assertion", ["", "a.b.c", "e30.e30.e30", "\x1b[2J", "令牌", "x" * 100_000, "." * 5000, "\x00"]
)
def test_any_assertion_is_answered_in_words(town: Town, assertion: str) -> None:
    form = {"grant_type": GRANT, "assertion": assertion}
    answer = httpx.post(town.url + "/v1/token", data=form, timeout=30)
    assert 400 <= answer.status_code < 500
    assert answer.json()["type"].startswith("urn:zhubi:problem:")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/log/tile/0/999", "/v1/log/tile/99/000", "/v1/log/tile/0/x001/067", "/v1/log/tile/-1/000",
        "/v1/log/tile/entries/%00", "/v1/log/proof/" + "0" * 64, "/v1/log/proof/..%2f..", "/v1/log/proof/%1b%5b2J",
        "/v1/nothing", "/%ff", "/v1/records/" + "f" * 64, "/v1/blobs/" + "0" * 64, "/v1/rulebooks/x",
        "/v1/feed?after=9.9.9", "/v1/feed?after=" + "9" * 400 + ".1&limit=-1", "/v1/feed?limit=99999999999999999999",
    ],
)  # fmt: skip
def test_any_address_is_answered_in_words(town: Town, path: str) -> None:
    answer = httpx.get(town.url + path, headers={"Authorization": "Bearer \x7f.x.y"}, timeout=30)
    assert 400 <= answer.status_code < 500, answer.status_code
    assert answer.json()["type"].startswith("urn:zhubi:problem:")
