"""下一步: the line that the eye meets first, and the key that does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from zhubi.expert.tui.widgets.measure import cut
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import NextStep


class NextStepLine(Widget):
    """One line; a click on it does what it says."""

    DEFAULT_CSS = """
    NextStepLine { height: 1; padding: 0 1; background: $primary 18%; }
    NextStepLine > .nextstep--label { color: $primary; text-style: bold; }
    NextStepLine > .nextstep--key { color: $quiet; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"nextstep--label", "nextstep--key"}

    step: reactive[NextStep | None] = reactive(None)

    @dataclass
    class Pressed(Message):
        """The line was clicked."""

    def show(self, step: NextStep | None) -> None:
        """Say this step."""
        self.step = step

    def render(self) -> Content:
        if self.step is None:
            return Content("")
        label, hint = say("tui.desk.next"), say(f"tui.desk.next-key.{self.step.act}")
        width = self.content_size.width
        sentence = cut(self.step.sentence, width - cell_len(label) - cell_len(hint) - 1)
        gap = " " * max(1, width - cell_len(label) - cell_len(sentence) - cell_len(hint))
        return Content.assemble(
            (label, self.get_visual_style("nextstep--label")), Content(sentence), gap,
            (hint, self.get_visual_style("nextstep--key")),
        )  # fmt: skip

    def on_click(self) -> None:
        if self.step is not None:
            self.post_message(self.Pressed())
