"""Plain text, Markdown and pictures; and what content says against a name."""

import struct
import zlib

import pytest

from zhubi.expert.reading.document import Outline, ReadingState
from zhubi.expert.reading.limits import Limits
from zhubi.expert.reading.parse import read_document


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_text_is_read_in_the_encodings_offices_send(encoding):
    read = read_document("验收意见：通过。\r\n签字：齐全".encode(encoding), "意见.txt", "text/plain")
    assert (read.kind, read.state) == ("text", ReadingState.READ)
    assert read.pages[0].text == "验收意见：通过。\n签字：齐全"


def test_markdown_headings_make_the_outline_but_not_within_code():
    text = "# 概况\n正文\n```\n# 注释\n```\n## 预算 ##\n".encode()
    assert read_document(text, "说明.MD").outline == (Outline("概况", 1, 1), Outline("预算", 2, 1))
    assert read_document(text, "说明", "text/markdown").outline == (
        Outline("概况", 1, 1),
        Outline("预算", 2, 1),
    )
    assert read_document(text, "说明.txt").outline == ()


def test_text_larger_than_may_come_out_is_cut_even_within_a_character():
    read = read_document(("甲" * 70_000).encode(), limits=Limits(output_characters=10_000))
    assert (read.state, read.detail) == (ReadingState.TOO_LARGE, "output")
    assert set("".join(page.text for page in read.pages)) == {"甲"}


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x03", b"\x7fELF\x02\x01\x01\x00", b"\xff\xff\xff\x81\x30"])
def test_bytes_that_are_no_text_are_unsupported(data):
    assert read_document(data, "材料.txt").state is ReadingState.UNSUPPORTED


@pytest.mark.parametrize("data", [b"", b" \r\n\t"])
def test_nothing_is_empty(data):
    assert read_document(data, "材料.txt").state is ReadingState.EMPTY


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_picture_is_a_page_without_text_named_by_its_size(papers, kind):
    read = read_document(papers.picture(kind), "现场.pdf")
    assert (read.kind, read.state, read.total_pages) == ("image", ReadingState.SCAN, 1)
    assert read.pages[0].label == f"{kind} 40 x 30"


def test_a_gigapixel_picture_is_refused():
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + header
        + struct.pack(">I", zlib.crc32(header))
        + bytes(4)
        + b"IDAT"
    )
    read = read_document(data)
    assert (read.kind, read.state, read.detail) == ("image", ReadingState.TOO_LARGE, "pixels")


def test_a_picture_of_which_only_the_start_came_is_damaged(papers):
    assert read_document(papers.picture()[:12]).state is ReadingState.DAMAGED


def test_content_decides_and_not_the_name(papers):
    assert read_document(papers.pdf(["甲"]), "表.xlsx", "image/png").kind == "pdf"
    assert read_document(papers.words("甲"), "图.png").kind == "docx"


def test_office_files_of_old_or_under_a_password_are_told_apart():
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert read_document(old).detail == "old-office"
    assert read_document(old + "EncryptedPackage".encode("utf-16-le")).state is ReadingState.ENCRYPTED
