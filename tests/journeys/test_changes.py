"""Rules, papers and card that change under a draft; a correction and a return, with both versions kept."""

from __future__ import annotations

from typing import Any

from zhubi.core.model.records import RecordType
from zhubi.core.rules.compile import shipped
from zhubi.expert.desk import changes, overview, review, submit, trail
from zhubi.expert.desk.changetelling import told

Seated = tuple[Any, Any, str, dict[str, str]]
PIN = "246810"


def newer_policy() -> Any:
    """Dazu's rules as a later edition would have them: points moved, a finding renamed, a longer opinion."""
    policy = shipped("dazu-2023-26")
    kind = policy.kind("dz.milestone-assessment")
    full = {"node": 55, "effort": 30, "funds": 15}
    criteria = tuple(each.model_copy(update={"full": full[each.id]}) for each in kind.criteria)
    changed = kind.model_copy(update={"criteria": criteria, "opinion_minimum": 200})
    kinds = tuple(changed if each.id == kind.id else each for each in policy.kinds)
    return policy.model_copy(update={"kinds": kinds})


def said(expert: Any, code: str) -> str:
    return "\n".join(text for text, _, _ in told(changes.changes(expert.desk, expert.key(code))))


def points(expert: Any, code: str) -> dict[str, str]:
    state = review.open_review(expert.desk, expert.key(code)).state
    return {each.id: each.points_text for each in state.criteria}


def test_a_rulebook_that_is_amended_is_taken_over_or_not_and_both_reviews_stand(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1", "DZ-2")
    expert.opinion("DZ-1", "第一稿的意见。")
    before = points(expert, "DZ-1")
    house.clock.on(minutes=5)
    house.change(round_id, "amend", policy=newer_policy(), reason="按修订后的办法执行")
    expert.sync()
    expert.restart()

    assert "按修订后的办法执行" in said(expert, "DZ-1") and "规则文件" in said(expert, "DZ-1")
    assert points(expert, "DZ-1") == before, "nothing is applied by itself"
    key = expert.key("DZ-1")
    changes.adopt(expert.desk, key, "rules")
    after = points(expert, "DZ-1")
    assert after["node"] == "" and after["funds"] == before["funds"]
    assert expert.typed("DZ-1") == "第一稿的意见。"
    assert before["node"] in said(expert, "DZ-1"), "what found no place is still read"
    assert not submit.sign(expert.desk, [key], PIN)[0].digest
    review.set_score(expert.desk, key, "node", "50")
    changes.keep(expert.desk, expert.key("DZ-2"))
    expert.sign("DZ-1", "DZ-2")
    expert.submit()
    expert.sync()

    assert {house.stands(round_id, each, expert.person) for each in dossiers.values()} == {"submitted"}
    signed = {each.payload.subjects[0]: each for each in house.logged(RecordType.REVIEW)}
    rulebooks = {code: signed[dossier].body.rulebook for code, dossier in dossiers.items()}
    (opened,), (changed,) = (house.logged(kind) for kind in (RecordType.ROUND, RecordType.ROUND_CHANGE))
    assert rulebooks == {"DZ-1": changed.body.rulebook, "DZ-2": opened.body.rulebook}
    assert changed.digest in signed[dossiers["DZ-1"]].payload.relies_on
    assert opened.digest in signed[dossiers["DZ-2"]].payload.relies_on
    assert expert.proves() == 5


def test_new_papers_are_compared_taken_over_and_signed(seated: Seated, papers: Any) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    expert.opinion("DZ-1", "同意继续支持。")
    house.bring(papers("DZ-1", text="项目面向丘陵果园，研制轻简化采收装备，已完成台架试验。"), update=True)
    expert.sync()
    seen = said(expert, "DZ-1")
    assert "【，已完成台架试验】" in seen
    changes.adopt(expert.desk, expert.key("DZ-1"), "version")
    view = changes.changes(expert.desk, expert.key("DZ-1"))
    assert [each.place for each in view.look_again] == ["opinion"]
    expert.restart()
    expert.opinion("DZ-1", "台架试验数据已核对，同意继续支持。")
    assert changes.changes(expert.desk, expert.key("DZ-1")).look_again == ()
    (digest,) = expert.sign("DZ-1")
    expert.submit()
    newest = house.logged(RecordType.DOSSIER, subject=dossiers["DZ-1"])[-1]
    (signed,) = (each for each in house.logged(RecordType.REVIEW) if each.digest == digest)
    assert signed.body.dossier == newest.digest


def test_a_changed_card_is_shown_declared_again_and_the_draft_goes_on(seated: Seated, papers: Any) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    expert.fill("DZ-1")
    before = points(expert, "DZ-1")
    house.bring(papers("DZ-1", leader="后加入的负责人"), update=True)
    expert.sync()
    assert "新增人员：后加入的负责人" in said(expert, "DZ-1") and "重新作出回避声明" in said(expert, "DZ-1")
    expert.declare(round_id)
    expert.sync()
    assert (expert.stage("DZ-1"), points(expert, "DZ-1")) == ("complete", before)
    changes.adopt(expert.desk, expert.key("DZ-1"), "version")
    expert.sign("DZ-1")
    expert.submit()
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "submitted"


def test_a_correction_keeps_both_versions_and_says_what_it_changed(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    (first,) = expert.review("DZ-1")
    key = expert.key("DZ-1")
    review.begin_correction(expert.desk, key, "复核凭证后调整")
    review.set_score(expert.desk, key, "funds", "9")
    assert "评分 资金拨付与使用" in said(expert, "DZ-1")
    assert submit.ready(expert.desk)[0].changed == 2, "the points and the total"
    expert.restart()
    (second,) = expert.sign("DZ-1")
    expert.submit()
    expert.sync()

    logged = {each.digest: each for each in house.logged(RecordType.REVIEW)}
    assert set(logged) == {first, second}
    assert (logged[second].payload.supersedes, logged[second].body.reason) == ((first,), "复核凭证后调整")
    rows = [each for each in trail.trail(expert.desk, key).rows if each.digest in logged]
    assert [(each.receipt_state, bool(each.differences)) for each in rows] == [
        ("proven", False),
        ("proven", True),
    ]
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "submitted"
    assert expert.proves() == 5


def test_a_return_shows_the_offices_words_and_the_correction_answers_it(seated: Seated) -> None:
    house, expert, round_id, dossiers = seated
    expert.take_up(round_id)
    (first,) = expert.review("DZ-1")
    house.return_review(round_id, dossiers["DZ-1"], expert.person, "请补充对资金使用的意见")
    expert.sync()
    view = review.open_review(expert.desk, expert.key("DZ-1"))
    assert (view.stage, view.returned_words, view.read_only) == ("returned", "请补充对资金使用的意见", False)
    assert overview.next_step(expert.desk).code == "DZ-1"
    expert.opinion("DZ-1", "资金按计划使用，凭证齐全，同意继续支持。")
    assert "综合意见" in said(expert, "DZ-1")
    (second,) = expert.sign("DZ-1")
    expert.submit()
    expert.sync()
    view = review.open_review(expert.desk, expert.key("DZ-1"))
    assert (view.stage, view.returned_words) == ("submitted", "")
    assert house.stands(round_id, dossiers["DZ-1"], expert.person) == "submitted"
    rows = trail.trail(expert.desk, expert.key("DZ-1")).rows
    assert [each.what for each in rows if each.digest in (first, second)] == ["个人评审表", "更正评审表"]
    assert any(each.detail == "请补充对资金使用的意见" for each in rows)
