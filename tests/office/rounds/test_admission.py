"""Which records may stand in the log: every refusal by its own name, signed, and told to the author alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType, parse_record
from zhubi.core.model.sheet import Score, Total
from zhubi.core.model.values import instant
from zhubi.core.rules.compile import shipped
from zhubi.core.trust.records import peek, record_digest
from zhubi.office.rounds.seats import Seat, replace, withdraw
from zhubi.office.rounds.status import status
from zhubi.office.rounds.windows import change_round


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Judging asks nothing of the database that the stories of reception do not ask on both."""
    return f"sqlite:///{tmp_path / 'test.db'}"


FEWER_POINTS = {"criteria": {"problem": {"full": 20}, "innovation": {"full": 25}}}


@pytest.fixture
def dossier(house: Any) -> str:
    return house.bring("ZJ26-001")


def refused(scene: Any, pen: Any, compact: str) -> str:
    """The kind of the refusal: signed by the service, about this record, and in the author's feed."""
    (result,) = pen.deliver(compact)
    assert result.status == "refused", result
    assert result.refusal is not None and result.receipt is None
    payload, kid = peek(result.refusal)
    refusal = parse_record(record_digest(result.refusal), kid, dict(payload))
    assert refusal.body.record == record_digest(compact)
    assert scene.office.service.key.kid == kid
    assert refusal.digest in {each.digest for each in pen.seen(RecordType.REFUSAL)}
    assert pen.get(f"/v1/records/{refusal.digest}").text == result.refusal
    with scene.office.ledger.reading() as reading:
        assert reading.record(record_digest(compact)) is None
    assert refusal.body.kind == result.kind
    return str(result.kind)


