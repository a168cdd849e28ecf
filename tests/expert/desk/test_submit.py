"""Sign, deliver, verify; refused, returned, corrected, late: work is never destroyed, and 已提交 means proven."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType
from zhubi.expert.desk import overview, review, selection, settle, submit, trail, trial
from zhubi.expert.desk.views import ReviewKey, SubmitStep
from zhubi.office.rounds.seats import withdraw

from .test_review import fill, key_of

PIN = "246810"


@pytest.fixture
def key(unsealed: Any) -> ReviewKey:
    return key_of(unsealed, "DZ26-002")


def stage(desk: Any, key: ReviewKey) -> str:
    row = overview.row(desk, key)
    assert row is not None
    return row.stage


def sign_and_send(desk: Any, *keys: ReviewKey) -> Any:
    signed = submit.sign(desk, keys, PIN)
    assert [each.problem for each in signed] == [""] * len(keys)
    return submit.submit(desk)


def reviews_in_log(story: Any) -> int:
    with story.office.ledger.reading() as reading:
        return len(reading.by_type(RecordType.REVIEW))


def test_three_reviews_are_signed_under_one_pin_and_proven(unsealed: Any) -> None:
    desk = unsealed.desk
    keys = [each.key for each in overview.rows(desk, None, 0, 9)]
    for each in keys:
        fill(desk, each)
    listed = submit.ready(desk)
    assert [each.state for each in listed] == ["ready"] * 3
    assert {each.recommendation_name for each in listed} == {"继续实施"}
    steps: list[SubmitStep] = []
    submit.sign(desk, keys, PIN, steps.append)
    report = submit.submit(desk, steps.append)
    assert [(each.step, each.ok) for each in steps if each.key == keys[0]] == [
        ("check", True), ("sign", True), ("deliver", True), ("verify", True),
    ]  # fmt: skip
    assert {each.state for each in report.delivered} == {"proven"}
    assert report.complete == (("评审场次", 3),)
    assert {each.stage for each in overview.rows(desk, None, 0, 9)} == {"submitted"}
    assert [each.receipt_code for each in overview.rows(desk, None, 0, 9)] == [
        each.receipt_code for each in report.delivered
    ]
    assert overview.next_step(desk).act == "none"


def test_an_incomplete_sheet_is_not_signed_and_keeps_no_other_back(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    other = key_of(unsealed, "DZ26-004")
    fill(desk, key)
    review.set_score(desk, other, "node", "60")
    states = {each.code: (each.state, each.missing_count > 0) for each in submit.ready(desk)}
    assert states == {"DZ26-002": ("ready", False), "DZ26-004": ("missing", True)}
    first, second = submit.sign(desk, [key, other], PIN)
    assert first.digest and not first.problem
    assert second.digest == "" and "填完才能签名" in second.problem
    assert stage(desk, other) == "drafting"


def test_off_the_network_it_stays_signed_and_arrives_later(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    fill(desk, key)
    unsealed.server.stop()
    report = sign_and_send(desk, key)
    assert (report.unsent, report.delivered[0].state) == (1, "unsent")
    assert "网络不通" in report.problem
    assert stage(desk, key) == "signed"
    assert overview.leaving(desk).unsent == 1
    assert overview.next_step(desk).act == "review", "two more projects wait"
    unsealed.restart_server()
    assert submit.submit(desk).delivered[0].state == "proven"
    assert stage(desk, key) == "submitted"
    assert reviews_in_log(unsealed) == 1


def test_a_death_after_signing_loses_nothing_and_signs_nothing_twice(unsealed: Any, key: ReviewKey) -> None:
    fill(unsealed.desk, key)
    submit.sign(unsealed.desk, [key], PIN)
    (again,) = submit.sign(unsealed.desk, [key], PIN)
    assert again.digest == "" and again.problem
    unsealed.desk.close()
    desk = unsealed.open()
    assert [each.state for each in submit.ready(desk)] == ["signed"]
    unsealed.sync(desk)
    assert (stage(desk, key), reviews_in_log(unsealed)) == ("submitted", 1)


def test_a_death_between_two_groups_keeps_the_first_and_leaves_the_second_as_it_was(
    unsealed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = unsealed.desk
    first, second, third = [each.key for each in overview.rows(desk, None, 0, 9)]
    for each in (first, second, third):
        fill(desk, each)
    monkeypatch.setattr(submit, "_TOGETHER", 1)

    def dies(step: SubmitStep) -> None:
        if (step.key, step.step) == (second, "sign"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        submit.sign(desk, [first, second, third], PIN, dies)
    assert {each.key: each.state for each in submit.ready(desk)} == {
        first: "signed", second: "ready", third: "ready",
    }  # fmt: skip
    assert len(desk.store.outbox.pending()) == 1
    assert [each.problem for each in submit.sign(desk, [second, third], PIN)] == ["", ""]


def test_a_wrong_pin_signs_nothing(unsealed: Any, key: ReviewKey) -> None:
    fill(unsealed.desk, key)
    with pytest.raises(ZhubiError) as caught:
        submit.sign(unsealed.desk, [key], "000000")
    assert caught.value.kind == "desk.wrong-pin"
    assert stage(unsealed.desk, key) == "complete"


def test_a_signed_sheet_is_read_only_until_a_correction_names_its_reason(
    unsealed: Any, key: ReviewKey
) -> None:
    desk = unsealed.desk
    fill(desk, key, share=80)
    sign_and_send(desk, key)
    assert review.open_review(desk, key).read_only
    with pytest.raises(ZhubiError) as caught:
        review.set_score(desk, key, "node", "10")
    assert caught.value.kind == "desk.not-editable"
    view = review.begin_correction(desk, key, "节点得分填错")
    assert (view.correcting, view.correction_reason, view.read_only) == (True, "节点得分填错", False)
    assert view.state.criteria[0].points_text == "56"
    review.set_score(desk, key, "node", "60")
    assert stage(desk, key) == "submitted", "the first one counts until it is superseded"
    sign_and_send(desk, key)
    unsealed.sync(desk)
    assert (stage(desk, key), reviews_in_log(unsealed)) == ("submitted", 2)
    assert overview.row(desk, key).score_text == review.open_review(desk, key).state.total.text  # type: ignore[union-attr]
    assert [each.what for each in trail.trail(desk, key).rows if "评审表" in each.what] == [
        "个人评审表",
        "更正评审表",
    ]


def test_a_returned_review_is_mended_and_takes_the_place_of_the_first(unsealed: Any, key: ReviewKey) -> None:
    from zhubi.office.rounds.returns import return_review

    desk = unsealed.desk
    fill(desk, key)
    sign_and_send(desk, key)
    return_review(
        unsealed.office, unsealed.staff, key.round, key.dossier, unsealed.invitation.person,
        words="请补充对资金使用的意见", now=unsealed.clock(),
    )  # fmt: skip
    unsealed.sync(desk)
    view = review.open_review(desk, key)
    assert (view.stage, view.returned_words, view.read_only) == ("returned", "请补充对资金使用的意见", False)
    assert overview.next_step(desk).dossier == key.dossier
    review.set_opinion(desk, key, "资金按计划使用，凭证齐全。")
    sign_and_send(desk, key)
    unsealed.sync(desk)
    assert stage(desk, key) == "submitted"


def test_a_refused_review_is_kept_with_the_reason_and_can_be_signed_anew(
    unsealed: Any, key: ReviewKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet that this machine wrongly took for whole: the office refuses it, and says why."""
    from zhubi.expert.desk import working

    desk = unsealed.desk
    fill(desk, key)
    with monkeypatch.context() as patched:
        patched.setattr(working, "missing_items", lambda *given, **named: ())
        review.set_score(desk, key, "funds", "")
        submit.sign(desk, [key], PIN)
    report = submit.submit(desk)
    assert report.delivered[0].state == "refused" and report.delivered[0].sentence
    unsealed.sync(desk)
    view = review.open_review(desk, key)
    assert (view.stage, view.read_only) == ("refused", False)
    assert view.refused_words and view.refused_words == submit.ready(desk)[0].reason
    assert view.state.criteria[0].points_text, "the work is here"
    assert reviews_in_log(unsealed) == 0
    review.set_score(desk, key, "funds", "12")
    sign_and_send(desk, key)
    unsealed.sync(desk)
    assert (stage(desk, key), reviews_in_log(unsealed)) == ("submitted", 1)


