"""The grid: rows are projects, columns are criteria, and ``9 Enter`` goes from cell to cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from zhubi.core.model.text import fold_digits
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.looks import look
from zhubi.expert.tui.widgets.gridlines import HEAD_LINES, Layout, Typed, head, layout, row_pieces
from zhubi.expert.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from zhubi.expert.desk.roundviews import GridCell, GridColumn, GridRow, GridView
    from zhubi.expert.desk.views import ReviewKey

_TYPED_CHARACTERS: Final = "0123456789."
_LONGEST_TYPED: Final = 12


class GridFiller(Protocol):
    """Who takes what is typed. Called at once, not by message: keys that come together must not overtake each other."""

    def typed(self, row: GridRow, asked: GridColumn, text: str, before: str, *, done: bool) -> str:
        """Points or a number as it stands after a key; gives what is wrong with it, or nothing.

        ``before`` stood there when typing began: that is what stands while something is wrong.
        """
        ...

    def picked(self, row: GridRow, asked: GridColumn, value: str) -> None:
        """A choice by its id; empty takes it back."""
        ...

    def toggled(self, row: GridRow, asked: GridColumn | None) -> None:
        """Space: not applicable, the next choice; on the project itself, ticked."""
        ...

    def closed(self, row: GridRow, asked: GridColumn) -> None:
        """Something was typed where nothing can be."""
        ...


class GridHead(Widget):
    """The names of the columns and their full points; they stay while the rows scroll."""

    DEFAULT_CSS = f"GridHead {{ height: {HEAD_LINES}; color: $quiet; }}"

    def __init__(self, rows: GridRows) -> None:
        super().__init__()
        self._rows = rows

    def render_line(self, y: int) -> Strip:
        width, view = self.size.width, self._rows.view
        if view is None or not view.columns:
            return Strip.blank(width, self.rich_style)
        text = "  " + head(view, self._rows.layout_now(), y)
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(width, self.rich_style)


class GridRows(Rows):
    """Shows a ``GridView``. ``place`` is the column the cursor stands in: -1 for the project itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("enter", "next", "next-cell"),
        Binding("up", "step(-1)", show=False, id="grid.up"),
        Binding("down", "step(1)", show=False, id="grid.down"),
        Binding("left", "side(-1)", show=False, id="grid.left"),
        Binding("right", "side(1)", show=False, id="grid.right"),
        Binding("home", "row_edge(-1)", show=False, id="grid.row-first"),
        Binding("end", "row_edge(1)", show=False, id="grid.row-last"),
        Binding("ctrl+home", "edge(-1)", show=False, id="grid.first"),
        Binding("ctrl+end", "edge(1)", show=False, id="grid.last"),
        bound("space", "switch", "grid-space", show=False),
        Binding("backspace", "rub", show=False, id="grid.rub"),
        Binding("delete", "wipe", show=False, id="grid.wipe"),
    ]

    place: reactive[int] = reactive(-1, repaint=False)

    def __init__(self, filler: GridFiller, *, downwards: bool = False) -> None:
        super().__init__()
        self._filler = filler
        self.view: GridView | None = None
        self.downwards = downwards
        self.ticked: tuple[ReviewKey, ...] = ()
        """The projects that are ticked."""
        self._typing: Typed | None = None
        self._before = ""
        self._first = 0
        self._laid_out: tuple[tuple[object, ...], Layout] | None = None

    # What is shown

    def show(self, view: GridView) -> None:
        """Show another state of the round; the cursor stays with the project and column it stood on."""
        here, asked = self.current, self.asked
        fresh = self.view is None
        self.view = view
        keys = [each.key for each in view.rows]
        if fresh:
            self.place = next((place for place, each in enumerate(view.columns) if each.kind == "score"), 0)
        elif asked is not None and asked not in view.columns:
            self.place = min(self.place, len(view.columns) - 1)
        self.reload()
        if here is not None and here.key in keys:
            self.cursor = keys.index(here.key)
        self.draw()

    def draw(self) -> None:
        """Draw everything again, the head too."""
        self.refresh()
        for each in self.screen.query(GridHead):
            each.refresh()

    def show_row(self, view: GridView) -> None:
        """Show what follows from an edit: the same projects, in the same order."""
        self.view = view
        self.refresh()

    def count_lines(self) -> int:
        return 0 if self.view is None else len(self.view.rows)

    @property
    def current(self) -> GridRow | None:
        """The row under the cursor."""
        rows = () if self.view is None else self.view.rows
        return rows[self.cursor] if self.cursor < len(rows) else None

    @property
    def asked(self) -> GridColumn | None:
        """The column under the cursor; None on the project itself."""
        columns = () if self.view is None else self.view.columns
        return columns[self.place] if 0 <= self.place < len(columns) else None

    @property
    def cell(self) -> GridCell | None:
        """The cell under the cursor."""
        row, asked = self.current, self.asked
        return row.cells[self.place] if row is not None and asked is not None else None

    def go_to(self, line: int, place: int) -> None:
        """Put the cursor on a cell."""
        self._leave()
        self.cursor, self.place = line, place

    # Drawing

    def layout_now(self) -> Layout:
        """Which columns are in view, and how wide."""
        width = self.scrollable_content_region.width - 2
        columns = () if self.view is None else self.view.columns
        asked_for = (columns, width, self._first, self.place)
        if self._laid_out is None or self._laid_out[0] != asked_for:
            found = layout(columns, width, self._first, self.place if self.place >= 0 else None)
            self._first = found.first
            self._laid_out = ((columns, width, self._first, self.place), found)
        return self._laid_out[1]

    def render_line(self, y: int) -> Strip:
        line = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if self._base is None:
            self._base = self.rich_style
        base = self._base
        if self.view is None or line >= len(self.view.rows) or not width:
            return Strip.blank(width, base)
        row, here = self.view.rows[line], line == self.cursor
        ground = base + look(self.app, "resting") if here else base
        over = look(self.app, "cursor") if self.has_focus else look(self.app, "resting")
        pieces = row_pieces(
            self.view,
            row,
            self.layout_now(),
            self.place if here else None,
            self._typing,
            row.key in self.ticked,
        )
        segments = [Segment("> " if here else "  ", ground)]
        for (text, name), stands in pieces:
            style = ground + look(self.app, name) if name else ground
            segments.append(Segment(text, style + over if stands else style))
        return Strip(segments).adjust_cell_length(width, ground)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.draw()

    def watch_place(self, old: int, new: int) -> None:
        if not self.is_mounted:
            return
        before = self._first
        self.layout_now()
        if self._first != before:
            self.draw()
        else:
            self._draw_line(self.cursor)
        self._follow()

    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        self._follow()

    def _follow(self) -> None:
        if self.has_focus and self.is_mounted:
            self.call_after_refresh(self._place_caret)

    def on_focus(self) -> None:
        self._place_caret()

    def on_blur(self) -> None:
        self._leave()

    def _place_caret(self) -> None:
        # An input method that is still on puts its candidates beside the cell it is used on.
        region, found = self.content_region, self.layout_now()
        x = 2 + (found.left_of(self.place) if found.first <= self.place < found.last else 0)
        y = region.y + self.cursor - self.scroll_offset.y
        self.app.cursor_position = Offset(
            min(region.x + x, region.right - 1), max(region.y, min(y, region.bottom - 1))
        )

    # Typing

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
        if event.key == "escape" and self._typing is not None:
            event.stop()
            self._give_up()
            return
        character = fold_digits(event.character) if event.character and event.is_printable else ""
        if len(character) == 1 and character in _TYPED_CHARACTERS:
            event.stop()
            event.prevent_default()
            self._take(character)

    def on_paste(self, event: events.Paste) -> None:
        text = "".join(each for each in fold_digits(event.text) if each in _TYPED_CHARACTERS)
        asked, cell = self.asked, self.cell
        if text and asked is not None and not asked.choices and _is_open(cell):
            event.stop()
            self._type(text)

    def _take(self, character: str) -> None:
        row, asked, cell = self.current, self.asked, self.cell
        if row is None or asked is None or cell is None:
            return
        if not _is_open(cell):
            self._filler.closed(row, asked)
        elif not asked.choices:
            self._type((self._typing.text if self._typing else "") + character)
        elif character.isdigit() and 1 <= int(character) <= len(asked.choices):
            value = asked.choices[int(character) - 1].id
            self._filler.picked(row, asked, "" if cell.value == value else value)

    def _type(self, text: str) -> None:
        row, asked, cell = self.current, self.asked, self.cell
        if row is None or asked is None or cell is None or not _is_open(cell):
            return
        text = text[:_LONGEST_TYPED]
        if self._typing is None:
            self._before = cell.value
        self._typing = Typed(text, self._filler.typed(row, asked, text, self._before, done=False))
        self._draw_line(self.cursor)

    def _leave(self) -> bool:
        """Hand over what was typed; False when something is wrong with it, and it stays to be mended."""
        row, asked = self.current, self.asked
        if self._typing is None or row is None or asked is None:
            self._typing = None
            return True
        text = self._typing.text
        problem = self._filler.typed(row, asked, text, self._before, done=True)
        self._typing = Typed(text, problem) if problem and self.has_focus else None
        self._draw_line(self.cursor)
        return not problem

    def drop_typing(self) -> None:
        """Forget what is being typed; what is kept of it stands."""
        self._typing = None
        self._draw_line(self.cursor)

    def _give_up(self) -> None:
        """What stood in the cell before the typing stands again."""
        row, asked = self.current, self.asked
        self._typing = None
        if row is not None and asked is not None:
            self._filler.typed(row, asked, self._before, self._before, done=True)
        self._draw_line(self.cursor)

    def action_rub(self) -> None:
        """Take back the last character typed; without typing, begin with what stands there."""
        asked, cell = self.asked, self.cell
        if asked is not None and cell is not None and not asked.choices:
            self._type((self._typing.text if self._typing is not None else cell.value)[:-1])

    def action_wipe(self) -> None:
        """Empty the cell."""
        row, asked, cell = self.current, self.asked, self.cell
        if row is None or asked is None or cell is None or not _is_open(cell):
            return
        if asked.choices:
            self._filler.picked(row, asked, "")
        else:
            self._type("")

    def action_switch(self) -> None:
        """Space: see the filler."""
        row = self.current
        if row is not None and self._leave():
            self._filler.toggled(row, self.asked)

    # Moving

    def action_next(self) -> None:
        """Take what was typed and go to the next cell to be scored; open what takes no typing."""
        row = self.current
        if row is None or not self._leave():
            return
        if self.asked is None or not row.editable:
            self.action_choose()
            return
        target = self._next_cell()
        if target is not None:
            self.cursor, self.place = target

    def _next_cell(self) -> tuple[int, int] | None:
        """The next open cell in reading order, or down the column and on at the next one's top."""
        view = self.view
        if view is None:
            return None
        # Points are scored one after the other; doors and the recommendation beside them are gone to on purpose.
        family = [
            place
            for place, each in enumerate(view.columns)
            if not view.scored or each.kind == "score" or place == self.place
        ]
        lines = range(len(view.rows))
        cells = (
            [(line, place) for place in family for line in lines]
            if self.downwards
            else [(line, place) for line in lines for place in family]
        )
        behind = cells[cells.index((self.cursor, self.place)) + 1 :]
        return next((each for each in behind if _is_open(view.rows[each[0]].cells[each[1]])), None)

    def next_missing(self) -> tuple[int, int] | None:
        """The next cell that signing waits for, behind the cursor and round to the first."""
        view = self.view
        if view is None:
            return None
        cells = [
            (line, place)
            for line, row in enumerate(view.rows)
            if row.editable
            for place, cell in enumerate(row.cells)
            if cell.missing and _is_open(cell)
        ]
        here = (self.cursor, self.place)
        return next(iter([each for each in cells if each > here] + cells), None)

    def action_step(self, step: int) -> None:
        """One row up or down, in the same column."""
        if self._leave():
            self.action_move(step)

    def action_side(self, step: int) -> None:
        """One column to the side; left of the first stands the project itself."""
        if self.view is not None and self._leave():
            self.place = max(-1, min(self.place + step, len(self.view.columns) - 1))

    def action_row_edge(self, direction: int) -> None:
        """The project itself, or the last column."""
        if self.view is not None and self._leave():
            self.place = -1 if direction < 0 else len(self.view.columns) - 1

    def action_page(self, direction: int) -> None:
        if self._leave():
            super().action_page(direction)

    def action_edge(self, direction: int) -> None:
        if self._leave():
            super().action_edge(direction)

    def on_click(self, event: events.Click) -> None:
        line = event.y + self.scroll_offset.y
        if self.view is None or line >= len(self.view.rows) or not self._leave():
            return
        again = line == self.cursor and event.chain >= 2
        found, place, edge = self.layout_now(), -1, 2 + self.layout_now().project
        for number, size in zip(range(found.first, found.last), found.widths, strict=True):
            if edge <= event.x < edge + size:
                place = number
            edge += size
        if event.x < edge:
            self.place = place
        self.cursor = line
        if again and self.asked is None:
            self.action_choose()


def _is_open(cell: GridCell | None) -> bool:
    return cell is not None and cell.state in ("open", "not-applicable")
