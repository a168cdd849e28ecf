"""The reader: chapters one after another, drawn line by line as they come into view."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.looks import look
from zhubi.expert.tui.widgets.readinglines import Chapter, Shown


class Reader(ScrollView, can_focus=True):
    """Text that is only read. Left and right go from chapter to chapter."""

    DEFAULT_CSS = """
    Reader { background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("enter", "screen.outline", "outline"),
        bound("left", "chapter(-1)", "chapter-back", show=False),
        bound("right", "chapter(1)", "chapter-on", show=False),
        Binding("up", "scroll_up", show=False, id="reader.up"),
        Binding("down", "scroll_down", show=False, id="reader.down"),
        Binding("pageup", "page_up", show=False, id="reader.page-up"),
        Binding("pagedown,space", "page_down", show=False, id="reader.page-down"),
        Binding("home", "scroll_home", show=False, id="reader.first"),
        Binding("end", "scroll_end", show=False, id="reader.last"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chapters: list[Chapter] = []
        self._lines: list[Shown] = []
        self._starts: list[int] = []
        self._width = 0

    def read(self, chapters: list[Chapter], *, place: float = 0) -> None:
        """Show other chapters, scrolled to line ``place``."""
        self.chapters = list(chapters)
        self._width = 0
        self._lay_out()
        self.scroll_to(y=place, animate=False)

    def add(self, chapters: list[Chapter]) -> None:
        """More chapters behind those that are shown: pages as they are read."""
        if not self._width:
            self.read([*self.chapters, *chapters])
            return
        for chapter in chapters:
            self.chapters.append(chapter)
            self._starts.append(len(self._lines))
            self._lines.extend(chapter.lines(self._width))
        self.virtual_size = Size(1, len(self._lines))
        self.refresh()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width - 1
        if width <= 0 or width == self._width:
            return
        here = self.chapter
        self._width = width
        self._lines, self._starts = [], []
        for chapter in self.chapters:
            self._starts.append(len(self._lines))
            self._lines.extend(chapter.lines(width))
        self.virtual_size = Size(1, len(self._lines))
        if here and here < len(self._starts):
            self.scroll_to(y=self._starts[here], animate=False)
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    @property
    def chapter(self) -> int:
        """The chapter at the top of what is shown."""
        top = self.scroll_offset.y
        return max((number for number, start in enumerate(self._starts) if start <= top), default=0)

    def go_to(self, chapter: int) -> None:
        """Scroll to a chapter."""
        if 0 <= chapter < len(self._starts):
            self.scroll_to(y=self._starts[chapter], animate=False)

    def action_chapter(self, step: int) -> None:
        """The next or the last chapter."""
        here = self.chapter
        if step < 0 and self._starts and self.scroll_offset.y > self._starts[here]:
            self.go_to(here)
        else:
            self.go_to(here + step)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        line = y + self.scroll_offset.y
        if line >= len(self._lines):
            return Strip.blank(width, base)
        text, name = self._lines[line]
        style = base + look(self.app, name) if name else base
        return Strip([Segment(" ", base), Segment(text, style)]).adjust_cell_length(width, base)
