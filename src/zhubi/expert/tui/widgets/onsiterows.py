"""The on-site table: one row an indicator, then how one worked, what one found, and what one recommends.

Every row is filled in with digits, arrows, Space and Enter: ``420 Enter 1 Enter`` is a value and a judgement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from zhubi.expert.desk.onsite import evidence_count, offered_methods, typed_value
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.widgets.measure import cut
from zhubi.expert.tui.widgets.rows import Piece, column
from zhubi.expert.tui.widgets.sheet import Filler, SheetRows
from zhubi.expert.tui.widgets.sheetlines import SheetLine, Typing
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.core.model.rulebook import ReviewKind
    from zhubi.expert.desk.sheetviews import IndicatorRow, MethodRow, SheetState

_VALUE_CHARACTERS: Final = "0123456789.-+%~<>="
_JUDGED, _EVIDENCE = 10, 5
"""Cells of the judgement, and of how many pieces of evidence there are."""


class OnSiteRows(SheetRows):
    """A sheet as it is filled in on site. ``cell``: the value (0) or the judgement (1) of an indicator, or a method."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "cell(-1)", show=False, id="onsite.left"),
        Binding("right", "cell(1)", show=False, id="onsite.right"),
        bound("space", "switch", "toggle", show=False),
    ]

    @dataclass
    class Turned(Message):
        """Another cell of the line under the cursor."""

        rows: OnSiteRows

        @property
        def control(self) -> OnSiteRows:
            return self.rows

    def __init__(self, kind: ReviewKind, state: SheetState, filler: Filler, *, id: str | None = None) -> None:
        self._kind = kind
        self._cell = 0
        super().__init__(state, filler, id=id)

    # What is shown

    def lines(self, state: SheetState) -> tuple[SheetLine, ...]:
        return tuple(_lines(self._kind, state))

    def draw(self, line: SheetLine, width: int, typing: Typing | None) -> list[Piece]:
        here = line == self.line
        if line.kind == "head" and line.item == "table":
            return _head(width)
        if line.kind == "indicator":
            row = next(each for each in self.state.indicators if each.id == line.item)
            count = evidence_count(self.state, f"indicator:{row.id}")
            return _indicator(row, count, width, self._cell if here else None, typing)
        if line.kind == "methods":
            return _methods(self.methods, width, self._cell if here else None)
        return super().draw(line, width, typing)

    @property
    def methods(self) -> tuple[MethodRow, ...]:
        """The ways of working, in the order of their cells."""
        return offered_methods(self._kind, self.state)

    @property
    def method(self) -> MethodRow | None:
        """The way of working under the cursor; None on the cell for another one, and on other lines."""
        line, methods = self.line, self.methods
        on = line is not None and line.kind == "methods" and self._cell < len(methods)
        return methods[self._cell] if on else None

    def watch_cursor(self, old: int, new: int) -> None:
        if old != new:
            self._cell = 0
        super().watch_cursor(old, new)

    # Typing

    def characters(self, line: SheetLine) -> str:
        return _VALUE_CHARACTERS if line.kind == "indicator" else super().characters(line)

    def _takes_typing(self, line: SheetLine) -> bool:
        return self._cell == 0 if line.kind == "indicator" else super()._takes_typing(line)

    def _standing(self, line: SheetLine) -> str:
        if line.kind != "indicator":
            return super()._standing(line)
        row = next(each for each in self.state.indicators if each.id == line.item)
        return typed_value(row.observed, row.unit)

    def _choice(self, line: SheetLine, number: int) -> str | None:
        if line.kind == "methods":
            methods = self.methods
            return methods[number - 1].id if 1 <= number <= len(methods) else ""
        return super()._choice(line, number)

    def _cells(self, line: SheetLine | None) -> int:
        if line is None:
            return 1
        if line.kind == "methods":
            return len(self.methods) + self._kind.methods_open
        return 2 if line.kind == "indicator" else 1

    def action_cell(self, step: int) -> None:
        """To the cell beside this one."""
        if self._go_on():
            self._cell = max(0, min(self._cell + step, self._cells(self.line) - 1))
            self._draw_line(self.cursor)
            self.post_message(self.Turned(self))

    def action_next(self) -> None:
        """Take what was typed: from a value to its judgement, from there to the next line."""
        line = self.line
        if line is not None and line.kind == "indicator" and self._cell == 0:
            self.action_cell(1)
        else:
            super().action_next()

    def on_click(self, event: events.Click) -> None:
        super().on_click(event)
        line = self.line
        if line is not None and line.kind == "indicator":
            judged = self.scrollable_content_region.width - _JUDGED - _EVIDENCE
            self._cell = int(event.x >= judged)
            self._draw_line(self.cursor)


