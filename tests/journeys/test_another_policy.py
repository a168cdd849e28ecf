"""A policy of another kind, written as data alone: a whole round of it, from the office to the accepted reviews."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from storyhouse.expert import Expert
from storyhouse.office import House

from zhubi.core.model.records import RecordType, ReviewBody
from zhubi.core.rules.compile import load_policy
from zhubi.expert.desk import review
from zhubi.locale import use_language
from zhubi.office.rounds import windows

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "horizon-europe"
COMMENT = (
    "Objectives are concrete and the method is sound; the fallback for the second work package stays open."
)


@pytest.mark.slow
def test_a_horizon_proposal_is_read_scored_in_halves_and_accepted(
    house: House, papers: Callable[..., Path], enrol: Callable[..., Expert]
) -> None:
    use_language("en")
    dossiers = house.bring(papers("HE-1", title="Grid storage from recycled cells"))
    expert = enrol("Ana Ruiz")
    now = house.clock()
    round_id = windows.open_round(
        house.office, house.staff, title="HORIZON RIA 2026", policy=load_policy(EXAMPLE),
        kind="he.ria-evaluation", opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9), now=now,
    )  # fmt: skip
    house.seat(round_id, dossiers.values(), expert.person, role="evaluator")
    expert.sync()
    expert.commit(round_id)
    expert.declare(round_id)

    key = expert.key("HE-1")
    assert review.open_review(expert.desk, key).stage == "ready"
    for criterion, typed in (("excellence", "4.5"), ("impact", "２．５"), ("implementation", "4")):
        state = review.set_score(expert.desk, key, criterion, typed)
    assert [each.points_text for each in state.criteria] == ["4.5", "2.5", "4"]
    assert state.total.text == "11"
    checks = {each.id: each for each in state.checks}
    assert checks["he-impact"].outcome == "unmet"
    assert "below its threshold: not funded" in checks["he-impact"].sentence
    assert checks["he-overall"].outcome == "met"
    assert {each.item for each in state.missing if each.required} == {
        "in-scope", "excellence", "impact", "implementation"
    }  # fmt: skip

    for criterion in ("excellence", "impact", "implementation"):
        review.set_comment(expert.desk, key, criterion, COMMENT)
    state = review.set_answer(expert.desk, key, "in-scope", "yes")
    assert not [each.sentence for each in state.missing if each.required]
    (digest,) = expert.sign("HE-1")
    expert.submit()

    assert expert.stage("HE-1") == "submitted"
    assert house.stands(round_id, dossiers["HE-1"], expert.person) == "submitted"
    (kept,) = house.logged(RecordType.REVIEW)
    assert kept.digest == digest
    assert isinstance(kept.record.body, ReviewBody)
    assert [each.points for each in kept.record.body.sheet.scores] == [9, 5, 8]
    assert kept.record.body.sheet.recommendation is None
    assert digest in expert.receipts()
