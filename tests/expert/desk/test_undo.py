"""撤销、重做: any sequence of edits taken back is where it began, and nothing taken back is lost to a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhubi.expert.desk import overview, review
from zhubi.expert.desk.history import same
from zhubi.expert.desk.sheetviews import SheetState
from zhubi.expert.desk.undo import redo, undo
from zhubi.expert.desk.views import ReviewKey

ZHEJIANG = ("zhejiang-2023", "zj.project-appraisal")
Edit = Callable[[Any, ReviewKey], SheetState]


@pytest.fixture
def zhejiang(story: Any) -> Iterator[Any]:
    """Four projects of Zhejiang, unsealed: scores, questions, checks, cuts, facts and a recommendation."""
    ids = story.import_dossiers(ZHEJIANG[0])
    story.round = story.open_round(*ZHEJIANG)
    story.invitation = story.invite()
    for order, (_, dossier) in enumerate(sorted(ids.items()), 1):
        story.seat(story.round, dossier, story.invitation.person, order=order)
    story.desk = story.enrol(story.invitation)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    yield story


@pytest.fixture
def key(zhejiang: Any) -> ReviewKey:
    return key_of(zhejiang)


def key_of(story: Any, code: str = "ZJ26-017") -> ReviewKey:
    return next(each.key for each in overview.rows(story.desk, None, 0, 20) if each.code == code)


def edits_of(state: SheetState) -> st.SearchStrategy[Edit]:
    """Every sort of edit that this sheet takes."""
    words = st.text(alphabet="好中差指标有据\n，12", max_size=12)
    mine = st.sampled_from([each.id for each in state.criteria if each.mine])
    lines = st.sampled_from([each.id for each in state.budget if each.may_cut])
    chosen = st.sampled_from(["", *(each.id for each in state.recommendations)])
    sorts: list[st.SearchStrategy[Edit]] = [
        st.builds(lambda item, typed: lambda d, k: review.set_score(d, k, item, typed), mine,
                  st.sampled_from(["", "0", "1", "5", "８"])),
        st.builds(lambda item, text: lambda d, k: review.set_comment(d, k, item, text), mine, words),
        st.builds(lambda item, typed, why: lambda d, k: review.set_cut(d, k, item, typed, why), lines,
                  st.sampled_from(["", "100", "2000"]), words),
        st.builds(lambda a, b: lambda d, k: review.set_cuts_statement(d, k, a, b), st.booleans(), st.booleans()),
        st.builds(lambda value, text: lambda d, k: review.set_recommendation(d, k, value, text), chosen, words),
        st.builds(lambda text: lambda d, k: review.set_opinion(d, k, text), words),
        st.builds(lambda item, text: lambda d, k: review.set_words(d, k, item, text),
                  st.sampled_from([each.id for each in state.checks]), words),
        st.builds(lambda item, yes: lambda d, k: review.confirm_fact(d, k, item, None, yes),
                  st.sampled_from([each.name for each in state.facts]), st.booleans()),
    ]  # fmt: skip
    for each in state.questions:
        values = {"yes-no": ["", "yes", "no"], "choice": ["", *(one.id for one in each.choices)]}
        typed = (
            st.sampled_from(values[each.asks]) if each.asks in values else st.sampled_from(["", "1", "12"])
        )
        sorts.append(st.builds(lambda v, i=each.id: lambda d, k: review.set_answer(d, k, i, v), typed))
    return st.one_of(sorts)


def test_any_sequence_of_edits_taken_back_is_where_it_began_and_done_again_where_it_ended(
    zhejiang: Any, key: ReviewKey
) -> None:
    desk = zhejiang.desk
    review.set_opinion(desk, key, "先有草稿")
    review.set_opinion(desk, key, "")
    edits = edits_of(review.open_review(desk, key).state)
    pauses = st.sampled_from([0.0, 1.0, 3.0])

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(edits, pauses), max_size=14))
    def law(sequence: list[tuple[Edit, float]]) -> None:
        desk.session.histories.clear()
        began = review.open_review(desk, key).state
        for edit, pause in sequence:
            zhejiang.clock.on(seconds=pause)
            edit(desk, key)
        ended = review.open_review(desk, key).state
        steps = 0
        while True:
            state, taken = undo(desk, key)
            if taken is None:
                break
            steps += 1
            assert taken.sentence.startswith("已撤销：") and "review." not in taken.sentence
        assert state.sheet == began.sheet
        assert review.open_review(desk, key).state.sheet == began.sheet, "what is shown is what is kept"
        again = 0
        while redo(desk, key)[1] is not None:
            again += 1
        assert again == steps
        final = review.open_review(desk, key).state
        assert final.sheet == ended.sheet and final.missing == ended.missing
        while undo(desk, key)[1] is not None:
            pass

    law()


def test_typing_in_one_place_is_one_edit_until_a_pause_or_another_place(
    zhejiang: Any, key: ReviewKey
) -> None:
    desk = zhejiang.desk
    item = next(each.id for each in review.open_review(desk, key).state.criteria if each.mine)
    for typed in ("1", "15"):
        review.set_score(desk, key, item, typed)
    for text in ("好", "好在", "好在新"):
        review.set_comment(desk, key, item, text)
        zhejiang.clock.on(seconds=1.5)
    zhejiang.clock.on(seconds=3)
    review.set_comment(desk, key, item, "好在新颖")

    def comment() -> tuple[str, str]:
        row = next(each for each in review.open_review(desk, key).state.criteria if each.id == item)
        return row.points_text, row.comment

    sentences = []
    for expected in (("15", "好在新"), ("15", ""), ("", "")):
        taken = undo(desk, key)[1]
        assert taken is not None and (taken.line, taken.item) == ("score", item)
        sentences.append(taken.sentence)
        assert comment() == expected
    name = review.open_review(desk, key).state.criteria[0].name
    assert sentences == [f"已撤销：{name} 评语 颖", f"已撤销：{name} 评语 好在新", f"已撤销：{name} 得分 15"]
    assert undo(desk, key)[1] is None


def test_a_choice_made_twice_is_two_edits(zhejiang: Any, key: ReviewKey) -> None:
    desk = zhejiang.desk
    first, second = [each.id for each in review.open_review(desk, key).state.recommendations][:2]
    review.set_recommendation(desk, key, first, "")
    review.set_recommendation(desk, key, second, "")
    state, taken = undo(desk, key)
    assert taken is not None and taken.line == "recommendation"
    assert [each.id for each in state.recommendations if each.chosen] == [first]


def test_a_new_edit_cuts_off_what_could_have_been_done_again(zhejiang: Any, key: ReviewKey) -> None:
    desk = zhejiang.desk
    review.set_opinion(desk, key, "一")
    undo(desk, key)
    review.set_opinion(desk, key, "二")
    assert redo(desk, key)[1] is None
    assert review.open_review(desk, key).state.opinion == "二"


def test_an_edit_taken_back_is_journaled_like_any_other(zhejiang: Any, key: ReviewKey) -> None:
    desk = zhejiang.desk
    review.set_opinion(desk, key, "留下")
    zhejiang.clock.on(seconds=5)
    review.set_opinion(desk, key, "留下又删去")
    undo(desk, key)
    draft = desk.store.drafts.read(key)
    assert draft is not None and draft.sheet.opinion == "留下"


def test_each_project_has_its_own_edits(zhejiang: Any, key: ReviewKey) -> None:
    desk, other = zhejiang.desk, key_of(zhejiang, "ZJ26-021")
    review.set_opinion(desk, key, "此项")
    review.set_opinion(desk, other, "彼项")
    undo(desk, key)
    assert review.open_review(desk, other).state.opinion == "彼项"
    assert redo(desk, other)[1] is None


def test_a_sheet_that_became_another_by_no_edit_is_not_overwritten(zhejiang: Any, key: ReviewKey) -> None:
    desk = zhejiang.desk
    review.set_opinion(desk, key, "旧")
    draft = desk.store.drafts.read(key)
    desk.store.drafts.write(
        key, draft.sheet.model_copy(update={"opinion": "另"}), missing=0, score_text="", now=zhejiang.clock()
    )
    assert undo(desk, key)[1] is None
    assert same(desk.store.drafts.read(key).sheet, draft.sheet.model_copy(update={"opinion": "另"}))
