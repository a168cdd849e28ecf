"""The sheet: a list in which digits are scores and choices, made for ``22 Enter 18 Enter``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset

from zhubi.core.model.text import fold_digits
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.widgets.rows import Piece, Rows
from zhubi.expert.tui.widgets.sheetlines import FINDINGS, JUDGEMENTS, SheetLine, Typing, draw, lines_of

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import SheetState

_TYPED_KINDS: Final = frozenset({"score", "cut"})
_TYPED_CHARACTERS: Final = "0123456789."
_AMOUNT_CHARACTERS: Final = _TYPED_CHARACTERS + "万元"
_LONGEST_TYPED: Final = 12


class Filler(Protocol):
    """Who takes what is typed. Called at once, not by message: keys that come together must not overtake each other."""

    def typed(self, line: SheetLine, text: str, before: str, *, done: bool) -> str:
        """Points, a number or an amount as it stands after a key; gives what is wrong with it, or nothing.

        ``before`` stood there when typing began: that is what stands while something is wrong.
        """
        ...

    def picked(self, line: SheetLine, value: str) -> None:
        """A choice by its value."""
        ...

    def toggled(self, line: SheetLine) -> None:
        """Space: not applicable, or confirmed."""
        ...

    def words_wanted(self, line: SheetLine) -> None:
        """Tab: what is to be said in words about this line."""
        ...


class SheetRows(Rows):
    """Shows a ``SheetState`` and tells its filler what is typed on it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("enter", "next", "next-item"),
        bound("tab", "words", "to-words"),
        Binding("up", "leave_line(-1)", show=False, id="sheet.up"),
        Binding("down", "leave_line(1)", show=False, id="sheet.down"),
        bound("space", "switch", "toggle", show=False),
        Binding("backspace", "rub", show=False, id="sheet.rub"),
        Binding("delete", "wipe", show=False, id="sheet.wipe"),
    ]

    def __init__(self, state: SheetState, filler: Filler, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._filler = filler
        self._state = state
        self._sheet_lines = self.lines(state)
        self._typing: Typing | None = None
        self._before = ""
        self._drawn: dict[int, tuple[int, list[Piece]]] = {}
        """What each line said when it was drawn last, and in how many cells."""

    # What is shown

    @property
    def state(self) -> SheetState:
        """What is shown."""
        return self._state

    def show(self, state: SheetState) -> None:
        """Show another state; the cursor stays with what it stood on."""
        here = self.line
        self._state = state
        lines = self.lines(state)
        if lines != self._sheet_lines:
            self._sheet_lines = lines
            self._drawn.clear()
            self.reload()
            if here is not None:
                self._stand_on(here.kind, here.item)
            return
        # A key changes a line or two: drawing all of them again takes as long as everything else it does.
        top = self.scroll_offset.y
        for line in range(top, min(len(lines), top + self.size.height)):
            width, before = self._drawn.get(line, (-1, []))
            if width < 0 or self._pieces(line, width) != before:
                self._draw_line(line)

    def lines(self, state: SheetState) -> tuple[SheetLine, ...]:
        """The lines of a state, from the first to the last."""
        return lines_of(state)

    def draw(self, line: SheetLine, width: int, typing: Typing | None) -> list[Piece]:
        """What a line says; ``typing`` where it is the one that is typed on."""
        return draw(line, self._state, width, typing)

    def count_lines(self) -> int:
        return len(self._sheet_lines)

    def selectable(self, line: int) -> bool:
        return 0 <= line < len(self._sheet_lines) and self._sheet_lines[line].selectable

    def pieces(self, line: int, width: int) -> list[Piece]:
        found = self._pieces(line, width)
        self._drawn[line] = width, found
        return found

    def _pieces(self, line: int, width: int) -> list[Piece]:
        typing = self._typing if line == self.cursor else None
        return self.draw(self._sheet_lines[line], width, typing)

    @property
    def line(self) -> SheetLine | None:
        """The line under the cursor."""
        return self._sheet_lines[self.cursor] if self.selectable(self.cursor) else None

    def go_to(self, kind: str, item: str) -> bool:
        """Put the cursor on a line; False when the sheet has none of that name."""
        self._go_on()
        self._typing = None
        return self._stand_on(kind, item)

    def drop_typing(self) -> None:
        """Forget digits that are on the line and cannot stand; those that can are kept already."""
        self._go_on()
        self._typing = None
        self.refresh()

    def _stand_on(self, kind: str, item: str) -> bool:
        for place, line in enumerate(self._sheet_lines):
            if line.kind == kind and (line.item == item or not item):
                self.cursor = place
                return True
        return False

    # Typing

    @property
    def typing(self) -> Typing | None:
        """What is being typed and has not been gone on from."""
        return self._typing

    def characters(self, line: SheetLine) -> str:
        """What may be typed on a line that takes typing."""
        return _AMOUNT_CHARACTERS if line.kind == "cut" else _TYPED_CHARACTERS

    def _takes_typing(self, line: SheetLine) -> bool:
        if line.kind == "question":
            return any(each.id == line.item and each.asks == "number" for each in self._state.questions)
        return line.kind in _TYPED_KINDS

    async def on_key(self, event: events.Key) -> None:
        focused = self.screen.focused
        if focused is not None and focused is not self:
            # This key was on its way when an earlier one moved the focus: it belongs to what has it now.
            event.stop()
            focused.post_message(events.Key(event.key, event.character))
            return
        moves = self._bindings.key_to_bindings.get(event.key)
        if moves:
            event.stop()
            await self.run_action(moves[0].action)
            return
        line = self.line
        character = fold_digits(event.character) if event.character and event.is_printable else ""
        if line is None or len(character) != 1:
            return
        if self._takes_typing(line):
            if character in self.characters(line):
                event.stop()
                event.prevent_default()
                self._type(line, (self._typing.text if self._typing else "") + character)
        elif character.isdigit():
            value = self._choice(line, int(character))
            if value is not None:
                event.stop()
                event.prevent_default()
                self._filler.picked(line, value)

    def on_paste(self, event: events.Paste) -> None:
        line = self.line
        text = "".join(each for each in fold_digits(event.text) if each in _AMOUNT_CHARACTERS)
        if line is not None and text and self._takes_typing(line):
            event.stop()
            self._type(line, text)

    def _type(self, line: SheetLine, text: str) -> None:
        text = text[:_LONGEST_TYPED]
        if self._typing is None:
            self._before = self._standing(line)
        self._typing = Typing(text, self._filler.typed(line, text, self._before, done=False))
        self.refresh()

    def _choice(self, line: SheetLine, number: int) -> str | None:
        values: tuple[str, ...] = ()
        if line.kind == "question":
            asked = next(each for each in self._state.questions if each.id == line.item)
            if asked.asks == "yes-no":
                values = ("yes", "no")
            elif asked.asks == "choice":
                values = tuple(each.id for each in asked.choices)
        elif line.kind == "finding":
            values = FINDINGS
        elif line.kind == "indicator":
            values = JUDGEMENTS
        elif line.kind == "recommendation":
            values = tuple(each.id for each in self._state.recommendations)
        elif line.kind == "cuts":
            values = ("yes", "no")
        return values[number - 1] if 1 <= number <= len(values) else None

    def _go_on(self) -> bool:
        """Hand over what was typed; False when something is wrong with it, and it stays to be mended."""
        line = self.line
        if line is None or self._typing is None:
            return True
        text = self._typing.text
        problem = self._filler.typed(line, text, self._before, done=True)
        self._typing = Typing(text, problem) if problem else None
        self.refresh()
        return not problem

    def action_next(self) -> None:
        """Take what was typed and go to the next line; on the opinion, into its text."""
        line = self.line
        if line is not None and line.kind == "opinion":
            self._filler.words_wanted(line)
        else:
            self.action_leave_line(1)

    def action_leave_line(self, step: int) -> None:
        """Take what was typed and move."""
        if self._go_on():
            self.action_move(step)

    def action_page(self, direction: int) -> None:
        if self._go_on():
            super().action_page(direction)

    def action_edge(self, direction: int) -> None:
        if self._go_on():
            super().action_edge(direction)

    def action_words(self) -> None:
        """Say something in words about this line."""
        line = self.line
        if line is not None and self._go_on():
            self._filler.words_wanted(line)

    def action_switch(self) -> None:
        """Not applicable, or confirmed."""
        line = self.line
        if line is not None:
            self._filler.toggled(line)

    def action_rub(self) -> None:
        """Take back the last character typed; without typing, begin with what stands there."""
        line = self.line
        if line is None or not self._takes_typing(line):
            return
        if self._typing is None:
            self._type(line, self._standing(line)[:-1])
        else:
            self._type(line, self._typing.text[:-1])

    def action_wipe(self) -> None:
        """Empty the line."""
        line = self.line
        if line is not None and self._takes_typing(line):
            self._type(line, "")

    def _standing(self, line: SheetLine) -> str:
        if line.kind == "score":
            return next(each.points_text for each in self._state.criteria if each.id == line.item)
        if line.kind == "question":
            return next(each.value for each in self._state.questions if each.id == line.item)
        cut = next(each.cut for each in self._state.budget if each.id == line.item)
        return str(cut) if cut else ""

    def on_click(self, event: events.Click) -> None:
        if self._go_on():
            super().on_click(event)

    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        if self.has_focus and self.is_mounted:
            self.call_after_refresh(self._place_caret)

    def on_focus(self) -> None:
        self._place_caret()

    def on_blur(self) -> None:
        self._go_on()
        self._typing = None
        self.refresh()

    def _place_caret(self) -> None:
        # An input method that is still on puts its candidates beside the line it is used on.
        region = self.content_region
        y = region.y + self.cursor - self.scroll_offset.y
        self.app.cursor_position = Offset(region.x + 2, max(region.y, min(y, region.bottom - 1)))
