"""Who sees what, and from which record on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from zhubi.core.model.records import (
    AcceptanceBody,
    AssignmentBody,
    ChairBody,
    DecisionBody,
    DeclarationOutcome,
    RecordType,
    RefusalBody,
    ReturnBody,
    RevocationBody,
    RoundChangeBody,
)
from zhubi.core.model.values import instant
from zhubi.core.trust.chance import uuid7
from zhubi.office.ledger.errors import LedgerError
from zhubi.office.ledger.ledger import FeedEntry
from zhubi.office.ledger.tables import feed
from zhubi.office.opening import Office, add_staff


def whole_feed(office: Office, person: str, limit: int = 1000) -> list[FeedEntry]:
    after, found = (0, 0), []
    while True:
        with office.ledger.reading() as reading:
            page = reading.feed(person, after, limit)
        found += page.entries
        after = page.next
        if not page.more:
            return found


def kinds(office: Office, person: str) -> list[RecordType]:
    return [each.stored.type for each in whole_feed(office, person)]


def sees(office: Office, person: str, digest: str) -> bool:
    listed = digest in [each.stored.digest for each in whole_feed(office, person)]
    with office.ledger.reading() as reading:
        assert reading.listed(person, digest) == listed
    return listed


@pytest.fixture
def end_round(house, office: Office) -> Callable[[str], None]:
    def end(name: str) -> None:
        body = RoundChangeBody(change="end")
        house.log(office.staff(), RecordType.ROUND_CHANGE, body, round=name)

    return end


def test_enrolment_shows_the_keys_and_ones_own_invitation(office: Office, house) -> None:
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")
    assert kinds(office, expert.person) == [
        RecordType.STAFF_KEY,
        RecordType.STAFF_KEY,
        RecordType.INVITATION,
        RecordType.ENROLMENT,
    ]
    at = {each.at for each in whole_feed(office, expert.person)}
    assert at == {expert.enrolment.index}
    assert not sees(office, other.person, expert.enrolment.digest)


def test_a_new_staff_key_reaches_everyone_enrolled(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    secretary = add_staff(office, "李秘书", "secretary")
    assert kinds(office, expert.person)[-1] is RecordType.STAFF_KEY
    body = RevocationBody(person=secretary.author, kid=secretary.key.kid, reason="离岗")
    revocation = house.log(office.staff(), RecordType.REVOCATION, body)
    assert sees(office, expert.person, revocation.digest)
    late = house.enrol("林若彤")
    assert sees(office, late.person, revocation.digest)


def test_a_revoked_device_concerns_its_owner_alone(office: Office, house) -> None:
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")
    body = RevocationBody(person=expert.person, kid=expert.signing.kid, reason="遗失")
    revocation = house.log(office.staff(), RecordType.REVOCATION, body)
    assert sees(office, expert.person, revocation.digest)
    assert not sees(office, other.person, revocation.digest)


def test_a_round_appears_with_the_first_assignment_in_it(office: Office, house) -> None:
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")
    name = house.open_round()
    dossier = house.bring("ZJ26-017")
    house.log(office.staff(), RecordType.CHAIR, ChairBody(person=other.person), round=name)
    before = kinds(office, expert.person)
    assignment = house.assign(name, dossier, expert)
    new = whole_feed(office, expert.person)[len(before) :]
    assert [each.stored.type for each in new] == [RecordType.ROUND, RecordType.CHAIR, RecordType.ASSIGNMENT]
    assert {each.at for each in new} == {assignment.index}
    assert [each.position for each in new] == [1, 2, 3]
    assert RecordType.ROUND not in kinds(office, other.person)


def test_a_round_appears_with_enrolment_when_that_comes_later(office: Office, house) -> None:
    person = uuid7(office.clock())
    name, dossier = house.open_round(), house.bring("ZJ26-017")
    house.assign(name, dossier, person)
    assert whole_feed(office, person) == []
    expert = house.enrol("陈思远", person=person)
    entries = whole_feed(office, person)
    assert [each.stored.type for each in entries][-2:] == [RecordType.ROUND, RecordType.ASSIGNMENT]
    assert {each.at for each in entries} == {expert.enrolment.index}


def test_changes_of_a_round_reach_all_who_had_a_seat_in_it(office: Office, house, end_round) -> None:
    expert, replaced, outsider = (house.enrol(name) for name in ("陈思远", "林若彤", "周行"))
    name, dossier = house.open_round(), house.bring("ZJ26-017")
    house.assign(name, dossier, expert)
    house.assign(name, dossier, replaced)
    house.assign(name, dossier, replaced, "replace")
    end_round(name)
    assert kinds(office, expert.person)[-1] is RecordType.ROUND_CHANGE
    assert kinds(office, replaced.person)[-1] is RecordType.ROUND_CHANGE
    assert RecordType.ROUND_CHANGE not in kinds(office, outsider.person)


def test_the_card_appears_with_the_commitment_and_not_before(office: Office, house) -> None:
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")
    name, dossier, unseated = house.open_round(), house.bring("ZJ26-017"), house.bring("ZJ26-021")
    house.assign(name, dossier, expert)
    house.assign(name, dossier, other)
    assert RecordType.DOSSIER not in kinds(office, expert.person)
    commitment = house.commit(name, expert)
    new = whole_feed(office, expert.person)[-2:]
    assert [each.stored.digest for each in new] == [commitment.digest, house.dossiers[dossier].digest]
    assert {each.at for each in new} == {commitment.index}
    assert RecordType.DOSSIER not in kinds(office, other.person)
    assert not sees(office, expert.person, house.dossiers[unseated].digest)


def test_a_seat_given_after_the_commitment_brings_its_card(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    name = house.open_round()
    first, second = house.bring("ZJ26-017"), house.bring("ZJ26-021")
    house.assign(name, first, expert)
    house.commit(name, expert)
    house.assign(name, second, expert)
    assert kinds(office, expert.person)[-2:] == [RecordType.ASSIGNMENT, RecordType.DOSSIER]


def test_a_new_version_is_listed_at_its_own_index(office: Office, house) -> None:
    expert, uncommitted, replaced = (house.enrol(name) for name in ("陈思远", "林若彤", "周行"))
    name, dossier = house.open_round(), house.bring("ZJ26-017")
    for each in (expert, uncommitted, replaced):
        house.assign(name, dossier, each)
    house.commit(name, expert)
    house.commit(name, replaced)
    house.assign(name, dossier, replaced, "replace")
    house.bring("ZJ26-017", dossier=dossier, text="修订")
    version = house.dossiers[dossier]
    assert version.body.version == 2
    entry = whole_feed(office, expert.person)[-1]
    assert (entry.at, entry.stored.digest) == (version.index, version.digest)
    assert not sees(office, uncommitted.person, version.digest)
    assert not sees(office, replaced.person, version.digest)
    house.commit(name, uncommitted)
    assert sees(office, uncommitted.person, version.digest)


def test_an_ended_round_brings_no_new_versions(office: Office, house, end_round) -> None:
    expert = house.enrol("陈思远")
    name, dossier = house.open_round(), house.bring("ZJ26-017")
    house.assign(name, dossier, expert)
    house.commit(name, expert)
    end_round(name)
    house.bring("ZJ26-017", dossier=dossier, text="修订")
    assert not sees(office, expert.person, house.dossiers[dossier].digest)


def test_a_withdrawn_project_is_told_to_all_who_had_it(office: Office, house) -> None:
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")
    name, dossier, second = house.open_round(), house.bring("ZJ26-017"), house.bring("ZJ26-021")
    house.assign(name, dossier, expert)
    house.assign(name, second, other)
    body = AssignmentBody(action="withdraw", reason="申请撤回")
    withdrawal = house.log(office.staff(), RecordType.ASSIGNMENT, body, round=name, subjects=(dossier,))
    assert sees(office, expert.person, withdrawal.digest)
    assert not sees(office, other.person, withdrawal.digest)


def test_a_project_withdrawn_before_enrolment_is_known_as_withdrawn_after_it(office: Office, house) -> None:
    person = uuid7(office.clock())
    name, dossier, other = house.open_round(), house.bring("ZJ26-017"), house.bring("ZJ26-021")
    house.assign(name, dossier, person)
    body = AssignmentBody(action="withdraw", reason="申请撤回")
    withdrawal = house.log(office.staff(), RecordType.ASSIGNMENT, body, round=name, subjects=(dossier,))
    foreign = house.log(office.staff(), RecordType.ASSIGNMENT, body, round=name, subjects=(other,))
    expert = house.enrol("陈思远", person=person)
    assert sees(office, person, withdrawal.digest)
    assert not sees(office, person, foreign.digest)
    house.commit(name, expert)
    assert RecordType.DOSSIER not in kinds(office, person)


def test_what_answers_ones_own_records_is_ones_own(office: Office, house) -> None:
    expert, peer = house.enrol("陈思远"), house.enrol("林若彤")
    name, dossier = house.open_round(), house.bring("ZJ26-017")
    for each in (expert, peer):
        house.assign(name, dossier, each)
        house.commit(name, each)
    said = house.declare(name, dossier, expert, DeclarationOutcome.EXPLAIN)
    answers = [
        house.log(
            office.service,
            RecordType.ACCEPTANCE,
            AcceptanceBody(record=said.digest, payload_sha256="0" * 64),
            round=name,
            subjects=(dossier,),
        ),
        house.log(
            office.service,
            RecordType.REFUSAL,
            RefusalBody(record="1" * 64, person=expert.person, kind="rounds.recused"),
        ),
        house.log(
            office.staff(),
            RecordType.DECISION,
            DecisionBody(about=said.digest, person=expert.person, matter="declaration", granted=True),
            round=name,
            subjects=(dossier,),
        ),
        house.log(
            office.staff(),
            RecordType.RETURN,
            ReturnBody(review="2" * 64, person=expert.person, words="请补充意见"),
            round=name,
            subjects=(dossier,),
        ),
    ]
    for each in (said, *answers):
        assert sees(office, expert.person, each.digest)
        assert not sees(office, peer.person, each.digest)


def test_pages_in_any_size_give_the_same_feed_once(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    name = house.open_round()
    for number in range(6):
        house.assign(name, house.bring(f"ZJ26-{number:03}"), expert)
    house.commit(name, expert)
    expected = whole_feed(office, expert.person)
    places = [(each.at, each.position) for each in expected]
    assert places == sorted(set(places))
    assert len({each.stored.digest for each in expected}) == len(expected)
    for limit in (1, 2, 3, 7):
        assert whole_feed(office, expert.person, limit) == expected
    with office.ledger.reading() as reading:
        end = reading.feed(expert.person, places[-1], 10)
    assert (end.entries, end.next, end.more) == ((), places[-1], False)


def test_the_feed_lists_nothing_that_no_checkpoint_covers(office: Office, house) -> None:
    expert = house.enrol("陈思远")
    name = house.open_round()
    seat = AssignmentBody(action="assign", person=expert.person)
    dossier = house.bring("ZJ26-017")
    assignment = house.say(office.staff(), RecordType.ASSIGNMENT, seat, round=name, subjects=(dossier,))
    before = kinds(office, expert.person)
    with office.ledger.writing() as writing:
        writing.append(assignment)
        assert [each.stored.type for each in writing.feed(expert.person, (0, 0), 99).entries] == before
    assert len(kinds(office, expert.person)) == len(before) + 2


def test_showing_twice_lists_once_and_only_a_record_makes_visible(office: Office, house) -> None:
    expert, other = house.enrol("陈思远"), house.enrol("林若彤")
    name = house.open_round()
    round_record = house.log(
        office.staff(),
        RecordType.ROUND_CHANGE,
        RoundChangeBody(change="extend", closes_at=instant(office.clock())),
        round=name,
    )
    with office.ledger.writing() as writing:
        stored = writing.append(
            house.say(office.staff(), RecordType.CHAIR, ChairBody(person=other.person), round=name)
        )
        for _ in range(3):
            writing.show(expert.person, round_record.digest)
    entry = whole_feed(office, expert.person)[-1]
    assert (entry.at, entry.stored.digest) == (stored.index, round_record.digest)
    with office.ledger.writing() as writing:
        writing.show(expert.person, round_record.digest)
        with pytest.raises(LedgerError) as caught:
            writing.show(other.person, round_record.digest)
        assert caught.value.kind == "ledger.shown-by-nothing"
        with pytest.raises(LedgerError) as caught:
            writing.show(other.person, "9" * 64)
        assert caught.value.kind == "ledger.unknown-record"
    with office.ledger.database.reading() as connection:
        count = connection.execute(
            select(func.count()).select_from(feed).where(feed.c.log_index == round_record.index)
        ).scalar()
    assert count == 1
