"""The grid as text: how wide each column is, which are in view, and how a head and a row read. No widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from zhubi.expert.tui.widgets.measure import cut, fit, wrap
from zhubi.expert.tui.widgets.rows import Piece, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.roundviews import GridCell, GridColumn, GridRow, GridView

HEAD_LINES: Final = 3
_ORDER, _CODE, _TOTAL, _RANK = 4, 10, 6, 5
_WIDE: Final = 100
_LEAST_TITLE: Final = 8


@dataclass(frozen=True, slots=True)
class Typed:
    """What is being typed into the cell under the cursor, and what is wrong with it."""

    text: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths in cells: of the project's column, of each asked column in view, of what stands behind them."""

    title: int
    first: int
    widths: tuple[int, ...]
    state: int
    more: bool
    """Whether columns lie beyond the last one in view."""

    @property
    def project(self) -> int:
        """The whole of what names a project."""
        return _ORDER + _CODE + self.title

    @property
    def last(self) -> int:
        """The place behind the last column in view."""
        return self.first + len(self.widths)

    def left_of(self, place: int) -> int:
        """Where a column in view begins."""
        return self.project + sum(self.widths[: place - self.first])


def width_of(asked: GridColumn, width: int) -> int:
    """The cells of a column, a gap in front of it included."""
    if asked.kind == "score":
        return 7 if width < _WIDE else 9
    return 9 if width < _WIDE else 13


def layout(columns: Sequence[GridColumn], width: int, first: int, wanted: int | None = None) -> Layout:
    """The columns that fit in ``width`` from ``first`` on, moved no further than needed to show ``wanted``."""
    state = 9 if width < _WIDE else 15
    room = width - _ORDER - _CODE - _LEAST_TITLE - 1 - _TOTAL - _RANK - state
    widths = [width_of(each, width) for each in columns]
    first = max(0, min(first, len(widths) - 1))
    if wanted is not None and wanted >= 0:
        first = min(first, wanted)
        while first < wanted and sum(widths[first : wanted + 1]) > room:
            first += 1
    # Where there is room to spare at the end, columns come back from the left.
    while first > 0 and sum(widths[first - 1 :]) <= room:
        first -= 1
    last, used = first, 0
    while last < len(widths) and used + widths[last] <= room:
        used += widths[last]
        last += 1
    spare = max(0, room - used)
    return Layout(
        _LEAST_TITLE + 1 + min(spare, 40), first, tuple(widths[first:last]), state, last < len(widths)
    )


def head(view: GridView, found: Layout, line: int) -> str:
    """One of the lines of the head: names in two, full points in the third."""
    behind = (
        (fit(say(name), size - 1, "right") + " " if line == 0 else " " * size)
        for name, size in (("grid.total", _TOTAL), ("grid.rank", _RANK))
    )
    if line == 0:
        project = fit(say("grid.project"), found.project)
    elif line == HEAD_LINES - 1 and view.scored:
        mark = "<" if found.first else " "
        project = fit(say("grid.full"), found.project - 2, "right") + f" {mark}"
    else:
        project = fit("", found.project - 1) + ("<" if found.first and line == HEAD_LINES - 1 else " ")
    asked = "".join(
        fit(_head_of(each, line, size - 1), size, "right")
        for each, size in zip(view.columns[found.first : found.last], found.widths, strict=True)
    )
    more = ">" if found.more and line == HEAD_LINES - 1 else " "
    state = fit(say("grid.state"), found.state - 1) if line == 0 else ""
    return f"{project}{asked}{more}{''.join(behind)}{state}"


def _head_of(asked: GridColumn, line: int, width: int) -> str:
    if line == HEAD_LINES - 1:
        return asked.full_text
    lines = wrap(asked.name, width)
    if line == 0:
        return lines[0]
    return cut("".join(lines[1:]), width)


def row_pieces(
    view: GridView, row: GridRow, found: Layout, here: int | None, typed: Typed | None, ticked: bool
) -> list[tuple[Piece, bool]]:
    """A row's pieces, each with whether the cursor stands on it. ``here`` is a column's place, -1 the project's."""
    quiet = "" if row.editable else "quiet"
    mark = "*" if ticked else " "
    title = row.title or say("tui.desk.before-commitment")
    name = f"{fit(str(row.order), _ORDER - 1, 'right')}{mark}{fit(row.code or '--', _CODE - 1)} "
    pieces: list[tuple[Piece, bool]] = [
        ((name + fit(title, found.title - 1), "warn" if ticked else quiet), here == -1), ((" ", ""), False),
    ]  # fmt: skip
    for place, size in zip(range(found.first, found.last), found.widths, strict=True):
        stands = here == place
        pieces.append((_cell(row.cells[place], size, stands, typed if stands else None), stands))
    rank = view.places.get(row.key.dossier)
    total = "quiet" if row.total is None else "strong"
    pieces += [
        (column(row.total_text or "--", _TOTAL, total, right=True), False),
        ((" " + fit(str(rank) if rank is not None else "--", _RANK - 1, "right"), total), False),
        ((" ", ""), False),
        (_state(row, found.state - 1), False),
    ]
    return pieces


def _cell(cell: GridCell, size: int, stands: bool, typed: Typed | None) -> Piece:
    """A cell, right-aligned; the one under the cursor stands in brackets, so that it is never colour alone."""
    look = {"other-role": "quiet", "none": "quiet", "locked": "quiet", "not-applicable": "quiet"}.get(
        cell.state, ""
    )
    text = cell.text
    if typed is not None:
        text, look = typed.text + "_", "bad" if typed.problem else look
    elif cell.state == "other-role":
        text = "/"
    elif cell.comment_wanted:
        text = f"{text}!"
    elif not text and cell.state == "open":
        text = "--" if cell.missing else "."
    if not stands:
        return fit(cut(text, size - 1), size, "right"), look
    if cell_len(text) > size - 3:
        return fit(f">{cut(text, size - 2)}", size, "right"), look
    return fit(f"[{text}]", size, "right"), look


def _state(row: GridRow, width: int) -> Piece:
    """What is open on a sheet that takes typing; where the others stand."""
    if not row.editable:
        return column(say(f"desk.stage.{row.stage}"), width, "quiet")
    if row.missing is None:
        return column(say(f"desk.stage.{row.stage}"), width)
    if row.missing:
        return column(say("grid.missing", count=row.missing), width, "warn")
    return column(say("grid.complete"), width, "good")
