"""One line, cut where there is no room: words on the left, words on the right."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from zhubi.expert.tui.looks import look
from zhubi.expert.tui.widgets.measure import cut


class OneLine(Widget):
    """Plain text only. Looks are those of ``Prose``."""

    DEFAULT_CSS = """
    OneLine { height: 1; padding: 0 1; }
    """

    def __init__(self, left: str = "", right: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left, self._right = (left, ""), (right, "")

    def say(self, left: str, right: str = "", *, left_look: str = "", right_look: str = "quiet") -> None:
        """Say something else."""
        said = (left, left_look), (right, right_look)
        if said != (self._left, self._right):
            self._left, self._right = said
            self.refresh()

    @property
    def plain(self) -> str:
        """All that is said."""
        return f"{self._left[0]} {self._right[0]}".strip()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        right = cut(self._right[0], width)
        left = cut(self._left[0], max(0, width - cell_len(right) - 1))
        gap = " " * max(0, width - cell_len(left) - cell_len(right))
        base = self.rich_style
        parts = ((left, self._left[1]), (gap, ""), (right, self._right[1]))
        return Strip([Segment(text, base + look(self.app, name)) for text, name in parts]).adjust_cell_length(
            width, base
        )
