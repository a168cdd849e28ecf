"""Every act by name: type part of its Chinese or English name, or its pinyin initials, and press Enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from zhubi.expert.tui.acts import Act, bound, initials_of, key_name, name_of, tip_of
from zhubi.expert.tui.page import FIELDS, Box
from zhubi.expert.tui.widgets.measure import fit
from zhubi.locale import knows, say


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that can be done now, its key where it has one."""

    act: str
    action: str
    key: str

    def matches(self, typed: str) -> bool:
        """Whether what was typed is in the name, or begins the initials."""
        wanted = typed.casefold().replace(" ", "")
        if not wanted:
            return True
        names = (name_of(self.act), tip_of(self.act))
        return initials_of(self.act).startswith(wanted) or any(
            wanted in each.casefold().replace(" ", "") for each in names
        )


def offers_of(screen: Screen[Any]) -> list[Offer]:
    """What can be done on a screen: its keys first, then its acts without a key, then the app's."""
    found: dict[str, Offer] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.id and active.enabled and knows(f"tui.act.{binding.id}") and binding.id != "palette":
            owner = "app" if active.node is screen.app else "screen" if active.node is screen else "focused"
            action = binding.action if "." in binding.action else f"{owner}.{binding.action}"
            found.setdefault(binding.id, Offer(binding.id, action, key_name(binding.key)))
    acts: tuple[Act, ...] = (*getattr(screen, "ACTS", ()), *getattr(screen.app, "ACTS", ()))
    for act in acts:
        found.setdefault(act.id, Offer(act.id, act.action, ""))
    return list(found.values())


class PaletteBox(Box[None]):
    """Opened by Ctrl+P over any screen."""

    NAME = "palette"
    CSS_PATH: ClassVar[Any] = [FIELDS, "palette.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("escape", "close", "close"),
        bound("ctrl+p", "close", "close", show=False, priority=True),
        Binding("down", "cursor(1)", show=False, id="palette.down"),
        Binding("up", "cursor(-1)", show=False, id="palette.up"),
    ]

    def __init__(self, over: Screen[Any]) -> None:
        super().__init__()
        self._offers = offers_of(over)
        self._shown: list[Offer] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(Content(say("tui.title.palette")), classes="title")
            yield Input(placeholder=say("tui.palette.hint"))
            yield OptionList(markup=False)
            yield Static(Content(say("tui.palette.none")), id="none")

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._offer("")

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        self._offer(message.value)

    def _offer(self, typed: str) -> None:
        self._shown = [each for each in self._offers if each.matches(typed)]
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(Content(_line(each))) for each in self._shown])
        listed.highlighted = 0 if self._shown else None
        listed.display = bool(self._shown)
        self.query_one("#none").display = not self._shown

    @on(Input.Submitted)
    def _enter(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None and self._shown:
            self._run(self._shown[place])

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        self._run(self._shown[message.option_index])

    def _run(self, offer: Offer) -> None:
        app = self.app
        self.dismiss(None)
        app.call_after_refresh(app.run_action, offer.action, app)

    def action_cursor(self, step: int) -> None:
        """Another act in the list."""
        listed = self.query_one(OptionList)
        if step > 0:
            listed.action_cursor_down()
        else:
            listed.action_cursor_up()

    def action_close(self) -> None:
        """Back, with nothing done."""
        self.dismiss(None)


def _line(offer: Offer) -> str:
    tip = tip_of(offer.act)
    said = tip if tip != name_of(offer.act) else ""
    return fit(name_of(offer.act), 20) + fit(offer.key, 10) + fit(said, 36)
