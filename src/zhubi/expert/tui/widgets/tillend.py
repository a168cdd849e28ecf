"""A text that must be seen to its end: it tells when its last line has been on the screen."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.message import Message

from zhubi.expert.tui.widgets.prose import Prose


class TillEnd(VerticalScroll):
    """Holds one ``Prose``."""

    @dataclass
    class Seen(Message):
        """The last line of what is said now has been on the screen."""

        text: str

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.look()

    def watch_virtual_size(self, _size: Size) -> None:
        self.call_after_refresh(self.look)

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self.look)

    def look(self) -> None:
        """Tell, if the end is in view now."""
        text = self.query_one(Prose)
        # Until the text has been laid out as tall as it is, its end seems to be in view though it is not.
        if self.size.height and text.laid_out and self.scroll_y >= self.max_scroll_y:
            self.post_message(self.Seen(text.plain))

    def page(self) -> None:
        """A screenful on."""
        self.scroll_to(y=self.scroll_y + max(1, self.size.height - 1), animate=False)

    @property
    def at_end(self) -> bool:
        """Whether there is nothing further down."""
        return self.scroll_y >= self.max_scroll_y
