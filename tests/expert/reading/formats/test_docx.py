"""Word documents: order, headings, tables, and what is not printed."""

import pytest

from zhubi.expert.reading.document import Outline, ReadingState
from zhubi.expert.reading.limits import Limits
from zhubi.expert.reading.parse import read_document


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{properties}<w:t>{text}</w:t></w:r>"


def paragraph(*runs: str, properties: str = "") -> str:
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def body_text(papers, body: str) -> str:
    read = read_document(papers.raw_words(body))
    assert read.kind == "docx"
    return "\n".join(page.text for page in read.pages)


def test_headings_paragraphs_and_tables_keep_their_order(papers):
    data = papers.words((1, "一、概况"), "正文。", [["科目", "金额"], ["设备费", "120"]], "表后。")
    read = read_document(data, "报告.docx")
    assert (read.kind, read.state) == ("docx", ReadingState.READ)
    assert read.pages[0].text == "一、概况\n正文。\n科目 | 金额\n设备费 | 120\n表后。"
    assert read.pages[0].label == "一、概况"


def test_a_first_level_heading_turns_a_page_and_the_outline_points_there(papers):
    data = papers.words((1, "一、概况"), "甲" * 1200, (2, "（一）基础"), (1, "二、预算"), "乙")
    read = read_document(data)
    assert [page.label for page in read.pages] == ["一、概况", "二、预算"]
    assert read.outline == (Outline("一、概况", 1, 1), Outline("（一）基础", 2, 1), Outline("二、预算", 1, 2))


def test_a_short_letter_with_many_headings_stays_one_page(papers):
    read = read_document(papers.words(*[(1, f"第{i}条") for i in range(8)]))
    assert (read.total_pages, len(read.outline)) == (1, 8)


def test_a_long_stretch_is_broken_about_every_three_thousand_characters(papers):
    read = read_document(papers.words(*["某" * 700] * 10, "某" * 7000))
    assert max(len(page.text) for page in read.pages) <= 3010
    assert sum(page.text.count("某") for page in read.pages) == 14_000


def test_a_heading_is_known_by_its_style_whatever_the_style_is_called(papers):
    styles = (
        '<w:styles xmlns:w="w"><w:style w:styleId="a"><w:name w:val="标题 2"/></w:style>'
        '<w:style w:styleId="b"><w:name w:val="单位自定"/><w:basedOn w:val="a"/></w:style>'
        '<w:style w:styleId="c"><w:name w:val="x"/><w:basedOn w:val="d"/></w:style>'
        '<w:style w:styleId="d"><w:name w:val="y"/><w:basedOn w:val="c"/></w:style></w:styles>'
    )
    relations = '<R><Relationship Id="1" Type="http://x/styles" Target="styles.xml"/></R>'
    document = "".join(
        paragraph(run(f"{s}段"), properties=f'<w:pPr><w:pStyle w:val="{s}"/></w:pPr>') for s in "abc"
    )
    data = papers.package(
        "wordprocessingml.document",
        {
            "word/document.xml": f'<w:document xmlns:w="w"><w:body>{document}</w:body></w:document>',
            "word/_rels/document.xml.rels": relations,
            "word/styles.xml": styles,
        },
    )
    assert read_document(data).outline == (Outline("a段", 2, 1), Outline("b段", 2, 1))


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        (paragraph(run("留"), run("隐", "<w:rPr><w:vanish/></w:rPr>")), "留"),
        (paragraph(run("显", '<w:rPr><w:vanish w:val="0"/></w:rPr>')), "显"),
        (paragraph(f"<w:del>{run('删')}</w:del>", f"<w:ins>{run('增')}</w:ins>"), "增"),
        (paragraph(f"<w:moveFrom>{run('旧')}</w:moveFrom>", run("新")), "新"),
        (paragraph("<w:r><w:instrText>PAGE</w:instrText></w:r>", run("3")), "3"),
        (paragraph("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r>"), "甲    乙\n丙"),
    ],
    ids=["hidden", "hiding-switched-off", "deleted", "moved-away", "field-code", "tab-and-break"],
)
def test_what_is_not_printed_is_not_read(papers, body, printed):
    assert body_text(papers, body) == printed


def test_a_text_box_is_read_once(papers):
    box = f"<w:txbxContent>{paragraph(run('框内'))}</w:txbxContent>"
    both = f"<w:Choice>{box}</w:Choice><w:Fallback>{box}</w:Fallback>"
    alternatives = f"<w:r><w:AlternateContent>{both}</w:AlternateContent></w:r>"
    assert body_text(papers, paragraph(run("前"), alternatives, run("后"))) == "框内\n前后"


def test_a_table_in_a_cell_stays_in_its_cell(papers):
    inner = f"<w:tbl><w:tr><w:tc>{paragraph(run('内1'))}</w:tc><w:tc>{paragraph(run('内2'))}</w:tc></w:tr></w:tbl>"
    outer = f"<w:tbl><w:tr><w:tc>{inner}</w:tc><w:tc>{paragraph(run('外'))}</w:tc></w:tr></w:tbl>"
    assert body_text(papers, outer) == "内1 | 内2 | 外"


def test_a_document_without_words_is_empty(papers):
    assert read_document(papers.words()).state is ReadingState.EMPTY


def test_more_text_than_may_come_out_is_cut_and_said(papers):
    read = read_document(papers.words(*["某" * 1000] * 20), limits=Limits(output_characters=5000))
    assert (read.state, read.detail) == (ReadingState.TOO_LARGE, "output")
    assert 2000 < sum(len(page.text) for page in read.pages) <= 5000


def test_entities_are_refused(papers):
    bomb = '<!DOCTYPE x [<!ENTITY a "哈"><!ENTITY b "&a;&a;&a;&a;">]>'
    read = read_document(papers.raw_words(paragraph(run("&b;")), bomb))
    assert (read.kind, read.state, read.detail) == ("docx", ReadingState.DAMAGED, "dtd")


def test_nesting_without_end_is_refused(papers):
    read = read_document(papers.raw_words("<w:tbl><w:tr><w:tc>" * 50_000))
    assert (read.state, read.detail) == (ReadingState.DAMAGED, "depth")


def test_a_document_cut_in_half_is_damaged(papers):
    data = papers.words("正文")
    assert read_document(data[: len(data) // 2]).state is ReadingState.DAMAGED


def test_a_part_that_is_not_well_formed_is_damaged(papers):
    assert read_document(papers.raw_words("<w:p></w:r>")).state is ReadingState.DAMAGED
