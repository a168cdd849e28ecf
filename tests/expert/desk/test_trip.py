"""出发检查: what is on board, what is lacking, and fetching it."""

from __future__ import annotations

import shutil
from collections import namedtuple
from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import overview, review, trip

from .test_review import key_of

GIB = 1024**3


@pytest.fixture(autouse=True)
def wide_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(90 * GIB, 0, 50 * GIB))


@pytest.fixture(autouse=True)
def same_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office of these stories has the machine's clock behind its HTTP, and the story's own in its log."""
    monkeypatch.setattr("zhubi.core.wire.client.OfficeClient.skew", lambda _client: 0)


def line(found: trip.TripCheck, name: str) -> trip.TripLine:
    return next(each for each in found.lines if each.id == name)


def test_with_everything_on_board_one_may_go(unsealed: Any) -> None:
    unsealed.server.stop()
    found = trip.check(unsealed.desk)
    assert found.ready and found.sentence == "可以出发：3个项目齐备。"
    assert [each.lacks for each in found.projects] == [()] * 3
    assert {each.id: each.state for each in found.lines} == {
        "commitment": "ok", "disk": "ok", "clock": "ok", "keys": "ok", "evidence": "ok", "sync": "ok",
        "index": "note",
    }  # fmt: skip


def test_before_anything_was_signed_all_of_it_is_lacking(seated: Any) -> None:
    seated.sync(seated.desk)
    found = trip.check(seated.desk)
    assert not found.ready
    assert line(found, "commitment").sentence == "承诺书未签"
    assert found.sentence == f"还差{found.lacking}项。"


def test_signed_and_not_received_is_not_enough(seated: Any) -> None:
    from zhubi.expert.desk import commit

    seated.sync(seated.desk)
    commit.sign_commitment(seated.desk, seated.round, "246810")
    assert line(trip.check(seated.desk), "commitment").state == "lacking"
    assert line(trip.check(seated.desk), "outbox").state == "note"


def test_a_project_that_is_not_declared_or_not_unsealed_says_so(seated: Any) -> None:
    seated.sync(seated.desk)
    seated.declare_all(seated.desk, seated.round)
    found = trip.check(seated.desk)
    assert {each.lacks[0][0] for each in found.projects} == {"材料未启封"}
    seated.sync(seated.desk)
    assert trip.check(seated.desk).ready


def test_files_that_are_gone_are_counted_and_fetched_again(unsealed: Any) -> None:
    desk, key = unsealed.desk, key_of(unsealed, "DZ26-002")
    attachment = review.open_review(desk, key).content.attachments[0]  # type: ignore[union-attr]
    desk.store.blobs.file(attachment.blob).write_bytes(b"cut short")
    found = trip.check(desk)
    (project,) = [each for each in found.projects if each.lacks]
    assert project.code == "DZ26-002" and "缺1个文件" in project.lacks[0][0]
    assert found.lacking == 1 and project.missing_bytes > 0
    assert trip.fetch(desk, index_seconds=0).problem == ""
    assert trip.check(desk).ready


def test_too_little_disk_a_wrong_clock_and_an_old_sync_are_named(
    unsealed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(90 * GIB, 0, GIB // 2))
    assert line(trip.check(unsealed.desk), "disk").state == "lacking"
    unsealed.clock.on(hours=-1)
    assert "相差60分钟" in line(trip.check(unsealed.desk), "clock").sentence
    unsealed.clock.on(hours=26)
    found = trip.check(unsealed.desk)
    assert (line(found, "clock").state, line(found, "sync").state) == ("ok", "lacking")


def test_what_is_recused_is_not_taken_along_and_what_is_begun_is_told(unsealed: Any) -> None:
    review.set_score(unsealed.desk, key_of(unsealed, "DZ26-002"), "node", "50")
    found = {each.code: each.draft for each in trip.check(unsealed.desk).projects}
    assert found["DZ26-002"].startswith("填写中，缺")
    assert found["DZ26-004"] == "待评"


def test_the_index_is_written_where_it_was_not(unsealed: Any) -> None:
    trip.fetch(unsealed.desk)
    assert line(trip.check(unsealed.desk), "index").state == "ok"


def test_without_projects_nobody_goes_and_an_unknown_round_is_said(story: Any) -> None:
    story.invitation = story.invite()
    story.desk = story.enrol(story.invitation)
    found = trip.check(story.desk)
    assert not found.ready and "没有需要带出的项目" in found.sentence
    with pytest.raises(ZhubiError) as caught:
        trip.check(story.desk, "0197c1f0-0000-7000-8000-000000000000")
    assert caught.value.kind == "desk.unknown-round"
    assert overview.rounds(story.desk) == ()
