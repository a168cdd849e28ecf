"""Signing in: assertions that hold whole, once, and for a while; tokens that nobody can make."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import sign
from zhubi.core.wire.identity import GRANT
from zhubi.office.access.errors import AccessError
from zhubi.office.access.invitations import invite, revoke


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What the database does here, the stories of one-time marks ask on both."""
    return f"sqlite:///{tmp_path / 'test.db'}"


def invited(scene: Any, **more: Any) -> Any:
    more = {"name": "陈思远", "unit": "浙江大学"} | more
    return invite(scene.office, scene.office.staff(), now=scene.clock(), **more)


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


@pytest.mark.parametrize(
    ("changed", "status", "kind"),
    [
        ({}, 200, ""),
        ({"aud": "elsewhere.example/abc"}, 401, "access.assertion"),
        ({"aud": None}, 401, "access.assertion"),
        ({"iss": "A" * 43}, 401, "access.assertion"),
        ({"sub": "A" * 43}, 401, "access.assertion"),
        ({"exp": None}, 401, "access.assertion"),
        ({"iat": "now"}, 401, "access.assertion"),
        ({"jti": None}, 401, "access.assertion"),
        ({"jti": "short"}, 401, "access.assertion"),
        ({"jti": "with\x00nothing"}, 401, "access.assertion"),
        ({"jti": "j" * 200}, 401, "access.assertion"),
    ],
)
def test_an_assertion_holds_only_whole(scene: Any, changed: dict[str, Any], status: int, kind: str) -> None:
    answer = sign_in(pen := scene.pen(), claims(pen, **changed))
    assert (answer.status_code, answer.json().get("title", "")) == (status, kind)


@pytest.mark.parametrize(
    ("ahead", "life", "kind"),
    [
        (0, 300, ""),
        (0, 301, "access.assertion"),
        (0, 0, "access.assertion"),
        (0, -5, "access.assertion"),
        (590, 240, ""),
        (-590, 240, ""),
        (601, 240, "access.assertion-clock"),
        (-601, 240, "access.assertion-clock"),
        (-315_360_000, 240, "access.assertion-clock"),
    ],
)
def test_an_assertion_holds_for_minutes_and_by_a_clock_that_is_nearly_right(
    scene: Any, ahead: int, life: int, kind: str
) -> None:
    pen = scene.pen()
    issued = int(pen.clock().timestamp()) + ahead
    answer = sign_in(pen, claims(pen, iat=issued, exp=issued + life))
    assert answer.json().get("title", "") == kind
    if kind == "access.assertion-clock":
        assert answer.json()["details"] == {"ours": str(issued - ahead), "theirs": str(issued)}


def test_only_the_transport_key_signs_in_and_only_with_an_assertion(scene: Any) -> None:
    pen = scene.pen()
    assert sign_in(pen, claims(pen), key=pen.signing).status_code == 401
    assert sign_in(pen, claims(pen), key=SigningKey.generate()).status_code == 401
    assert sign_in(pen, claims(pen), typ="zhubi-record+json").status_code == 401
    other = pen.http.post("/v1/token", data={"grant_type": "password", "assertion": "x"})
    assert other.status_code == 401
    assert pen.http.post("/v1/token", data={"grant_type": GRANT}).status_code in (401, 422)
    assert pen.http.post("/v1/token", data={"grant_type": GRANT, "assertion": "é.b.c"}).status_code == 401


def asked(pen: Any, token: str) -> Any:
    return pen.http.get("/v1/feed", headers={"Authorization": f"Bearer {token}".encode("latin-1", "replace")})


def test_a_token_is_for_a_quarter_of_an_hour(scene: Any, clock: Any) -> None:
    pen = scene.pen()
    token = pen.sign_in()
    clock.pass_time(seconds=899)
    assert asked(pen, token).status_code == 200
    clock.pass_time(seconds=1)
    assert asked(pen, token).status_code == 401


def test_a_token_cannot_be_made_or_changed(scene: Any) -> None:
    pen = scene.pen()
    body, _, mark = pen.sign_in().partition(".")
    richer = base64.urlsafe_b64encode(
        base64.urlsafe_b64decode(body + "==").replace(pen.person.encode(), scene.round.encode())
    ).decode().rstrip("=")  # fmt: skip
    forged = [
        f"{richer}.{mark}",
        f"{body}.{mark[:-2]}AA",
        body,
        f"{body}.",
        f".{mark}",
        "é.é",
        "x" * 5000,
        ".",
    ]
    answers = [asked(pen, token) for token in forged]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    for header in ("", "Bearer", f"Basic {body}.{mark}", f"{body}.{mark}"):
        assert pen.http.get("/v1/feed", headers={"Authorization": header}).status_code == 401
    assert pen.http.get("/v1/feed").status_code == 401


def test_a_revoked_device_is_out_at_once_and_another_of_the_same_person_is_not(scene: Any) -> None:
    lost = scene.pen()
    token = lost.sign_in()
    kept = type(lost)(lost.http, invited(scene, person=lost.person, again=True), lost.clock).enrol()
    count = revoke(
        scene.office, scene.office.staff(), person=lost.person, kid=lost.signing.kid, reason="遗失",
        now=scene.clock(),
    )  # fmt: skip
    assert count == 1
    assert asked(lost, token).status_code == 401
    assert sign_in(lost, claims(lost)).status_code == 401
    assert kept.get("/v1/feed").status_code == 200
    assert [each.body.kid for each in kept.seen(RecordType.REVOCATION)] == [lost.signing.kid]
    with pytest.raises(AccessError) as gone:
        revoke(
            scene.office, scene.office.staff(), person=lost.person, kid=lost.signing.kid, reason="又",
            now=scene.clock(),
        )  # fmt: skip
    assert gone.value.kind == "access.no-device"


def test_every_process_of_the_office_takes_the_tokens_of_the_others(scene: Any, pens: Any) -> None:
    from zhubi.office.opening import open_office

    pen = scene.pen()
    token = pen.sign_in()
    beside = open_office(Path(scene.office.directory), clock=scene.clock)
    try:
        there = pens.TestClient(pens.create_app(beside))
        assert there.get("/v1/feed", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    finally:
        beside.close()


def test_signing_in_is_slowed_by_device(scene: Any) -> None:
    pen = scene.pen()
    answers = [sign_in(pen, claims(pen, aud="x")) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert scene.pen("他人").get("/v1/feed").status_code == 200
