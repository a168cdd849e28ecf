"""Commit, then declare, then read: what each declaration opens, and what it keeps shut."""

from __future__ import annotations

from typing import Any

import pytest
from storyhouse.wire import payloads

from zhubi.core.model.records import RecordType
from zhubi.core.wire.client import OfficeClient
from zhubi.core.wire.errors import WireError
from zhubi.core.wire.identity import TransportIdentity
from zhubi.expert.desk import declare, review
from zhubi.expert.desk.errors import DeskError

Seated = tuple[Any, Any, str, dict[str, str]]


def releases(house: Any, dossier: str, person: str) -> list[Any]:
    return [
        each for each in house.logged(RecordType.KEY_RELEASE, subject=dossier) if each.body.person == person
    ]


def asks_behind_the_desk(house: Any, expert: Any, round_id: str, dossier: str) -> tuple[str, str]:
    """What the office says to a machine that asks for key and content by itself: the two refusals."""
    manifest = next(each.body for each in house.logged(RecordType.DOSSIER, subject=dossier))
    vault = expert.desk.store.vaults.open(expert.origin)
    with OfficeClient(
        house.url, "", TransportIdentity(vault.transport, expert.origin), clock=house.clock
    ) as client:
        with pytest.raises(WireError) as key:
            client.release(manifest.manifest_digest, round_id)
        blob = manifest.manifest.content
        with pytest.raises(WireError) as content:
            b"".join(client.blob(blob.digest, blob.size))
    return key.value.kind, content.value.kind


def test_the_key_of_a_project_is_never_released_to_an_expert_who_recuses(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    with house.wire.listening() as heard:
        expert.take_up(round_id, DZ_1="recuse")
        expert.sync()
        assert expert.stage("DZ-1") == "recused" and expert.stage("DZ-2") == "ready"
        key_refused, content_refused = asks_behind_the_desk(house, expert, round_id, dossiers["DZ-1"])

    assert key_refused == "vault.not-entitled"
    assert content_refused == "wire.gone"
    said = [each for each in payloads(heard) if each["type"] == "key-release"]
    assert {each["subjects"][0] for each in said} == {dossiers["DZ-2"]}
    manifest = house.logged(RecordType.DOSSIER, subject=dossiers["DZ-1"])[0].body.manifest
    fetched = {
        each.path.rpartition("/")[2]
        for each in heard
        if each.path.startswith("/v1/blobs") and each.status < 300
    }
    assert fetched and manifest.content.digest not in fetched
    assert releases(house, dossiers["DZ-1"], expert.person) == []
    with pytest.raises(DeskError):
        review.set_opinion(expert.desk, expert.key("DZ-1"), "看不到材料，也就写不下意见")
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "recused"


def test_before_the_commitment_and_before_the_declaration_the_office_gives_nothing_away(
    seated: Seated,
) -> None:
    house, expert, round_id, dossiers = seated
    with house.wire.listening() as heard:
        expert.sync()
    assert "dossier" not in {each["type"] for each in payloads(heard)}
    assert asks_behind_the_desk(house, expert, round_id, dossiers["DZ-1"])[0] == "vault.not-entitled"
    expert.commit(round_id)
    assert expert.stage("DZ-1") == "declare"
    assert asks_behind_the_desk(house, expert, round_id, dossiers["DZ-1"])[0] == "vault.not-entitled"
    assert house.logged(RecordType.KEY_RELEASE) == []


def test_a_relation_explained_and_granted_opens_the_project(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id, DZ_1="explain")
    assert expert.stage("DZ-1") == "awaiting"
    assert releases(house, dossiers["DZ-1"], expert.person) == []

    assert (
        house.decide(round_id, dossiers["DZ-1"], expert.person, granted=True, words="关系已终止")
        == "declaration"
    )
    expert.sync()
    assert expert.stage("DZ-1") == "ready"
    assert len(releases(house, dossiers["DZ-1"], expert.person)) == 1
    row = next(each for each in declare.declarations(expert.desk, round_id) if each.code == "DZ-1")
    assert "关系已终止" in row.decision
    expert.review("DZ-1")
    assert expert.stage("DZ-1") == "submitted"


def test_a_relation_explained_and_not_granted_is_a_recusal(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id, DZ_1="explain")
    house.decide(round_id, dossiers["DZ-1"], expert.person, granted=False, words="仍在回避期内")
    with house.wire.listening() as heard:
        expert.sync()
    assert expert.stage("DZ-1") == "recused"
    said = [each for each in payloads(heard) if each["type"] == "key-release"]
    assert dossiers["DZ-1"] not in {each["subjects"][0] for each in said}
    assert releases(house, dossiers["DZ-1"], expert.person) == []
    row = next(each for each in declare.declarations(expert.desk, round_id) if each.code == "DZ-1")
    assert "仍在回避期内" in row.decision


def test_an_expert_who_cannot_take_it_on_declines_and_the_seat_goes_to_another(
    seated: Seated, enrol: Any
) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id, DZ_1="decline")
    assert expert.stage("DZ-1") == "declined"
    assert releases(house, dossiers["DZ-1"], expert.person) == []

    successor = enrol("顾怀谨")
    house.replace(round_id, dossiers["DZ-1"], expert.person, successor.person)
    successor.take_up(round_id)
    assert successor.stage("DZ-1") == "ready"
    successor.review("DZ-1")
    expert.sync()
    assert expert.stage("DZ-1") == "replaced"
    assert house.stands(round_id, dossiers["DZ-1"], successor.person) == "submitted"


def test_a_seat_the_policy_itself_gives_is_disclosed_and_reads(house: Any, papers: Any, enrol: Any) -> None:
    dossiers = house.bring(papers("DZ-1"))
    owner, other = enrol("池鱼跃"), enrol("顾怀谨")
    round_id = house.open_round()
    house.seat(round_id, dossiers.values(), owner.person, policy_seat="list-owner")
    house.seat(round_id, dossiers.values(), other.person)

    owner.take_up(round_id, DZ_1="policy-seat")
    assert owner.stage("DZ-1") == "ready"
    (said,) = house.logged(RecordType.DECLARATION, author=owner.person)
    assert (said.body.outcome.value, said.body.seat) == ("policy-seat", "list-owner")

    other.sync()
    other.commit(round_id)
    with pytest.raises(DeskError) as refused:
        other.answer("DZ-1", "policy-seat")
    assert refused.value.kind == "desk.no-such-seat"


def test_an_expert_who_recuses_after_submitting_makes_the_review_void(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.review("DZ-1", "DZ-2")
    expert.answer("DZ-1", "recuse", "", ())
    report = declare.sign_declarations(expert.desk, round_id, "246810")
    assert not report.problems
    expert.sync()
    assert expert.stage("DZ-1") == "void" and expert.stage("DZ-2") == "submitted"
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "void"
    assert expert.proves() == 1 + 2 + 2 + 1
