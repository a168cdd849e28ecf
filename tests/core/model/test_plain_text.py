"""Text that needs no cleaning is told quickly, and is the text that cleaning leaves as it is."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model import text

PLAIN = [chr(each) for each in range(sys.maxunicode + 1) if text._PLAIN.fullmatch(chr(each))]


def slowly(said: str) -> str:
    """What cleaning gives when it looks at each character."""
    return unicodedata.normalize("NFC", text._visible(said))


def test_the_quick_way_knows_letters_digits_and_chinese_with_its_punctuation() -> None:
    assert text._PLAIN.fullmatch(
        "沙坪坝区 2023 年度：“重点”项目（第 1 批），预算 1,200 万元；见《办法》第四条……\n同意。"
    )


def test_each_plain_character_is_left_as_it_is() -> None:
    assert len(PLAIN) > 20_000
    assert [each for each in PLAIN if slowly(each) != each] == []


@given(st.text(alphabet=PLAIN, max_size=60))
def test_plain_characters_do_not_change_each_other(said: str) -> None:
    assert slowly(said) == said == text.clean_text(said)


@given(st.text(max_size=20), st.text(alphabet=PLAIN, max_size=20))
def test_anything_else_beside_plain_text_is_still_cleaned(foreign: str, said: str) -> None:
    cleaned = text.clean_text(said + foreign + said)
    assert slowly(cleaned) == cleaned
    assert "\x1b" not in cleaned and "\u202e" not in cleaned and "\r" not in cleaned


def test_a_limit_holds_for_plain_text_too() -> None:
    assert text.clean_text("朱" * 30, limit=20) == "朱" * 20
