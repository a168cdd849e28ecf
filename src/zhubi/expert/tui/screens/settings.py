"""设置: how the app behaves on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from zhubi.expert.desk import search
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.measure import size_words
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.searchviews import IndexState

_CHOICES: dict[str, tuple[object, ...]] = {
    "language": ("zh_CN", "en"),
    "theme": ("dark", "light", "high-contrast"),
    "plain": (False, True),
    "copying": (False, True),
    "ask_pin_at_start": (True, False),
    "score_downwards": (False, True),
}


class SettingRows(Rows):
    """One setting a line, and what it is now."""

    OPENS = False

    def count_lines(self) -> int:
        return len(_CHOICES)

    def pieces(self, line: int, width: int) -> list[Piece]:
        name = list(_CHOICES)[line]
        value = getattr(self.app.settings, name)  # type: ignore[attr-defined]
        return [
            column(say(f"tui.settings.{name}"), 26),
            (f"[{_value_words(name, value)}]", "good"),
        ]


def _value_words(name: str, value: object) -> str:
    if isinstance(value, bool):
        return say("tui.sheet.yes" if value else "tui.sheet.no")
    return say(f"tui.settings.{name}-{value}")


class SettingsScreen(Page[None]):
    """Enter changes the setting under the cursor."""

    NAME = "settings"
    CSS_PATH: ClassVar[Any] = [FIELDS, "settings.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("enter,space,right", "change", "change"),
        bound("f2", "app.vouch_device", "vouch-device"),
        bound("escape", "back", "back"),
    ]

    def body(self) -> ComposeResult:
        yield Prose((say("tui.settings.how"), "quiet"), id="how")
        yield SettingRows()
        yield Prose(id="about")
        yield Prose(id="disk")

    def on_mount(self) -> None:
        self._say_about()
        desk = self.desk
        self.errand(lambda: search.index_state(desk), self._say_disk, lambda _sentence: None)

    def _say_disk(self, state: IndexState) -> None:
        said = say("search.disk", pages=state.pages, size=size_words(state.bytes))
        self.query_one("#disk", Prose).say((said, "quiet"))

    def on_rows_moved(self, _message: Rows.Moved) -> None:
        self._say_about()

    def _say_about(self) -> None:
        name = list(_CHOICES)[self.query_one(SettingRows).cursor]
        self.query_one("#about", Prose).say((say(f"tui.settings.about-{name}"), "quiet"))

    async def action_change(self) -> None:
        """The next value of the setting under the cursor."""
        name = list(_CHOICES)[self.query_one(SettingRows).cursor]
        values = _CHOICES[name]
        value = values[(values.index(getattr(self.zhubi.settings, name)) + 1) % len(values)]
        if name == "theme":
            self.zhubi.action_use_theme(str(value))
        elif name == "language":
            await self.zhubi.action_speak(str(value))
        else:
            self.zhubi.change_setting(name, value)
            if name == "plain":
                self.zhubi.draw_plain(bool(value))
        self.query_one(SettingRows).refresh()

    def action_back(self) -> None:
        """Back."""
        self.app.pop_screen()
