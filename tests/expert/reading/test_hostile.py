"""Files made to do harm, read in the real process: refused within seconds and within memory, and the app untouched."""

from __future__ import annotations

import io
import resource
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from zhubi.expert.reading.document import Finished, Page, ReadingState
from zhubi.expert.reading.limits import DEFAULT
from zhubi.expert.reading.opened import AttachmentReading

_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
_WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="sheet.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
    '<Relationship Id="r2" Target="strings.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)
_LAUGHS = "<!DOCTYPE x [<!ENTITY a '哈哈哈哈哈哈哈哈'>{}]>".format(
    "".join(f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(12))
)


def workbook(papers, sheet: str = "", strings: str = "<sst/>", before: str = "") -> bytes:
    parts: dict[str, str | bytes] = {
        "xl/workbook.xml": _WORKBOOK,
        "xl/_rels/workbook.xml.rels": _RELATIONS,
        "xl/sheet.xml": before + _SHEET.format(sheet),
        "xl/strings.xml": before + strings,
    }
    return papers.package("spreadsheetml.sheet", parts)


def entity_bomb_in_cells(papers) -> bytes:
    return workbook(papers, '<row><c t="inlineStr"><is><t>&m;</t></is></c></row>', before=_LAUGHS)


def entity_bomb_in_strings(papers) -> bytes:
    bomb = f"{_LAUGHS}<sst><si><t>&m;</t></si></sst>"
    return workbook(papers, '<row><c t="s"><v>0</v></c></row>', strings=bomb)


def zip_bomb(papers) -> bytes:
    return papers.raw_words("<w:p><w:r><w:t>" + "甲" * 90_000_000 + "</w:t></w:r></w:p>")


def zip_bomb_whose_directory_lies(papers) -> bytes:
    data = bytearray(papers.raw_words(" " * 200_000_000))
    while (at := data.find(struct.pack("<I", 200_000_000 + len(papers_frame(papers))))) >= 0:
        data[at : at + 4] = struct.pack("<I", 1000)
    return bytes(data)


def papers_frame(papers) -> bytes:
    with zipfile.ZipFile(io.BytesIO(papers.raw_words(""))) as archive:
        return archive.read("word/document.xml")


def zip_in_zip(papers) -> bytes:
    data = papers.raw_words("正文")
    for _ in range(200):
        data = papers.zipped({"word/document.xml": data, "材料.docx": data[:10]})
    return data


def directory_of_a_million(papers) -> bytes:
    return b"PK\x03\x04" + b"PK\x01\x02" * 1_000_000


def million_pages(papers) -> bytes:
    return papers.pdf(["甲"]).replace(b"/Count 1/", b"/Count 1000000/")


def tables_that_follow_each_other(papers) -> bytes:
    data = papers.pdf(["甲"])
    start = int(data.rpartition(b"startxref\n")[2].split()[0])
    return data.replace(b"trailer<<", b"trailer<</Prev %d " % start)


def page_tree_in_a_circle(papers) -> bytes:
    return papers.pdf_objects(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1000/Kids[3 0 R 2 0 R]>>",
            b"<</Type/Pages/Count 1000/Kids[2 0 R 3 0 R]/Parent 3 0 R>>",
        ]
    )


def page_tree_without_end(papers) -> bytes:
    deep = [b"<</Type/Pages/Count 1/Kids[%d 0 R]/Parent %d 0 R>>" % (3 + i, 1 + i) for i in range(20_000)]
    return papers.pdf_objects([b"<</Type/Catalog/Pages 2 0 R>>", *deep])


def contents_in_a_circle(papers) -> bytes:
    return papers.pdf_objects(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox 3 0 R/Contents[4 0 R 5 0 R]>>",
            b"[5 0 R 4 0 R]",
            b"[4 0 R 5 0 R]",
        ]
    )


def forms_upon_forms(papers) -> bytes:
    """Each of twelve forms draws the next ten times."""
    forms = [
        papers.pdf_stream(
            b"/F Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>" % (6 + i),
        )
        for i in range(12)
    ]
    return papers.pdf_objects(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
            papers.pdf_stream(b"/F Do " * 10),
            *forms,
            papers.pdf_stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),
        ]
    )


def stream_in_many_wrappings(papers) -> bytes:
    packed = bytes(200 * 2**20)
    for _ in range(4):
        packed = zlib.compress(packed, 9)
    return papers.pdf_objects(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
            papers.pdf_stream(packed, b"/Filter[" + b"/FlateDecode" * 4 + b"]"),
        ]
    )


def text_of_one_line(papers) -> bytes:
    return "甲".encode() * 30_000_000


def markdown_of_nothing_but_headings(papers) -> bytes:
    return b"# x\n" * 1_000_000


ENDS = {
    entity_bomb_in_cells: (ReadingState.DAMAGED, "dtd"),
    entity_bomb_in_strings: (ReadingState.DAMAGED, "dtd"),
    zip_bomb: (ReadingState.TOO_LARGE, "zip"),
    zip_bomb_whose_directory_lies: (ReadingState.DAMAGED, ""),
    zip_in_zip: (ReadingState.UNSUPPORTED, "package"),
    directory_of_a_million: (ReadingState.TOO_LARGE, "zip"),
    million_pages: (ReadingState.TOO_LARGE, "pages"),
    page_tree_in_a_circle: (ReadingState.DAMAGED, ""),
    page_tree_without_end: (ReadingState.DAMAGED, ""),
    forms_upon_forms: (ReadingState.TOO_LARGE, "memory"),
    text_of_one_line: (ReadingState.TOO_LARGE, "output"),
    # These only look dangerous: what they hold is read, and it is little.
    contents_in_a_circle: (ReadingState.SCAN, ""),
    stream_in_many_wrappings: (ReadingState.SCAN, ""),
    tables_that_follow_each_other: (ReadingState.READ, ""),
    markdown_of_nothing_but_headings: (ReadingState.READ, ""),
}


@pytest.mark.parametrize("made", ENDS, ids=lambda made: made.__name__)
def test_harm_is_refused_within_seconds_and_memory(papers, made):
    data = made(papers)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with AttachmentReading(lambda sink: sink.write(data), "材料") as reading:
        events = list(reading.events())
        reading.picture(1, 400, 500)
        held = most_held(reading)
    last = events[-1]
    assert isinstance(last, Finished)
    assert (last.state, last.detail) == ENDS[made]
    shown = sum(len(event.text) for event in events if isinstance(event, Page))
    assert shown <= DEFAULT.output_characters
    assert held <= DEFAULT.memory_bytes
    # In KiB: the text that may come out, and its lines on the way, and no more than that.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 130_000


def most_held(reading: AttachmentReading) -> int:
    """The most bytes the reading process ever held; 0 where it is gone already."""
    try:
        status = Path("/proc", str(reading._child.pid), "status").read_text()
    except FileNotFoundError:
        return 0
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 if "VmHWM:" in status else 0


def test_a_hundred_megabytes_pass_through_without_staying(papers):
    piece = bytes(2**20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def pour(sink) -> None:
        sink.write(papers.pdf(["正文"])[:-6])
        for _ in range(99):
            sink.write(piece)

    with AttachmentReading(pour, "大.pdf") as reading:
        assert isinstance(list(reading.events())[-1], Finished)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
