"""有何变化: rules, papers and card that change under a draft; both ways are open, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType
from zhubi.expert.desk import changes, overview, review, submit, undo
from zhubi.expert.desk.changeviews import ChangesView
from zhubi.expert.desk.views import ReviewKey

from .test_declare import update
from .test_review import PIN, fill, key_of

HARDER = {"criteria.node.full": 50, "criteria.effort.full": 35}


@pytest.fixture
def key(unsealed: Any) -> ReviewKey:
    return key_of(unsealed, "DZ26-002")


def amend(story: Any, **how: Any) -> None:
    story.clock.on(minutes=5)
    story.change(story.round, "amend", **how)
    story.sync(story.desk)


def newer(story: Any, tmp_path: Any, change: Any) -> None:
    update(story, tmp_path, change)
    story.sync(story.desk)


def said(view: ChangesView, section: str) -> str:
    found = next(each for each in view.sections if each.id == section)
    return "\n".join(f"{each.sign} {each.text}" for each in found.lines)


def test_where_nothing_changed_there_is_nothing_to_see(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    assert changes.changes(desk, key).sections == ()
    fill(desk, key)
    view = changes.changes(desk, key)
    assert (view.sections, view.carried, view.may_adopt, view.may_keep) == ((), (), frozenset(), False)
    for what in ("rules", "version"):
        with pytest.raises(ZhubiError) as caught:
            changes.adopt(desk, key, what)  # type: ignore[arg-type]
        assert caught.value.kind == "changes.nothing-to-adopt"
    with pytest.raises(ZhubiError):
        changes.go_back(desk, key)


def test_new_rules_are_shown_and_what_would_not_fit_is_named(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    fill(desk, key, share=80)
    review.set_comment(desk, key, "node", "节点均已按期完成")
    amend(unsealed, overrides=HARDER, reason="按专家组意见调整分值")
    view = changes.changes(desk, key)
    rules = said(view, "rules")
    assert "组织方说明：按专家组意见调整分值" in rules
    assert "* 评分项 节点与考核指标 满分：由“70”改为“50”" in rules
    (carried,) = view.carried
    assert [each.text for each in carried.dropped] == ["评分 节点与考核指标：56（超过新的满分）"]
    assert carried.look_again and "评分 节点与考核指标" in carried.look_again
    assert (view.may_adopt, view.may_keep) == ({"rules"}, True)
    assert review.open_review(desk, key).state.criteria[0].points_text == "56", "nothing moves by itself"


def test_the_sheet_moves_to_the_new_rules_when_it_is_told_to_and_can_go_back(
    unsealed: Any, key: ReviewKey
) -> None:
    desk = unsealed.desk
    fill(desk, key, share=80)
    review.set_opinion(desk, key, "同意继续支持。")
    amend(unsealed, overrides=HARDER)
    state = changes.adopt(desk, key, "rules")
    assert [(each.full_text, each.points_text) for each in state.criteria[:2]] == [("50", ""), ("35", "12")]
    assert (state.opinion, state.saved_at) == ("同意继续支持。", unsealed.clock())
    assert "new-rules" not in review.open_review(desk, key).flags
    assert undo.undo(desk, key)[1] is None, "steps on the old form are no steps of this one"
    view = changes.changes(desk, key)
    assert view.sections == () and next(each.place for each in view.look_again) == "score:node"
    assert "56" in view.earlier[0].lines[0].text, "what found no place is still read"
    with pytest.raises(ZhubiError) as caught:
        changes.adopt(desk, key, "rules")
    assert caught.value.kind == "changes.nothing-to-adopt"
    assert submit.sign(desk, [key], PIN)[0].digest == "", "points are missing now"

    review.set_score(desk, key, "node", "41")
    places = {each.place for each in changes.changes(desk, key).look_again}
    assert "score:node" not in places and places, "what was touched had its look, and only that"
    back = changes.go_back(desk, key)
    assert [each.points_text for each in back.criteria[:2]] == ["56", "12"]
    assert "new-rules" in review.open_review(desk, key).flags
    view = changes.changes(desk, key)
    assert any("41" in each.text for each in view.earlier[0].lines), "going back loses nothing either"


def test_the_moved_sheet_is_signed_on_the_new_form_and_the_kept_one_on_the_old(
    unsealed: Any, key: ReviewKey
) -> None:
    desk, other = unsealed.desk, key_of(unsealed, "DZ26-004")
    for each in (key, other):
        fill(desk, each, share=60)
    amend(unsealed, overrides={"opinion_minimum": 300})
    changes.adopt(desk, key, "rules")
    changes.keep(desk, other)
    view = changes.changes(desk, other)
    assert (view.may_keep, view.may_adopt) == (False, {"rules"})
    assert next(each for each in view.sections if each.id == "rules").kept
    assert all(each.digest for each in submit.sign(desk, [key, other], PIN))
    submit.submit(desk)
    unsealed.sync(desk)
    assert {overview.row(desk, each).stage for each in (key, other)} == {"submitted"}  # type: ignore[union-attr]
    with unsealed.office.ledger.reading() as reading:
        relied = {
            each.record.payload.subjects[0]: each.record.payload.relies_on
            for each in reading.by_type(RecordType.REVIEW)
        }
        opened, changed = (
            reading.by_type(kind)[-1].record.digest for kind in (RecordType.ROUND, RecordType.ROUND_CHANGE)
        )
    assert changed in relied[key.dossier] and opened in relied[other.dossier]


def test_a_draft_keeps_its_form_whatever_the_clock_of_the_machine_says(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    fill(desk, key)
    unsealed.clock.on(hours=-2)
    amend(unsealed, overrides={"opinion_minimum": 300})
    assert review.open_review(desk, key).state.opinion_minimum == 100
    assert "new-rules" in review.open_review(desk, key).flags


def test_new_papers_are_compared_with_those_the_sheet_was_begun_over(
    unsealed: Any, key: ReviewKey, tmp_path: Any
) -> None:
    desk = unsealed.desk
    fill(desk, key)
    review.confirm_fact(desk, key, "demand_paid", None)
    review.set_opinion(desk, key, "同意继续支持。")
    newer(
        unsealed,
        tmp_path,
        lambda text: text.replace("demand_paid = 1_440_000", "demand_paid = 1_080_000").replace(
            "循环二十次", "循环十二次"
        ),
    )
    view = changes.changes(desk, key)
    told = said(view, "version")
    assert "* 事实 需求单位已支付：由“1,440,000元”改为“1,080,000元”" in told
    assert "【二十】次" in told and "【十二】次" in told
    (carried,) = view.carried
    assert (carried.what, carried.dropped) == ("version", ())
    changes.adopt(desk, key, "version")
    after = review.open_review(desk, key)
    assert "new-version" not in after.flags
    view = changes.changes(desk, key)
    assert {each.place for each in view.look_again} == {"fact:demand_paid", "opinion"}
    changes.looked_again(desk, key, "opinion")
    assert [each.place for each in changes.changes(desk, key).look_again] == ["fact:demand_paid"]
    with pytest.raises(ZhubiError) as caught:
        changes.looked_again(desk, key, "opinion")
    assert caught.value.kind == "changes.no-place"
    changes.looked_again(desk, key)
    assert changes.changes(desk, key).look_again == ()
    assert submit.sign(desk, [key], PIN)[0].digest


def test_a_changed_card_is_told_and_the_draft_goes_on_after_the_new_declaration(
    unsealed: Any, key: ReviewKey, tmp_path: Any
) -> None:
    desk = unsealed.desk
    fill(desk, key)
    newer(unsealed, tmp_path, lambda text: text.replace('name = "覃月白"', 'name = "白月覃"', 1))
    view = changes.changes(desk, key)
    told = said(view, "card")
    assert "+ 新增人员：白月覃" in told and "- 取消人员：覃月白" in told and "重新作出回避声明" in told
    assert "密钥" in said(view, "version") and view.may_adopt == frozenset()
    from zhubi.expert.desk import declare

    declare.answer(desk, key.round, key.dossier, "clear")
    declare.sign_declarations(desk, key.round, PIN)
    unsealed.sync(desk)
    unsealed.sync(desk)
    assert overview.row(desk, key).stage == "complete"  # type: ignore[union-attr]
    view = changes.changes(desk, key)
    assert "白月覃" in said(view, "card") and view.may_adopt == {"version"}


def test_a_correction_shows_what_differs_from_what_was_handed_in(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    fill(desk, key, share=80)
    submit.sign(desk, [key], PIN)
    submit.submit(desk)
    review.begin_correction(desk, key, "节点得分填错")
    assert said(changes.changes(desk, key), "correction").strip() == "与已交版本相同。"
    review.set_score(desk, key, "node", "60")
    told = said(changes.changes(desk, key), "correction")
    assert "* 评分 节点与考核指标：由“56”改为“60”" in told
    assert "* 总分：由“80”改为“84”" in told


def corrected(story: Any, key: ReviewKey, reason: str, node: str) -> None:
    review.begin_correction(story.desk, key, reason)
    review.set_score(story.desk, key, "node", node)
    assert submit.sign(story.desk, [key], PIN)[0].digest
    submit.submit(story.desk)
    story.sync(story.desk)


def test_the_story_of_a_project_tells_each_version_and_what_it_changed(
    unsealed: Any, key: ReviewKey, tmp_path: Any
) -> None:
    from zhubi.expert.desk import trail

    desk = unsealed.desk
    fill(desk, key, share=80)
    submit.sign(desk, [key], PIN)
    submit.submit(desk)
    for reason, node in (("节点得分填错", "60"), ("复核后调整", "63")):
        unsealed.clock.on(minutes=1)
        corrected(unsealed, key, reason, node)
    newer(unsealed, tmp_path, lambda text: text.replace('summary = "', 'summary = "（修订）', 1))
    rows = trail.trail(desk, key).rows
    told = [(each.detail, each.differences) for each in rows if "评审表" in each.what]
    assert [each[0] for each in told] == ["", "节点得分填错", "复核后调整"]
    assert told[0][1] == ()
    assert told[1][1][0] == "* 评分 节点与考核指标：由“56”改为“60”"
    assert told[2][1] == ("* 评分 节点与考核指标：由“60”改为“63”", "* 总分：由“84”改为“87”")
    papers = [each for each in rows if each.what == "项目材料"]
    assert any("（修订）" in line for line in papers[-1].differences) and not papers[0].differences


def test_before_signing_a_correction_counts_what_it_changes(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    fill(desk, key, share=80)
    assert submit.ready(desk)[0].changed is None, "the first one corrects nothing"
    submit.sign(desk, [key], PIN)
    submit.submit(desk)
    review.begin_correction(desk, key, "节点得分填错")
    assert submit.ready(desk)[0].changed == 0
    review.set_score(desk, key, "node", "60")
    review.set_opinion(desk, key, "更正：节点均已完成。")
    assert submit.ready(desk)[0].changed == 3, "the points, the opinion, and the total that follows"
    amend(unsealed, overrides={"opinion_minimum": 300})
    assert "new-rules" in submit.ready(desk)[0].news


def test_a_refused_correction_says_that_what_was_handed_in_before_still_counts(
    unsealed: Any, key: ReviewKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.expert.desk import working

    desk = unsealed.desk
    fill(desk, key, share=80)
    submit.sign(desk, [key], PIN)
    submit.submit(desk)
    review.begin_correction(desk, key, "笔误")
    with monkeypatch.context() as patched:
        patched.setattr(working, "missing_items", lambda *given, **named: ())
        review.set_score(desk, key, "funds", "")
        submit.sign(desk, [key], PIN)
    submit.submit(desk)
    unsealed.sync(desk)
    view = review.open_review(desk, key)
    assert (view.stage, "earlier-counts" in view.flags) == ("refused", True)
    review.set_score(desk, key, "funds", "11")
    assert submit.sign(desk, [key], PIN)[0].digest
    submit.submit(desk)
    unsealed.sync(desk)
    view = review.open_review(desk, key)
    assert (view.stage, "earlier-counts" in view.flags) == ("submitted", False)
