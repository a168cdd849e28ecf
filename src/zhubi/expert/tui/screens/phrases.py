"""常用语: own phrases over the words being written; found as one types, the most used first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from zhubi.expert.desk import phrases as own
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import FIELDS, Box
from zhubi.expert.tui.widgets.keyline import KeyLine
from zhubi.expert.tui.widgets.measure import cut, fit
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import PhraseRow

_WORDS_CELLS = 56


class PhrasesBox(Box[str]):
    """Gives the words chosen; nothing when Esc is pressed. ``words`` are what can be kept as a phrase."""

    NAME = "phrases"
    CSS_PATH: ClassVar[Any] = FIELDS
    DEFAULT_CSS = """
    PhrasesBox OptionList { height: auto; max-height: 12; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+s", "add", "phrase-add", priority=True),
        bound("ctrl+d", "remove", "phrase-remove", priority=True),
        bound("escape", "close", "back"),
        Binding("down", "cursor(1)", show=False, id="phrases.down"),
        Binding("up", "cursor(-1)", show=False, id="phrases.up"),
    ]

    def __init__(self, words: str = "", selected: bool = False, *, writing: bool = False) -> None:
        super().__init__()
        self._words = words.strip()
        self._selected = selected
        self._writing = writing
        self._shown: tuple[PhraseRow, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(Content(say("phrases.title")), classes="title")
            yield Input(placeholder=say("phrases.filter"), select_on_focus=False)
            yield OptionList(markup=False)
            yield Prose(id="none")
            yield Prose(id="about")
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        about = [(say("phrases.manage" if self._writing else "phrases.manage-only"), "quiet")]
        if self._words:
            key = "phrases.add-selected" if self._selected else "phrases.add-current"
            about.append((say(key, words=cut(" ".join(self._words.split()), 30)), "quiet"))
        self.query_one("#about", Prose).say(*about)
        self._list()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._list()

    def _list(self, here: int = 0) -> None:
        part = self.query_one(Input).value
        self._shown = self.zhubi.attempt(lambda: own.phrases(self.desk, part)) or ()
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(Content(_line(each))) for each in self._shown])
        listed.highlighted = min(here, len(self._shown) - 1) if self._shown else None
        listed.display = bool(self._shown)
        none = self.query_one("#none", Prose)
        none.display = not self._shown
        none.say((say("phrases.none-found" if part.strip() else "phrases.none"), "quiet"))

    @on(Input.Submitted)
    def _enter(self) -> None:
        self._choose(self.query_one(OptionList).highlighted)

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        self._choose(message.option_index)

    def _choose(self, place: int | None) -> None:
        if place is None or not self._shown:
            return
        if not self._writing:
            self.dismiss(None)
            return
        phrase = self._shown[place].id
        self.dismiss(self.zhubi.attempt(lambda: own.use_phrase(self.desk, phrase)))

    def action_add(self) -> None:
        """Keep the words that are selected, or all that is written there, as a phrase; else what is typed here."""
        words = self._words or self.query_one(Input).value
        if self.zhubi.attempt(lambda: own.add_phrase(self.desk, words)) is not None:
            with self.prevent(Input.Changed):
                self.query_one(Input).value = ""
            self._list()
            self.zhubi.say_done(say("phrases.added"))

    def action_remove(self) -> None:
        """Take the phrase under the cursor away."""
        place = self.query_one(OptionList).highlighted
        if place is not None and self._shown:
            phrase = self._shown[place].id
            self.zhubi.attempt(lambda: own.remove_phrase(self.desk, phrase))
            self._list(place)
            self.zhubi.say_done(say("phrases.removed"))

    def action_cursor(self, step: int) -> None:
        """Another phrase in the list."""
        listed = self.query_one(OptionList)
        if step > 0:
            listed.action_cursor_down()
        else:
            listed.action_cursor_up()

    def action_close(self) -> None:
        """Back, with nothing put in."""
        self.dismiss(None)


def _line(phrase: PhraseRow) -> str:
    words = fit(" ".join(phrase.words.split()), _WORDS_CELLS)
    return f"{words} {say('phrases.used', count=phrase.used)}" if phrase.used else words
