"""Every kind of answer lost once at every step: the next try goes on, and nothing is said twice."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.expert.desk import commit, declare, submit

PATHS = (
    "/v1/log",
    "/v1/token",
    "/v1/feed",
    "/v1/records",
    "/v1/releases",
    "/v1/rulebooks",
    "/v1/blobs",
    "/v1/enrolments",
)


@pytest.mark.parametrize("what", ["answer", "request"])
def test_with_every_kind_of_answer_lost_once_at_every_step_the_story_ends_the_same(
    house: Any, papers: Any, enrol: Any, tmp_path: Any, what: str
) -> None:
    from storyhouse.expert import PIN, Expert

    from zhubi.core.wire.errors import WireError

    dossiers = house.bring(papers("DZ-1", files={"附件.txt": "阶段报告".encode() * 999}))
    invitation = house.invite("陈思远")
    house.wire.lose("/v1/enrolments", what)
    with pytest.raises(WireError):
        Expert.enrolled(tmp_path / "machine", invitation, house.clock)
    expert = Expert.enrolled(tmp_path / "machine", invitation, house.clock)
    try:
        assert len(house.logged(RecordType.ENROLMENT)) == 1
        round_id = house.open_round()
        house.seat(round_id, dossiers.values(), expert.person)

        def get_through() -> None:
            for path in PATHS:
                house.wire.lose(path, what)
                expert.try_sync()
                house.wire.lose_nothing()
            expert.sync()

        get_through()
        commit.sign_commitment(expert.desk, round_id, PIN)
        get_through()
        declare.answer(expert.desk, round_id, dossiers["DZ-1"], "clear")
        declare.sign_declarations(expert.desk, round_id, PIN)
        get_through()
        expert.fill("DZ-1")
        expert.sign("DZ-1")
        house.wire.lose("/v1/records", what)
        lost = submit.submit(expert.desk)
        assert lost.unsent == 1 and lost.problem
        assert expert.stage("DZ-1") == "signed", "not submitted until it is proven"
        get_through()
        assert expert.stage("DZ-1") == "submitted"
        assert expert.proves() == 3
        said = [each.type for each in house.leaves() if each.payload.author == expert.person]
        assert sorted(each.value for each in said) == ["commitment", "declaration", "review"]
        assert len(house.logged(RecordType.KEY_RELEASE)) == 1
    finally:
        expert.close()
