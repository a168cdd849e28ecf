"""What happens to a review on its way: sent back, late, overtaken by a new version, replaced, withdrawn, purged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from zhubi.core.model.records import RecordType, ReviewBody
from zhubi.demo.sheets import fill
from zhubi.expert.desk import overview, purge, reading, review, submit, trail
from zhubi.expert.desk.errors import DeskError

Seated = tuple[Any, Any, str, dict[str, str]]


def test_a_review_sent_back_counts_until_its_correction_supersedes_it(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    (first,) = expert.review("DZ-1")
    house.return_review(round_id, dossiers["DZ-1"], expert.person, "请说明核减的理由")
    expert.sync()
    assert expert.stage("DZ-1") == "returned"
    assert review.open_review(expert.desk, expert.key("DZ-1")).returned_words == "请说明核减的理由"
    assert overview.next_step(expert.desk).dossier == dossiers["DZ-1"]

    # Mended after closing: a return goes on, and its correction is in time.
    house.change(round_id, "close")
    house.clock.on(hours=1)
    expert.sync()
    second = expert.correct("DZ-1", "按退回意见补充", "已按意见补充核减理由，同意继续支持。")
    assert expert.stage("DZ-1") == "submitted"
    logged = {each.digest: each for each in house.logged(RecordType.REVIEW)}
    assert set(logged) == {first, second}
    assert logged[second].payload.supersedes == (first,)
    body = logged[second].body
    assert isinstance(body, ReviewBody) and body.reason == "按退回意见补充"
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "submitted"
    expert.proves()


def test_an_expert_corrects_a_review_of_their_own_accord(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    (first,) = expert.review("DZ-1")
    review.begin_correction(expert.desk, expert.key("DZ-1"), "笔误")
    expert.opinion("DZ-1", "更正后的意见。")
    assert "correcting" in expert.row("DZ-1").flags
    assert expert.stage("DZ-1") == "submitted", "what was submitted stands while its correction is typed"
    second = expert.correct("DZ-1", "笔误", "更正后的意见，同意继续支持。")
    assert [each.payload.supersedes for each in house.logged(RecordType.REVIEW)] == [(), (first,)]
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "submitted"
    assert {first, second} <= set(expert.receipts())


@pytest.mark.parametrize("granted", [True, False])
def test_what_arrives_late_is_kept_and_counts_only_when_the_organiser_says_so(
    seated: Seated, granted: bool
) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1", "DZ-2")
    expert.sign("DZ-1")
    house.clock.on(hours=31)
    assert expert.stage("DZ-2") == "overdue"
    expert.submit()
    assert expert.stage("DZ-1") == "late"
    assert expert.proves() == 4, "late, and proven all the same"
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "late"
    assert "late-claimed" in expert.row("DZ-1").flags
    told = next(each for each in trail.trail(expert.desk, expert.key("DZ-1")).rows if each.timing)
    assert "不早于" in told.timing[0] and "不晚于" in told.timing[0]
    assert "未能证明" in told.timing[1]

    assert (
        house.decide(round_id, dossiers["DZ-1"], expert.person, granted=granted, words="会场断网") == "late"
    )
    expert.sync()
    assert expert.stage("DZ-1") == ("submitted" if granted else "late")
    assert ("late-counted" if granted else "late-refused") in expert.row("DZ-1").flags
    decision = trail.trail(expert.desk, expert.key("DZ-1")).rows[-1]
    assert decision.detail == f"逾期到达，{'计入' if granted else '不计入'} 会场断网"
    # Nothing typed is lost by closing: the other sheet can still be signed, and is late as well.
    expert.sign("DZ-2")
    expert.submit()
    assert expert.stage("DZ-2") == "late"


def test_papers_that_change_while_they_are_reviewed_leave_the_draft_and_bring_their_key(
    seated: Seated, papers: Any
) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    before = expert.typed("DZ-1")
    house.bring(papers("DZ-1", text="更新后的正文：补充了台架试验的数据。"), update=True)
    expert.sync()

    view = review.open_review(expert.desk, expert.key("DZ-1"))
    assert view.state.opinion == before and not view.read_only
    assert "new-version" in view.flags
    assert expert.stage("DZ-1") == "complete", "a changed paper asks for no new declaration"
    content = reading.content(expert.desk, expert.key("DZ-1"))
    assert "台架试验" in "".join(each.text for each in content.sections)
    keys = house.logged(RecordType.KEY_RELEASE, subject=dossiers["DZ-1"])
    assert len({each.body.manifest_digest for each in keys}) == 2

    (digest,) = expert.sign("DZ-1")
    expert.submit()
    newest = house.logged(RecordType.DOSSIER, subject=dossiers["DZ-1"])[-1]
    (signed,) = (each for each in house.logged(RecordType.REVIEW) if each.digest == digest)
    assert signed.body.dossier == newest.digest
    assert expert.stage("DZ-1") == "submitted"


def test_a_review_of_the_version_before_is_logged_and_marked(seated: Seated, papers: Any) -> None:
    house, expert, round_id, _ = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    (digest,) = expert.sign("DZ-1")
    house.bring(papers("DZ-1", text="签名之后才到的新正文。"), update=True)
    expert.submit()
    expert.sync()
    assert expert.stage("DZ-1") == "submitted"
    assert "older-version" in expert.row("DZ-1").flags
    assert [each.digest for each in house.logged(RecordType.REVIEW)] == [digest]


def test_a_delivery_alone_does_not_make_the_expert_know_of_a_new_version(seated: Seated, papers: Any) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1", "DZ-2")
    house.bring(papers("DZ-1", text="两次送达之间才到的新正文。"), update=True)
    expert.sign("DZ-2")
    expert.submit()
    # That brought a checkpoint beyond the new version, and nothing of the version itself.
    (digest,) = expert.sign("DZ-1")
    expert.submit()
    assert [each.digest for each in house.logged(RecordType.REVIEW, subject=dossiers["DZ-1"])] == [digest]
    expert.sync()
    assert expert.stage("DZ-1") == "submitted" and "older-version" in expert.row("DZ-1").flags


def test_a_card_that_changes_asks_for_a_new_declaration_and_keeps_the_draft(
    seated: Seated, papers: Any
) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    before = expert.typed("DZ-1")
    house.bring(papers("DZ-1", leader="后加入的负责人"), update=True)
    expert.sync()
    assert expert.stage("DZ-1") == "declare"
    assert "redeclare" in expert.row("DZ-1").flags
    keys = house.logged(RecordType.KEY_RELEASE, subject=dossiers["DZ-1"])
    assert len(keys) == 1, "the key of the new version waits for the new declaration"

    expert.declare(round_id)
    assert expert.stage("DZ-1") == "complete"
    assert expert.typed("DZ-1") == before
    assert len(house.logged(RecordType.KEY_RELEASE, subject=dossiers["DZ-1"])) == 2
    expert.sign("DZ-1")
    expert.submit()
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "submitted"


def test_a_review_signed_before_the_card_changed_is_kept_and_a_new_declaration_asked_for(
    seated: Seated, papers: Any
) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    (digest,) = expert.sign("DZ-1")
    house.bring(papers("DZ-1", leader="后加入的负责人"), update=True)
    expert.submit()
    expert.sync()
    assert "redeclare" in expert.row("DZ-1").flags
    assert expert.stage("DZ-1") == house.stands(round_id, dossiers["DZ-1"], expert.person)
    expert.declare(round_id)
    assert "redeclare" not in expert.row("DZ-1").flags
    assert expert.stage("DZ-1") == "submitted"
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "submitted"
    assert [each.digest for each in house.logged(RecordType.REVIEW)] == [digest]


def test_work_that_was_refused_is_not_lost_and_is_signed_again_when_the_seat_comes_back(
    seated: Seated, enrol: Any
) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    words = expert.typed("DZ-1")
    successor = enrol("顾怀谨")
    house.replace(round_id, dossiers["DZ-1"], expert.person, successor.person)
    (refused,) = expert.sign("DZ-1")
    submit.submit(expert.desk)
    house.replace(round_id, dossiers["DZ-1"], successor.person, expert.person)
    expert.sync()
    assert expert.stage("DZ-1") == "refused"
    assert review.open_review(expert.desk, expert.key("DZ-1")).refused_words
    assert expert.typed("DZ-1") == words
    (signed,) = expert.sign("DZ-1")
    expert.submit()
    assert signed != refused
    assert expert.stage("DZ-1") == "submitted"
    assert [each.digest for each in house.logged(RecordType.REVIEW)] == [signed]


def test_an_expert_who_is_replaced_keeps_nothing_open(seated: Seated, enrol: Any) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    successor = enrol("顾怀谨")
    house.replace(round_id, dossiers["DZ-1"], expert.person, successor.person)
    (digest,) = expert.sign("DZ-1")
    submit.submit(expert.desk)
    expert.try_sync()
    assert expert.stage("DZ-1") == "replaced"
    assert house.logged(RecordType.REVIEW) == []
    (refusal,) = house.logged(RecordType.REFUSAL)
    assert refusal.body.record == digest
    assert overview.leaving(expert.desk).unsent == 0


def test_a_withdrawn_project_leaves_the_desk_of_everyone(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.review("DZ-1")
    expert.fill("DZ-2")
    house.withdraw(round_id, dossiers["DZ-1"])
    house.withdraw(round_id, dossiers["DZ-2"])
    expert.sync()
    assert {expert.stage("DZ-1"), expert.stage("DZ-2")} == {"withdrawn"}
    with pytest.raises(DeskError):
        review.set_opinion(expert.desk, expert.key("DZ-2"), "撤回以后不再评")
    assert expert.proves() == 4


def test_an_ended_round_is_purged_and_gives_neither_key_nor_content_again(seated: Seated, enrol: Any) -> None:
    house, expert, round_id, _ = seated
    expert.take_up(round_id)
    expert.review("DZ-1")
    expert.fill("DZ-2")
    with pytest.raises(DeskError) as early:
        purge.purge_round(expert.desk, round_id, "246810")
    assert early.value.kind == "desk.round-not-ended"
    house.clock.on(hours=31)
    house.change(round_id, "end")
    expert.sync()
    assert expert.stage("DZ-1") == "closed"

    report = purge.purge_round(expert.desk, round_id, "246810")
    assert report.dossiers == 2 and report.blobs == 2
    expert.sync()
    assert {expert.stage("DZ-1"), expert.stage("DZ-2")} == {"purged"}
    assert list((expert.folder / "blobs").rglob("*")) == [
        each for each in (expert.folder / "blobs").rglob("*") if each.is_dir()
    ]
    (said,) = house.logged(RecordType.PURGE)
    assert (said.body.dossiers, said.body.blobs, said.body.device) == (2, 2, expert.device)
    assert expert.proves() == 5, "what was said stays proven"
    expert.restart()
    with house.wire.listening() as heard:
        expert.sync()
    assert not [each for each in heard if "/blobs/" in each.path or "/releases" in each.path]

    # Another machine of the same person comes too late for this round.
    second = enrol("陈思远", person=expert.person)
    second.sync()
    assert not [each for each in house.logged(RecordType.KEY_RELEASE) if each.body.device == second.device]


def test_something_unsent_holds_the_purge_back(seated: Seated) -> None:
    house, expert, round_id, _ = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    expert.sign("DZ-1")
    house.change(round_id, "close")
    house.change(round_id, "end")
    house.wire.lose("/v1/records", "request")
    expert.try_sync()
    assert overview.leaving(expert.desk).unsent == 1
    with pytest.raises(DeskError) as held:
        purge.purge_round(expert.desk, round_id, "246810")
    assert held.value.kind == "desk.purge-unsent"
    expert.sync()
    purge.purge_round(expert.desk, round_id, "246810")
    expert.sync()
    assert len(house.logged(RecordType.PURGE)) == 1


def test_the_form_that_was_begun_is_the_form_that_is_signed(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    house.clock.on(minutes=5)
    house.change(round_id, "amend", overrides={"opinion_minimum": 400}, reason="要求写得更充分")
    expert.sync()

    begun = review.open_review(expert.desk, expert.key("DZ-1"))
    assert "new-rules" in begun.flags and begun.stage == "complete"
    fresh = review.open_review(expert.desk, expert.key("DZ-2"))
    assert "new-rules" not in fresh.flags
    assert begun.kind.opinion_minimum < fresh.kind.opinion_minimum == 400

    expert.review("DZ-1")
    assert expert.stage("DZ-1") == "submitted"
    expert.review("DZ-2")
    relied = {each.payload.subjects[0]: each.payload.relies_on for each in house.logged(RecordType.REVIEW)}
    opened, changed = (house.logged(kind)[0].digest for kind in (RecordType.ROUND, RecordType.ROUND_CHANGE))
    assert opened in relied[dossiers["DZ-1"]], "the record says which form was in front of the expert"
    assert changed in relied[dossiers["DZ-2"]]
    assert {house.stands(round_id, each, expert.person) for each in dossiers.values()} == {"submitted"}


def test_a_round_that_is_extended_after_closing_takes_reviews_in_time_again(seated: Seated) -> None:
    house, expert, round_id, _ = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    house.clock.on(hours=31)
    assert expert.stage("DZ-1") == "overdue"
    house.change(round_id, "extend", closes_at=house.clock() + timedelta(hours=3), reason="雨雪停会")
    expert.sync()
    assert expert.stage("DZ-1") == "complete" and expert.stage("DZ-2") == "ready"
    expert.sign("DZ-1")
    expert.submit()
    assert expert.stage("DZ-1") == "submitted"


def test_what_another_live_round_needs_outlives_the_purge_of_the_first(seated: Seated) -> None:
    house, expert, first, dossiers = seated
    second = house.open_round(title="复核", hours=60)
    house.seat(second, [dossiers["DZ-1"]], expert.person)
    expert.take_up(first)
    expert.commit(second)
    expert.declare(second)

    def in_round(round_id: str) -> Any:
        return next(each.key for each in expert.rows_all() if each.round == round_id and each.code == "DZ-1")

    house.change(first, "close")
    house.change(first, "end")
    expert.sync()
    report = purge.purge_round(expert.desk, first, "246810")
    assert (report.dossiers, report.kept) == (1, 1)
    expert.sync()
    assert reading.content(expert.desk, in_round(second)).sections
    key = in_round(second)
    fill(expert.desk, key)
    (result,) = submit.sign(expert.desk, [key], "246810")
    assert result.digest, result.problem
    expert.submit()

    house.change(second, "close")
    house.change(second, "end")
    expert.sync()
    assert purge.purge_round(expert.desk, second, "246810").dossiers == 1
    assert not [each for each in (expert.folder / "blobs").rglob("*") if each.is_file()]
    expert.sync()
    assert len(house.logged(RecordType.PURGE)) == 2
    expert.proves()
