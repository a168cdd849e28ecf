"""Tables as lines: fitted to the width where that leaves them readable, else wider, to be scrolled sideways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.cells import cell_len

from zhubi.expert.tui.widgets.measure import cut, fit, wrap

GAP: Final = "  "
_NARROWEST: Final = 8
"""A column that needs more than this many cells is not squeezed below them."""
_WIDEST: Final = 40
"""No column of a wide table has more cells: longer cells go on in the next line."""

Table = Sequence[Sequence[str]]


class TableLine(NamedTuple):
    """One line of a row, cell by cell, each padded to its column."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """The cells that each column gets, and whether they are more than the width together."""

    cells: tuple[int, ...]
    wide: bool


def columns_of(table: Table, width: int) -> Columns:
    """How wide the columns of a table are drawn."""
    count = max((len(row) for row in table), default=0)
    needed = [1] * count
    for row in table:
        for place, text in enumerate(row):
            needed[place] = max(needed[place], cell_len(text))
    room = width - len(GAP) * (count - 1)
    if sum(needed) <= room:
        return Columns(tuple(needed), False)
    least = [min(each, _NARROWEST) for each in needed]
    if sum(least) > room:
        return Columns(tuple(min(each, _WIDEST) for each in needed), True)
    return Columns(tuple(_share(needed, least, room)), False)


def _share(needed: list[int], least: list[int], room: int) -> list[int]:
    """Every column as wide as it needs, the widest giving way until all fit."""
    cells = list(needed)
    while sum(cells) > room:
        widest = max(range(len(cells)), key=lambda place: (cells[place] > least[place], cells[place]))
        cells[widest] -= 1
    return cells


def table_lines(table: Table, width: int) -> Iterator[TableLine]:
    """The rows in lines; a cell that is longer than its column goes on in the next."""
    columns = columns_of(table, width).cells
    for number, row in enumerate(table):
        wrapped = [wrap(row[place] if place < len(row) else "", cells) for place, cells in enumerate(columns)]
        for line in range(max((len(each) for each in wrapped), default=0)):
            yield TableLine(
                number,
                tuple(
                    fit(each[line] if line < len(each) else "", columns[place])
                    for place, each in enumerate(wrapped)
                ),
            )


def sideways(cells: Sequence[str], first: int, width: int) -> str:
    """What is seen of a wide line from column ``first`` on; the first column stays where it leaves room for others."""
    pinned = first > 0 and cell_len(cells[0]) <= width // 3
    shown = [*([cells[0]] if pinned else []), *cells[max(first, 1 if pinned else 0) :]]
    return cut(GAP.join(shown).rstrip(), width)
