"""Leaving while something is unsent or unsigned: what it is, and until when there is time."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from zhubi.expert.desk.views import Leaving
from zhubi.expert.tui import times
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import FIELDS, Box
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say


class LeaveBox(Box[bool]):
    """True: leave all the same. All that was typed is kept either way."""

    NAME = "leave"
    CSS_PATH: ClassVar[Any] = [FIELDS, "leave.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("escape", "stay", "stay"),
        bound("left", "app.focus_previous", "stay", show=False),
        bound("right", "app.focus_next", "leave", show=False),
    ]

    def __init__(self, leaving: Leaving) -> None:
        super().__init__()
        self._leaving = leaving

    def compose(self) -> ComposeResult:
        left = self._leaving
        sentences: list[str] = []
        if left.unsent:
            sentences.append(say("tui.leave.unsent", count=left.unsent))
        if left.unsigned:
            sentences.append(say("tui.leave.unsigned", count=left.unsigned))
        if left.next_deadline:
            sentences.append(say("tui.leave.deadline", at=times.day_and_time(left.next_deadline)))
        with Vertical(classes="frame"):
            yield Static(Content(say("tui.title.leave")), classes="title")
            yield Prose(*sentences, (say("tui.leave.kept"), "quiet"), "")
            with Horizontal(classes="buttons"):
                yield Button(say("tui.act.stay"), id="stay")
                yield Button(say("tui.act.leave"), id="leave")

    @on(Button.Pressed, "#stay")
    def action_stay(self) -> None:
        """Back to work."""
        self.dismiss(False)

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Leave all the same."""
        self.dismiss(True)
