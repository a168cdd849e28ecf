"""Foreign text is cleaned once, where it enters.

Terminals obey escape sequences and bidirectional controls that hide in text, and Textual passes them on. What
is left here can be shown, signed and printed: what people see is what the bytes say.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_TAB_WIDTH: Final = 4
# Format characters that change how neighbouring text is read without being seen: bidirectional controls and
# isolates, zero-width marks, soft hyphen, word joiner and the invisible operators, byte-order mark, tags.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
_MAX_COMBINING: Final = 4
# Characters that cleaning leaves as they are, whatever stands beside them: most text is made of nothing else.
_PLAIN: Final = re.compile("[\n -~\u00b7\u00d7\u2010-\u2027\u3000-\u3029\u4e00-\u9ffc\uff01-\uff5e]*")
_NAME_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|]')


def _visible(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    kept: list[str] = []
    marks = 0
    for character in text:
        if character == "\n":
            kept.append(character)
            marks = 0
            continue
        category = unicodedata.category(character)
        if category in _FORBIDDEN_CATEGORIES:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MAX_COMBINING:
            kept.append(character)
    return "".join(kept)


def clean_text(text: str, limit: int = 200_000) -> str:
    """Several lines of foreign text, made safe to show: NFC, line feeds kept, at most ``limit`` characters."""
    if len(text) <= limit and _PLAIN.fullmatch(text):
        return text
    text = (
        text[: limit * 2]
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\x0b", "\n")
        .replace("\x0c", "\n")
    )
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n").replace("\t", " " * _TAB_WIDTH)
    return unicodedata.normalize("NFC", _visible(text))[:limit]


def clean_line(text: str, limit: int = 500) -> str:
    """One line of foreign text, made safe to show: no breaks, runs of space folded, at most ``limit`` characters."""
    return " ".join(clean_text(text, limit * 2).split())[:limit]


def clean_file_name(name: str, limit: int = 120) -> str:
    """The last part of a foreign file name, safe on every system we mean to run on; ``file`` when nothing is left.

    Path separators of both kinds, reserved characters and leading dots go; a long name keeps its ending.
    """
    last = re.split(r"[\\/]", clean_line(name, 1000))[-1]
    last = _NAME_FORBIDDEN.sub("_", last).strip(" .")
    if not last:
        return "file"
    if len(last) <= limit:
        return last
    stem, dot, ending = last.rpartition(".")
    if not dot or len(ending) > 12:
        return last[:limit]
    return stem[: limit - len(ending) - 1] + "." + ending


def fold_digits(text: str) -> str:
    """Full-width digits, points and signs, as input methods type them, folded to their ASCII forms."""
    return unicodedata.normalize("NFKC", text).replace("。", ".").replace("，", ",")
