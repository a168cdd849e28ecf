"""Spreadsheets: a page for every sheet that shows, with the values last calculated and no formula.

Rows and columns a filter or a fold hides are read too: the sums beside them count them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from zhubi.core.model.text import clean_line
from zhubi.expert.reading.document import Event, ReadingState, Started
from zhubi.expert.reading.formats import markup
from zhubi.expert.reading.formats.archive import Archive
from zhubi.expert.reading.formats.cell_values import PLAIN, NumberFormat, as_written, number_format
from zhubi.expert.reading.formats.docx import CELL_BORDER
from zhubi.expert.reading.formats.pages import RefusalError, Request, make_outline, make_page

_CELL_LENGTH: Final = 32_767  # Excel's own most
_LAST_COLUMN: Final = 16_384
_SHOWN: Final = ("", "visible")
_TRUE: Final = ("1", "true", "on")


def read(archive: Archive, main_part: str, request: Request) -> Iterator[Event]:
    """The sheets of the workbook whose main part is ``main_part``, each as soon as it is read."""
    limits = request.limits
    workbook = _Workbook()
    archive.parse(main_part, workbook)
    relations = archive.relations(main_part)
    sheets = [
        (name, relations[identifier][1])
        for name, identifier in workbook.sheets
        if relations.get(identifier, ("", ""))[0] == "worksheet"
    ]
    if len(sheets) > limits.pages:
        raise RefusalError(ReadingState.TOO_LARGE, "pages")
    outline = (make_outline(name, 1, number) for number, (name, _) in enumerate(sheets, start=1))
    yield Started("xlsx", len(sheets), tuple(entry for entry in outline if entry is not None))

    strings, styles = _Strings(limits.output_characters), _Styles()
    for kind, part in relations.values():
        if kind == "sharedStrings" and part in archive:
            archive.parse(part, strings)
        elif kind == "styles" and part in archive:
            archive.parse(part, styles)
    room = limits.table_cells
    for number, (name, part) in enumerate(sheets, start=1):
        sheet = _Sheet(strings, styles.formats, workbook.since_1904, room)
        archive.parse(part, sheet)
        table = sheet.table()
        room -= sum(len(row) for row in table)
        text = "\n".join(CELL_BORDER.join(row).rstrip(" |") for row in table)
        yield make_page(number, name, text, limits, table)
        if sheet.overfull:
            raise RefusalError(ReadingState.TOO_LARGE, "cells")


class _Workbook:
    """The sheets that show, by name and relation, and from which year the days are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.since_1904 = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "") in _SHOWN:
            self.sheets.append((attributes.get("name", ""), attributes.get("id", "")))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "") in _TRUE

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


class _Styles:
    """The number format of every cell style, by its place."""

    def __init__(self) -> None:
        self.formats: list[NumberFormat] = []
        self._codes: dict[int, str] = {}
        self._in_cell_styles = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        identifier = _count(attributes.get("numFmtId", ""))
        if name == "numFmt":
            self._codes[identifier] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            self._in_cell_styles = True
        elif name == "xf" and self._in_cell_styles:
            self.formats.append(number_format(identifier, self._codes.get(identifier)))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cell_styles = False

    def text(self, text: str) -> None:
        pass


class _Strings:
    """The strings that cells share, by their place; cleaned when a cell first shows one."""

    def __init__(self, room: int) -> None:
        self._strings: list[str] = []
        self._clean: dict[int, str] = {}
        self._pieces: list[str] = []
        self._room = room
        self._in_text = False
        self._in_reading = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":  # how a reader should pronounce it, not what stands there
            self._in_reading = True
        elif name == "t":
            self._in_text = not self._in_reading

    def text(self, text: str) -> None:
        if self._in_text:
            self._room -= len(text)
            if self._room < 0:
                raise RefusalError(ReadingState.TOO_LARGE, "output")
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._in_reading = False
        elif name == "si":
            self._strings.append("".join(self._pieces))

    def at(self, place: str) -> str:
        """The string at ``place``; empty where the file has none there."""
        index = _count(place, -1)
        if not 0 <= index < len(self._strings):
            return ""
        found = self._clean.get(index)
        if found is None:
            found = self._clean[index] = clean_line(self._strings[index], _CELL_LENGTH)
        return found


@dataclass(slots=True)
class _Cell:
    column: int
    kind: str
    style: int


class _Sheet:
    """The cells of one sheet, kept only where they hold something: a sheet claims 17 thousand million of them."""

    def __init__(self, strings: _Strings, formats: list[NumberFormat], since_1904: bool, room: int) -> None:
        self._strings = strings
        self._formats = formats
        self._since_1904 = since_1904
        self._room = room
        self._rows: list[dict[int, str]] = []
        self._columns: set[int] = set()
        self._full = 0
        self._cell = _Cell(0, "", 0)
        self._pieces: list[str] = []
        self._taking = False
        self._in_reading = False
        self.overfull = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            column = _column(attributes.get("r", "")) or self._cell.column + 1
            self._cell = _Cell(column, attributes.get("t", "n"), _count(attributes.get("s", "0")))
            self._pieces = []
        elif name == "row":
            self._rows.append({})
            self._cell = _Cell(0, "", 0)
        elif name == "rPh":
            self._in_reading = True
        elif name in ("v", "t"):
            self._taking = not self._in_reading

    def text(self, text: str) -> None:
        if self._taking:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._taking = False
        elif name == "rPh":
            self._in_reading = False
        elif name == "c" and self._rows and self._cell.column <= _LAST_COLUMN:
            value = self._value("".join(self._pieces))
            if value:
                self._rows[-1][self._cell.column] = value
                self._columns.add(self._cell.column)
                self._full += 1
        elif name == "row" and self._rows and not self._rows[-1]:
            self._rows.pop()
        if self._full > self._room:
            self.overfull = True
            raise markup.EnoughReadError

    def _value(self, raw: str) -> str:
        match self._cell.kind:
            case "s":
                return self._strings.at(raw)
            case "b":
                return "TRUE" if raw.strip() in _TRUE else "FALSE"
            case "n" if raw.strip():
                style = self._cell.style
                meant = self._formats[style] if style < len(self._formats) else PLAIN
                return clean_line(as_written(raw.strip()[:400], meant, self._since_1904), _CELL_LENGTH)
        return clean_line(raw, _CELL_LENGTH)

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Its rows, equally long, without rows and columns that hold nothing; no more cells than there is room for."""
        columns = sorted(self._columns)
        most = self._room // len(columns) if columns else 0
        if len(self._rows) > most and columns:
            self.overfull = True
        return tuple(tuple(row.get(column, "") for column in columns) for row in self._rows[:most])


def _count(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _column(reference: str) -> int:
    column = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column
