"""Spreadsheets: values as people wrote them, sheets that show, and sheets that claim too much."""

import io
from datetime import date, datetime, time, timedelta

import openpyxl
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhubi.expert.reading.document import Outline, ReadingState
from zhubi.expert.reading.formats import package
from zhubi.expert.reading.formats.pages import Request
from zhubi.expert.reading.limits import DEFAULT, Limits
from zhubi.expert.reading.parse import read_document


def book_of(**sheets: list[list[object]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return book


def sheet_xml(rows: str) -> dict[str, str]:
    return {
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="表" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<R><Relationship Id="a" Type="t/worksheet" Target="/xl/s.xml"/></R>',
        "xl/s.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
    }


def test_every_sheet_is_a_page_and_the_outline_names_them(papers):
    data = papers.workbook(book_of(预算=[["科目", "金额"], ["设备费", 1200000]], 测试=[["通过"]]))
    read = read_document(data, "预算.xlsx")
    assert (read.kind, read.state, read.total_pages) == ("xlsx", ReadingState.READ, 2)
    assert read.pages[0].table == (("科目", "金额"), ("设备费", "1200000"))
    assert read.pages[0].text == "科目 | 金额\n设备费 | 1200000"
    assert read.outline == (Outline("预算", 1, 1), Outline("测试", 1, 2))


def test_values_read_as_people_wrote_them(papers):
    values = [
        0.1 + 0.2,
        12.0,
        date(2026, 3, 1),
        datetime(2026, 3, 1, 9, 30),  # noqa: DTZ001
        time(9, 5),
        True,
        timedelta(hours=30),
    ]
    book = book_of(表=[[*values, 0.62, 1234567.5, -0.07]])
    for cell, code in (("H1", "0%"), ("I1", "#,##0.00"), ("J1", '0.0%;[Red]"负"0.0%')):
        book["表"][cell].number_format = code
    (row,) = read_document(papers.workbook(book)).pages[0].table
    assert row == (
        "0.3", "12", "2026-03-01", "2026-03-01 09:30", "09:05", "TRUE", "30:00", "62%", "1234567.5", "-7%",
    )  # fmt: skip


def test_days_counted_from_1904_are_the_same_days(papers):
    book = book_of(表=[[date(2026, 3, 1)]])
    book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
    assert read_document(papers.workbook(book)).pages[0].text == "2026-03-01"


def test_the_value_last_calculated_is_read_and_the_formula_is_not(papers):
    number = '<c r="A1"><f>SUM(B1:C1)</f><v>42</v></c>'
    rows = f'<row>{number}<c t="str"><f>X</f><v>合计</v></c><c t="e"><v>#DIV/0!</v></c></row>'
    data = papers.package("spreadsheetml.sheet", sheet_xml(rows))
    assert read_document(data).pages[0].table == (("42", "合计", "#DIV/0!"),)


def test_rich_text_is_joined_and_pronunciation_left_out(papers):
    rows = '<row><c t="inlineStr"><is><r><t>重</t></r><r><t>庆</t></r><rPh><t>chong</t></rPh></is></c></row>'
    assert read_document(papers.package("spreadsheetml.sheet", sheet_xml(rows))).pages[0].text == "重庆"


def test_hidden_sheets_and_charts_are_left_out(papers):
    book = book_of(明细=[["甲"]], 字典=[["乙"]])
    book["字典"].sheet_state = "veryHidden"
    book.create_chartsheet("图")
    assert [page.label for page in read_document(papers.workbook(book)).pages] == ["明细"]


def test_what_a_terminal_would_obey_is_gone_from_cells_and_names(papers):
    rows = '<row><c t="inlineStr"><is><t>甲&#x202E;乙&#10;丙</t></is></c></row>'
    parts = sheet_xml(rows) | {
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="表&#x200B;一" r:id="a"/></sheets></workbook>'
    }
    page = read_document(papers.package("spreadsheetml.sheet", parts)).pages[0]
    assert (page.label, page.table) == ("表一", (("甲乙 丙",),))


def test_a_stray_cell_in_the_last_corner_costs_nothing(papers):
    book = book_of(表=[["甲"]])
    book["表"]["XFD1048576"] = "角"
    assert read_document(papers.workbook(book)).pages[0].table == (("甲", ""), ("", "角"))


def test_a_diagonal_is_cut_where_its_square_would_be_too_large(papers):
    cells = "".join(
        f'<row><c r="{openpyxl.utils.get_column_letter(i)}1"><v>{i}</v></c></row>' for i in range(1, 2001)
    )
    read = read_document(papers.package("spreadsheetml.sheet", sheet_xml(cells)))
    assert (read.state, read.detail) == (ReadingState.TOO_LARGE, "cells")
    assert len(read.pages[0].table) * len(read.pages[0].table[0]) <= DEFAULT.table_cells


def test_more_cells_than_may_come_out_are_cut_and_said(papers):
    data = papers.workbook(book_of(甲=[[1, 2]] * 100, 乙=[[3, 4]] * 100))
    read = read_document(data, limits=Limits(table_cells=250))
    assert (read.state, read.detail) == (ReadingState.TOO_LARGE, "cells")
    assert [len(page.table) for page in read.pages] == [100, 25]


def test_entities_in_any_part_are_refused(papers):
    parts = sheet_xml("<row><c><v>&x;</v></c></row>")
    parts["xl/s.xml"] = '<!DOCTYPE w [<!ENTITY x "1">]>' + parts["xl/s.xml"]
    read = read_document(papers.package("spreadsheetml.sheet", parts))
    assert (read.kind, read.state, read.detail) == ("xlsx", ReadingState.DAMAGED, "dtd")


def test_cells_that_point_nowhere_are_empty(papers):
    rows = '<row><c t="s"><v>7</v></c><c t="s"><v>-1</v></c><c s="99"><v>5</v></c><c r="ZZZZ1"><v>6</v></c></row>'
    assert read_document(papers.package("spreadsheetml.sheet", sheet_xml(rows))).pages[0].table == (("5",),)


def test_a_workbook_without_cells_is_empty(papers):
    read = read_document(papers.workbook(book_of(表=[])))
    assert (read.state, read.total_pages) == (ReadingState.EMPTY, 1)


_CELLS = st.one_of(
    st.none(),
    st.integers(-(10**12), 10**12),
    st.text("甲乙丙abc 一", max_size=8),
    st.booleans(),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(_CELLS, min_size=1, max_size=5), min_size=1, max_size=6))
def test_an_independent_reader_sees_the_same_values(papers, rows):
    data = papers.workbook(book_of(表=rows))
    theirs = (
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    )
    *_, page = package.read(data, Request("", "", DEFAULT))

    def ours(value: object) -> str:
        if isinstance(value, bool):
            return str(value).upper()
        return str(int(value)) if isinstance(value, float) else " ".join(str(value).split())

    expected = [[ours(value) for value in row if ours(value)] for row in theirs]
    assert [[cell for cell in row if cell] for row in page.table] == [row for row in expected if row]
