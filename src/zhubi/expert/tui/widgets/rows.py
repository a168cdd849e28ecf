"""A list of any length: lines are drawn when they come into view, and only those are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.looks import look
from zhubi.expert.tui.widgets.measure import fit

Piece = tuple[str, str]
"""Text already cut to its cells, and its look (empty: plain)."""


class Rows(ScrollView, can_focus=True):
    """One line an item, a cursor, and a mark beside it so that the cursor is never colour alone.

    Who uses it says how many lines there are and what a line says: ``count_lines`` and ``pieces``.
    """

    DEFAULT_CSS = """
    Rows { background: $background; height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("enter", "choose", "open"),
        Binding("up", "move(-1)", show=False, id="rows.up"),
        Binding("down", "move(1)", show=False, id="rows.down"),
        Binding("pageup", "page(-1)", show=False, id="rows.page-up"),
        Binding("pagedown", "page(1)", show=False, id="rows.page-down"),
        Binding("home,ctrl+home", "edge(-1)", show=False, id="rows.first"),
        Binding("end,ctrl+end", "edge(1)", show=False, id="rows.last"),
    ]

    OPENS: ClassVar[bool] = True
    """Whether Enter does something on a line; where it does not, its key is not offered."""

    cursor: reactive[int] = reactive(0, repaint=False)
    _base: Style | None = None

    @dataclass
    class Moved(Message):
        """The cursor stands on another line."""

        rows: Rows
        line: int

        @property
        def control(self) -> Rows:
            return self.rows

    @dataclass
    class Chosen(Message):
        """Enter or a second click on the line under the cursor."""

        rows: Rows
        line: int

        @property
        def control(self) -> Rows:
            return self.rows

    # What the user of this widget says

    def count_lines(self) -> int:
        """How many lines there are."""
        return 0

    def pieces(self, line: int, width: int) -> list[Piece]:
        """What a line says, in ``width`` cells at most."""
        return []

    def selectable(self, line: int) -> bool:
        """Whether the cursor may stand on this line; headings are passed over."""
        return True

    # Drawing

    def reload(self) -> None:
        """Count and draw again, the cursor where it was as far as there are lines."""
        lines = self.count_lines()
        self.virtual_size = Size(1, lines)
        self.cursor = self._nearest(min(self.cursor, max(0, lines - 1)), 1)
        self.refresh()

    def on_mount(self) -> None:
        self.reload()

    def on_resize(self, event: events.Resize) -> None:
        self.virtual_size = Size(1, self.count_lines())
        self.call_after_refresh(self.show_cursor)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._base = None

    def render_line(self, y: int) -> Strip:
        line = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if self._base is None:
            self._base = self.rich_style
        base = self._base
        if line >= self.virtual_size.height or not width:
            return Strip.blank(width, base)
        here = line == self.cursor and self.selectable(line)
        over = look(self.app, "cursor" if self.has_focus else "resting") if here else None
        # Neighbours that look alike are one segment: each segment costs every frame that shows it.
        segments: list[Segment] = []
        text, name = ("> " if here else "  "), ""
        for piece, its_look in self.pieces(line, width - 2):
            if its_look == name or not piece.strip(" "):
                text += piece
            else:
                segments.append(self._segment(text, name, base, over))
                text, name = piece, its_look
        segments.append(self._segment(text, name, base, over))
        return Strip(segments).adjust_cell_length(width, base + over if over else base)

    def _segment(self, text: str, name: str, base: Style, over: Style | None) -> Segment:
        style = base + look(self.app, name) if name else base
        # Under the cursor the ground says "here"; the text stays readable on it.
        return Segment(text, style if over is None else style + over)

    def _draw_line(self, line: int) -> None:
        y = line - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self._draw_line(self.cursor)

    # Moving

    def _nearest(self, line: int, direction: int) -> int:
        lines = self.count_lines()
        for step in (direction, -direction):
            place = line
            while 0 <= place < lines:
                if self.selectable(place):
                    return place
                place += step
        return max(0, min(line, lines - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        if not self.is_mounted:
            return
        self._draw_line(old)
        self._draw_line(new)
        self.show_cursor()
        self.post_message(self.Moved(self, new))

    def show_cursor(self) -> None:
        """Scroll no further than needed for the cursor's line, with the headings above it, to be seen."""
        top, height = round(self.scroll_y), self.size.height
        if height <= 0:
            return
        first = self.cursor
        while first > 0 and not self.selectable(first - 1) and self.cursor - first < 2:
            first -= 1
        if first < top:
            self.scroll_to(y=first, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    def action_move(self, step: int) -> None:
        """One line up or down."""
        target = self.cursor + step
        if 0 <= target < self.count_lines():
            found = self._nearest(target, step)
            if (found - self.cursor) * step > 0:
                self.cursor = found

    def action_page(self, direction: int) -> None:
        """A screenful up or down."""
        height = max(1, self.size.height - 1)
        target = max(0, min(self.cursor + direction * height, self.count_lines() - 1))
        self.scroll_to(y=self.scroll_y + direction * height, animate=False)
        self.cursor = self._nearest(target, direction)

    def action_edge(self, direction: int) -> None:
        """The first or the last line."""
        self.cursor = self._nearest(0 if direction < 0 else max(0, self.count_lines() - 1), -direction)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.OPENS if action == "choose" else super().check_action(action, parameters)

    def action_choose(self) -> None:
        """What Enter does on the line under the cursor."""
        if self.count_lines():
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        line = event.y + self.scroll_offset.y
        if not 0 <= line < self.count_lines() or not self.selectable(line):
            return
        if line == self.cursor and event.chain >= 2:
            self.action_choose()
        else:
            self.cursor = line


def column(text: str, cells: int, name: str = "", *, right: bool = False) -> Piece:
    """A piece in exactly ``cells`` cells."""
    return fit(text, cells, "right" if right else "left"), name
