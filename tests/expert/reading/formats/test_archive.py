"""Packages: bombs, lies in the directory, and packages of other kinds."""

import struct

import pytest

from zhubi.expert.reading.document import ReadingState
from zhubi.expert.reading.limits import Limits
from zhubi.expert.reading.parse import read_document


def test_a_zip_bomb_is_refused_before_it_is_unpacked(papers):
    read = read_document(papers.raw_words(" " * 50_000_000))
    assert (read.state, read.detail) == (ReadingState.TOO_LARGE, "zip")


def test_a_bomb_below_the_ratio_is_stopped_by_what_really_comes_out(papers):
    words = "".join(f"<w:p><w:r><w:t>{i}</w:t></w:r></w:p>" for i in range(40_000))
    read = read_document(papers.raw_words(words), limits=Limits(markup_bytes=500_000))
    assert (read.kind, read.state, read.detail) == ("docx", ReadingState.TOO_LARGE, "zip")


def test_a_directory_that_lies_about_a_size_gains_nothing(papers):
    data = bytearray(papers.raw_words("<w:p/>" * 500_000))
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 24, 1000)
    assert read_document(bytes(data)).state is ReadingState.DAMAGED


def test_a_directory_of_a_million_entries_is_refused():
    data = b"PK\x03\x04" + (b"PK\x01\x02" + bytes(42)) * 1_000_000
    read = read_document(data)
    assert (read.state, read.detail) == (ReadingState.TOO_LARGE, "zip")


def test_parts_that_add_up_beyond_the_limit_are_refused(papers):
    data = papers.package("wordprocessingml.document", {f"word/{i}.xml": bytes(100) for i in range(50)})
    read = read_document(data, limits=Limits(zip_bytes=4000))
    assert (read.state, read.detail) == (ReadingState.TOO_LARGE, "zip")


@pytest.mark.parametrize(
    "parts", [{"OFD.xml": "<OFD/>"}, {"[Content_Types].xml": "<Types/>"}, {"../../etc/passwd": "x"}]
)
def test_other_packages_are_unsupported_and_said_so(papers, parts):
    read = read_document(papers.zipped(parts), "材料.docx")
    assert (read.kind, read.state, read.detail) == ("unknown", ReadingState.UNSUPPORTED, "package")


def test_a_package_without_the_part_it_names_is_damaged(papers):
    data = papers.package("wordprocessingml.document", {"word/document.xml": "<a/>"})
    assert (
        read_document(data.replace(b"word/document.xml", b"word/d0cument.xml")).state is ReadingState.DAMAGED
    )


def test_a_part_under_a_zip_password_is_encrypted(papers):
    data = bytearray(papers.words("正文"))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    assert read_document(bytes(data)).state is ReadingState.ENCRYPTED
