"""The first line of every screen: where we are on the left, how we stand with the office and the time on the right."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from zhubi.expert.tui.widgets.measure import cut


class TopLine(Widget):
    """One line. What comes from outside is shown as it is, never read as markup."""

    DEFAULT_CSS = """
    TopLine { dock: top; height: 1; background: $panel; color: $foreground; padding: 0 1; }
    TopLine > .topline--brand { color: $primary; text-style: bold; }
    TopLine > .topline--trouble { color: $warning; text-style: bold; }
    TopLine > .topline--quiet { color: $quiet; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"topline--brand", "topline--trouble", "topline--quiet"}

    brand: reactive[str] = reactive("")
    heading: reactive[str] = reactive("")
    sync: reactive[str] = reactive("")
    trouble: reactive[bool] = reactive(False)
    clock: reactive[str] = reactive("")

    def __init__(self, brand: str, heading: str) -> None:
        super().__init__()
        self.set_reactive(TopLine.brand, brand)
        self.set_reactive(TopLine.heading, heading)

    def render(self) -> Content:
        width = self.content_size.width
        right = [part for part in (self.sync, self.clock) if part]
        room = width - cell_len(self.brand) - 1 - sum(cell_len(part) + 1 for part in right)
        if room < 6 and len(right) > 1:
            room += cell_len(right.pop()) + 1  # the clock goes first where there is no room
        heading = cut(self.heading, max(0, room))
        gap = " " * max(1, room - cell_len(heading) + 1)
        sync_style = self.get_visual_style("topline--trouble" if self.trouble else "topline--quiet")
        quiet = self.get_visual_style("topline--quiet")
        styled = [(part, sync_style if part is self.sync else quiet) for part in right]
        pieces: list[Content | str | tuple[str, object]] = [
            (self.brand, self.get_visual_style("topline--brand")), " ", Content(heading), gap,
        ]  # fmt: skip
        for place, (text, style) in enumerate(styled):
            pieces += [" ", (text, style)] if place else [(text, style)]
        return Content.assemble(*pieces)  # type: ignore[arg-type]
