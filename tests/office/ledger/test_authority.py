"""Whose records the log takes."""

from __future__ import annotations

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import (
    AcceptanceBody,
    AssignmentBody,
    ChairBody,
    CommitmentBody,
    PurgeBody,
    RecordType,
    RevocationBody,
    StaffKeyBody,
)
from zhubi.core.trust.chance import uuid7
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import peek, sign
from zhubi.office.ledger.acts import Actor
from zhubi.office.opening import Office, add_staff
from zhubi.office.vault.secrets import load_key

ROUND = "01981d8e-0000-7000-8000-00000000000a"
COMMITMENT = CommitmentBody(documents=("integrity",), text_digest="b" * 64, name="陈思远")
ACCEPTANCE = AcceptanceBody(record="c" * 64, payload_sha256="d" * 64)


def refused(office: Office, compact: str) -> str:
    with office.ledger.reading() as reading:
        before = reading.size()
    with pytest.raises(ZhubiError) as caught, office.ledger.writing() as writing:
        writing.append(compact)
    with office.ledger.reading() as reading:
        assert reading.size() == before
    return caught.value.kind


def altered(compact: str, key: SigningKey, **changes: object) -> str:
    payload, _ = peek(compact)
    return sign({**payload, **changes}, key)


def test_an_unknown_key_is_nobodys(office: Office, house) -> None:
    stranger = Actor(uuid7(office.clock()), SigningKey.generate())
    assert (
        refused(office, house.say(stranger, RecordType.COMMITMENT, COMMITMENT, round=ROUND))
        == "trust.unknown-key"
    )


def test_nobody_signs_for_another(office: Office, house) -> None:
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")
    forged = Actor(other.person, expert.signing)
    assert (
        refused(office, house.say(forged, RecordType.COMMITMENT, COMMITMENT, round=ROUND))
        == "ledger.not-theirs"
    )


def test_a_transport_key_signs_no_records(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    wrong = Actor(expert.person, expert.transport)
    assert (
        refused(office, house.say(wrong, RecordType.COMMITMENT, COMMITMENT, round=ROUND))
        == "trust.unknown-key"
    )


def test_each_role_says_only_what_is_its_to_say(office: Office, house) -> None:
    expert, manager = house.enrol("陈思远"), office.staff()
    auditor = add_staff(office, "审计员", "auditor")
    chair = ChairBody(person=expert.person)
    key = StaffKeyBody(
        person=uuid7(office.clock()), name="某人", role="manager", signing=SigningKey.generate().public
    )
    for actor, kind, body in (
        (expert.actor, RecordType.ACCEPTANCE, ACCEPTANCE),
        (expert.actor, RecordType.CHAIR, chair),
        (manager, RecordType.COMMITMENT, COMMITMENT),
        (manager, RecordType.ACCEPTANCE, ACCEPTANCE),
        (manager, RecordType.STAFF_KEY, key),
        (auditor, RecordType.CHAIR, chair),
        (office.service, RecordType.CHAIR, chair),
        (office.service, RecordType.COMMITMENT, COMMITMENT),
    ):
        assert refused(office, house.say(actor, kind, body, round=ROUND)) == "ledger.role-may-not"


def test_a_revoked_key_says_nothing_more_but_what_it_said_stands(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    name = house.open_round()
    said = house.say(expert.actor, RecordType.COMMITMENT, COMMITMENT, round=name)
    with office.ledger.writing() as writing:
        before = writing.append(said)
    body = RevocationBody(person=expert.person, kid=expert.signing.kid, reason="遗失")
    house.log(office.staff(), RecordType.REVOCATION, body)
    again = house.say(
        expert.actor, RecordType.PURGE, PurgeBody(device=expert.signing.kid, dossiers=0, blobs=0)
    )
    assert refused(office, again) == "ledger.revoked-key"
    with office.ledger.writing() as writing:
        assert writing.append(said).index == before.index


def test_a_record_for_another_log_is_refused(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    said = house.say(expert.actor, RecordType.COMMITMENT, COMMITMENT, round=ROUND)
    assert refused(office, altered(said, expert.signing, origin="other.example/log")) == "ledger.wrong-origin"


def test_a_body_of_another_type_is_malformed_and_its_place_named(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    said = house.say(expert.actor, RecordType.COMMITMENT, COMMITMENT, round=ROUND)
    compact = altered(said, expert.signing, body={"documents": [], "text_digest": "b" * 64, "name": "陈"})
    with pytest.raises(ZhubiError) as caught, office.ledger.writing() as writing:
        writing.append(compact)
    assert (caught.value.kind, caught.value.details["place"]) == ("ledger.malformed", "documents")


def test_a_record_must_name_the_round_and_dossier_it_is_about(office: Office, house) -> None:
    expert, name = house.enrol("陈思远"), house.open_round()
    seat = AssignmentBody(action="assign", person=expert.person)
    for kind, body, about in (
        (RecordType.ASSIGNMENT, seat, {"round": name}),
        (RecordType.ASSIGNMENT, seat, {"round": name, "subjects": (name, ROUND)}),
        (RecordType.ASSIGNMENT, seat, {"subjects": (name,)}),
        (RecordType.CHAIR, ChairBody(person=expert.person), {}),
    ):
        assert refused(office, house.say(office.staff(), kind, body, **about)) == "ledger.malformed"


def test_a_signature_that_does_not_fit_is_refused(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    head, content, signature = house.say(expert.actor, RecordType.COMMITMENT, COMMITMENT, round=ROUND).split(
        "."
    )
    turned = ("A" if signature[0] != "A" else "B") + signature[1:]
    assert refused(office, f"{head}.{content}.{turned}") == "trust.bad-signature"


def test_a_certified_key_signs_in_the_same_turn_and_not_before(office: Office, house) -> None:
    with office.ledger.database.reading() as connection:
        root = Actor("root", load_key(connection, office.secrets, "root"))
    person, key, chair = uuid7(office.clock()), SigningKey.generate(), ChairBody(person=uuid7(office.clock()))
    body = StaffKeyBody(person=person, name="新经理", role="manager", signing=key.public)
    certificate = house.say(root, RecordType.STAFF_KEY, body)
    act = house.say(Actor(person, key), RecordType.CHAIR, chair, round=house.open_round())
    assert refused(office, act) == "trust.unknown-key"
    with office.ledger.writing() as writing:
        writing.append(certificate)
        assert writing.append(act).type is RecordType.CHAIR
