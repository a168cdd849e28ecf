"""The course of a round: closing and lateness, return and correction, replacement, withdrawal, two heads."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.rules.timing import Punctuality
from zhubi.core.trust.records import record_digest
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.lateness import late_reviews
from zhubi.office.rounds.returns import decide, return_review
from zhubi.office.rounds.seats import Seat, replace, withdraw
from zhubi.office.rounds.status import status
from zhubi.office.rounds.windows import change_round


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A round's course is judged from the log, whatever keeps it."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def dossier(house: Any) -> str:
    return house.bring("ZJ26-001")


def seat_of(scene: Any, pen: Any) -> Any:
    shown = status(scene.office, scene.round, now=scene.clock())
    (member,) = (each for each in shown.projects[0].members if each.person == pen.person)
    return member.seat


def decided(scene: Any, dossier: str, pen: Any, granted: bool) -> str:
    return decide(
        scene.office, scene.office.staff(), scene.round, dossier, pen.person, granted=granted,
        words="已研究", now=scene.clock(),
    )  # fmt: skip


def returned(scene: Any, dossier: str, pen: Any, words: str = "请补充经费意见") -> None:
    return_review(
        scene.office, scene.office.staff(), scene.round, dossier, pen.person, words=words,
        due_at=scene.clock() + timedelta(days=2), now=scene.clock(),
    )  # fmt: skip


def changed(scene: Any, change: str, **more: Any) -> Any:
    return change_round(scene.office, scene.office.staff(), scene.round, change, now=scene.clock(), **more)


def test_a_late_review_is_logged_with_a_receipt_and_counts_by_decision(
    scene: Any, dossier: str, clock: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    clock.pass_time(days=6)
    assert seat_of(scene, pen).stage == "overdue"
    review = pen.review(scene, card, content)
    (result,) = scene.logged(pen, review)
    pen.verify(result, review)
    assert seat_of(scene, pen).stage == "late"
    assert decided(scene, dossier, pen, granted=False) == "late"
    assert seat_of(scene, pen).stage == "late"
    assert decided(scene, dossier, pen, granted=True) == "late"
    assert seat_of(scene, pen).stage == "submitted"
    assert [each.body.granted for each in pen.seen(RecordType.DECISION)] == [False, True]


def test_a_late_review_is_listed_with_what_is_proven_of_its_time_and_set_aside_only_with_reasons(
    scene: Any, dossier: str, clock: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)

    def listed() -> Any:
        (late,) = late_reviews(scene.office, status(scene.office, scene.round, now=scene.clock()))
        return late

    early = pen.review(scene, card, content)
    clock.pass_time(days=6)
    (result,) = scene.logged(pen, early)
    late = listed()
    assert late.when.punctuality is Punctuality.CLAIMED
    assert late.when.claimed == clock() - timedelta(days=6)
    assert late.when.not_after is not None
    assert int(late.when.not_after.timestamp()) == result.logged_at
    assert (late.counts, late.words) == (None, "")
    with pytest.raises(RoundsError, match="say why"):
        decide(
            scene.office, scene.office.staff(), scene.round, dossier, pen.person, granted=False, now=clock()
        )
    decided(scene, dossier, pen, granted=False)
    assert (listed().counts, listed().words) == (False, "已研究")
    decided(scene, dossier, pen, granted=True)
    assert (listed().counts, listed().words) == (True, "已研究")


def test_a_review_logged_in_the_second_of_closing_is_in_time(scene: Any, dossier: str, clock: Any) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    clock.pass_time(days=5)
    scene.logged(pen, pen.review(scene, card, content))
    assert seat_of(scene, pen).stage == "submitted"


def test_an_extension_makes_what_came_late_timely_and_closing_does_not(
    scene: Any, dossier: str, clock: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    changed(scene, "close", reason="提前截止")
    clock.pass_time(hours=1)
    scene.logged(pen, pen.review(scene, card, content))
    assert seat_of(scene, pen).stage == "late"
    with pytest.raises(RoundsError) as twice:
        changed(scene, "close")
    assert twice.value.kind == "rounds.closed"
    assert seat_of(scene, pen).stage == "late"
    changed(scene, "extend", closes_at=clock() + timedelta(days=1), reason="系统故障")
    assert seat_of(scene, pen).stage == "submitted"


def test_a_returned_review_counts_until_it_is_superseded_even_after_closing(
    scene: Any, dossier: str, clock: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    first = pen.review(scene, card, content)
    scene.logged(pen, first)
    returned(scene, dossier, pen)
    seat = seat_of(scene, pen)
    assert (seat.stage, seat.review.digest) == ("returned", record_digest(first))
    assert [each.body.words for each in pen.seen(RecordType.RETURN)] == ["请补充经费意见"]
    clock.pass_time(days=6)
    assert seat_of(scene, pen).review.digest == record_digest(first)
    mended = pen.review(scene, card, content, supersedes=(record_digest(first),), reason="已补充经费意见")
    scene.logged(pen, mended)
    seat = seat_of(scene, pen)
    assert (seat.stage, seat.review.digest) == ("submitted", record_digest(mended))


def test_a_late_review_is_decided_on_before_it_can_be_sent_back(scene: Any, dossier: str, clock: Any) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    clock.pass_time(days=6)
    scene.logged(pen, pen.review(scene, card, content))
    with pytest.raises(RoundsError) as early:
        returned(scene, dossier, pen)
    assert early.value.kind == "rounds.nothing-to-return"
    decided(scene, dossier, pen, granted=True)
    returned(scene, dossier, pen)
    assert seat_of(scene, pen).stage == "returned"


def test_nothing_is_sent_back_without_words_or_without_a_review(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    with pytest.raises(RoundsError) as nothing:
        returned(scene, dossier, pen)
    assert nothing.value.kind == "rounds.nothing-to-return"
    scene.logged(pen, pen.review(scene, card, content))
    with pytest.raises(RoundsError) as silent:
        returned(scene, dossier, pen, words=" ")
    assert silent.value.kind == "rounds.return-words"
    with pytest.raises(RoundsError) as undecided:
        decided(scene, dossier, pen, granted=True)
    assert undecided.value.kind == "rounds.nothing-to-decide"


def test_two_reviews_side_by_side_count_neither_until_the_author_names_both(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    here, there = pen.review(scene, card, content), pen.review(scene, card, content, reason="另一台设备")
    scene.logged(pen, here, there)
    seat = seat_of(scene, pen)
    assert (seat.stage, seat.review, len(seat.rivals)) == ("disputed", None, 2)
    settled = pen.review(
        scene, card, content, supersedes=(record_digest(here), record_digest(there)), reason="以此为准"
    )
    scene.logged(pen, settled)
    assert seat_of(scene, pen).review.digest == record_digest(settled)


def test_recusing_after_submitting_voids_the_review(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    scene.logged(pen, pen.review(scene, card, content))
    before = pen.seen(RecordType.DECLARATION)[0].digest
    scene.logged(pen, pen.declaration(scene, dossier, "recuse", supersedes=(before,)))
    assert seat_of(scene, pen).stage == "void"
    (again,) = pen.deliver(pen.review(scene, card, content, reason="再交"))
    assert (again.status, again.kind) == ("refused", "rounds.recused")
    with pytest.raises(RoundsError):
        returned(scene, dossier, pen)


def test_a_replaced_expert_keeps_nothing_open_and_the_heir_starts_anew(scene: Any, dossier: str) -> None:
    gone, heir = scene.pen(), scene.pen("接替专家")
    card, content = scene.brought_to(gone, dossier)
    report = replace(
        scene.office, scene.office.staff(), scene.round, dossier, gone.person, Seat(heir.person),
        reason="临时出差", now=scene.clock(),
    )  # fmt: skip
    assert report.assigned == 1
    assert (seat_of(scene, gone).stage, seat_of(scene, heir).stage) == ("replaced", "commit")
    assert gone.seen(RecordType.ASSIGNMENT)[-1].body.reason == "临时出差"
    blob = card.body.manifest.content.digest
    assert gone.get(f"/v1/blobs/{blob}").status_code == 404
    assert gone.ask_key(card.body.manifest_digest, scene.round).status_code == 404
    (refused,) = gone.deliver(gone.review(scene, card, content))
    assert refused.kind == "rounds.replaced"
    scene.logged(heir, heir.commitment(scene), heir.declaration(scene, dossier, card=card.body.card_digest))
    heir.unseal(scene, dossier)
    with pytest.raises(RoundsError) as twice:
        replace(
            scene.office, scene.office.staff(), scene.round, dossier, gone.person, Seat(heir.person),
            reason="", now=scene.clock(),
        )  # fmt: skip
    assert twice.value.kind == "rounds.no-seat"


def test_a_withdrawn_project_is_over_for_everyone_seated(scene: Any, dossier: str) -> None:
    first, second = scene.pen(), scene.pen("第二人")
    card, content = scene.brought_to(first, dossier)
    scene.logged(first, first.review(scene, card, content))
    scene.seat(dossier, second)
    withdraw(
        scene.office, scene.office.staff(), scene.round, dossier, reason="申报单位撤回", now=scene.clock()
    )
    for pen in (first, second):
        assert seat_of(scene, pen).stage == "withdrawn"
        assert pen.seen(RecordType.ASSIGNMENT)[-1].body.reason == "申报单位撤回"
    assert first.get(f"/v1/blobs/{card.body.manifest.content.digest}").status_code == 404
    with pytest.raises(RoundsError) as settled:
        decided(scene, dossier, first, granted=True)
    assert settled.value.kind == "rounds.nothing-to-decide"


def test_an_ended_round_changes_no_more_and_what_was_submitted_is_closed(
    scene: Any, dossier: str, clock: Any
) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    scene.logged(pen, pen.review(scene, card, content))
    with pytest.raises(RoundsError) as early:
        changed(scene, "end")
    assert early.value.kind == "rounds.not-closed"
    clock.pass_time(days=6)
    changed(scene, "end")
    assert seat_of(scene, pen).stage == "closed"
    for act in ("extend", "close", "amend", "end"):
        with pytest.raises(RoundsError) as over:
            changed(scene, act, closes_at=clock() + timedelta(days=1))
        assert over.value.kind == "rounds.ended"
    with pytest.raises(RoundsError) as seatless:
        scene.seat(dossier, scene.pen("后来者"))
    assert seatless.value.kind == "rounds.ended"


def test_dates_that_cannot_be_are_refused_before_anything_is_logged(
    scene: Any, pens: Any, clock: Any
) -> None:
    leaves = scene.leaves()
    for change, more, kind in (
        ("extend", {}, "rounds.dates"),
        ("extend", {"closes_at": clock()}, "rounds.dates"),
        ("amend", {}, "rounds.change-nothing"),
        ("amend", {"closes_at": clock() - timedelta(days=1)}, "rounds.dates"),
        ("amend", {"policy": pens.shipped("dazu-2023-26")}, "rounds.unknown-kind"),
    ):
        with pytest.raises(RoundsError) as wrong:
            changed(scene, change, **more)
        assert wrong.value.kind == kind
    with pytest.raises(RoundsError):
        pens.open_scene(scene.office, clock, days=-1, http=scene.http)
    with pytest.raises(RoundsError) as unknown:
        pens.open_scene(scene.office, clock, kind="zj.tasting", http=scene.http)
    assert unknown.value.kind == "rounds.unknown-kind"
    assert scene.leaves() == leaves
