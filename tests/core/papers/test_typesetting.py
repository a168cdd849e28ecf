"""A printed form says what it was given, carries its own letters, and names the record it prints."""

from __future__ import annotations

import re
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhubi.core.model.paper import Column, Paper, Passage, Table
from zhubi.core.papers.errors import PapersError
from zhubi.core.papers.fonts import SHIPPED, families_for
from zhubi.core.papers.typesetting import MARK, typeset

DIGEST = "3f2a91c0" * 8


def paper(**changes: Any) -> Paper:
    given = {
        "form": "review",
        "title": "个人评审表",
        "organiser": "重庆市大足区科学技术局",
        "facts": (("项目编号", "KJ26-021"), ("项目名称", "通用型CAR-T制备")),
        "parts": (
            Table(
                heading="评分",
                columns=(Column(name="评分项", width=3), Column(name="得分", width=0, align="right")),
                rows=(("创新性与先进性", "18"),),
            ),
            Passage(heading="综合意见", text="同意立项。\n建议补充检测报告。"),
        ),
        "signatures": ("专家签字：", "日期："),
        "digest": DIGEST,
        "code": "7K3M-Q2",
        "printed_at": "2026年7月3日 15:04",
    }
    return Paper(**(given | changes))


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        said = "".join(page.get_textpage().get_text_bounded() for page in document)
        # How the reader marks a hyphen at the end of a line, and where the form lets a long run be broken.
        return said.replace("\x02", "-").replace("\u200b", "")
    finally:
        document.close()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_everything_that_was_given_can_be_read_on_the_page() -> None:
    said = squeezed(text_of(typeset(paper())))
    for each in (
        "个人评审表",
        "重庆市大足区科学技术局",
        "KJ26-021",
        "通用型CAR-T制备",
        "创新性与先进性",
        "18",
        "同意立项。",
        "建议补充检测报告。",
        "专家签字：",
        "记录短码7K3M-Q2",
        DIGEST[:32],
        DIGEST[32:],
        "第1/1页",
        "本签名未经第三方认证，纸质签字按组织方要求。",
    ):
        assert squeezed(each) in said, each  # fmt: skip


def test_the_page_is_a4_and_every_font_is_inside() -> None:
    made = typeset(paper())
    document = pypdfium2.PdfDocument(made)
    width, height = document[0].get_size()
    document.close()
    assert (round(width), round(height)) == (595, 842)
    named = {each.decode() for each in re.findall(rb"/FontName\s*/([^\s/]+)", made)}
    assert named and all("ZhubiSong" in each for each in named), (
        "no letter is borrowed from the reader's system"
    )
    assert re.search(rb"/FontFile[23]?\s", made)


def test_the_mark_on_the_page_is_read_as_the_digest_of_the_record() -> None:
    import zxingcpp

    document = pypdfium2.PdfDocument(typeset(paper()))
    picture = document[0].render(scale=3).to_pil()
    document.close()
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == [MARK + DIGEST]


def test_a_form_without_a_record_says_that_it_is_a_draft_and_has_no_mark() -> None:
    import zxingcpp

    made = typeset(paper(digest=None, code=""))
    assert "草稿，尚未签名，不作为评审结果。" in squeezed(text_of(made))
    document = pypdfium2.PdfDocument(made)
    assert not zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())
    document.close()


@pytest.mark.parametrize(
    "words",
    [
        "#panic()",
        "$a_1$",
        "*加粗*",
        "[x] <label> @ref",
        "\\u{41}",
        "// 注释",
        '"引号"',
        "`x`",
        "= 标题",
        "- 项",
    ],
)
def test_nothing_in_the_words_is_read_as_markup(words: str) -> None:
    made = typeset(paper(parts=(Passage(heading=words, text=f"前{words}后"),)))
    said = squeezed(text_of(made))
    assert said.count(squeezed(words)) >= 2
    assert squeezed(f"前{words}后") in said


def test_a_long_table_goes_on_over_pages_under_its_head_and_loses_no_row() -> None:
    columns = (Column(name="评分项", width=3), Column(name="评语", width=5))
    rows = tuple((f"第{number}项", "指标优于国内同类，可以考核。") for number in range(1, 121))
    made = typeset(paper(parts=(Table(columns=columns, rows=rows),)))
    said = squeezed(text_of(made))
    assert all(f"第{number}项" in said for number in range(1, 121))
    document = pypdfium2.PdfDocument(made)
    pages = len(document)
    document.close()
    assert pages > 2
    assert said.count("评语") == pages - (1 if said.count("评语") < pages else 0)


def test_a_rare_character_that_no_font_has_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhubi.core.papers.fonts._system", lambda: ())
    with pytest.raises(PapersError) as found:
        typeset(paper(title="评审表𐘀𪛖"))
    assert found.value.kind == "papers.missing-glyph"
    assert found.value.details["found"] == "𐘀 (U+10600) 𪛖 (U+2A6D6)"


def test_a_character_the_shipped_font_lacks_is_looked_for_in_the_systems_fonts_only_when_it_is_needed() -> (
    None
):
    assert families_for("通用规范汉字表：珺喆玥") == (SHIPPED,)
    with pytest.raises(PapersError):
        families_for("𪛖", system_fonts=False)


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        st.characters(codec="gb2312", exclude_categories=("Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=40
    )
)
def test_whatever_is_written_in_gb_2312_is_printed_letter_for_letter(words: str) -> None:
    import unicodedata

    said = squeezed(text_of(typeset(paper(parts=(Passage(heading="意见", text=words),)))))
    folded = unicodedata.normalize("NFKC", squeezed(words))
    assert folded in unicodedata.normalize("NFKC", said)


def test_a_listing_of_records_is_no_draft_and_has_no_mark_of_its_own() -> None:
    made = typeset(paper(form="signatures", digest=None, code="", listing=True))
    said = squeezed(text_of(made))
    assert "草稿" not in said and "记录摘要" not in said
    assert "本签名未经第三方认证，纸质签字按组织方要求。" in said


def test_what_no_line_may_break_at_is_broken_all_the_same_and_stays_inside_its_cell() -> None:
    address = "https://office.example/" + "a1b2c3d4" * 30
    columns = (Column(name="问题", width=4), Column(name="回答", width=6))
    made = typeset(paper(parts=(Table(columns=columns, rows=((address, address),)),)))
    document = pypdfium2.PdfDocument(made)
    try:
        page = document[0].get_textpage()
        boxes = [page.get_charbox(place) for place in range(page.count_chars())]
        width = document[0].get_width()
    finally:
        document.close()
    assert max(right for _, _, right, _ in boxes) < width - 40
    assert squeezed(text_of(made)).replace("\u200b", "").count(address) == 2


def test_a_page_for_a_hundred_hands_leaves_none_of_them_out() -> None:
    names = tuple(f"专家{number}：" for number in range(100))
    said = squeezed(text_of(typeset(paper(digest=None, listing=True, signatures=names))))
    assert all(each in said for each in names)
