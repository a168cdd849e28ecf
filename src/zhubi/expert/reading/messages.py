"""What the child process says to its parent, a line of JSON each, and how the parent makes sure of it.

The child runs parsers over hostile bytes, so the parent believes nothing about its lines: their shape, their sizes
and the cleanness of their text are checked again here.
"""

from __future__ import annotations

import json
from typing import Final

from zhubi.core.model.text import clean_line, clean_text
from zhubi.expert.reading.document import KINDS, Event, Finished, Kind, Outline, Page, ReadingState, Started
from zhubi.expert.reading.limits import Limits

_SLUG: Final = frozenset("abcdefghijklmnopqrstuvwxyz-")


class MessageError(ValueError):
    """A line that is no message of ours: the child is broken, or no longer its own master."""


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
