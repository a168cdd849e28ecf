"""Two machines of one person, a record that comes again and again, and experts who must not see each other."""

from __future__ import annotations

import json
from typing import Any

import httpx
from storyhouse.wire import payloads

from zhubi.core.model.records import RecordType
from zhubi.core.wire.client import OfficeClient
from zhubi.core.wire.errors import WireError
from zhubi.core.wire.identity import TransportIdentity
from zhubi.expert.desk import overview, settle

Seated = tuple[Any, Any, str, dict[str, str]]


def client_of(expert: Any, house: Any) -> OfficeClient:
    vault = expert.desk.store.vaults.open(expert.origin)
    return OfficeClient(house.url, "", TransportIdentity(vault.transport, expert.origin), clock=house.clock)


def status_of(house: Any, expert: Any, path: str) -> int:
    """What the office says to a machine that signs in and asks for something by itself."""
    vault = expert.desk.store.vaults.open(expert.origin)
    assertion = TransportIdentity(vault.transport, expert.origin).assertion(house.clock())
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    token = httpx.post(f"{house.url}/v1/token", data=form).json()["access_token"]
    return httpx.get(f"{house.url}{path}", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_review_submitted_a_hundred_times_is_one_leaf(seated: Seated) -> None:
    house, expert, round_id, _ = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    (digest,) = expert.sign("DZ-1")
    compact = expert.desk.store.records.get(digest).compact
    expert.submit()
    size = house.size()
    with client_of(expert, house) as client:
        again = [client.submit([compact]).results[0] for _ in range(49)]
        at_once = client.submit([compact] * 50).results
    assert {(each.status, each.digest, each.index) for each in (*again, *at_once)} == {
        ("logged", digest, again[0].index)
    }
    assert house.size() == size
    assert [each.digest for each in house.logged(RecordType.REVIEW)] == [digest]
    assert len(house.logged(RecordType.ACCEPTANCE)) == 4


def test_two_machines_that_sign_side_by_side_are_disputed_on_both_until_the_author_settles(
    seated: Seated, enrol: Any
) -> None:
    house, first, round_id, dossiers = seated
    first.take_up(round_id)
    second = enrol("陈思远", person=first.person)
    second.sync()
    assert second.stage("DZ-1") == "ready", "commitment and declaration are the person's, not the machine's"

    for machine, words in ((first, "第一台机器上写的意见。"), (second, "第二台机器上写的意见。")):
        machine.fill("DZ-1")
        machine.opinion("DZ-1", words * 4)
        machine.sign("DZ-1")
    for machine in (first, second, first):
        machine.submit()
        machine.sync()
    assert first.stage("DZ-1") == second.stage("DZ-1") == "disputed"
    assert house.stands(round_id, dossiers["DZ-1"], first.person) == "disputed"
    assert overview.next_step(first.desk).dossier == dossiers["DZ-1"]
    heads = {each.digest for each in house.logged(RecordType.REVIEW)}
    assert {each.digest for each in settle.rivals(first.desk, first.key("DZ-1"))} == heads

    first.settle("DZ-1", lambda each: each.opinion.startswith("第二台"))
    second.sync()
    assert first.stage("DZ-1") == second.stage("DZ-1") == "submitted"
    assert house.stands(round_id, dossiers["DZ-1"], first.person) == "submitted"
    settled = next(each for each in house.logged(RecordType.REVIEW) if each.digest not in heads)
    assert set(settled.payload.supersedes) == heads
    assert settled.body.sheet.opinion.startswith("第二台")
    assert first.typed("DZ-1") == second.typed("DZ-1") == settled.body.sheet.opinion
    first.sync()
    assert first.proves() == second.proves() == 1 + 2 + 3


def test_two_machines_that_settle_at_the_same_time_are_asked_once_more(seated: Seated, enrol: Any) -> None:
    house, first, round_id, dossiers = seated
    first.take_up(round_id)
    second = enrol("陈思远", person=first.person)
    second.sync()
    for machine in (first, second):
        machine.fill("DZ-1")
        machine.sign("DZ-1")
        machine.submit()
    first.sync()
    second.sync()
    for machine in (first, second):
        key = machine.key("DZ-1")
        chosen = min(settle.rivals(machine.desk, key), key=lambda each: each.digest)
        settle.settle(machine.desk, key, chosen.digest, "246810")
    for machine in (first, second, first, second):
        machine.sync()
    assert first.stage("DZ-1") == second.stage("DZ-1") == "disputed"
    first.settle("DZ-1", lambda each: True)
    second.sync()
    assert second.stage("DZ-1") == "submitted"
    assert house.stands(round_id, dossiers["DZ-1"], first.person) == "submitted"


def test_a_lost_machine_that_was_revoked_says_nothing_more_and_what_it_said_before_stands(
    seated: Seated, enrol: Any
) -> None:
    house, lost, round_id, dossiers = seated
    lost.take_up(round_id)
    lost.review("DZ-1")
    lost.fill("DZ-2")
    lost.sign("DZ-2")
    size = len(house.logged(RecordType.REVIEW))
    house.revoke(lost.person, lost.device)
    report = lost.try_sync()
    assert report.problem_kind == "wire.unauthorised"
    assert len(house.logged(RecordType.REVIEW)) == size
    assert lost.stage("DZ-2") == "signed", "and it stays there, signed"

    found = enrol("陈思远", person=lost.person)
    found.sync()
    assert found.stage("DZ-1") == "submitted"
    found.review("DZ-2")
    assert house.stands(round_id, dossiers["DZ-2"], lost.person) == "submitted"
    assert len(house.logged(RecordType.REVIEW)) == size + 1


def test_what_another_expert_said_is_never_seen(seated: Seated, enrol: Any) -> None:
    house, one, round_id, dossiers = seated
    other = enrol("顾怀谨")
    house.seat(round_id, dossiers.values(), other.person)
    with house.wire.listening() as heard_by_other:
        other.take_up(round_id)
    with house.wire.listening() as heard_by_one:
        one.take_up(round_id, DZ_2="decline")
        one.review("DZ-1")
        one.sync()
    with house.wire.listening() as later:
        other.review("DZ-1", "DZ-2")
        other.sync()
        hidden = [
            each
            for kind in (
                RecordType.REVIEW,
                RecordType.DECLARATION,
                RecordType.COMMITMENT,
                RecordType.ENROLMENT,
            )
            for each in house.logged(kind)
            if one.person in (each.payload.author, getattr(each.body, "person", ""))
        ]
        assert len(hidden) == 5
        with client_of(other, house) as client:
            for each in hidden:
                assert _refused(client.record, each.digest)
            mine = house.logged(RecordType.REVIEW, author=other.person)[0].digest
            assert status_of(house, other, f"/v1/records/{mine}") == 200, "and one's own is there"
            unknown = _refused(client.record, "0" * 64)
            assert unknown == _refused(client.record, hidden[0].digest), "unknown and forbidden read alike"

    for mine, heard in ((one.person, heard_by_one), (other.person, [*heard_by_other, *later])):
        theirs = other.person if mine == one.person else one.person
        said = payloads(heard)
        assert said
        assert not [each for each in said if each["author"] == theirs]
        assert theirs not in json.dumps(said), "not even that the other has a seat"


def _refused(ask: Any, digest: str) -> str:
    try:
        ask(digest)
    except WireError as problem:
        return problem.kind
    raise AssertionError("the office answered")