def _lines(kind: ReviewKind, state: SheetState) -> Iterator[SheetLine]:
    if state.indicators:
        yield SheetLine("head", "table")
        yield from (SheetLine("indicator", each.id) for each in state.indicators)
    if offered_methods(kind, state) or kind.methods_open:
        yield SheetLine("methods", "methods")
    mine = [each for each in state.criteria if each.mine]
    if mine:
        yield SheetLine("head", "scores")
        yield from (SheetLine("score", each.id) for each in mine)
    if state.questions:
        yield _titled("questions")
        yield from (SheetLine("question", each.id) for each in state.questions)
    if state.findings:
        yield _titled("findings")
        yield from (SheetLine("finding", each.id) for each in state.findings)
    yield _titled("recommendation")
    yield from (SheetLine("check", each.id) for each in state.checks if each.needs_words or each.words)
    if state.recommendations:
        yield SheetLine("recommendation", "recommendation")
    yield SheetLine("opinion", "opinion")


def _titled(name: str) -> SheetLine:
    return SheetLine("head", name, say(f"onsite.head-{name}"), "head")


def _widths(width: int) -> tuple[int, int]:
    rest = max(24, width - _JUDGED - _EVIDENCE)
    name = max(12, rest * 2 // 5)
    return name, (rest - name) // 3


def _head(width: int) -> list[Piece]:
    name, value = _widths(width)
    titles = ((name, "indicator"), (value, "target"), (value, "reported"), (value, "observed"))
    return [
        *(column(say(f"onsite.column-{title}"), cells, "head") for cells, title in titles),
        column(say("onsite.column-judged"), _JUDGED, "head"),
        column(say("onsite.column-evidence"), _EVIDENCE, "head", right=True),
    ]


def _indicator(
    row: IndicatorRow, count: int, width: int, cell: int | None, typing: Typing | None
) -> list[Piece]:
    name, value = _widths(width)
    binding = say("tui.sheet.binding") if row.binding else ""
    shown = cut(row.name, name - 1 - 2 * len(binding)) + binding
    if typing is not None and cell == 0:
        bare = not typing.text or typing.text[-1].isdigit()
        observed = f"[{typing.text}]{row.unit if bare else ''}"
        look = "bad" if typing.problem else "strong"
    else:
        observed = row.observed or "--"
        observed, look = f"[{observed}]" if cell == 0 else observed, "" if row.observed else "warn"
    judged = say(f"tui.sheet.judgement.{row.judgement}") if row.judgement else "--"
    target = f"{row.target}{row.unit if row.target[-1:].isdigit() else ''}"
    return [
        column(shown, name, "strong" if cell is not None else ""),
        column(cut(target, value - 1), value, "quiet"),
        column(cut(row.reported or "--", value - 1), value, "quiet"),
        column(cut(observed, value - 1), value, look),
        column(f"[{judged}]" if cell == 1 else f" {judged}", _JUDGED, "" if row.judgement else "warn"),
        column(str(count), _EVIDENCE, "quiet", right=True),
    ]


def _methods(methods: tuple[MethodRow, ...], width: int, cell: int | None) -> list[Piece]:
    """All ways of working in one line, from the first that leaves room for the one under the cursor."""
    title = say("onsite.methods") + " "
    parts: list[Piece] = []
    for number, each in enumerate(methods):
        mark = "x" if each.done else " "
        text = f"{number + 1 if number < 9 else ''}{each.name}[{mark}]"
        parts.append((f">{text} " if number == cell else f" {text} ", "good" if each.done else ""))
    other = say("onsite.other-method")
    parts.append((f">{other} " if cell == len(methods) else f" {other} ", "quiet"))
    room = width - cell_len(title)
    first = 0
    while (
        cell is not None
        and first < cell
        and sum(cell_len(text) for text, _ in parts[first : cell + 1]) > room
    ):
        first += 1
    pieces: list[Piece] = [(title, "head")]
    for text, look in parts[first:]:
        if cell_len(text) > room:
            break
        pieces.append((text, look))
        room -= cell_len(text)
    return pieces
