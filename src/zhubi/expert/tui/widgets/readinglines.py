"""What is read, as chapters of plain lines: the content of a dossier, or one attachment page by page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from zhubi.expert.tui.widgets.measure import wrap
from zhubi.expert.tui.widgets.sheetlines import money
from zhubi.expert.tui.widgets.tablelines import TableLine, columns_of, table_lines
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import AttachmentRow, ContentView

HEADING: Final = -1
"""The row of a heading; the empty line behind a chapter has it too, so that nobody marks it."""


class Shown(NamedTuple):
    """One line on the screen.

    ``row`` is which line of the chapter's text, or which row of its table, it shows; ``start`` the place in that line
    of text where it begins. ``cells`` are the cells of a table that is wider than the screen.
    """

    text: str
    look: str = ""
    row: int = HEADING
    start: int = 0
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading, text that wraps, and a table. ``id`` is a section or what the table holds, ``blob`` an attachment.

    ``page`` is the number by which notes and citations name it; 0 where nothing in it can be named.
    """

    id: str
    heading: str
    level: int = 1
    text: str = ""
    look: str = ""
    table: tuple[tuple[str, ...], ...] = ()
    """The first row names the columns."""
    blob: str = ""
    page: int = 0

    def lines(self, width: int) -> Iterator[Shown]:
        """The chapter in lines; all but those of a wide table are at most ``width`` cells."""
        if self.heading:
            mark = "# " if self.level == 1 else ""
            for line in wrap(mark + self.heading, width):
                yield Shown(line, "head" if self.level <= 2 else "strong")
        if self.text:
            for row, text in enumerate(self.text.split("\n")):
                place = 0
                for line in wrap(text, width):
                    place = max(place, text.find(line, place))
                    yield Shown(line, self.look, row, place)
                    place += len(line)
        if self.table:
            wide = columns_of(self.table, width).wide
            for each in table_lines(self.table, width):
                yield _table_line(each, wide)
        yield Shown("")

    def row_text(self, row: int) -> str:
        """One line of the text, or one row of the table; empty where there is none."""
        if self.table:
            return "  ".join(self.table[row]) if 0 <= row < len(self.table) else ""
        rows = self.text.split("\n")
        return rows[row] if 0 <= row < len(rows) else ""


def _table_line(line: TableLine, wide: bool) -> Shown:
    name = "quiet" if line.row == 0 else ""
    if wide:
        return Shown("", name, line.row, 0, line.cells)
    return Shown("  ".join(line.cells).rstrip(), name, line.row)


def found_in(chapter: Chapter, words: str) -> tuple[int, int, int] | None:
    """Where words stand in a chapter: the row, and the characters from and to in that row.

    Space, line feeds, width and case make no difference. Words over several rows are found where they begin.
    """
    wanted = "".join(folded for folded, _ in _folded(words))
    if not wanted:
        return None
    text, places = [], []
    rows = len(chapter.table) if chapter.table else chapter.text.count("\n") + 1
    for row in range(rows):
        for folded, place in _folded(chapter.row_text(row)):
            text.append(folded)
            places.extend([(row, place)] * len(folded))
    start = "".join(text).find(wanted)
    if start < 0:
        return None
    row, first = places[start]
    last = max(place for number, place in places[start : start + len(wanted)] if number == row)
    return row, first, last + 1


def _folded(text: str) -> Iterator[tuple[str, int]]:
    for place, character in enumerate(text):
        if not character.isspace():
            yield unicodedata.normalize("NFKC", character).casefold(), place


def chapters_of(content: ContentView) -> list[Chapter]:
    """The content of a dossier: its sections, then tables of facts, budget and indicators, then the attachments."""
    chapters = [
        Chapter(each.id, each.heading, each.level, each.text, page=page)
        for page, each in enumerate(content.sections, 1)
    ]
    tables = len(content.sections) + 1
    if content.facts:
        rows = [(say("tui.reader.fact"), say("tui.reader.value"))]
        rows += [(each.label, each.value_text or "--") for each in content.facts]
        chapters.append(Chapter("facts", say("tui.reader.facts"), table=tuple(rows), page=tables))
    if content.budget:
        budget = [tuple(say(f"tui.reader.{each}") for each in ("subject", "total", "fiscal", "note"))]
        budget += [
            (each.subject, money(each.total), money(each.fiscal), each.note) for each in content.budget
        ]
        chapters.append(Chapter("budget", say("tui.reader.budget"), table=tuple(budget), page=tables + 1))
    if content.indicators:
        listed = [tuple(say(f"tui.reader.{each}") for each in ("indicator", "target", "reported"))]
        for each in content.indicators:
            binding = say("tui.sheet.binding") if each.binding else ""
            listed.append((each.name + binding, f"{each.target}{each.unit}", each.reported or "--"))
        title = say("tui.reader.indicators")
        chapters.append(Chapter("indicators", title, table=tuple(listed), page=tables + 2))
    for number, paper in enumerate(content.attachments, 1):
        title, words = attachment_title(paper, number), attachment_words(paper)
        chapters.append(Chapter(f"attachment-{number}", title, 1, words, "quiet", blob=paper.blob))
    return chapters


def attachment_title(attachment: AttachmentRow, number: int) -> str:
    """``附件1 查新报告 (查新报告.pdf)``."""
    named = attachment.title or attachment.name
    file = f" ({attachment.name})" if attachment.title and attachment.title != attachment.name else ""
    return say("tui.reader.attachment", number=number, name=named + file)


def attachment_words(attachment: AttachmentRow) -> str:
    """Size, and whether it is on this machine."""
    size = attachment.size
    shown = f"{size / 1048576:.1f} MiB" if size >= 1048576 else f"{max(1, size // 1024)} KiB"
    return say(f"tui.reader.state.{attachment.state}", size=shown, percent=attachment.percent)
