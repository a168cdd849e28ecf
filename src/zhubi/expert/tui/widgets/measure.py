"""Text measured in terminal cells: cut, padded and wrapped the way Chinese lines are."""

from __future__ import annotations

from typing import Final, Literal

from rich.cells import cell_len, get_character_cell_size

CUT_MARK: Final = ".."
"""Stands at the end of what was cut; an ellipsis has no settled width in Chinese terminals."""

# No line starts with these (GB/T 15834 keeps closing marks with what they close) ...
_CLOSING: Final = frozenset("，。、；：？！）》」』】〕％,.;:?!)]}%”’")
# ... and none ends with these.
_OPENING: Final = frozenset("（《「『【〔([{“‘")


def cut(text: str, cells: int) -> str:
    """The text in at most ``cells`` cells, with a mark at its end when something was cut."""
    if cells <= 0:
        return ""
    if cell_len(text) <= cells:
        return text
    mark = CUT_MARK if cells > len(CUT_MARK) else ""
    room = cells - len(mark)
    kept: list[str] = []
    for character in text:
        room -= get_character_cell_size(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + mark


def fit(text: str, cells: int, align: Literal["left", "right"] = "left") -> str:
    """The text in exactly ``cells`` cells, cut or padded with spaces."""
    shown = cut(text, cells)
    padding = " " * max(0, cells - cell_len(shown))
    return padding + shown if align == "right" else shown + padding


def wrap(text: str, cells: int) -> list[str]:
    """The text in lines of at most ``cells`` cells, line feeds kept: Chinese breaks anywhere, Latin words stay whole.

    Closing punctuation is not put at the start of a line, opening punctuation not at its end.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if cell_len(paragraph) <= cells:
            lines.append(paragraph)
        else:
            lines.extend(_wrap_paragraph(paragraph, max(2, cells)))
    return lines


def _wrap_paragraph(text: str, cells: int) -> list[str]:
    lines: list[str] = []
    start = 0
    while start < len(text):
        end = _longest(text, start, cells)
        if end < len(text):
            end = _better_break(text, start, end)
        lines.append(text[start:end].rstrip(" "))
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
    return lines or [""]


def _longest(text: str, start: int, cells: int) -> int:
    used = 0
    for place in range(start, len(text)):
        used += get_character_cell_size(text[place])
        if used > cells:
            return max(place, start + 1)
    return len(text)


def _better_break(text: str, start: int, end: int) -> int:
    place = end
    while place > start + 1:
        before, after = text[place - 1], text[place]
        inside_word = _latin(before) and _latin(after)
        if not inside_word and after not in _CLOSING and before not in _OPENING:
            return place
        place -= 1
    return end


def _latin(character: str) -> bool:
    return character != " " and ord(character) < 0x2E80 and character not in _CLOSING | _OPENING


def size_words(size: int) -> str:
    """Bytes as people read them: ``3.2 MiB``."""
    return f"{size / 1_048_576:.1f} MiB" if size >= 104_858 else f"{max(1, size // 1024)} KiB"
