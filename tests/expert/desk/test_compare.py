"""Projects side by side: the same items in the same rows, what differs marked."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.expert.desk import compare, overview, review
from zhubi.expert.desk.roundviews import ComparedRow, CompareView
from zhubi.expert.desk.views import ReviewKey


def keys(story: Any) -> dict[str, ReviewKey]:
    return {each.code: each.key for each in overview.rows(story.desk, None, 0, 20)}


def side_by_side(story: Any, *codes: str) -> CompareView:
    return compare.compared(compare.opened(story.desk, [keys(story)[each] for each in codes]))


def row_of(view: CompareView, kind: str, item: str) -> ComparedRow:
    return next(each for part in view.parts for each in part.rows if (each.kind, each.item) == (kind, item))


def test_own_points_and_comments_stand_in_one_row_a_criterion(unsealed: Any) -> None:
    review.set_score(unsealed.desk, keys(unsealed)["DZ26-002"], "node", "60")
    review.set_comment(unsealed.desk, keys(unsealed)["DZ26-004"], "node", "节点未到")
    view = side_by_side(unsealed, "DZ26-002", "DZ26-004", "DZ26-007")
    points = row_of(view, "score", "node")
    assert (points.values, points.differs, points.open) == (("60", "", ""), True, (True, True, True))
    assert row_of(view, "words", "node").values == ("", "节点未到", "")
    assert not row_of(view, "basic", "recommendation").differs


def test_papers_are_aligned_by_what_they_speak_of(unsealed: Any) -> None:
    view = side_by_side(unsealed, "DZ26-002", "DZ26-004")
    headings = [each.label for part in view.parts for each in part.rows if each.kind == "section"]
    assert headings and len(headings) == len(set(headings))
    texts = [row_of(view, "section", compare._plain_heading(each)).values for each in headings]
    contents = [
        review.open_review(unsealed.desk, keys(unsealed)[each]).content for each in ("DZ26-002", "DZ26-004")
    ]
    for place, content in enumerate(contents):
        assert content is not None
        assert sorted(each[place] for each in texts if each[place]) == sorted(
            each.text for each in content.sections if each.text
        )
    assert any(each.kind == "fact" for part in view.parts for each in part.rows)


@pytest.mark.parametrize(
    "heading", ["三、技术路线", "3. 技术路线", "（三）技术路线", "3.1 技术路线", "技术路线"]
)
def test_a_heading_is_the_same_whatever_its_number(heading: str) -> None:
    assert compare._plain_heading(heading) == "技术路线"


def test_what_is_shown_are_the_ticked_or_the_ticked_one_and_the_one_at_hand(unsealed: Any) -> None:
    found = keys(unsealed)
    a, b, c = (found[each] for each in ("DZ26-002", "DZ26-004", "DZ26-007"))
    assert compare.chosen(unsealed.desk, (a, b), c) == (a, b)
    assert compare.chosen(unsealed.desk, (a,), c) == (a, c)
    assert compare.chosen(unsealed.desk, (a,), a) == ()
    assert compare.chosen(unsealed.desk, (), a) == ()


def test_rivals_need_no_ticks(story: Any) -> None:
    story.ids = story.import_dossiers("dazu-2023-26")
    story.round = story.open_round("dazu-2023-26", "dz.horse-race-node-assessment")
    invitation = story.invite()
    for order, (_, dossier) in enumerate(sorted(story.ids.items()), 1):
        story.seat(story.round, dossier, invitation.person, order=order)
    story.desk = story.enrol(invitation)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    listed = [each.key for each in overview.rows(story.desk, None, 0, 20)]
    assert compare.chosen(story.desk, (), listed[0]) == tuple(listed)


def test_a_project_whose_papers_are_not_here_says_so(seated: Any) -> None:
    from zhubi.expert.desk import commit

    seated.sync(seated.desk)
    commit.sign_commitment(seated.desk, seated.round, "246810")
    seated.sync(seated.desk)
    view = side_by_side(seated, "DZ26-002", "DZ26-004")
    assert all(view.problems)
    assert row_of(view, "score", "node").open == (False, False)
