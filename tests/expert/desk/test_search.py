"""Searching what is on this machine: material, attachments, notes and own words; and only what may be read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhubi.expert.desk import review, search
from zhubi.expert.desk.indexing import searching
from zhubi.expert.desk.passages import Passage
from zhubi.expert.desk.views import ReviewKey


def indexed(desk: Any) -> Any:
    """The index as it is once everything that may be read has been read."""
    mine = searching(desk)
    mine.begin(desk)
    assert mine.wait(60)
    state = search.index_state(desk)
    assert state.whole, state
    return state


def places(desk: Any, text: str, **how: Any) -> list[tuple[str, str, str]]:
    return [(each.code, each.kind, each.where) for each in search.search(desk, text, **how).hits]


def key_of(story: Any, code: str) -> ReviewKey:
    (office,) = story.desk.store.offices.all()
    return ReviewKey(office.office, story.round, story.ids[code])


def test_before_anything_is_unsealed_nothing_is_found(seated: Any) -> None:
    seated.declare_all(seated.desk, seated.round)
    state = indexed(seated.desk)
    assert (state.done, state.total, state.pages) == (0, 0, 0)
    assert places(seated.desk, "的") == []


def test_dossiers_and_their_attachments_are_found_by_one_character_or_more(unsealed: Any) -> None:
    desk = unsealed.desk
    state = indexed(desk)
    assert state.total == state.done > len(unsealed.ids) and state.pages > 20 and state.bytes > 0
    found = search.search(desk, "锶", limit=200)
    assert found.hits and not found.more
    codes = {each.code for each in found.hits}
    assert codes <= set(unsealed.ids)
    for hit in found.hits:
        assert hit.marks and all(hit.context[start:end] == "锶" for start, end in hit.marks)
        assert hit.where and "{" not in hit.where and not hit.where.startswith("search.")
    assert {each.kind for each in found.hits} >= {"material", "attachment"}


def test_hits_come_in_the_order_of_the_desk_and_name_the_page(unsealed: Any) -> None:
    desk = unsealed.desk
    indexed(desk)
    hits = search.search(desk, "项目", limit=500).hits
    order = [unsealed.ids[each.code] for each in hits]
    rows = [row.dossier for row in desk.store.assignments.rows(None, 0, 99, now=desk.clock())]
    assert [rows.index(each) for each in order] == sorted(rows.index(each) for each in order)
    opened = review.open_review(desk, hits[0].key)
    section = next(
        each for each in hits if each.kind == "material" and each.passage.page and each.code == hits[0].code
    )
    assert opened.content is not None
    headings = [each.heading for each in opened.content.sections]
    assert section.passage.page > len(headings) or section.where == headings[section.passage.page - 1]


def test_own_words_and_notes_are_found_and_lead_to_their_line(unsealed: Any) -> None:
    desk = unsealed.desk
    indexed(desk)
    key = key_of(unsealed, min(unsealed.ids))
    review.open_review(desk, key)
    review.set_opinion(desk, key, "独角兽级别的成果，建议继续支持。")
    codes = [each.code for each in search.search(desk, "支持", limit=500).hits]
    assert codes == sorted(codes), "own words stand with the papers of their project"
    desk.store.notes.add(
        key.office,
        key.dossier,
        "a" * 64,
        page=3,
        row=0,
        quotation="原文",
        words="独角兽？待核实",
        now=desk.clock(),
    )
    found = search.search(desk, "独角兽").hits
    assert [(each.kind, each.where) for each in found] == [("note", "笔记"), ("words", "综合意见")]
    assert found[0].passage == Passage("a" * 64, 3, 0, "原文") and found[0].line is None
    assert found[1].passage is None and found[1].line == ("opinion", "")
    unsealed.clock.on(seconds=1)
    review.set_opinion(desk, key, "改过了。")
    assert [each.kind for each in search.search(desk, "独角兽").hits] == ["note"]


def test_of_one_round_only_that_round_is_searched(unsealed: Any) -> None:
    desk = unsealed.desk
    indexed(desk)
    assert places(desk, "项目", round=unsealed.round) == places(desk, "项目")
    assert places(desk, "项目", round="01890000-0000-7000-8000-000000000000") == []


def test_what_may_no_longer_be_read_is_not_found_and_leaves_the_index(unsealed: Any) -> None:
    from zhubi.expert.desk import declare

    desk = unsealed.desk
    indexed(desk)
    code = min(unsealed.ids)
    assert code in {each.code for each in search.search(desk, "项目", limit=500).hits}
    declare.answer(
        desk, unsealed.round, unsealed.ids[code], "recuse",
        [declare.RelationView(declare.relations(desk, unsealed.round)[0].id, "某单位", "")], "后来才知道",
    )  # fmt: skip
    declare.sign_declarations(desk, unsealed.round, "246810")
    assert code not in {each.code for each in search.search(desk, "项目", limit=500).hits}
    unsealed.sync(desk)
    searching(desk).wait(30)
    reader = desk.store.search.reader()
    assert reader is not None
    readable = {each.blob for each in desk.store.search.readable(now=desk.clock())}
    assert set(reader.documents()) == readable and readable


def test_a_purge_takes_the_index_and_its_key(unsealed: Any) -> None:
    from zhubi.expert.desk import purge

    desk = unsealed.desk
    indexed(desk)
    (before,) = desk.directory.glob("search-*.db")
    _, key = desk.store.search.location()
    unsealed.clock.on(hours=31)
    unsealed.change(unsealed.round, "end")
    unsealed.sync(desk)
    purge.purge_round(desk, unsealed.round, "246810")
    assert not before.exists()
    assert places(desk, "项目") == []
    assert desk.store.search.location()[1] != key
    assert search.index_state(desk).total == 0


def test_a_deleted_index_is_made_anew_without_a_word(unsealed: Any) -> None:
    desk = unsealed.desk
    indexed(desk)
    found = places(desk, "锶")
    searching(desk).stop()
    desk.store.search.remove()
    assert places(desk, "锶") == []
    indexed(desk)
    assert places(desk, "锶") == found


@pytest.mark.parametrize("place", [0, 5000])
def test_a_damaged_index_is_made_anew_without_a_word(unsealed: Any, place: int) -> None:
    desk = unsealed.desk
    indexed(desk)
    found = places(desk, "锶")
    searching(desk).stop()
    desk.store.search.close()
    (path,) = desk.directory.glob("search-*.db")
    with path.open("rb+") as file:
        for at in range(place, path.stat().st_size, 4096):
            file.seek(at)
            file.write(b"\xa5" * 64)
    searching(desk).begin(desk)
    assert places(desk, "锶") in ([], found)
    for _ in range(3):
        searching(desk).wait(60)
    indexed(desk)
    assert places(desk, "锶") == found


def test_closing_the_desk_ends_the_indexing_and_the_next_start_goes_on(unsealed: Any) -> None:
    desk = unsealed.desk
    mine = searching(desk)
    mine.begin(desk)
    desk.close()
    assert mine.wait(0)
    unsealed.desk = unsealed.open()
    indexed(unsealed.desk)
    assert places(unsealed.desk, "锶")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(typed=st.text(max_size=30) | st.text(st.sampled_from("\"'*()^:-+ANDORNEAR 项目%"), max_size=12))
def test_whatever_is_typed_gets_an_answer(unsealed: Any, typed: str) -> None:
    desk = unsealed.desk
    if not search.index_state(desk).whole:
        indexed(desk)
    found = search.search(desk, typed, limit=3)
    assert found.text == typed
    for hit in found.hits:
        assert all(0 <= start < end <= len(hit.context) for start, end in hit.marks)
