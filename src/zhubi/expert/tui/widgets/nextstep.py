"""下一步: the line that the eye meets first, and the key that does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from zhubi.expert.tui.widgets.measure import cut, wrap
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import NextStep


class NextStepLine(Widget):
    """One line; a click on it does what it says."""

    DEFAULT_CSS = """
    NextStepLine { height: auto; padding: 0 1; background: $primary 18%; }
    NextStepLine > .nextstep--label { color: $primary; text-style: bold; }
    NextStepLine > .nextstep--key { color: $quiet; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"nextstep--label", "nextstep--key"}

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

    def render(self) -> Content:
        width = self.content_size.width
        label, hint, lines = self._lines(width)
        gap = " " * max(1, width - cell_len(label) - cell_len(lines[0]) - cell_len(hint))
        below = "".join("\n" + " " * cell_len(label) + line for line in lines[1:])
        return Content.assemble(
            (label, self.get_visual_style("nextstep--label")), Content(lines[0]), gap,
            (hint, self.get_visual_style("nextstep--key")), Content(below),
        )  # fmt: skip

    def on_click(self) -> None:
        if self.step is not None:
            self.post_message(self.Pressed())
