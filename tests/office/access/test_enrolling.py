"""Getting in: an invitation used once, keys whose possession is proven, sign-ins that hold for a while."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.trust.invitations import decode_invitation, encode_invitation
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.possession import prove, statement
from zhubi.core.trust.sealing import SealingKey
from zhubi.office.access.errors import AccessError
from zhubi.office.access.invitations import invite
from zhubi.office.access.limits import RateLimit


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What the database does here, the stories of one-time marks ask on both."""
    return f"sqlite:///{tmp_path / 'test.db'}"


def invited(scene: Any, **more: Any) -> Any:
    more = {"name": "陈思远", "unit": "浙江大学"} | more
    return invite(scene.office, scene.office.staff(), now=scene.clock(), **more)


def keys() -> tuple[SigningKey, SigningKey, SealingKey]:
    return SigningKey.generate(), SigningKey.generate(), SealingKey.generate()


def enrol(scene: Any, request: Any) -> tuple[int, str]:
    answer = scene.http.post("/v1/enrolments", json=request.model_dump(mode="json"))
    body = answer.json()
    return answer.status_code, body.get("title", "")


def test_an_invitation_survives_its_way_as_text(scene: Any) -> None:
    invitation = invited(scene)
    assert decode_invitation(encode_invitation(invitation)) == invitation
    assert (invitation.origin, invitation.root_key) == (scene.office.ledger.origin, scene.office.ledger.root)
    assert invitation.code not in "".join(each.compact for each in scene.of_type(RecordType.INVITATION))


