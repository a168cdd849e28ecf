"""Text that is only read, wrapped the way Chinese lines are; what comes from outside is never read as markup."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from zhubi.expert.tui.looks import look
from zhubi.expert.tui.widgets.measure import wrap


class Prose(Widget):
    """Paragraphs as tall as they need, each a text or (text, look).

    Looks are ``strong``, ``mine``, ``head``, ``quiet``, ``warn``, ``bad`` and ``good``.
    """

    DEFAULT_CSS = """
    Prose { height: auto; width: 1fr; }
    """

    _base: Style | None = None

    def __init__(
        self,
        *paragraphs: tuple[str, str] | str,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._paragraphs: tuple[tuple[str, str], ...] = ()
        self._lines: list[tuple[str, str]] = []
        self._width = -1
        self._say(paragraphs)

    def _say(self, paragraphs: tuple[tuple[str, str] | str, ...]) -> None:
        self._paragraphs = tuple(each if isinstance(each, tuple) else (each, "") for each in paragraphs)
        self._width = -1

    def say(self, *paragraphs: tuple[str, str] | str) -> None:
        """Say something else."""
        said, height, width = self._paragraphs, len(self._lines), self.size.width
        self._say(paragraphs)
        if self._paragraphs != said:
            # Laying out the screen costs a frame more than drawing: only where the height changes.
            taller = not width or len(self._wrapped(width)) != height
            self.refresh(layout=taller and self.styles.is_auto_height)

    @property
    def plain(self) -> str:
        """All that is said, a paragraph a line."""
        return "\n".join(text for text, _ in self._paragraphs)

    @property
    def laid_out(self) -> bool:
        """Whether it stands on the screen as tall as what it says."""
        width = self.size.width
        return width > 0 and self.size.height >= len(self._wrapped(width))

    def _wrapped(self, width: int) -> list[tuple[str, str]]:
        if width != self._width:
            self._width = width
            self._lines = [(line, name) for text, name in self._paragraphs for line in wrap(text, width)]
        return self._lines

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._wrapped(width))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._base = None

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self._wrapped(width)
        if self._base is None:
            self._base = self.rich_style
        if y >= len(lines):
            return Strip.blank(width, self._base)
        text, name = lines[y]
        style = self._base + look(self.app, name) if name else self._base
        return Strip([Segment(text, style)]).adjust_cell_length(width, self._base)
