"""Finding records again: by type, by what they name, by whom they are about; and those that wait."""

from __future__ import annotations

import pytest

from zhubi.core.model.records import (
    AcceptanceBody,
    DossierBody,
    InvitationBody,
    PurgeBody,
    RecordType,
    Seen,
)
from zhubi.core.trust.canonical import canonical, sha256_hex
from zhubi.core.trust.chance import uuid7
from zhubi.core.trust.records import record_digest
from zhubi.office.ledger.errors import LedgerError
from zhubi.office.ledger.rulebooks import keep_rulebook, rulebook
from zhubi.office.ledger.standing import assignment_standing, round_standing
from zhubi.office.opening import Office


def test_records_are_found_by_what_they_are_and_name(office: Office, house) -> None:
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")
    name, second = house.open_round(), house.open_round("验收")
    dossier = house.bring("ZJ26-017")
    mine, theirs = house.assign(name, dossier, expert), house.assign(second, dossier, other)
    commitment = house.commit(name, expert)
    with office.ledger.reading() as reading:
        kind = RecordType.ASSIGNMENT
        assert [each.digest for each in reading.by_type(kind)] == [mine.digest, theirs.digest]
        assert [each.digest for each in reading.by_type(kind, round=second)] == [theirs.digest]
        assert [each.digest for each in reading.by_type(kind, person=expert.person)] == [mine.digest]
        assert [each.digest for each in reading.by_type(kind, subject=dossier, round=name)] == [mine.digest]
        assert reading.by_type(kind, subject=name) == []
        [found] = reading.by_type(RecordType.COMMITMENT, author=expert.person)
        assert found == commitment
        assert reading.at(found.index) == found


def test_records_are_found_by_what_they_are_about(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    first = house.commit(house.open_round(), expert)
    later = house.log(
        expert.actor,
        RecordType.PURGE,
        PurgeBody(device=expert.signing.kid, dossiers=0, blobs=0),
        supersedes=[first.digest, first.digest],
        relies_on=[first.digest],
        seen=Seen(size=1, root="0" * 64, time=1),
    )
    accepted = house.log(
        office.service, RecordType.ACCEPTANCE, AcceptanceBody(record=first.digest, payload_sha256="0" * 64)
    )
    with office.ledger.reading() as reading:
        assert [each.digest for each in reading.links_to(first.digest, RecordType.PURGE)] == [later.digest]
        assert [each.digest for each in reading.links_to(first.digest, RecordType.ACCEPTANCE)] == [
            accepted.digest
        ]
        assert reading.links_to(later.digest, RecordType.ACCEPTANCE) == []
        [invited] = reading.by_type(RecordType.INVITATION)
        assert [each.digest for each in reading.links_to(invited.digest, RecordType.ENROLMENT)] == [
            expert.enrolment.digest
        ]


def test_people_and_dossiers_are_known_by_their_newest_record(office: Office, house) -> None:
    expert = house.enrol("陈思远", unit="浙江大学")
    house.enrol("陈思远", person=expert.person, unit="西湖大学")
    dossier = house.bring("ZJ26-017")
    first = house.dossiers[dossier]
    house.bring("ZJ26-017", dossier=dossier)
    with office.ledger.reading() as reading:
        known = reading.person(expert.person)
        assert known is not None and (known.unit, known.enrolled) == ("西湖大学", True)
        assert len(reading.people()) == 1
        found = reading.dossier_by_code("ZJ26-017")
        assert found == reading.dossier(dossier) == house.dossiers[dossier]
        assert isinstance(found.body, DossierBody) and found.body.version == 2
        assert reading.dossier_by_code("ZJ26-018") is None
        assert [each.digest for each in reading.by_type(RecordType.DOSSIER, subject=dossier)] == [
            first.digest,
            found.digest,
        ]


def test_an_invitation_alone_enrols_nobody(office: Office, house, clock) -> None:
    body = InvitationBody(
        person=uuid7(clock()), name="周行", code_hash="0" * 64, expires_at="2026-08-01T00:00:00Z"
    )
    house.log(office.staff(), RecordType.INVITATION, body)
    with office.ledger.reading() as reading:
        known = reading.person(body.person)
    assert known is not None and (known.name, known.enrolled) == ("周行", False)


def test_a_record_waits_for_another_until_it_is_appended(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    awaited = house.say(
        expert.actor, RecordType.PURGE, PurgeBody(device=expert.signing.kid, dossiers=0, blobs=0)
    )
    waiting = house.say(
        expert.actor,
        RecordType.PURGE,
        PurgeBody(device=expert.signing.kid, dossiers=1, blobs=0),
        supersedes=[record_digest(awaited)],
    )
    with office.ledger.writing() as writing:
        writing.hold(waiting, "0" * 64)
        writing.hold(waiting, record_digest(awaited))
    with office.ledger.reading() as reading:
        assert reading.held(record_digest(waiting)) == record_digest(awaited)
        assert reading.waiting_on("0" * 64) == []
        assert reading.record(record_digest(waiting)) is None
    with office.ledger.writing() as writing:
        writing.append(awaited)
        for each in writing.waiting_on(record_digest(awaited)):
            writing.append(each)
    with office.ledger.reading() as reading:
        assert reading.held(record_digest(waiting)) is None
        assert reading.record(record_digest(waiting)) is not None


def test_a_held_record_that_is_refused_is_let_go(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    waiting = house.say(
        expert.actor, RecordType.PURGE, PurgeBody(device=expert.signing.kid, dossiers=1, blobs=0)
    )
    with office.ledger.writing() as writing:
        writing.hold(waiting, "0" * 64)
        writing.let_go(record_digest(waiting))
        assert writing.waiting_on("0" * 64) == []


def test_nobody_may_hold_without_end(office: Office, house, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhubi.office.ledger.writing.HELD_PER_AUTHOR", 2)
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")

    def said(who) -> str:
        return house.say(who.actor, RecordType.PURGE, PurgeBody(device=who.signing.kid, dossiers=1, blobs=0))

    with office.ledger.writing() as writing:
        for _ in range(2):
            writing.hold(said(expert), "0" * 64)
        with pytest.raises(LedgerError) as caught:
            writing.hold(said(expert), "0" * 64)
        writing.hold(said(other), "0" * 64)
    assert caught.value.kind == "ledger.too-many-waiting"


def test_a_rulebook_is_kept_once_by_its_digest(office: Office) -> None:
    policy = canonical({"id": "zhejiang-2023", "kinds": []})
    with office.ledger.writing() as writing:
        assert keep_rulebook(writing, policy) == keep_rulebook(writing, policy) == sha256_hex(policy)
    with office.ledger.reading() as reading:
        assert rulebook(reading, sha256_hex(policy)) == policy
        assert rulebook(reading, "0" * 64) is None


def test_standings_follow_from_the_log(office: Office, house) -> None:
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")
    name, dossier = house.open_round(), house.bring("ZJ26-017")
    house.assign(name, dossier, expert)

    def stage() -> str:
        with office.ledger.reading() as reading:
            view = round_standing(reading, name)
            assert view is not None and view.title == "立项评审"
            assert assignment_standing(reading, view, dossier, other.person, office.clock()) is None
            found = assignment_standing(reading, view, dossier, expert.person, office.clock())
            assert found is not None
            return f"{found.stage.value} {found.may_unseal}"

    seen = [stage()]
    house.commit(name, expert)
    seen.append(stage())
    house.declare(name, dossier, expert)
    seen.append(stage())
    assert seen == ["commit False", "declare False", "sealed True"]
    with office.ledger.reading() as reading:
        assert round_standing(reading, dossier) is None
