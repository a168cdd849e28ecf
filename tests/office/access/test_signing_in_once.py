"""A sign-in is used once, whatever the database."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.trust.records import sign
from zhubi.core.wire.identity import GRANT


def claims(pen: Any, **changed: Any) -> dict[str, Any]:
    now = int(pen.clock().timestamp())
    kid = pen.transport.kid
    made = {
        "iss": kid,
        "sub": kid,
        "aud": pen.origin,
        "iat": now,
        "exp": now + 240,
        "jti": "0123456789abcdef",
    }
    return {name: value for name, value in (made | changed).items() if value is not None}


def sign_in(pen: Any, said: dict[str, Any], key: Any = None, typ: str = "JWT") -> Any:
    assertion = sign(said, key or pen.transport, typ=typ)
    return pen.http.post("/v1/token", data={"grant_type": GRANT, "assertion": assertion})


def test_an_assertion_is_used_once(scene: Any, clock: Any) -> None:
    pen = scene.pen()
    said = claims(pen)
    assert sign_in(pen, said).status_code == 200
    for later in (0, 200, 399):
        clock.pass_time(seconds=later)
        again = sign_in(pen, said)
        assert (again.status_code, again.json()["title"][:16]) == (401, "access.assertion")


@pytest.mark.parametrize("mark", ["with\x00nothing", "中文的一次性标记", "';drop table used_tokens;--"])
def test_a_one_time_mark_is_plain_letters(scene: Any, mark: str) -> None:
    pen = scene.pen()
    assert sign_in(pen, claims(pen, jti=mark)).status_code == 401
    assert sign_in(pen, claims(pen)).status_code == 200
