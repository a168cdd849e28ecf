"""下一步: the line that the eye meets first, and the key that does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from zhubi.expert.tui.looks import look
from zhubi.expert.tui.widgets.measure import cut, wrap
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import NextStep


class NextStepLine(Widget):
    """One line, two where the sentence needs them; a click on it does what it says."""

    DEFAULT_CSS = "NextStepLine { height: auto; padding: 0 1; background: $primary 18%; }"

    step: reactive[NextStep | None] = reactive(None, layout=True)

    @dataclass
    class Pressed(Message):
        """The line was clicked."""

    def show(self, step: NextStep | None) -> None:
        """Say this step."""
        self.step = step

    def _lines(self, width: int) -> tuple[str, str, list[str]]:
        """The label, the key's hint, and the sentence in two lines at most: a deadline at its end is not cut."""
        if self.step is None:
            return "", "", [""]
        label, hint = say("tui.desk.next"), say(f"tui.desk.next-key.{self.step.act}")
        room = max(10, width - cell_len(label) - cell_len(hint) - 1)
        lines = wrap(self.step.sentence, room)
        return label, hint, lines if len(lines) <= 2 else [lines[0], cut("".join(lines[1:]), room)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width)[2])

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        label, hint, lines = self._lines(width)
        if y >= len(lines):
            return Strip.blank(width, base)
        if y:
            pieces = [(" " * cell_len(label), ""), (lines[y], "")]
        else:
            gap = " " * max(1, width - cell_len(label) - cell_len(lines[0]) - cell_len(hint))
            pieces = [(label, "mine"), (lines[0], ""), (gap, ""), (hint, "quiet")]
        segments = [Segment(text, base + look(self.app, name)) for text, name in pieces]
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self) -> None:
        if self.step is not None:
            self.post_message(self.Pressed())
