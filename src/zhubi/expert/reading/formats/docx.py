"""Word documents: headings, paragraphs and tables in document order, as they would be printed.

What Word keeps but does not print is left out: deleted and moved-away text, hidden runs, field codes, and the
second copy of a text box that is there for old programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from zhubi.expert.reading.document import Event
from zhubi.expert.reading.formats import markup
from zhubi.expert.reading.formats.archive import Archive
from zhubi.expert.reading.formats.pages import Request
from zhubi.expert.reading.formats.paginate import Paginator

CELL_BORDER: Final = " | "
_NOT_PRINTED: Final = frozenset({"Fallback", "moveFrom", "del"})
_INLINE: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_OFF: Final = frozenset({"0", "false", "off"})
_BODY_LEVEL: Final = 9  # w:outlineLvl counts from 0, and 9 is body text (ECMA-376, 17.3.1.20)
_HEADING_NAME: Final = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)


def read(archive: Archive, main_part: str, request: Request) -> Iterator[Event]:
    """The pages of the document whose main part is ``main_part``."""
    styles = _Styles()
    for kind, target in archive.relations(main_part).values():
        if kind == "styles" and target in archive:
            archive.parse(target, styles)
    pages = Paginator(request.limits)
    archive.parse(main_part, _Body(pages, styles.levels()))
    yield from pages.events("docx")


class _Styles:
    """Which paragraph styles are headings, and of what level: by their own level, name, or what they are based on."""

    def __init__(self) -> None:
        self._own: dict[str, int] = {}
        self._based_on: dict[str, str] = {}
        self._style = ""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        value = attributes.get("val", "")
        if name == "style":
            self._style = attributes.get("styleId", "")
        elif name == "name" and (heading := _HEADING_NAME.fullmatch(value.strip())):
            self._own.setdefault(self._style, int(heading[1]))
        elif name == "basedOn":
            self._based_on[self._style] = value
        elif name == "outlineLvl":
            self._own[self._style] = _heading_level(value)

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass

    def levels(self) -> dict[str, int]:
        """The heading level by style, from 1; 0 for a style that says it is body text."""
        found = dict(self._own)
        for style in self._based_on:
            at, seen = style, {style}
            while at not in self._own and (at := self._based_on.get(at, "")) and at not in seen:
                seen.add(at)
            if at in self._own:
                found[style] = self._own[at]
        return found


def _heading_level(value: str) -> int:
    level = int(value) if value.isascii() and value.isdigit() and len(value) < 3 else _BODY_LEVEL
    return level + 1 if level < _BODY_LEVEL else 0


class _Paragraph:
    __slots__ = ("hidden", "in_run", "level", "text")

    def __init__(self) -> None:
        self.text: list[str] = []
        self.level = 0
        self.in_run = False
        self.hidden = False


class _Body:
    """Paragraphs and table rows as they end. Text boxes put paragraphs into paragraphs, and cells hold tables."""

    def __init__(self, pages: Paginator, levels: Mapping[str, int]) -> None:
        self._pages = pages
        self._levels = levels
        self._paragraphs: list[_Paragraph] = []
        self._rows: list[list[str]] = []  # the cells so far of the row in every table that is open
        self._cells: list[list[str]] = []  # the lines so far of the cell in every table that is open
        self._skipping = 0
        self._in_text = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._skipping or name in _NOT_PRINTED:
            self._skipping += 1
        elif name == "p":
            self._paragraphs.append(_Paragraph())
        elif name == "tr":
            self._rows.append([])
        elif name == "tc":
            self._cells.append([])
        elif self._paragraphs:
            self._within_paragraph(self._paragraphs[-1], name, attributes)

    def _within_paragraph(self, paragraph: _Paragraph, name: str, attributes: Mapping[str, str]) -> None:
        value = attributes.get("val", "")
        if name == "t":
            self._in_text = True
        elif name == "r":
            paragraph.in_run, paragraph.hidden = True, False
        elif name == "vanish":
            paragraph.hidden = paragraph.in_run and value not in _OFF
        elif name == "pStyle":
            paragraph.level = self._levels.get(value, 0)
        elif name == "outlineLvl":
            paragraph.level = _heading_level(value)
        elif name in _INLINE and paragraph.in_run and not paragraph.hidden:
            paragraph.text.append(_INLINE[name])

    def text(self, text: str) -> None:
        if self._in_text and not self._skipping and self._paragraphs and not self._paragraphs[-1].hidden:
            self._paragraphs[-1].text.append(text)

    def end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
        elif name == "t":
            self._in_text = False
        elif name == "r" and self._paragraphs:
            self._paragraphs[-1].in_run = False
        elif name == "p" and self._paragraphs:
            paragraph = self._paragraphs.pop()
            self._place("".join(paragraph.text), paragraph.level)
        elif name == "tc" and self._cells:
            cell = " ".join(" ".join(self._cells.pop()).split())
            if self._rows:
                self._rows[-1].append(cell)
        elif name == "tr" and self._rows:
            row = self._rows.pop()
            self._place(CELL_BORDER.join(row) if any(row) else "", 0)

    def _place(self, block: str, level: int) -> None:
        if self._cells:
            if block.strip():
                self._cells[-1].append(block)
        elif not self._pages.add(block, level):
            raise markup.EnoughReadError
