"""What the office does with what experts send: once, intact, provably, in any order; or not, and why."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType, parse_record
from zhubi.core.rules.lifecycle import Stage
from zhubi.core.trust.canonical import digest_of
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import peek, record_digest
from zhubi.office.access.invitations import revoke
from zhubi.office.ledger import writing as ledger_writing
from zhubi.office.rounds.reception import receive
from zhubi.office.rounds.status import status
from zhubi.office.vault.errors import VaultError


def stage_of(scene: Any, pen: Any, dossier: str) -> Stage:
    shown = status(scene.office, scene.round, now=scene.clock())
    (project,) = (each for each in shown.projects if each.dossier == dossier)
    (member,) = (each for each in project.members if each.person == pen.person)
    return member.seat.stage


@pytest.fixture
def dossier(house: Any) -> str:
    return house.bring("ZJ26-001")


def test_from_the_invitation_to_a_receipt_that_proves_itself(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    review = pen.review(scene, card, content)
    (result,) = scene.logged(pen, review)
    proven = pen.verify(result, review)
    assert proven.index == result.index
    assert stage_of(scene, pen, dossier) is Stage.SUBMITTED


def test_a_receipt_proves_one_record_and_no_other(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    review = pen.review(scene, card, content)
    (result,) = scene.logged(pen, review)
    other = pen.review(scene, card, content, sheet={"opinion": "另一份意见" * 30})
    with pytest.raises(TrustError):
        pen.verify(result, other)


def test_acceptance_says_what_was_received_and_not_that_it_counts(
    scene: Any, dossier: str, clock: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    clock.pass_time(days=6)
    review = pen.review(scene, card, content)
    (result,) = scene.logged(pen, review)
    assert stage_of(scene, pen, dossier) is Stage.LATE
    payload, kid = peek(result.receipt.acceptance)
    acceptance = parse_record(record_digest(result.receipt.acceptance), kid, dict(payload))
    assert acceptance.body.record == record_digest(review)
    assert acceptance.body.payload_sha256 == digest_of(peek(review)[0])
    assert set(payload["body"]) == {"record", "payload_sha256"}


def test_a_hundred_times_the_same_review_is_one_leaf_with_one_receipt(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    review = pen.review(scene, card, content)
    (first,) = scene.logged(pen, review)
    leaves = scene.leaves()
    again = [*pen.deliver(*[review] * 50), *(pen.deliver(review)[0] for _ in range(5))]
    again += pen.deliver(*[review] * 45)
    assert len(again) == 100
    assert {each.index for each in again} == {first.index}
    assert {each.receipt.acceptance for each in again} == {first.receipt.acceptance}
    assert scene.leaves() == leaves


def test_other_words_under_the_same_id_are_a_conflict_that_changes_nothing(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    review = pen.review(scene, card, content)
    scene.logged(pen, review)
    leaves = scene.leaves()
    same_id = peek(review)[0]["id"]
    other = pen.review(scene, card, content, id=same_id, reason="改了")
    answer = pen.ask("POST", "/v1/records", json={"records": [other]})
    assert answer.status_code == 409
    assert answer.json()["results"][0]["status"] == "conflict"
    both = pen.deliver(other, review)
    assert [each.status for each in both] == ["conflict", "logged"]
    assert scene.leaves() == leaves


def test_a_correction_waits_for_what_it_corrects_and_is_logged_when_that_comes(
    scene: Any, dossier: str
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    first = pen.review(scene, card, content)
    second = pen.review(scene, card, content, supersedes=(record_digest(first),), reason="更正")
    third = pen.review(scene, card, content, supersedes=(record_digest(second),), reason="再更正")
    leaves = scene.leaves()
    assert [each.waiting_for for each in pen.deliver(third, second)] == [
        record_digest(second),
        record_digest(first),
    ]
    assert scene.leaves() == leaves
    scene.logged(pen, first)
    results = scene.logged(pen, second, third)
    assert [each.index for each in results] == sorted(each.index for each in results)
    for result, compact in zip(results, (second, third), strict=True):
        pen.verify(result, compact)
    assert stage_of(scene, pen, dossier) is Stage.SUBMITTED


def test_what_waits_at_the_beginning_of_a_batch_may_be_logged_at_its_end(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    first = pen.review(scene, card, content)
    second = pen.review(scene, card, content, supersedes=(record_digest(first),), reason="更正")
    results = pen.deliver(second, first)
    assert [(each.status, each.waiting_for) for each in results] == [("logged", None)] * 2
    pen.verify(results[0], second)


def test_any_order_of_the_same_records_ends_the_same(scene: Any, house: Any) -> None:
    endings = set()
    for number, order in enumerate(itertools.permutations(range(3))):
        dossier = house.bring(f"ZJ26-1{number}")
        pen = scene.pen(f"专家{number}")
        card, content = scene.brought_to(pen, dossier)
        first = pen.review(scene, card, content)
        second = pen.review(scene, card, content, supersedes=(record_digest(first),), reason="更正")
        third = pen.review(scene, card, content, supersedes=(record_digest(second),), reason="再更正")
        for place in (*order, *order):
            pen.deliver((first, second, third)[place])
        with scene.office.ledger.reading() as reading:
            logged = [reading.record(record_digest(each)) is not None for each in (first, second, third)]
        endings.add((tuple(logged), stage_of(scene, pen, dossier)))
    assert endings == {((True, True, True), Stage.SUBMITTED)}


def test_a_long_chain_of_corrections_in_reverse_is_unwound(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    chain = [pen.review(scene, card, content)]
    for number in range(25):
        chain.append(
            pen.review(scene, card, content, supersedes=(record_digest(chain[-1]),), reason=f"第{number}次")
        )
    results = pen.deliver(*reversed(chain))
    assert {each.status for each in results} == {"logged"}


def test_a_correction_of_a_refused_review_does_not_wait_for_it(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    refused = pen.review(scene, card, content, sheet={"scores": ()})
    (result,) = pen.deliver(refused)
    assert result.status == "refused"
    mended = pen.review(scene, card, content, supersedes=(record_digest(refused),))
    scene.logged(pen, mended)
    assert stage_of(scene, pen, dossier) is Stage.SUBMITTED


def test_a_correction_that_waited_is_judged_even_when_its_predecessor_is_refused(
    scene: Any, dossier: str
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    refused = pen.review(scene, card, content, sheet={"scores": ()})
    mended = pen.review(scene, card, content, supersedes=(record_digest(refused),))
    results = pen.deliver(mended, refused)
    assert [each.status for each in results] == ["logged", "refused"]


def test_what_relies_on_an_unheard_record_of_its_author_waits_for_it(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    newer = pen.declaration(scene, dossier, supersedes=self_declared(pen))
    review = pen.review(scene, card, content, relies_on=(record_digest(newer), scene.rulebook))
    (result,) = pen.deliver(review)
    assert (result.status, result.waiting_for) == ("waiting", record_digest(newer))
    scene.logged(pen, newer, review)


def self_declared(pen: Any) -> tuple[str, ...]:
    return tuple(each.digest for each in pen.seen(RecordType.DECLARATION))


def test_no_more_wait_than_there_is_room_for_and_the_rest_may_come_again(
    scene: Any, dossier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_writing, "HELD_PER_AUTHOR", 1)
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    base = pen.review(scene, card, content)
    early = [
        pen.review(scene, card, content, supersedes=(record_digest(base),), reason=reason)
        for reason in ("甲", "乙")
    ]
    results = pen.deliver(*early)
    assert [each.status for each in results] == ["waiting", "refused"]
    assert results[1].kind == "ledger.too-many-waiting"
    assert results[1].refusal is None
    assert [each.status for each in pen.deliver(base, *early)] == ["logged"] * 3


def test_one_bad_record_of_a_batch_keeps_no_other_back(scene: Any, house: Any) -> None:
    pen = scene.pen()
    reviews = []
    for number in range(4):
        card, content = scene_card(scene, pen, house.bring(f"ZJ26-2{number}"))
        reviews.append(pen.review(scene, card, content, sheet={"total": None} if number == 2 else {}))
    before = scene.leaves()
    results = pen.deliver(*reviews)
    assert [each.status for each in results] == ["logged", "logged", "refused", "logged"]
    assert len({peek_size(each) for each in results if each.receipt}) == 1
    assert scene.leaves() == before + 3 * 2 + 1
    for result, compact in zip(results, reviews, strict=True):
        if result.status == "logged":
            pen.verify(result, compact)


def scene_card(scene: Any, pen: Any, dossier: str) -> Any:
    scene.seat(dossier, pen)
    if not pen.seen(RecordType.COMMITMENT):
        scene.logged(pen, pen.commitment(scene))
    scene.logged(pen, pen.declaration(scene, dossier))
    return pen.unseal(scene, dossier)


def peek_size(result: Any) -> str:
    """The size line of the checkpoint in a receipt's proof."""
    return result.receipt.proof.split("\n\n", 1)[1].split("\n")[1]


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.seat(dossier, pen)
    with scene.office.ledger.reading() as reading:
        card = reading.dossier(dossier).body.card_digest
    commitment, declaration = pen.commitment(scene), pen.declaration(scene, dossier, card=card)
    leaves, checkpoint = scene.leaves(), scene.office.ledger.checkpoint()
    results = pen.deliver(commitment, declaration, dry_run=True)
    assert [(each.status, each.index, each.receipt) for each in results] == [("logged", None, None)] * 2
    (alone,) = pen.deliver(declaration, dry_run=True)
    assert (alone.status, alone.kind, alone.refusal) == ("refused", "rounds.not-committed", None)
    assert (scene.leaves(), scene.office.ledger.checkpoint()) == (leaves, checkpoint)
    assert not pen.seen(RecordType.COMMITMENT, RecordType.REFUSAL)
    scene.logged(pen, commitment, declaration)


