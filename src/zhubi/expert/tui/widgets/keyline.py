"""The last line of every screen: the keys that do something here, each of which the mouse can press too."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from zhubi.expert.tui.acts import key_name, name_of
from zhubi.expert.tui.looks import look

_Key = tuple[str, str, str]
"""The key, the act's name, and Textual's action."""
_STAY: Final = ("back", "close", "help")
_PRESS: Final = "press"
# Not Textual's own "@click": that would draw every key as a link.


class KeyLine(Widget):
    """One line drawn from the bindings in force; help keeps its place when the others do not fit."""

    DEFAULT_CSS = "KeyLine { dock: bottom; height: 1; background: $panel; padding: 0 1; }"

    _stamp: reactive[int] = reactive(0)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _screen: Screen[object]) -> None:
        self._stamp += 1

    def _shown(self) -> tuple[list[_Key], list[_Key]]:
        """The keys that may give way where there is no room, and those that stand last and stay: back and help."""
        acts: dict[str, _Key] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.id and active.enabled and binding.id not in acts:
                # Actions are said by whom they belong to: the app, the screen, or the widget in focus.
                owners = {self.app: "app", self.screen: "screen"}
                action = (
                    binding.action
                    if "." in binding.action
                    else f"{owners.get(active.node, 'focused')}.{binding.action}"
                )
                acts[binding.id] = (key_name(binding.key), name_of(binding.id), action)
        return (
            [key for act, key in acts.items() if act not in _STAY],
            [acts[act] for act in _STAY if act in acts],
        )

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        yielding, staying = self._shown()
        while yielding and _cells(yielding + staying) > width:
            yielding.pop()
        shown = yielding + staying
        segments: list[Segment] = []
        for key, name, action in shown:
            press = Style(meta={_PRESS: action})
            segments += [
                Segment(key, base + look(self.app, "mine") + press), Segment(f" {name}", base + press),
                Segment("  ", base),
            ]  # fmt: skip
        return Strip(segments).adjust_cell_length(width, base)

    async def on_click(self, event: events.Click) -> None:
        action = event.style.meta.get(_PRESS)
        if action:
            await self.app.run_action(action, self.screen)


def _cells(keys: list[_Key]) -> int:
    return sum(cell_len(f"{key} {name}") + 2 for key, name, _ in keys) - 2