def first_score(scene: Any, points: int | None) -> Callable[[Any], Any]:
    def change(sheet: Any) -> Any:
        scores = [Score(criterion=sheet.scores[0].criterion, points=points, comment="-"), *sheet.scores[1:]]
        return {"scores": tuple(scores)}

    return change


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda sheet: {"scores": sheet.scores[1:]}, "rules.missing-score"),
        (first_score(None, None), "rules.missing-score"),
        (first_score(None, 26), "rules.judge-over"),
        (lambda sheet: {"scores": (*sheet.scores, sheet.scores[0])}, "rules.judge-twice"),
        (
            lambda sheet: {"scores": (*sheet.scores, Score(criterion="budget", points=1))},
            "rules.judge-not-your-criterion",
        ),
        (
            lambda sheet: {"scores": (*sheet.scores, Score(criterion="beauty", points=1))},
            "rules.judge-unknown-criterion",
        ),
        (lambda sheet: {"total": None}, "rules.judge-total"),
        (lambda sheet: {"total": Total(points=1, full=90, raw=1, base=90)}, "rules.judge-total"),
        (lambda sheet: {"recommendation": None}, "rules.missing-recommendation"),
        (lambda sheet: {"recommendation": "perhaps"}, "rules.judge-unknown-recommendation"),
    ],
)
def test_a_sheet_that_does_not_fit_its_form_is_refused_by_what_is_wrong(
    scene: Any, dossier: str, pens: Any, change: Callable[[Any], Any], kind: str
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    whole = pens.whole_sheet(scene.form, content, "technical")
    assert refused(scene, pen, pen.review(scene, card, content, sheet=change(whole))) == kind


def test_a_refused_review_leaves_the_next_one_free(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    bad = pen.review(scene, card, content, sheet={"total": None})
    refused(scene, pen, bad)
    scene.logged(pen, pen.review(scene, card, content, supersedes=(record_digest(bad),)))


def test_a_check_that_came_out_otherwise_is_marked_and_not_refused(
    scene: Any, dossier: str, pens: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    seen = pens.whole_sheet(scene.form, content, "technical").checks
    turned = tuple(
        each.model_copy(update={"outcome": "met" if each.outcome != "met" else "unmet", "words": "见材料"})
        for each in seen
    )
    scene.logged(pen, pen.review(scene, card, content, sheet={"checks": turned}))


def test_a_seat_in_this_round_is_needed(scene: Any, dossier: str, house: Any) -> None:
    seated, stranger = scene.pen(), scene.pen("无席")
    card, _ = scene.brought_to(seated, dossier)
    other = house.bring("ZJ26-002")
    assert refused(scene, stranger, stranger.commitment(scene)) == "rounds.no-seat"
    assert (
        refused(scene, stranger, stranger.declaration(scene, dossier, card=card.body.card_digest))
        == "rounds.no-seat"
    )
    elsewhere = seated.declaration(scene, other, card=card.body.card_digest)
    assert refused(scene, seated, elsewhere) == "rounds.no-seat"
    nowhere = seated.commitment(scene, round=seated.person)
    assert refused(scene, seated, nowhere) == "rounds.unknown-round"
    assert refused(scene, seated, seated.commitment(scene, round=None)) == "rounds.no-round"


def test_commitment_comes_before_declaration_even_after_closing(scene: Any, dossier: str, clock: Any) -> None:
    pen = scene.pen()
    scene.seat(dossier, pen)
    with scene.office.ledger.reading() as reading:
        card = reading.dossier(dossier).body.card_digest
    assert refused(scene, pen, pen.declaration(scene, dossier, card=card)) == "rounds.not-committed"
    clock.pass_time(days=6)
    assert refused(scene, pen, pen.declaration(scene, dossier, card=card)) == "rounds.not-committed"
    scene.logged(pen, pen.commitment(scene))
    scene.logged(pen, pen.declaration(scene, dossier))


def test_the_whole_commitment_is_signed_in_the_text_of_this_round(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.seat(dossier, pen)
    good = peek(pen.commitment(scene))[0]["body"]
    less = pen.say(RecordType.COMMITMENT, {**good, "documents": ["integrity"]}, round=scene.round)
    assert refused(scene, pen, less) == "rounds.commitment-lacks"
    other = pen.say(RecordType.COMMITMENT, {**good, "text_digest": "0" * 64}, round=scene.round)
    assert refused(scene, pen, other) == "rounds.commitment-text"


def test_a_declaration_rests_on_a_card_and_on_relations_the_rulebook_knows(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.seat(dossier, pen)
    scene.logged(pen, pen.commitment(scene))
    card = pen.newest_card(dossier).body.card_digest
    say = pen.declaration
    assert refused(scene, pen, say(scene, dossier, card="0" * 64)) == "rounds.unknown-card"
    assert (
        refused(scene, pen, say(scene, dossier, "policy-seat", seat="joint-unit")) == "rounds.no-policy-seat"
    )
    assert refused(scene, pen, say(scene, dossier, "explain")) == "rounds.explain-words"
    odd = say(scene, dossier, "recuse", relations=[{"kind": "same-zodiac", "with_whom": "某"}])
    assert refused(scene, pen, odd) == "rounds.unknown-relation"
    both = pen.declaration(scene, dossier, card=card, subjects=(dossier, scene.round))
    assert refused(scene, pen, both) == "rounds.one-subject"


def test_nothing_is_reviewed_before_its_key_was_released(scene: Any, dossier: str, house: Any) -> None:
    reader, early = scene.pen(), scene.pen("未启封")
    card, content = scene.brought_to(reader, dossier)
    scene.seat(dossier, early)
    assert refused(scene, early, early.review(scene, card, content)) == "rounds.not-unsealed"
    scene.logged(
        early, early.commitment(scene), early.declaration(scene, dossier, card=card.body.card_digest)
    )
    assert refused(scene, early, early.review(scene, card, content)) == "rounds.not-unsealed"
    early.unseal(scene, dossier)
    scene.logged(early, early.review(scene, card, content))


def test_a_review_names_the_material_the_rules_and_the_role_it_was_made_under(
    scene: Any, dossier: str, house: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    other = house.bring("ZJ26-002")
    scene.seat(other, pen)
    other_card, _ = scene_opened(scene, pen, other)
    wrong = [
        ({"dossier": other_card.digest, "manifest_digest": other_card.body.manifest_digest}, "wrong-dossier"),
        ({"manifest_digest": other_card.body.manifest_digest}, "wrong-dossier"),
        ({"rulebook": "0" * 64}, "other-rulebook"),
        ({"kind": "zj.acceptance"}, "other-rulebook"),
    ]
    for change, kind in wrong:
        assert refused(scene, pen, pen.review(scene, card, content, change=change)) == f"rounds.{kind}"
    assert refused(scene, pen, pen.review(scene, card, content, role="finance")) == "rounds.other-role"


def scene_opened(scene: Any, pen: Any, dossier: str) -> Any:
    scene.logged(pen, pen.declaration(scene, dossier))
    return pen.unseal(scene, dossier)


def test_a_correction_corrects_only_ones_own_on_the_same_matter(scene: Any, dossier: str) -> None:
    mine, theirs = scene.pen(), scene.pen("同组")
    card, content = scene.brought_to(mine, dossier)
    scene.brought_to(theirs, dossier)
    review = theirs.review(scene, card, content)
    scene.logged(theirs, review)
    stolen = mine.review(scene, card, content, supersedes=(record_digest(review),), reason="更正")
    assert refused(scene, mine, stolen) == "rounds.supersedes-other"
    declared = mine.seen(RecordType.DECLARATION)[0].digest
    mixed = mine.review(scene, card, content, supersedes=(declared,), reason="更正")
    assert refused(scene, mine, mixed) == "rounds.supersedes-other"


def test_a_replaced_expert_and_a_withdrawn_project_are_told_apart(
    scene: Any, dossier: str, house: Any
) -> None:
    gone, heir = scene.pen(), scene.pen("接替")
    card, content = scene.brought_to(gone, dossier)
    replace(
        scene.office, scene.office.staff(), scene.round, dossier, gone.person, Seat(heir.person),
        reason="出差", now=scene.clock(),
    )  # fmt: skip
    assert refused(scene, gone, gone.review(scene, card, content)) == "rounds.replaced"
    withdraw(scene.office, scene.office.staff(), scene.round, dossier, reason="撤回", now=scene.clock())
    scene.logged(heir, heir.commitment(scene))
    late = heir.declaration(scene, dossier, card=card.body.card_digest)
    assert refused(scene, heir, late) == "rounds.withdrawn"


def test_nothing_is_purged_before_the_round_ends(scene: Any, dossier: str, clock: Any) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    body = {"device": pen.signing.kid, "dossiers": 1, "blobs": 1, "kept": 0}
    assert refused(scene, pen, pen.say(RecordType.PURGE, body, round=scene.round)) == "rounds.not-ended"
    staff = scene.office.staff()
    change_round(scene.office, staff, scene.round, "close", now=clock())
    change_round(scene.office, staff, scene.round, "end", now=clock())
    scene.logged(pen, pen.say(RecordType.PURGE, body, round=scene.round))
    shown = status(scene.office, scene.round, now=clock())
    assert shown.projects[0].members[0].seat.stage == "purged"


def test_the_form_that_was_begun_is_the_form_that_is_judged(scene: Any, dossier: str, clock: Any) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    opened = pen.seen(RecordType.ROUND)[0].digest
    staff = scene.office.staff()
    change_round(scene.office, staff, scene.round, "amend", overrides=FEWER_POINTS, now=clock())
    begun_before = pen.review(scene, card, content, relies_on=(opened, scene.rulebook))
    begun_after = pen.review(scene, card, content, relies_on=(newest_round(pen), scene.rulebook))
    assert refused(scene, pen, begun_after) == "rules.judge-over"
    scene.logged(pen, begun_before)


def newest_round(pen: Any) -> str:
    return str(pen.seen(RecordType.ROUND_CHANGE)[-1].digest)


def test_a_review_on_the_rulebook_before_the_amendment_stands(scene: Any, dossier: str, clock: Any) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    rules = shipped("zhejiang-2023")
    newer = rules.model_copy(update={"title": rules.title.model_copy(update={"zh": "修订后的规则"})})
    change_round(scene.office, scene.office.staff(), scene.round, "amend", policy=newer, now=clock())
    scene.logged(pen, pen.review(scene, card, content))


def test_a_review_of_a_version_current_when_signed_is_logged_and_marked(
    scene: Any, dossier: str, house: Any, clock: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    size = scene.leaves()
    house.bring("ZJ26-001", dossier=dossier, text="第二版正文")
    offline = pen.review(scene, card, content, seen=seen_at(clock, size))
    scene.logged(pen, offline)
    member = status(scene.office, scene.round, now=clock()).projects[0].members[0]
    assert (member.seat.stage, member.seat.flags) == ("submitted", frozenset({"older-version"}))


def seen_at(clock: Any, size: int) -> dict[str, Any]:
    return {"size": size, "root": "0" * 64, "time": int(clock().timestamp())}


def test_a_review_of_a_version_known_to_be_replaced_is_refused(
    scene: Any, dossier: str, house: Any, clock: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    house.bring("ZJ26-001", dossier=dossier, text="第二版正文")
    knowing = pen.review(scene, card, content, seen=seen_at(clock, scene.leaves()))
    assert refused(scene, pen, knowing) == "rounds.older-version"
    newer, newer_content = pen.unseal(scene, dossier)
    assert newer.body.version == 2
    scene.logged(pen, pen.review(scene, newer, newer_content, seen=seen_at(clock, scene.leaves())))


def test_the_new_version_is_reviewed_only_once_its_own_key_was_released(
    scene: Any, dossier: str, house: Any
) -> None:
    pen = scene.pen()
    _, content = scene.brought_to(pen, dossier)
    house.bring("ZJ26-001", dossier=dossier, text="第二版正文")
    newer = pen.newest_card(dossier)
    assert refused(scene, pen, pen.review(scene, newer, content)) == "rounds.not-unsealed"


def test_a_review_signed_before_the_card_changed_is_not_lost(
    scene: Any, dossier: str, house: Any, clock: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    size = scene.leaves()
    house.bring("ZJ26-001改", dossier=dossier)
    scene.logged(pen, pen.review(scene, card, content, seen=seen_at(clock, size)))
    member = status(scene.office, scene.round, now=clock()).projects[0].members[0]
    assert (member.seat.stage, member.seat.redeclare) == ("submitted", True)
    assert "redeclare" in member.seat.flags
    scene.logged(pen, pen.declaration(scene, dossier, supersedes=(member.seat.declaration.digest,)))
    member = status(scene.office, scene.round, now=clock()).projects[0].members[0]
    assert (member.seat.stage, member.seat.flags) == ("submitted", frozenset({"older-version"}))


def test_claimed_times_move_nothing(scene: Any, dossier: str, clock: Any) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    clock.pass_time(days=6)
    early = instant(clock() - timedelta(days=3))
    scene.logged(pen, pen.review(scene, card, content, made_at=early))
    member = status(scene.office, scene.round, now=clock()).projects[0].members[0]
    assert member.seat.stage == "late"