def test_a_dry_run_holds_nothing_that_would_wait(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    first = pen.review(scene, card, content)
    second = pen.review(scene, card, content, supersedes=(record_digest(first),), reason="更正")
    (result,) = pen.deliver(second, dry_run=True)
    assert result.status == "waiting"
    scene.logged(pen, first)
    with scene.office.ledger.reading() as reading:
        assert reading.record(record_digest(second)) is None


def test_a_fault_of_the_office_is_never_a_refusal(
    scene: Any, dossier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    review = pen.review(scene, card, content)

    def unreachable(*_: object) -> Any:
        raise VaultError("vault.blobs-unreachable", "the bucket does not answer")

    with monkeypatch.context() as broken:
        broken.setattr("zhubi.office.rounds.admission.content_of", unreachable)
        answer = pen.ask("POST", "/v1/records", json={"records": [review]})
    assert answer.status_code == 503
    scene.logged(pen, review)


def test_another_persons_record_is_not_taken_from_my_hand(scene: Any, dossier: str) -> None:
    pen, thief = scene.pen("陈思远"), scene.pen("李四")
    card, content = scene.brought_to(pen, dossier)
    review = pen.review(scene, card, content)
    leaves = scene.leaves()
    (result,) = thief.deliver(review)
    assert (result.status, result.kind, result.refusal) == ("refused", "rounds.not-yours", None)
    in_my_name = pen.review(scene, card, content, key=thief.signing)
    assert thief.deliver(in_my_name)[0].kind == "rounds.not-yours"
    assert scene.leaves() == leaves
    scene.logged(pen, review)


def test_an_unknown_key_and_a_broken_signature_leave_nothing(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    leaves = scene.leaves()
    stranger = pen.review(scene, card, content, key=SigningKey.generate())
    honest = pen.review(scene, card, content)
    broken = honest[:-8] + ("AAAAAAAA" if not honest.endswith("AAAAAAAA") else "BBBBBBBB")
    results = pen.deliver(stranger, broken)
    assert [each.status for each in results] == ["refused", "refused"]
    assert results[0].kind == "trust.unknown-key"
    assert scene.leaves() == leaves


def test_the_office_takes_nothing_that_its_own_code_cannot_read_as_a_record(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    results = pen.deliver(
        "a.b.c",
        pen.say(RecordType.COMMITMENT, {"documents": []}, round=scene.round),
        pen.say(RecordType.COMMITMENT, {"documents": ["a"], "unheard": 1}, round=scene.round),
        pen.say(RecordType.PURGE, {"device": pen.signing.kid, "dossiers": -1, "blobs": 0}, round=scene.round),
    )
    assert {each.status for each in results} == {"refused"}
    assert {each.kind for each in results[1:]} == {"rounds.record-form"}


def test_a_revoked_key_speaks_no_more_and_its_owner_is_told_in_writing(scene: Any, dossier: str) -> None:
    old = scene.pen()
    card, content = scene.brought_to(old, dossier)
    before, after = old.review(scene, card, content), old.review(scene, card, content, reason="之后")
    scene.logged(old, before)
    again = scene.office.staff()
    invitation = invited_again(scene, old)
    new = type(old)(old.http, invitation, old.clock).enrol()
    revoke(scene.office, again, person=old.person, kid=old.signing.kid, reason="遗失", now=scene.clock())
    assert old.http.get("/v1/feed", headers={"Authorization": f"Bearer {old.token}"}).status_code == 401
    results = new.deliver(before, after)
    assert [(each.status, each.kind) for each in results] == [
        ("logged", None),
        ("refused", "rounds.key-revoked"),
    ]
    assert refusal_seen_by(new, after) == "rounds.key-revoked"


def invited_again(scene: Any, pen: Any) -> Any:
    from zhubi.office.access.invitations import invite

    return invite(
        scene.office,
        scene.office.staff(),
        name=pen.invitation.name,
        unit="浙江大学",
        person=pen.person,
        again=True,
        now=scene.clock(),
    )


def refusal_seen_by(pen: Any, compact: str) -> str | None:
    """Why, as the author's own feed tells it by a record that the service key signed."""
    for record in pen.seen(RecordType.REFUSAL):
        if record.body.record == record_digest(compact):
            assert record.payload.author == "service:office"
            return str(record.body.kind)
    return None


def test_a_record_for_another_office_is_refused_in_writing(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    foreign = pen.say(RecordType.PURGE, {"device": pen.signing.kid, "dossiers": 0, "blobs": 0, "kept": 0},
                      origin="elsewhere.example/abc", round=scene.round)  # fmt: skip
    (result,) = pen.deliver(foreign)
    assert (result.status, result.kind) == ("refused", "rounds.other-office")
    assert refusal_seen_by(pen, foreign) == "rounds.other-office"


def test_an_expert_says_only_what_experts_say(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.seat(dossier, pen)
    decision = pen.say(
        RecordType.DECISION,
        {"about": "0" * 64, "person": pen.person, "matter": "late", "granted": True},
        round=scene.round,
        subjects=(dossier,),
    )
    (result,) = pen.deliver(decision)
    assert (result.status, result.kind) == ("refused", "rounds.not-an-experts-act")
    assert not scene.of_type(RecordType.DECISION)


def test_a_refused_record_answers_the_same_again_and_is_one_refusal(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    bad = pen.review(scene, card, content, sheet={"total": None})
    first, second = pen.deliver(bad)[0], pen.deliver(bad)[0]
    assert (first.kind, first.details, first.refusal) == (second.kind, second.details, second.refusal)
    assert len(scene.of_type(RecordType.REFUSAL)) == 1


def test_a_whole_batch_is_bounded(scene: Any) -> None:
    pen = scene.pen()
    answer = pen.ask("POST", "/v1/records", json={"records": ["a.b.c"] * 501})
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:zhubi:problem:api.malformed"


def test_a_digest_must_be_ascii_even_behind_the_api(scene: Any) -> None:
    with pytest.raises(ZhubiError):
        receive(scene.office, ["评.审.表"], "nobody", now=scene.clock())
