"""Notes stay on this machine; citations become part of what is signed, and lead back to what they quote."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType, ReviewBody
from zhubi.expert.desk import notes, review, submit, trail
from zhubi.expert.desk.passages import Passage, keep_place, places, stated
from zhubi.expert.desk.sheetviews import ContentView
from zhubi.expert.desk.views import ReviewKey

from .test_review import fill, key_of

PIN = "246810"


@pytest.fixture
def key(unsealed: Any) -> ReviewKey:
    return key_of(unsealed, "DZ26-002")


def papers(desk: Any, key: ReviewKey) -> ContentView:
    view = review.open_review(desk, key)
    assert view.content is not None
    return view.content


def test_a_note_names_its_place_and_comes_in_the_order_of_the_papers(unsealed: Any, key: ReviewKey) -> None:
    desk, content = unsealed.desk, papers(unsealed.desk, key)
    attachment = content.attachments[0]
    notes.add(desk, key, Passage(attachment.blob, 1, 3, "检测结果"), "与正文不一致")
    notes.add(desk, key, Passage(content.blob, 2, 0, "  关键\u202e节点\n按期 "), "")
    notes.add(desk, key, Passage(content.blob, len(content.sections) + 2, 1, "设备费"), "偏高")
    listed = notes.notes(desk, key)
    assert [each.at.page_name for each in listed] == [content.sections[1].heading, "经费预算", "第1页"]
    assert listed[0].at.passage.words == "关键节点 按期"
    assert listed[2].at.title == f"附件1 {attachment.title}" and listed[2].at.here
    assert notes.change(desk, key, listed[0].id, "待核").words == "待核"
    notes.remove(desk, key, listed[1].id)
    unsealed.desk.close()
    assert [each.words for each in notes.notes(unsealed.open(), key)] == ["待核", "与正文不一致"]


def test_a_note_of_another_project_is_not_touched(unsealed: Any, key: ReviewKey) -> None:
    desk, other = unsealed.desk, key_of(unsealed, "DZ26-004")
    made = notes.add(desk, key, Passage(papers(desk, key).blob, 1), "一")
    with pytest.raises(ZhubiError) as caught:
        notes.remove(desk, other, made.id)
    assert caught.value.kind == "desk.no-note"
    with pytest.raises(ZhubiError) as caught:
        notes.add(desk, key, Passage("f" * 64, 1), "二")
    assert caught.value.kind == "desk.no-document"


def test_a_passage_cited_twice_keeps_one_number_and_an_edit_is_journaled(
    unsealed: Any, key: ReviewKey
) -> None:
    desk, content = unsealed.desk, papers(unsealed.desk, key)
    passage = Passage(content.blob, 1, 4, "某" * 100)
    state, first = notes.cite(desk, key, passage)
    assert [(each.number, each.page, len(each.quotation)) for each in state.sheet.citations] == [(1, 1, 60)]
    assert notes.cite(desk, key, Passage(content.blob, 1, 9, "某" * 100))[1] == first == 1
    assert notes.cite(desk, key, Passage(content.attachments[0].blob, 3, 0, "另一处"))[1] == 2
    review.set_opinion(desk, key, "见[2]")
    assert [each.number for each in notes.cited(desk, key)] == [2]
    unsealed.desk.close()
    again = unsealed.open()
    assert [each.number for each in review.open_review(again, key).state.sheet.citations] == [1, 2]


def test_what_is_signed_holds_just_the_citations_that_its_words_mention(
    unsealed: Any, key: ReviewKey
) -> None:
    desk, content = unsealed.desk, papers(unsealed.desk, key)
    fill(desk, key)
    _, kept = notes.cite(desk, key, Passage(content.blob, 1, 0, content.sections[0].text[:30]))
    notes.cite(desk, key, Passage(content.blob, 2, 0, "写过又删去"))
    review.set_opinion(desk, key, f"节点按期完成[{kept}]")
    (signed,) = submit.sign(desk, (key,), PIN)
    assert signed.problem == ""
    submit.submit(desk)
    with unsealed.office.ledger.reading() as reading:
        (logged,) = reading.by_type(RecordType.REVIEW)
    body = getattr(logged, "record", logged).body
    assert isinstance(body, ReviewBody)
    (citation,) = body.sheet.citations
    assert (citation.number, citation.document, citation.page) == (kept, content.blob, 1)
    (row,) = notes.cited(desk, key)
    assert row.at.page_name == content.sections[0].heading and row.at.here
    assert review.open_review(desk, key).read_only
    (told,) = [each.citations for each in trail.trail(desk, key).rows if each.citations]
    assert told == notes.citation_lines((row,))
    assert told[0].startswith(f"[{kept}] 项目材料 第1版 {content.sections[0].heading} 「")


def test_a_citation_of_an_older_version_is_still_named(unsealed: Any, key: ReviewKey, tmp_path: Any) -> None:
    from .test_declare import update

    desk = unsealed.desk
    fill(desk, key)
    notes.cite(desk, key, Passage(papers(desk, key).blob, 1, 0, "旧版的话"))
    review.set_opinion(desk, key, "见[1]")
    update(unsealed, tmp_path, lambda text: text.replace('text = """', 'text = """补充一句。', 1))
    unsealed.sync(desk)
    (row,) = notes.cited(desk, key)
    assert (row.at.here, row.at.name, row.at.passage.words) == (False, "项目材料 第1版 第1节", "旧版的话")


def test_reading_places_outlive_the_app(unsealed: Any, key: ReviewKey) -> None:
    desk, content = unsealed.desk, papers(unsealed.desk, key)
    keep_place(desk, key, Passage(content.blob, 2, 5))
    unsealed.clock.on(minutes=1)
    keep_place(desk, key, Passage(content.attachments[0].blob, 1, 7))
    desk.close()
    again = unsealed.open()
    assert places(again, key) == (Passage(content.attachments[0].blob, 1, 7), Passage(content.blob, 2, 5))


def test_a_line_of_the_sheet_leads_to_where_the_papers_state_it(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    view = review.open_review(desk, key)
    content = papers(desk, key)
    tables = len(content.sections) + 1
    sections = [each.id for each in content.sections]
    for fact in view.state.facts:
        (at,) = stated(desk, key, "fact", fact.name)
        if fact.section in sections:
            section = content.sections[sections.index(fact.section)]
            assert at.page_name == section.heading
            text = "".join(section.text.split())
            assert (at.passage.words in text) if at.passage.words else at.passage.row == -1
        else:
            assert at.passage.page == tables and at.passage.row > 0
    for place, line in enumerate(content.budget, 1):
        (at,) = stated(desk, key, "cut", line.id)
        assert (at.passage.page, at.passage.row, at.page_name) == (tables + 1, place, "经费预算")
    for check in view.state.checks:
        assert all(each.here for each in stated(desk, key, "check", check.id))
    assert stated(desk, key, "score", "node") == ()
