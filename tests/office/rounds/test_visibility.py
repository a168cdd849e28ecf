"""Commit, then declare, then read: what an expert gets over HTTP at each step, and what nobody ever gets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.office.rounds.returns import decide
from zhubi.office.rounds.windows import change_round
from zhubi.office.vault.sealing import SourceFile

CANARY = "金丝雀启封前不可读"
UNKNOWN = "0" * 64


@pytest.fixture
def dossier(house: Any, tmp_path: Path) -> str:
    paper = tmp_path / "任务书.txt"
    paper.write_text(CANARY * 50, encoding="utf-8")
    return house.bring("ZJ26-001", text=CANARY, files=(SourceFile(paper, "任务书.txt", "text/plain"),))


def version_of(scene: Any, dossier: str) -> Any:
    with scene.office.ledger.reading() as reading:
        return reading.dossier(dossier)


def is_kept_from(scene: Any, pen: Any, dossier: str) -> bool:
    """Whether neither key nor any blob of the newest version is to be had, in words that tell nothing."""
    body = version_of(scene, dossier).body
    answers = [pen.get(f"/v1/blobs/{each.digest}") for each in body.manifest.blobs()]
    unknown = pen.get(f"/v1/blobs/{UNKNOWN}")
    key, no_key = pen.ask_key(body.manifest_digest, scene.round), pen.ask_key(UNKNOWN, scene.round)
    kept = {answer.status_code for answer in answers} == {404} and key.status_code == 404
    if kept:
        for answer in answers:
            assert (answer.content, answer.headers) == (unknown.content, unknown.headers)
        assert (key.status_code, key.content, key.headers) == (404, no_key.content, no_key.headers)
    return kept


def releases(scene: Any) -> list[Any]:
    return scene.of_type(RecordType.KEY_RELEASE)


def test_each_step_opens_the_next_and_no_more(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    assert not pen.seen(RecordType.ROUND, RecordType.DOSSIER)
    scene.seat(dossier, pen)
    assert [each.type for each in pen.seen(RecordType.ROUND, RecordType.ASSIGNMENT)] == [
        RecordType.ROUND,
        RecordType.ASSIGNMENT,
    ]
    assert not pen.seen(RecordType.DOSSIER)
    card = version_of(scene, dossier)
    forbidden, unknown = pen.get(f"/v1/records/{card.digest}"), pen.get(f"/v1/records/{UNKNOWN}")
    assert forbidden.status_code == 404
    assert (forbidden.content, forbidden.headers) == (unknown.content, unknown.headers)
    assert is_kept_from(scene, pen, dossier)

    scene.logged(pen, pen.commitment(scene))
    assert [each.digest for each in pen.seen(RecordType.DOSSIER)] == [card.digest]
    assert pen.get(f"/v1/records/{card.digest}").text == card.compact
    assert is_kept_from(scene, pen, dossier)

    scene.logged(pen, pen.declaration(scene, dossier))
    assert not is_kept_from(scene, pen, dossier)
    _, content = pen.unseal(scene, dossier)
    assert content.sections[0].text == CANARY


def test_what_others_have_and_say_is_never_mine(scene: Any, dossier: str, house: Any) -> None:
    pen, peer = scene.pen(), scene.pen("同组专家")
    other = house.bring("ZJ26-002")
    card, content = scene.brought_to(peer, dossier)
    review = peer.review(scene, card, content)
    (result,) = scene.logged(peer, review)
    scene.seat(other, pen)
    scene.logged(pen, pen.commitment(scene))
    mine = {each.digest for each in pen.feed()}
    theirs = {each.digest for each in peer.feed()} - mine
    assert result.digest in theirs
    assert {each.type for each in peer.feed() if each.digest in theirs} >= {
        RecordType.COMMITMENT, RecordType.DECLARATION, RecordType.REVIEW, RecordType.KEY_RELEASE,
        RecordType.ACCEPTANCE, RecordType.DOSSIER, RecordType.ASSIGNMENT, RecordType.ENROLMENT,
    }  # fmt: skip
    unknown = pen.get(f"/v1/records/{UNKNOWN}")
    for digest in theirs:
        answer = pen.get(f"/v1/records/{digest}")
        assert (answer.status_code, answer.content) == (404, unknown.content)
    assert is_kept_from(scene, pen, dossier)


def test_the_key_is_sealed_to_one_device_and_released_to_it_once(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    pen.unseal(scene, dossier)
    (release,) = releases(scene)
    assert (release.record.body.person, release.record.body.device) == (pen.person, pen.signing.kid)


@pytest.mark.parametrize("outcome", ["recuse", "decline"])
def test_whoever_steps_aside_never_gets_the_key(scene: Any, dossier: str, outcome: str) -> None:
    pen = scene.pen()
    scene.seat(dossier, pen)
    scene.logged(pen, pen.commitment(scene))
    scene.logged(pen, pen.declaration(scene, dossier, outcome, words="与申报单位有合作"))
    assert is_kept_from(scene, pen, dossier)
    assert not releases(scene)
    assert not pen.seen(RecordType.KEY_RELEASE)


def test_a_recusal_is_not_undone_by_another_word_but_by_the_organiser(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.seat(dossier, pen)
    scene.logged(pen, pen.commitment(scene))
    recused = scene.logged(pen, pen.declaration(scene, dossier, "recuse"))[0].digest
    (second,) = pen.deliver(pen.declaration(scene, dossier, supersedes=(recused,)))
    assert (second.status, second.kind) == ("refused", "rounds.recused-before")
    assert is_kept_from(scene, pen, dossier)
    asked = pen.declaration(scene, dossier, "explain", words="此前误报", supersedes=(recused,))
    scene.logged(pen, asked)
    assert is_kept_from(scene, pen, dossier)
    decide(
        scene.office, scene.office.staff(), scene.round, dossier, pen.person, granted=True, now=scene.clock()
    )
    assert pen.unseal(scene, dossier)[1].sections[0].text == CANARY


def test_who_asks_waits_and_gets_the_key_only_when_granted(scene: Any, dossier: str) -> None:
    granted, denied = scene.pen("甲"), scene.pen("乙")
    scene.seat(dossier, granted, denied)
    for pen in (granted, denied):
        scene.logged(pen, pen.commitment(scene))
        scene.logged(pen, pen.declaration(scene, dossier, "explain", words="十年前曾同校任教"))
        assert is_kept_from(scene, pen, dossier)
    for pen in (granted, denied):
        matter = decide(
            scene.office, scene.office.staff(), scene.round, dossier, pen.person,
            granted=pen is granted, words="已核实", now=scene.clock(),
        )  # fmt: skip
        assert matter == "declaration"
        assert [each.body.granted for each in pen.seen(RecordType.DECISION)] == [pen is granted]
    granted.unseal(scene, dossier)
    assert is_kept_from(scene, denied, dossier)
    first = denied.seen(RecordType.DECLARATION)[0].digest
    (around,) = denied.deliver(denied.declaration(scene, dossier, supersedes=(first,)))
    assert around.kind == "rounds.recused-before"
    assert {each.record.body.person for each in releases(scene)} == {granted.person}


def test_a_changed_card_asks_for_a_new_declaration_before_anything_more_is_read(
    scene: Any, dossier: str, house: Any
) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    house.bring("ZJ26-001改", dossier=dossier, text=CANARY)
    assert is_kept_from(scene, pen, dossier)
    before = pen.seen(RecordType.DECLARATION)[0].digest
    scene.logged(pen, pen.declaration(scene, dossier, supersedes=(before,)))
    card, _ = pen.unseal(scene, dossier)
    assert card.body.version == 2


def test_a_changed_text_under_the_same_card_asks_only_for_its_own_key(
    scene: Any, dossier: str, house: Any
) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    house.bring("ZJ26-001", dossier=dossier, text="第二版")
    card, content = pen.unseal(scene, dossier)
    assert (card.body.version, content.sections[0].text) == (2, "第二版")
    assert len(releases(scene)) == 2


def test_an_ended_round_gives_neither_key_nor_blob(scene: Any, dossier: str, clock: Any) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    staff = scene.office.staff()
    change_round(scene.office, staff, scene.round, "close", now=clock())
    assert not is_kept_from(scene, pen, dossier)
    change_round(scene.office, staff, scene.round, "end", now=clock())
    assert is_kept_from(scene, pen, dossier)
    assert [each.body.change for each in pen.seen(RecordType.ROUND_CHANGE)] == ["close", "end"]


def test_what_another_live_round_needs_stays_open_there(
    scene: Any, dossier: str, clock: Any, pens: Any
) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    second = pens.open_scene(scene.office, clock, http=scene.http)
    second.seat(dossier, pen)
    second.logged(pen, pen.commitment(second), pen.declaration(second, dossier))
    staff = scene.office.staff()
    for change in ("close", "end"):
        change_round(scene.office, staff, scene.round, change, now=clock())
    body = version_of(scene, dossier).body
    assert pen.ask_key(body.manifest_digest, scene.round).status_code == 404
    assert pen.ask_key(body.manifest_digest, second.round).status_code == 200
    assert pen.get(f"/v1/blobs/{body.manifest.content.digest}").status_code == 200


def test_what_is_sealed_is_found_nowhere_readable_in_the_office(
    scene: Any, dossier: str, tmp_path: Path
) -> None:
    pen = scene.pen()
    scene.seat(dossier, pen)
    heard = [pen.get("/v1/feed").content]
    scene.logged(pen, pen.commitment(scene))
    heard.append(pen.get("/v1/feed").content)
    needle = CANARY.encode("utf-8")
    assert not any(needle in each for each in heard)
    held = [file for file in tmp_path.rglob("*") if file.is_file() and file.name != "任务书.txt"]
    assert any("blobs" in file.parts for file in held)
    assert not [file for file in held if needle in file.read_bytes()]
    with scene.office.ledger.reading() as reading:
        kept = [reading.at(index).compact for index in range(scene.leaves())]
    assert not re.search("金丝雀", "".join(kept))
