"""What the child process says to its parent, a line of JSON each, and how the parent makes sure of it.

The child runs parsers over hostile bytes, so the parent believes nothing about its lines: their shape, their sizes
and the cleanness of their text are checked again here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from zhubi.core.model.text import clean_line, clean_text
from zhubi.expert.reading.document import KINDS, Event, Finished, Kind, Outline, Page, ReadingState, Started
from zhubi.expert.reading.limits import Limits

# In lines of JSON: four of UTF-8, a share of the marks around cells, and the second copy in a table.
BYTES_A_CHARACTER: Final = 10
_ANSWERS: Final = (b'["picture",', b'["no-picture",')
_LAST: Final = b'["finished",'
_SLUG: Final = frozenset("abcdefghijklmnopqrstuvwxyz-")


class MessageError(ValueError):
    """A line that is no message of ours: the child is broken, or no longer its own master."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Question ``number``: the picture of a page, from 1, that fits into so many pixels."""

    number: int
    page: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The answer to question ``number``: ``size`` bytes of PNG follow the line."""

    number: int
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class NotDrawn:
    """The answer to question ``number``: there is no picture, and ``reason`` is a slug that says why."""

    number: int
    reason: str


def longest_line(limits: Limits) -> int:
    """The most bytes one line may have: a page's text and table in UTF-8, and the marks around its cells."""
    return 65_536 + 10 * limits.page_characters + 4 * limits.table_cells + 2_000 * limits.outline_entries


def encode(event: Event | Kind) -> bytes:
    """One event, or the kind as soon as it is known, as a line."""
    match event:
        case str():
            said: list[object] = ["kind", event]
        case Started(kind, total, outline):
            said = ["started", kind, total, [[o.title, o.level, o.page] for o in outline]]
        case Page(number, label, text, _, table):
            said = ["page", number, label, text, table]
        case Finished(kind, state, detail):
            said = ["finished", kind, state.value, detail]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def decode(line: bytes, limits: Limits) -> Event | Kind:
    """The event of one line, its text clean whatever the child sent. Raises MessageError for anything else."""
    try:
        said = json.loads(line)
        match said:
            case ["kind", kind]:
                return _kind(kind)
            case ["started", kind, int(total), list(outline)]:
                return Started(_kind(kind), total, tuple(_outline(entry) for entry in outline))
            case ["page", int(number), str(label), str(text), list(table)]:
                text = _proven_clean(text, limits.page_characters)
                cells = tuple(tuple(_cell(cell) for cell in row) for row in table)
                return Page(number, clean_line(label), text, bool(text.strip()), cells)
            case ["finished", kind, str(state), str(detail)] if _SLUG.issuperset(detail[:60]):
                return Finished(_kind(kind), ReadingState(state), detail[:60])
    except (ValueError, TypeError, RecursionError) as error:
        raise MessageError("the reading process sent a line that is no message") from error
    raise MessageError("the reading process sent a message of an unknown shape")


def encode_ask(ask: Ask) -> bytes:
    """A question as a line."""
    return json.dumps([ask.number, ask.page, ask.width, ask.height]).encode("ascii") + b"\n"


def decode_ask(line: bytes) -> Ask:
    """The question of a line; it comes from our own side."""
    return Ask(*json.loads(line))


def encode_answer(answer: Drawn | NotDrawn) -> bytes:
    """An answer as a line."""
    match answer:
        case Drawn(number, width, height, size):
            said: list[object] = ["picture", number, width, height, size]
        case NotDrawn(number, reason):
            said = ["no-picture", number, reason]
    return json.dumps(said, separators=(",", ":")).encode("ascii") + b"\n"


def is_answer(line: bytes) -> bool:
    """Whether a line answers a question, and is no part of the text."""
    return line.startswith(_ANSWERS)


def is_last(line: bytes) -> bool:
    """Whether a line ends the text."""
    return line.startswith(_LAST)


def decode_answer(line: bytes, limits: Limits) -> Drawn | NotDrawn:
    """The answer of a line. Raises MessageError for anything else, and for a picture larger than may come."""
    try:
        match json.loads(line):
            case ["picture", int(number), int(width), int(height), int(size)]:
                if max(width, height) <= limits.picture_side and 0 < size <= limits.picture_bytes:
                    return Drawn(number, width, height, size)
            case ["no-picture", int(number), str(reason)] if _SLUG.issuperset(reason[:60]):
                return NotDrawn(number, reason[:60])
    except (ValueError, RecursionError) as error:
        raise MessageError("the reading process sent a line that is no message") from error
    raise MessageError("the reading process sent an answer of an unknown shape")


def _kind(said: object) -> Kind:
    if said not in KINDS:
        raise MessageError("the reading process named an unknown kind of document")
    return said


def _outline(said: object) -> Outline:
    match said:
        case [str(title), int(level), int(page)]:
            return Outline(clean_line(title), level, page)
    raise MessageError("the reading process sent an outline of an unknown shape")


def _cell(said: object) -> str:
    if not isinstance(said, str):
        raise MessageError("the reading process sent a cell that is no text")
    return said if said.isprintable() else clean_line(said, len(said))


def _proven_clean(text: str, limit: int) -> str:
    """The text, cleaned once more only where a quick look cannot rule out what a terminal would obey."""
    ordinary = (
        text.replace("\n", " ").replace("\u3000", " ").replace("\u00a0", " ")
    )  # spaces that are not "printable"
    if len(text) <= limit and ordinary.isprintable():
        return text
    return clean_text(text, limit)
