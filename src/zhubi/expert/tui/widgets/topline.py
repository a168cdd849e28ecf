"""The first line of every screen: where we are on the left, how we stand with the office and the time on the right."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from zhubi.expert.tui.looks import look
from zhubi.expert.tui.widgets.measure import cut


class TopLine(Widget):
    """One line. What comes from outside is shown as it is, never read as markup."""

    DEFAULT_CSS = "TopLine { dock: top; height: 1; background: $panel; padding: 0 1; }"

    heading: reactive[str] = reactive("")
    sync: reactive[str] = reactive("")
    trouble: reactive[bool] = reactive(False)
    clock: reactive[str] = reactive("")

    def __init__(self, brand: str, heading: str) -> None:
        super().__init__()
        self._brand = brand
        self.set_reactive(TopLine.heading, heading)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        right = [(self.sync, "warn" if self.trouble else "quiet"), (self.clock, "quiet")]
        right = [(text, name) for text, name in right if text]
        room = width - cell_len(self._brand) - 1 - sum(cell_len(text) + 1 for text, _ in right)
        if room < 6 and len(right) > 1:
            room += cell_len(right.pop()[0]) + 1  # the clock goes first where there is no room
        heading = cut(self.heading, max(0, room))
        gap = " " * max(0, room - cell_len(heading))
        pieces = [(self._brand, "mine"), (" ", ""), (heading, ""), (gap, "")]
        for piece in right:
            pieces += [(" ", ""), piece]
        segments = [Segment(text, base + look(self.app, name)) for text, name in pieces]
        return Strip(segments).adjust_cell_length(width, base)
