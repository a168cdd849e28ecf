"""On site, without a network: signing in, the ways of working, the values seen; delivered when there is one again."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType
from zhubi.expert.desk import attendance, onsite, overview, review, submit, trail, undo
from zhubi.expert.desk.views import ReviewKey
from zhubi.office.rounds.status import status

from .test_review import fill, key_of

PIN = "246810"
SITE = ("shanxi-2024-10", "sx.site-inspection")


@pytest.fixture
def at_site(story: Any) -> Any:
    """A Shanxi site inspection with both projects unsealed, and the office out of reach."""
    story.ids = story.import_dossiers(SITE[0])
    story.round = story.open_round(*SITE, title="现场考察")
    story.invitation = story.invite()
    for order, (_, dossier) in enumerate(sorted(story.ids.items()), 1):
        story.seat(story.round, dossier, story.invitation.person, order=order)
    story.desk = story.enrol(story.invitation)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    story.server.stop()
    return story


@pytest.fixture
def key(at_site: Any) -> ReviewKey:
    return key_of(at_site, "SX24-009")


def refusal(act: Any) -> str:
    with pytest.raises(ZhubiError) as caught:
        act()
    return str(caught.value.kind)


def signed_in(story: Any, *keys: ReviewKey, mode: Any = "site") -> int:
    return attendance.sign_in(story.desk, story.round, [each.dossier for each in keys], PIN, mode)


def test_signed_in_without_a_network_it_waits_and_is_proven_later(at_site: Any, key: ReviewKey) -> None:
    desk = at_site.desk
    before = attendance.attendance(desk, key)
    assert (before.expected, before.mode, before.state, before.sentence) == (True, "site", "none", "到会0")
    assert signed_in(at_site, key) == 1
    waiting = attendance.attendance(desk, key)
    assert (waiting.state, waiting.sentence) == ("waiting", "到会1 技术专家1")
    assert [(each.name, each.mode, each.mine) for each in waiting.people] == [("陈思远", "site", True)]
    assert overview.status_line(desk).unsent == 1
    at_site.restart_server()
    at_site.sync(desk)
    assert attendance.attendance(desk, key).state == "proven"
    told = [(each.what, each.detail, each.receipt_state) for each in trail.trail(desk, key).rows]
    assert ("签到", "现场", "proven") in told
    (project, *_) = [
        each for each in status(at_site.office, at_site.round, now=at_site.clock()).projects
        if each.code == "SX24-009"
    ]  # fmt: skip
    assert [each.attendance.mode for each in project.members if each.attendance] == ["site"]


def test_all_projects_at_once_and_none_twice(at_site: Any, key: ReviewKey) -> None:
    everything = attendance.to_sign_in(at_site.desk, at_site.round)
    assert len(everything) == len(at_site.ids) > 1
    assert signed_in(at_site, key) == 1
    assert signed_in(at_site, *everything) == len(everything) - 1
    assert attendance.to_sign_in(at_site.desk, at_site.round) == ()
    assert refusal(lambda: signed_in(at_site, key)) == "desk.already-signed-in"


def test_declaring_comes_before_signing_in(seated: Any) -> None:
    seated.sync(seated.desk)
    dossier = seated.ids["DZ26-002"]
    act = lambda: attendance.sign_in(seated.desk, seated.round, [dossier], PIN, "site")  # noqa: E731
    assert refusal(act) == "desk.sign-in-first"
    seated.declare_all(seated.desk, seated.round, "recuse")
    assert refusal(act) == "desk.sign-in-first"


def test_a_wrong_pin_signs_nothing(at_site: Any, key: ReviewKey) -> None:
    assert refusal(
        lambda: attendance.sign_in(at_site.desk, at_site.round, [key.dossier], "000000", "site")
    ) == ("desk.wrong-pin")
    assert attendance.attendance(at_site.desk, key).state == "none"


def test_a_colleague_who_is_there_is_seen_by_name(at_site: Any, key: ReviewKey) -> None:
    at_site.restart_server()
    other = at_site.invite("王敏", "太原理工大学")
    at_site.seat(at_site.round, key.dossier, other.person, role="finance")
    theirs = at_site.enrol(other, folder="other")
    at_site.declare_all(theirs, at_site.round)
    at_site.sync(theirs)
    attendance.sign_in(theirs, at_site.round, [key.dossier], PIN, "remote")
    at_site.sync(theirs)
    at_site.sync(at_site.desk)
    assert attendance.attendance(at_site.desk, key).people == ()
    signed_in(at_site, key)
    at_site.sync(at_site.desk)
    at_site.sync(at_site.desk)
    view = attendance.attendance(at_site.desk, key)
    assert {(each.name, each.mode, each.role) for each in view.people} == {
        ("王敏", "remote", ""), ("陈思远", "site", "技术专家"),
    }  # fmt: skip
    assert view.sentence == "到会2 技术专家1"


def test_ways_of_working_are_noted_taken_back_and_signed(at_site: Any, key: ReviewKey) -> None:
    desk = at_site.desk
    kind = review.open_review(desk, key).kind
    offered = onsite.offered_methods(kind, review.open_review(desk, key).state)
    assert [(each.name, each.done) for each in offered] == [("汇报", False), ("核验", False), ("访谈", False)]
    onsite.set_method(desk, key, "核验", True)
    state = onsite.set_method(desk, key, "夜间抽检", True, "凌晨一点抽样3罐")
    assert [(each.name, each.done, each.words) for each in onsite.offered_methods(kind, state)] == [
        ("汇报", False, ""), ("核验", True, ""), ("访谈", False, ""), ("夜间抽检", True, "凌晨一点抽样3罐"),
    ]  # fmt: skip
    state, view = undo.undo(desk, key)
    assert view is not None and (view.line, view.item) == ("method", "夜间抽检")
    assert [each.name for each in state.methods] == ["核验"]
    undo.redo(desk, key)
    state = onsite.set_method(desk, key, "核验", False)
    assert [each.name for each in state.methods] == ["夜间抽检"]


def test_a_way_that_the_rules_name_is_theirs_whatever_it_is_typed_as(unsealed: Any) -> None:
    key = key_of(unsealed, "DZ26-002")
    state = onsite.set_method(unsealed.desk, key, "数据查验", True)
    assert [each.method for each in state.sheet.methods] == ["data-check"]
    assert [each.id for each in state.methods][:3] == ["site-survey", "data-check", "interview"]
    state = onsite.set_method(unsealed.desk, key, "data-check", False)
    assert state.sheet.methods == () and "methods" not in state.sheet.model_dump()


def test_a_value_seen_keeps_its_unit_and_its_judgement(at_site: Any, key: ReviewKey) -> None:
    desk = at_site.desk
    state = review.open_review(desk, key).state
    row = next(each for each in state.indicators if each.unit)
    state = onsite.set_observed(desk, key, row.id, "42", state)
    seen = next(each for each in state.indicators if each.id == row.id)
    assert (seen.observed, seen.judgement) == (f"42{row.unit}", "not-checked")
    assert onsite.typed_value(seen.observed, row.unit) == "42"
    review.set_indicator(desk, key, row.id, seen.observed, "partly")
    state = onsite.set_observed(desk, key, row.id, "43", review.open_review(desk, key).state)
    seen = next(each for each in state.indicators if each.id == row.id)
    assert (seen.observed, seen.judgement) == (f"43{row.unit}", "partly")


def test_a_visit_ends_signed_and_is_delivered_from_where_there_is_a_network(
    at_site: Any, key: ReviewKey
) -> None:
    desk = at_site.desk
    signed_in(at_site, key)
    fill(desk, key)
    for row in review.open_review(desk, key).state.indicators:
        review.set_indicator(desk, key, row.id, row.reported, "met")
    onsite.set_method(desk, key, "核验", True)
    review.set_opinion(desk, key, "现场运行正常，指标与检测报告一致。")
    (signed,) = submit.sign(desk, [key], PIN)
    assert signed.problem == ""
    at_site.restart_server()
    submit.submit(desk)
    assert overview.row(desk, key).stage == "submitted"  # type: ignore[union-attr]
    with at_site.office.ledger.reading() as reading:
        kinds = [
            each.type for each in reading.by_type(RecordType.ATTENDANCE) + reading.by_type(RecordType.REVIEW)
        ]
        (stored,) = reading.by_type(RecordType.REVIEW)
    assert kinds == [RecordType.ATTENDANCE, RecordType.REVIEW]
    assert [each.name for each in stored.body.sheet.methods] == ["核验"]
