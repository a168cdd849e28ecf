"""Help on the screen behind it: what it is for, and its keys."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from zhubi.expert.tui.acts import bound, key_name, name_of, tip_of
from zhubi.expert.tui.page import FIELDS, Box
from zhubi.expert.tui.widgets.measure import fit
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import knows, say

_NAME_CELLS = 16
_KEY_CELLS = 10


class HelpBox(Box[None]):
    """Closed by Esc, Enter or F1."""

    NAME = "help"
    CSS_PATH: ClassVar[Any] = [FIELDS, "help.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("escape,enter", "close", "close"),
        bound("f1", "close", "close", show=False, priority=True),
    ]

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        name = getattr(about, "NAME", "")
        self._text = say(f"tui.help.{name}") if knows(f"tui.help.{name}") else say("tui.help.general")
        keys: dict[str, str] = {}
        for active in about.active_bindings.values():
            binding = active.binding
            if binding.id and knows(f"tui.act.{binding.id}") and binding.id not in keys:
                keys[binding.id] = key_name(binding.key)
        self._keys = [(key, act) for act, key in keys.items()]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="frame"):
            yield Static(Content(say("tui.title.help")), classes="title")
            yield Prose(self._text, "")
            for key, act in self._keys:
                tip = tip_of(act)
                line = fit(key, _KEY_CELLS) + fit(name_of(act), _NAME_CELLS)
                yield Prose(line + (tip if tip != name_of(act) else ""))
            yield Prose("", (say("tui.help.everywhere"), "quiet"), (say("tui.help.close"), "quiet"))

    def action_close(self) -> None:
        """Back to the screen behind."""
        self.dismiss(None)
