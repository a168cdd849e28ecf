"""What the parent believes of the child's lines: nothing it has not checked."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.expert.reading.document import Finished, Outline, Page, ReadingState, Started
from zhubi.expert.reading.limits import DEFAULT, Limits
from zhubi.expert.reading.messages import MessageError, decode, encode

REFUSED = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    "event",
    [
        "pdf",
        Started("docx", 3, (Outline("一、概况", 1, 1), Outline("（一）", 2, 3))),
        Page(1, "预算", "科目 | 金额\n　设备费", True, (("科目", "金额"), ("设备费", ""))),
        Finished("xlsx", ReadingState.TOO_LARGE, "cells"),
    ],
)
def test_an_event_comes_back_as_it_was(event):
    line = encode(event)
    assert line.count(b"\n") == 1
    assert decode(line, DEFAULT) == event


@given(st.text())
def test_text_that_was_not_cleaned_is_cleaned(text):
    said = json.dumps(["page", 1, text, text, [[text]]]).encode()
    page = decode(said, DEFAULT)
    for shown in (page.label, page.text, page.table[0][0]):
        assert all(character == "\n" or unicodedata.category(character) not in REFUSED for character in shown)
    assert page.has_text == bool(page.text.strip())


@pytest.mark.parametrize("hostile", ["\x1b]52;c;aGk=\x07", "a\u202eb", "\x9b2J", "\ud800"])
def test_escapes_do_not_pass(hostile):
    page = decode(json.dumps(["page", 1, hostile, hostile, [[hostile]]]).encode(), DEFAULT)
    for shown in (page.label, page.text, page.table[0][0]):
        assert shown.isprintable()


def test_a_page_longer_than_agreed_is_cut():
    page = decode(json.dumps(["page", 1, "", "x" * 100, []]).encode(), Limits(page_characters=10))
    assert page.text == "x" * 10


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"{}",
        b'["kind","exe"]',
        b'["kind",[]]',
        b'["started","pdf","3",[]]',
        b'["started","pdf",3,[["a",1]]]',
        b'["page",1,"","",[[1]]]',
        b'["page",1,"","",[1]]',
        b'["finished","pdf","read","Detail!"]',
        b'["finished","pdf","x",""]',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_anything_else_is_no_message(line):
    with pytest.raises(MessageError):
        decode(line, DEFAULT)
