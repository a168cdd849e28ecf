"""A page as it looks, drawn by the terminal's own graphics; never by half blocks, in which no character is legible."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final
from weakref import WeakKeyDictionary

from rich.control import Control
from rich.segment import ControlType, Segment
from rich.style import Style
from textual import events
from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from zhubi.expert.tui import pictures
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.pictures import Cell, Way
from zhubi.expert.tui.widgets.measure import cut
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.reading.pictures import Picture
    from zhubi.expert.tui.application import ZhubiApp

_TALLEST: Final = 4000
_PLAIN: Final = Style()
_ways: WeakKeyDictionary[App[Any], Way | None] = WeakKeyDictionary()
_numbers = itertools.count((os.getpid() & 0xFFFF) << 8 | 1)


def way_of(app: ZhubiApp) -> Way | None:
    """How this terminal shows pictures; asked once, when the first is wanted, for it interrupts the drawing."""
    if app not in _ways:
        try:
            with app.suspend():
                found = pictures.ask_terminal()
        except SuspendNotSupported:
            found = pictures.ask_terminal()
        # Whoever goes on drawing after an interruption shows the caret; it belongs to fields alone.
        app.show_caret(isinstance(app.screen.focused, (Input, TextArea)))
        said = pictures.chosen()
        _ways[app] = found if said is None else None if said == "none" else said
    return _ways[app]


class PagePicture(Widget, can_focus=True):
    """One page, as wide as there is room. Up and down move over it, left and right turn the page."""

    DEFAULT_CSS = """
    PagePicture { height: 1fr; background: $background; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("left,pageup", "turn(-1)", "chapter-back", show=False),
        bound("right,pagedown,space", "turn(1)", "page-on"),
        Binding("up", "over(-1)", show=False, id="picture.up"),
        Binding("down", "over(1)", show=False, id="picture.down"),
    ]

    @dataclass
    class Turned(Message):
        """Another page is wanted: the next, or the last."""

        step: int

    def __init__(self, way: Way, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._way = way
        self._picture: Picture | None = None
        self._cell = Cell(10, 20)
        self._top = 0
        self._rows: list[list[Segment]] = []
        self._number = 0
        self._sixel = ""
        self._asked = 0
        self._shown_for = self._drawn_for = Size(0, 0)
        self._draw: Callable[[int, int], Picture | None] | None = None
        self._told: tuple[Callable[[], None], Callable[[str], None]] | None = None

    @property
    def _app(self) -> ZhubiApp:
        return self.app  # type: ignore[return-value]

    def show(
        self,
        draw: Callable[[int, int], Picture | None],
        missing: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        """Show the page that ``draw`` gives for a width and a height in pixels; ``missing`` where it gives none."""
        self._cell = pictures.cell_size()
        size = self._shown_for = self.size
        self._asked += 1
        asked, width, cell = self._asked, max(1, size.width) * self._cell.width, self._cell
        self._draw, self._told = draw, (missing, failed)

        def work() -> tuple[Picture, str] | None:
            found = draw(width, _TALLEST)
            if found is None:
                return None
            if self._way == "kitty":
                return found, ""
            return found, pictures.sixel(found.png, 0, _columns(found, cell), size.height, cell)

        def done(result: tuple[Picture, str] | None) -> None:
            if asked != self._asked or not self.is_attached:
                return
            self._forget()
            self._top = 0
            if result is None:
                self._picture = None
                missing()
            else:
                self._picture, self._sixel = result
                self._drawn_for = size
                if self._way == "kitty":
                    self._send(result[0])
            self.refresh()

        self._app.errand(work, done, failed, group="picture")

    def _send(self, picture: Picture) -> None:
        self._number = next(_numbers) & 0xFFFFFF
        columns, rows = _columns(picture, self._cell), _height(picture, self._cell)
        self._rows = pictures.kitty_rows(self._number, columns, rows)
        pictures.write(self.app, pictures.kitty_send(self._number, picture.png, columns, rows))

    def _forget(self) -> None:
        if self._number:
            pictures.write(self.app, pictures.kitty_forget(self._number))
        self._number, self._rows, self._sixel = 0, [], ""

    def on_unmount(self) -> None:
        self._forget()

    def on_resize(self) -> None:
        if self._draw is None or self._told is None:
            return
        wider = self.size.width != self._shown_for.width
        if wider or (self._way == "sixel" and self.size != self._shown_for):
            self.show(self._draw, *self._told)

    # Moving

    def action_turn(self, step: int) -> None:
        """Another page."""
        self.post_message(self.Turned(step))

    def action_over(self, step: int) -> None:
        """Half a screen up or down the page; beyond its end to the next page."""
        picture = self._picture
        if picture is None:
            return
        rows, room = _height(picture, self._cell), self.size.height
        top = max(0, min(self._top + step * max(1, room // 2), rows - room))
        if top == self._top:
            self.action_turn(step)
            return
        self._top = top
        if self._way == "kitty":
            self.refresh()
            return
        cell, size = self._cell, self.size

        def done(sequence: str) -> None:
            if self._picture is picture and self._top == top:
                self._sixel, self._drawn_for = sequence, size
                self.refresh()

        work = lambda: pictures.sixel(picture.png, top, _columns(picture, cell), room, cell)  # noqa: E731
        self._app.errand(work, done, group="picture")

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.action_over(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.action_over(-1)

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        base = self.rich_style
        blank = Strip.blank(crop.width, base)
        lines = [blank] * crop.height
        if not self.is_attached or not self.screen.is_active:
            return lines
        if self._picture is None:
            words = cut(say("notes.picture.drawing"), crop.width - 1)
            lines[0] = Strip([Segment(f" {words}", base)]).adjust_cell_length(crop.width, base)
            return lines
        if self._way == "kitty":
            for place in range(crop.height):
                row = self._top + crop.y + place
                if row < len(self._rows):
                    columns = min(self.size.width, _columns(self._picture, self._cell))
                    whole = Strip(self._rows[row], columns).extend_cell_length(self.size.width, base)
                    lines[place] = whole if crop.width == self.size.width else whole.crop(crop.x, crop.right)
            return lines
        # A picture that reaches below the last line would push the whole screen up.
        if self._sixel and self._drawn_for == self.size:
            lines[-1] = Strip(self._sixel_segments(base, crop.width), crop.width)
        return lines

    def _sixel_segments(self, base: Style, width: int) -> list[Segment]:
        # The cells first, so that nothing of them is drawn over the picture; then the picture from its corner.
        region = self.region
        control = ((ControlType.CURSOR_FORWARD, 0),)
        return [
            Segment(" " * width, base),
            Segment("\x1b7", _PLAIN, control),
            Segment(Control.move_to(region.x, region.y).segment.text, _PLAIN, control),
            Segment(self._sixel, _PLAIN, control),
            Segment("\x1b8", _PLAIN, control),
        ]


def _columns(picture: Picture, cell: Cell) -> int:
    return max(1, picture.width // cell.width)


def _height(picture: Picture, cell: Cell) -> int:
    return max(1, -(-picture.height // cell.height))
