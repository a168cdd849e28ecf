"""PDF: text by page, bookmarks, scans, and what is refused."""

from io import BytesIO

from PIL import ImageFont

from zhubi.expert.reading.document import Outline, ReadingState
from zhubi.expert.reading.formats.blank_font import square_font
from zhubi.expert.reading.parse import read_document


def test_chinese_text_comes_by_page(papers):
    read = read_document(
        papers.pdf(["项目名称：车规级芯片", "经费预算：一千二百万元"]), "申报书.pdf", "application/pdf"
    )
    assert (read.kind, read.state, read.total_pages) == ("pdf", ReadingState.READ, 2)
    assert [page.text for page in read.pages] == ["项目名称：车规级芯片", "经费预算：一千二百万元"]
    assert [page.number for page in read.pages] == [1, 2]


def test_a_rare_character_of_a_name_survives(papers):
    assert read_document(papers.pdf(["负责人：𬘡"])).pages[0].text == "负责人：𬘡"


def test_bookmarks_become_the_outline_and_a_group_points_at_its_first_page(papers):
    data = papers.pdf(["甲", "乙", "丙"], [("封面", 1), ("第二部分", 0), ("预算", 3)])
    assert read_document(data).outline == (
        Outline("封面", 1, 1),
        Outline("第二部分", 1, 3),
        Outline("预算", 1, 3),
    )


def test_a_scan_is_a_normal_state_with_its_pages(papers):
    read = read_document(papers.scan(3))
    assert (read.state, read.detail, read.total_pages) == (ReadingState.SCAN, "", 3)
    assert [page.has_text for page in read.pages] == [False, False, False]


def test_a_document_with_one_page_of_picture_is_partial(papers):
    read = read_document(papers.pdf(["正文", "", "正文"]))
    assert read.state is ReadingState.PARTIAL
    assert [page.has_text for page in read.pages] == [True, False, True]


def test_what_a_terminal_would_obey_is_gone(papers):
    read = read_document(papers.pdf(["甲\x1b[2J乙\u202e丙"], [("标\u202e题\u200b", 1)]))
    assert read.pages[0].text == "甲[2J乙丙"
    assert read.outline[0].title == "标题"


def test_a_password_is_told_from_damage(papers):
    data = papers.pdf_objects(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 0/Kids[]>>",
            b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"61" * 32 + b">/U<" + b"62" * 32 + b">>>",
        ],
        b"/Encrypt 3 0 R/ID[<00><00>]",
    )
    read = read_document(data)
    assert (read.kind, read.state, read.pages) == ("pdf", ReadingState.ENCRYPTED, ())


def test_a_file_cut_in_half_is_damaged(papers):
    data = papers.pdf(["甲" * 500, "乙" * 500])
    assert read_document(data[:200]).state is ReadingState.DAMAGED


def test_a_million_claimed_pages_are_refused(papers):
    data = papers.pdf_objects(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1000000/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R>>",
        ]
    )
    read = read_document(data)
    assert (read.state, read.detail, read.pages) == (ReadingState.TOO_LARGE, "pages", ())


def test_pages_that_are_not_there_leave_the_others_readable(papers):
    data = papers.pdf(["第一页"]).replace(b"/Count 1/", b"/Count 3/")
    read = read_document(data)
    assert (read.state, read.detail) == (ReadingState.PARTIAL, "damaged-pages")
    assert [page.text for page in read.pages] == ["第一页", "", ""]


def test_a_page_tree_that_contains_itself_is_damaged(papers):
    data = papers.pdf_objects([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 5/Kids[2 0 R]>>"])
    assert read_document(data).state is ReadingState.DAMAGED


def test_bookmarks_that_lead_in_a_circle_end(papers):
    data = papers.pdf(["甲"], [("一", 1), ("二", 1)])
    number = data.split(b"/Next ")[1].split(b" ")[0]
    again = data.replace(b"/Next %s 0 R" % number, b"/Next %d 0 R" % (int(number) - 1))
    read = read_document(again)
    assert read.state is ReadingState.READ
    assert [entry.title for entry in read.outline] == ["一"]


def test_a_page_that_unpacks_beyond_memory_is_refused_for_memory(papers):
    read = read_document(papers.pdf_bomb(640))
    assert (read.kind, read.state, read.detail) == ("pdf", ReadingState.TOO_LARGE, "memory")


def one_by_one(papers, text: str) -> bytes:
    """A page whose characters are each placed on their own, as some printers of forms write."""
    drawn = "".join(
        f"BT /F1 12 Tf {50 + 12 * place} 700 Td <{each.encode('utf-16-be').hex()}> Tj ET "
        for place, each in enumerate(text)
    )
    word = f"BT /F1 12 Tf 50 700 Td <{'甲'.encode('utf-16-be').hex()}> Tj ET"
    return papers.pdf(["甲"]).replace(papers.pdf_stream(word.encode()), papers.pdf_stream(drawn.encode()))


def test_no_character_is_lost_that_stands_alone_and_embeds_no_font(papers):
    text = "项目负责人：王一，经费12万元；Ωж"
    assert read_document(one_by_one(papers, text)).pages[0].text == text
    for each in "甲一。A1":
        assert read_document(papers.pdf([each])).pages[0].text == each


def test_the_square_is_a_font_that_others_take_too():
    font = ImageFont.truetype(BytesIO(square_font()), 1000)
    for each in "甲i，𬘡":
        assert font.getlength(each) == 1000
        left, _, right, _ = font.getbbox(each)
        assert right - left > 900
