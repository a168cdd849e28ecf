"""Every way a reading can end has a sentence, in both languages."""

import re
from pathlib import Path

import pytest

from zhubi import locale
from zhubi.expert import reading
from zhubi.expert.reading.document import Document, Finished, ReadingState
from zhubi.expert.reading.opened import NO_PICTURE

ROOM = Path(reading.__file__).parent
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
DETAILS = set(re.findall(r'ReadingState\.[A-Z_]+, "([a-z-]+)"', SOURCE))
KINDS = set(re.findall(r'"(reading\.[a-z-]+)"', SOURCE))


@pytest.mark.parametrize("tongue", locale.LANGUAGES)
def test_every_state_detail_and_error_has_a_sentence(tongue):
    assert {"zip", "memory", "output", "old-office"} <= DETAILS
    assert {
        "reading.cannot-start",
        "reading.no-opener",
        "reading.not-shown",
        "reading.other-content",
    } <= KINDS
    said = locale.catalogue("reading", tongue)
    needed = (
        KINDS
        | {f"reading.state.{state}" for state in ReadingState}
        | {f"reading.detail.{d}" for d in DETAILS}
        | {f"reading.no-picture.{reason}" for reason in NO_PICTURE}
    )
    assert needed - set(said) == set()


def test_both_languages_say_the_same_things_with_the_same_blanks():
    chinese, english = (locale.catalogue("reading", tongue) for tongue in ("zh_CN", "en"))
    assert set(chinese) == set(english)
    for key, sentence in chinese.items():
        assert set(re.findall(r"{(\w+)}", sentence)) == set(re.findall(r"{(\w+)}", english[key]))


def test_the_detail_speaks_before_the_state():
    assert Finished("pdf", ReadingState.SCAN).sentence == "reading.state.scan"
    assert Document("xlsx", (), (), 0, ReadingState.TOO_LARGE, "cells").sentence == "reading.detail.cells"


def test_deleting_is_never_called_destroying():
    for tongue in locale.LANGUAGES:
        for sentence in locale.catalogue("reading", tongue).values():
            assert not re.search("销毁|粉碎|彻底|destroy|erase|shred", sentence)