def test_a_review_after_closing_is_delivered_and_marked_late_until_it_is_let_in(
    unsealed: Any, key: ReviewKey
) -> None:
    from zhubi.office.rounds.returns import decide

    desk = unsealed.desk
    fill(desk, key)
    unsealed.clock.on(hours=48)
    assert stage(desk, key) == "overdue"
    assert not review.open_review(desk, key).read_only
    report = sign_and_send(desk, key)
    assert report.delivered[0].state == "proven"
    unsealed.sync(desk)
    assert stage(desk, key) == "late"
    decide(
        unsealed.office, unsealed.staff, key.round, key.dossier, unsealed.invitation.person,
        granted=True, now=unsealed.clock(),
    )  # fmt: skip
    unsealed.sync(desk)
    assert stage(desk, key) == "submitted"


def test_two_devices_two_reviews_the_author_settles_it(unsealed: Any, key: ReviewKey) -> None:
    first = unsealed.desk
    again = unsealed.invite(person=unsealed.invitation.person, again=True)
    second = unsealed.enrol(again, "second")
    unsealed.sync(second)
    fill(first, key, share=90)
    fill(second, key, share=60)
    for desk in (first, second):
        sign_and_send(desk, key)
    for desk in (first, second):
        unsealed.sync(desk)
        assert stage(desk, key) == "disputed"
    assert overview.next_step(first).sentence.startswith("DZ26-002 有两份并存")
    rivals = settle.rivals(first, key)
    assert len({each.score_text for each in rivals}) == 2
    settle.settle(first, key, rivals[0].digest, PIN)
    for desk in (first, second):
        unsealed.sync(desk)
        assert stage(desk, key) == "submitted"
        assert overview.row(desk, key).score_text == rivals[0].score_text  # type: ignore[union-attr]
    with pytest.raises(ZhubiError) as caught:
        settle.settle(first, key, rivals[0].digest, PIN)
    assert caught.value.kind == "desk.nothing-to-settle"


