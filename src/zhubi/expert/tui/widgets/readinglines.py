"""What is read, as chapters of plain lines: the content of a dossier, or one attachment page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from zhubi.expert.tui.widgets.measure import fit, wrap
from zhubi.expert.tui.widgets.sheetlines import money
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import AttachmentRow, ContentView

Shown = tuple[str, str]
"""A line, and its look."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading, text that wraps, and a table that is cut to the width. ``id`` is a section, ``blob`` an attachment."""

    id: str
    heading: str
    level: int = 1
    text: str = ""
    look: str = ""
    table: tuple[tuple[str, ...], ...] = ()
    """The first row names the columns."""
    blob: str = ""

    def lines(self, width: int) -> Iterator[Shown]:
        """The chapter in lines of at most ``width`` cells."""
        if self.heading:
            mark = "# " if self.level == 1 else ""
            for line in wrap(mark + self.heading, width):
                yield line, "head" if self.level <= 2 else "strong"
        if self.text:
            for line in wrap(self.text, width):
                yield line, self.look
        if self.table:
            yield from _table(self.table, width)
        yield "", ""


def _table(rows: tuple[tuple[str, ...], ...], width: int) -> Iterator[Shown]:
    columns = max(len(row) for row in rows)
    widest = [
        max(cell_len(row[place]) if place < len(row) else 0 for row in rows) for place in range(columns)
    ]
    room = width - 2 * (columns - 1)
    cells = _share(widest, max(columns * 4, room))
    for number, row in enumerate(rows):
        wrapped = [wrap(text, cells[place]) for place, text in enumerate(row)]
        for line in range(max(len(each) for each in wrapped)):
            parts = [
                fit(each[line] if line < len(each) else "", cells[place])
                for place, each in enumerate(wrapped)
            ]
            yield "  ".join(parts).rstrip(), "quiet" if number == 0 else ""


def _share(widest: list[int], room: int) -> list[int]:
    """Cells for each column: what it needs where that fits, else the widest give way."""
    cells = list(widest)
    while sum(cells) > room:
        longest = max(range(len(cells)), key=cells.__getitem__)
        if cells[longest] <= 6:
            break
        cells[longest] -= 1
    return cells


def chapters_of(content: ContentView) -> list[Chapter]:
    """The content of a dossier: its sections, then tables of facts, budget and indicators, then the attachments."""
    chapters = [Chapter(each.id, each.heading, each.level, each.text) for each in content.sections]
    if content.facts:
        rows = [(say("tui.reader.fact"), say("tui.reader.value"))]
        rows += [(each.label, each.value_text or "--") for each in content.facts]
        chapters.append(Chapter("facts", say("tui.reader.facts"), table=tuple(rows)))
    if content.budget:
        budget = [
            (
                say("tui.reader.subject"),
                say("tui.reader.total"),
                say("tui.reader.fiscal"),
                say("tui.reader.note"),
            )
        ]
        budget += [
            (each.subject, money(each.total), money(each.fiscal), each.note) for each in content.budget
        ]
        chapters.append(Chapter("budget", say("tui.reader.budget"), table=tuple(budget)))
    if content.indicators:
        listed = [tuple(say(f"tui.reader.{each}") for each in ("indicator", "target", "reported"))]
        for each in content.indicators:
            binding = say("tui.sheet.binding") if each.binding else ""
            listed.append((each.name + binding, f"{each.target}{each.unit}", each.reported or "--"))
        chapters.append(Chapter("indicators", say("tui.reader.indicators"), table=tuple(listed)))
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
