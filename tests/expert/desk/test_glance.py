"""The round at a glance: what an expert's own sheets say together before anything is signed."""

from __future__ import annotations

from typing import Any

from zhubi.expert.desk import glance as glancing
from zhubi.expert.desk import overview, review
from zhubi.expert.desk.roundviews import GlanceView
from zhubi.expert.desk.views import ReviewKey


def at_a_glance(story: Any) -> GlanceView:
    (found,) = overview.rounds(story.desk)
    return glancing.glance(story.desk, found.office, found.round)


def keys(story: Any) -> dict[str, ReviewKey]:
    return {each.code: each.key for each in overview.rows(story.desk, None, 0, 20)}


def score(story: Any, code: str, *points: int) -> None:
    key = keys(story)[code]
    criteria = [each.id for each in review.open_review(story.desk, key).state.criteria]
    for item, given in zip(criteria, points, strict=True):
        review.set_score(story.desk, key, item, str(given))


def recommend(story: Any, code: str, *, affirmative: bool) -> None:
    key = keys(story)[code]
    rows = review.open_review(story.desk, key).state.recommendations
    chosen = next(each for each in rows if each.affirmative == affirmative)
    review.set_recommendation(story.desk, key, chosen.id, "")


def sentences(view: GlanceView, what: str) -> list[str]:
    return [each.sentence for each in view.hints if each.what == what]


def shares(story: Any) -> list[int]:
    key = next(iter(keys(story).values()))
    return [int(each.full_text) for each in review.open_review(story.desk, key).state.criteria]


def test_ranks_ties_and_what_is_unfinished(unsealed: Any) -> None:
    full = shares(unsealed)
    score(unsealed, "DZ26-002", *full)
    score(unsealed, "DZ26-007", *full)
    view = at_a_glance(unsealed)
    assert [(each.code, each.place, each.share) for each in view.ranked] == [
        ("DZ26-002", "1=", 1000), ("DZ26-007", "1=", 1000), ("DZ26-004", "", 0),
    ]  # fmt: skip
    assert (view.finished, view.mine) == (2, 3)
    assert sentences(view, "tie") == ["第1名并列：DZ26-002、DZ26-007，同为100分。"]
    assert sentences(view, "missing") == ["还有1个项目未评完。"]


def test_points_that_are_all_alike_are_shown_for_what_they_are(unsealed: Any) -> None:
    full = shares(unsealed)
    for place, code in enumerate(("DZ26-002", "DZ26-004", "DZ26-007")):
        score(unsealed, code, full[0] // 2 + 15 * place, *(each - 1 for each in full[1:]))
    view = at_a_glance(unsealed)
    first, *rest = view.spreads
    assert (first.given, first.low, first.mean, first.high) == (3, "35", "50.0", "65")
    assert first.closeness == "apart" and sum(times for _, times in first.bands) == 3
    assert {each.closeness for each in rest} == {"same"}
    assert len(sentences(view, "alike")) == len(rest)
    assert "3项全部" in sentences(view, "alike")[0]


def test_a_recommendation_against_the_ranks_is_named_with_both_projects(unsealed: Any) -> None:
    full = shares(unsealed)
    score(unsealed, "DZ26-002", *full)
    score(unsealed, "DZ26-004", *(each // 2 for each in full))
    recommend(unsealed, "DZ26-002", affirmative=False)
    recommend(unsealed, "DZ26-004", affirmative=True)
    (found,) = sentences(at_a_glance(unsealed), "against-rank")
    assert found.startswith("DZ26-002 名次1") and "DZ26-004 名次2" in found
    assert sum(times for _, times in at_a_glance(unsealed).recommendations) == 2


def test_a_comment_that_the_form_invites_is_named_until_it_is_written(unsealed: Any) -> None:
    key = keys(unsealed)["DZ26-002"]
    invited = [
        each.id
        for each in review.open_review(unsealed.desk, key).state.criteria
        if review.set_score(unsealed.desk, key, each.id, "0")
        and any(
            row.id == each.id and row.comment_invited
            for row in review.open_review(unsealed.desk, key).state.criteria
        )
    ]
    found = [each for each in at_a_glance(unsealed).hints if each.what == "comment"]
    assert [each.item for each in found] == invited
    for item in invited:
        review.set_comment(unsealed.desk, key, item, "未见进展")
    assert not sentences(at_a_glance(unsealed), "comment")


def test_nothing_of_it_is_put_out_to_be_sent(unsealed: Any) -> None:
    before = unsealed.desk.store.outbox.unsent()
    at_a_glance(unsealed)
    assert unsealed.desk.store.outbox.unsent() == before