def test_new_material_while_drafting_is_shown_and_the_new_version_is_signed(
    unsealed: Any, key: ReviewKey, tmp_path: Any
) -> None:
    from .test_declare import update

    desk = unsealed.desk
    fill(desk, key)
    update(unsealed, tmp_path, lambda text: text.replace('text = """', 'text = """补充一句。', 1))
    unsealed.sync(desk)
    view = review.open_review(desk, key)
    assert "new-version" in view.flags and view.content is not None and view.content.version == 2
    sign_and_send(desk, key)
    unsealed.sync(desk)
    assert stage(desk, key) == "submitted"


def test_a_round_that_gets_new_rules_keeps_the_form_that_was_begun(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    fill(desk, key)
    other = key_of(unsealed, "DZ26-004")
    unsealed.clock.on(minutes=5)
    unsealed.change(unsealed.round, "amend", overrides={"opinion_minimum": 300}, reason="试行")
    unsealed.sync(desk)
    assert review.open_review(desk, key).state.opinion_minimum == 100
    assert "new-rules" in review.open_review(desk, key).flags
    assert review.open_review(desk, other).state.opinion_minimum == 300
    sign_and_send(desk, key)
    assert stage(desk, key) == "submitted"
    assert review.open_review(desk, key).state.opinion_minimum == 100


def test_an_ended_round_takes_no_edits_and_can_be_purged(unsealed: Any, key: ReviewKey) -> None:
    from zhubi.expert.desk import purge

    desk = unsealed.desk
    fill(desk, key)
    sign_and_send(desk, key)
    with pytest.raises(ZhubiError) as caught:
        purge.purge_round(desk, unsealed.round, PIN)
    assert caught.value.kind == "desk.round-not-ended"
    unsealed.change(unsealed.round, "close", reason="")
    unsealed.clock.on(minutes=1)
    unsealed.change(unsealed.round, "end", reason="")
    unsealed.sync(desk)
    assert review.open_review(desk, key).read_only
    report = purge.purge_round(desk, unsealed.round, PIN)
    assert (report.dossiers, report.kept) == (3, 0) and report.remarks
    assert {each.stage for each in overview.rows(desk, None, 0, 9)} == {"purged"}
    assert not list((desk.directory / "blobs").rglob("*")) or not any(
        path.is_file() for path in (desk.directory / "blobs").rglob("*")
    )
    view = review.open_review(desk, key)
    assert view.content is None and view.content_problem
    assert trail.trail(desk, key).verified >= 2, "receipts outlive the material"
    unsealed.sync(desk)
    with unsealed.office.ledger.reading() as reading:
        assert len(reading.by_type(RecordType.PURGE)) == 1


def test_a_trial_says_of_each_what_the_office_would_say_and_leaves_nothing(
    unsealed: Any, key: ReviewKey
) -> None:
    desk = unsealed.desk
    lacking, signed = key_of(unsealed, "DZ26-004"), key_of(unsealed, "DZ26-007")
    fill(desk, key)
    fill(desk, signed)
    review.set_score(desk, lacking, "node", "60")
    submit.sign(desk, [signed], PIN)
    before = unsealed.office.ledger.checkpoint()
    report = trial.try_out(desk, [key, lacking, signed])
    assert [(each.code, each.state) for each in report.results] == [
        ("DZ26-002", "fits"), ("DZ26-004", "lacks"), ("DZ26-007", "fits"),
    ]  # fmt: skip
    assert "填完才能签名" in report.results[1].sentence
    assert (unsealed.office.ledger.checkpoint(), reviews_in_log(unsealed)) == (before, 0)
    assert (stage(desk, key), stage(desk, signed)) == ("complete", "signed")


def test_a_trial_tells_late_from_refused_before_anything_is_signed(
    unsealed: Any, key: ReviewKey, clock: Any
) -> None:
    desk = unsealed.desk
    other = key_of(unsealed, "DZ26-004")
    fill(desk, key)
    fill(desk, other)
    clock.on(hours=31)
    assert [each.state for each in trial.try_out(desk, [key]).results] == ["late"]
    withdraw(
        unsealed.office, unsealed.office.staff(), key.round, other.dossier, reason="申报方撤回", now=clock()
    )
    late, refused = trial.try_out(desk, [key, other]).results
    assert (late.state, refused.state) == ("late", "refused")
    assert "撤回" in refused.sentence
    assert stage(desk, other) == "overdue", "a trial is no refusal"


def test_off_the_network_a_trial_says_so(unsealed: Any, key: ReviewKey) -> None:
    fill(unsealed.desk, key)
    unsealed.server.stop()
    report = trial.try_out(unsealed.desk, [key])
    assert report.results == () and "网络不通" in report.problem


def test_what_is_kept_back_is_remembered_until_it_is_signed(unsealed: Any, key: ReviewKey) -> None:
    fill(unsealed.desk, key)
    selection.keep_back(unsealed.desk, [key], back=True)
    unsealed.desk.close()
    desk = unsealed.open()
    assert [each.kept_back for each in submit.ready(desk)] == [True]
    submit.sign(desk, [key], PIN)
    assert selection.kept_back(desk) == frozenset()


def test_what_is_missing_is_named(unsealed: Any, key: ReviewKey) -> None:
    review.set_score(unsealed.desk, key, "node", "60")
    (row,) = submit.ready(unsealed.desk)
    assert len(row.lacks) == row.missing_count
    assert any("实施力度" in each for each in row.lacks)