def test_the_same_enrolment_again_brings_the_same_answer(scene: Any, pens: Any) -> None:
    request = pens.request_of(invited(scene), *keys()).model_dump(mode="json")
    first, second = (scene.http.post("/v1/enrolments", json=request) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["enrolment"] == second.json()["enrolment"]
    assert len(scene.of_type(RecordType.ENROLMENT)) == 1


def test_a_used_code_lets_nobody_else_in(scene: Any, pens: Any) -> None:
    invitation, mine = invited(scene), keys()
    assert enrol(scene, pens.request_of(invitation, *mine))[0] == 201
    assert enrol(scene, pens.request_of(invitation, *keys())) == (409, "access.code-used")
    halfway = (mine[0], SigningKey.generate(), SealingKey.generate())
    assert enrol(scene, pens.request_of(invitation, *halfway)) == (409, "access.code-used")
    assert len(scene.of_type(RecordType.ENROLMENT)) == 1


def test_a_wrong_code_and_an_unknown_person_read_alike(scene: Any, pens: Any) -> None:
    invitation = invited(scene)
    other = invited(scene, name="他人")
    wrong = pens.request_of(invitation, *keys(), code="ZZZZ-ZZZZ-ZZZZ-ZZZZ")
    stranger = pens.request_of(invitation, *keys(), person=scene.round)
    borrowed = pens.request_of(invitation, *keys(), person=other.person)
    answers = [
        scene.http.post("/v1/enrolments", json=each.model_dump(mode="json"))
        for each in (wrong, stranger, borrowed)
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    assert not scene.of_type(RecordType.ENROLMENT)


def test_a_code_is_read_as_people_type_it(scene: Any, pens: Any) -> None:
    invitation = invited(scene)
    typed = " ".join(invitation.code.lower())
    assert enrol(scene, pens.request_of(invitation, *keys(), code=typed))[0] == 201


def test_an_expired_invitation_is_told_so(scene: Any, pens: Any, clock: Any) -> None:
    invitation = invited(scene, valid_days=2)
    clock.pass_time(days=2, seconds=1)
    assert enrol(scene, pens.request_of(invitation, *keys())) == (410, "access.code-expired")


def test_a_used_invitation_still_answers_its_own_device_after_it_expired(
    scene: Any, pens: Any, clock: Any
) -> None:
    request = pens.request_of(invited(scene, valid_days=2), *keys())
    assert enrol(scene, request)[0] == 201
    clock.pass_time(days=3)
    assert enrol(scene, request)[0] == 201


def test_keys_one_does_not_hold_cannot_be_enrolled(scene: Any, pens: Any) -> None:
    invitation, mine, theirs = invited(scene), keys(), keys()
    stolen = pens.request_of(invitation, *mine, transport=theirs[1].public)
    assert enrol(scene, stolen) == (400, "access.possession")
    other = invited(scene, name="他人")
    said = statement(
        origin=invitation.origin, invitation=other.record, person=other.person, signing=mine[0].public,
        transport=mine[1].public, sealing=mine[2].recipient,
    )  # fmt: skip
    elsewhere = pens.request_of(invitation, *mine, signing_proof=prove(said, mine[0]))
    assert enrol(scene, elsewhere) == (400, "access.possession")
    assert enrol(scene, pens.request_of(invitation, mine[0], mine[0], mine[2])) == (400, "access.possession")
    assert not scene.of_type(RecordType.ENROLMENT)
    assert enrol(scene, pens.request_of(invitation, *mine))[0] == 201


def test_a_key_belongs_to_one_person(scene: Any, pens: Any) -> None:
    mine = keys()
    assert enrol(scene, pens.request_of(invited(scene), *mine))[0] == 201
    second = pens.request_of(invited(scene, name="他人"), *mine)
    assert enrol(scene, second) == (400, "access.possession")


def test_a_second_device_may_be_vouched_for_by_the_first_and_by_nobody_else(scene: Any, pens: Any) -> None:
    first = scene.pen()
    invitation, mine = invited(scene, person=first.person, again=True), keys()
    said = statement(
        origin=invitation.origin, invitation=invitation.record, person=invitation.person,
        signing=mine[0].public, transport=mine[1].public, sealing=mine[2].recipient,
    )  # fmt: skip
    stranger = pens.request_of(invitation, *mine, vouched_by=prove(said, SigningKey.generate()))
    assert enrol(scene, stranger) == (400, "access.possession")
    vouched = pens.request_of(invitation, *mine, vouched_by=prove(said, first.signing))
    assert enrol(scene, vouched)[0] == 201
    assert len(scene.office.ledger.registry().devices(first.person)) == 2


def test_an_invitation_needs_a_name_a_known_person_and_a_sensible_time(scene: Any) -> None:
    for more, kind in (
        ({"name": " \u202e "}, "access.name"),
        ({"valid_days": 0}, "access.days"),
        ({"valid_days": 91}, "access.days"),
        ({"person": scene.round}, "access.unknown-person"),
    ):
        with pytest.raises(AccessError) as wrong:
            invited(scene, **more)
        assert wrong.value.kind == kind
    assert not scene.of_type(RecordType.INVITATION)


def test_an_unreadable_anchor_is_said_before_anyone_is_invited(scene: Any) -> None:
    (scene.office.directory / "anchor.pem").write_bytes(b"\xff\xfe")
    with pytest.raises(AccessError) as wrong:
        invited(scene)
    assert wrong.value.kind == "access.anchor"
    assert not scene.of_type(RecordType.INVITATION)


def test_a_bucket_empties_tells_the_wait_and_refills() -> None:
    limit = RateLimit(burst=3, per_minute=6)
    assert [limit.wait("a", 0.0) for _ in range(4)] == [0, 0, 0, 10]
    assert limit.wait("b", 0.0) == 0
    assert limit.wait("a", 9.0) == 1
    assert limit.wait("a", 10.0) == 0
    assert [limit.wait("a", 1000.0) for _ in range(4)] == [0, 0, 0, 10]


def test_a_clock_that_steps_back_neither_fills_nor_drains_a_bucket() -> None:
    limit = RateLimit(burst=1, per_minute=60)
    assert limit.wait("a", 100.0) == 0
    assert limit.wait("a", 50.0) == 1


def test_the_buckets_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhubi.office.access.limits._KEPT", 10)
    limit = RateLimit(burst=1, per_minute=1)
    for number in range(100):
        limit.wait(str(number), 0.0)
    assert len(limit._buckets) == 10


def test_guessing_codes_is_slowed_with_a_word_on_how_long(scene: Any, pens: Any) -> None:
    invitation = invited(scene)
    guess = pens.request_of(invitation, *keys(), code="ZZZZ-ZZZZ-ZZZZ-ZZZZ").model_dump(mode="json")
    answers = [scene.http.post("/v1/enrolments", json=guess) for _ in range(9)]
    assert [answer.status_code for answer in answers] == [403] * 8 + [429]
    last = answers[-1]
    assert last.json()["type"] == "urn:zhubi:problem:api.rate"
    assert int(last.headers["retry-after"]) == last.json()["retry_after"] >= 1
    other = pens.request_of(invited(scene, name="他人"), *keys())
    assert enrol(scene, other)[0] == 201


def test_an_address_that_tries_everyone_is_slowed_too(scene: Any, pens: Any) -> None:
    guess = pens.request_of(invited(scene), *keys(), code="ZZZZ-ZZZZ-ZZZZ-ZZZZ").model_dump(mode="json")
    statuses = []
    for number in range(31):
        person = f"0198a000-0000-7000-8000-{number:012x}"
        statuses.append(scene.http.post("/v1/enrolments", json=guess | {"person": person}).status_code)
    assert statuses == [403] * 30 + [429]


def test_an_invitation_holds_to_its_last_second(scene: Any, clock: Any, pens: Any) -> None:
    invitation = invited(scene, valid_days=90)
    clock.pass_time(days=90)
    assert enrol(scene, pens.request_of(invitation, *keys()))[0] == 201
