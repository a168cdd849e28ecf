"""Small questions over a screen: tell, pick one, ask for words, ask for the PIN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from zhubi.core.model.text import clean_text, fold_digits
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import Box
from zhubi.expert.tui.purging import signed_too
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.keyline import KeyLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say

Done = TypeVar("Done")
Paragraph = tuple[str, str] | str


class TellBox(Box[None]):
    """Something to be read."""

    NAME = "tell"
    BINDINGS: ClassVar[list[BindingType]] = [bound("escape,enter", "close", "close")]

    def __init__(self, title: str, *paragraphs: Paragraph) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="frame"):
            yield Static(Content(self._title), classes="title")
            yield Prose(*self._paragraphs)
            yield KeyLine()

    def action_close(self) -> None:
        """Back to the screen behind."""
        self.dismiss(None)


class PickBox(Box[int]):
    """One of several, by its place; nothing when Esc is pressed."""

    NAME = "pick"
    DEFAULT_CSS = """
    PickBox OptionList { height: auto; max-height: 18; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [bound("escape", "close", "back")]

    def __init__(self, title: str, options: list[str], *paragraphs: Paragraph, here: int = 0) -> None:
        super().__init__()
        self._title = title
        self._options = options
        self._paragraphs = paragraphs
        self._here = here

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(Content(self._title), classes="title")
            if self._paragraphs:
                yield Prose(*self._paragraphs)
            yield OptionList(*[Option(Content(each)) for each in self._options], markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        listed = self.query_one(OptionList)
        listed.focus()
        if self._options:
            listed.highlighted = min(self._here, len(self._options) - 1)

    @on(OptionList.OptionSelected)
    def _picked(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(message.option_index)

    def action_close(self) -> None:
        """Nothing picked."""
        self.dismiss(None)


class AskBox(Box[str]):
    """Words about something: a reason, an explanation. Nothing when Esc is pressed."""

    NAME = "ask"
    DEFAULT_CSS = """
    AskBox TextArea { height: 6; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+g", "take", "take", priority=True),
        bound("escape", "close", "back"),
    ]

    def __init__(self, title: str, *paragraphs: Paragraph, words: str = "", required: bool = True) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs
        self._words = words
        self._required = required

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(Content(self._title), classes="title")
            yield Prose(*self._paragraphs)
            yield TextArea(self._words, soft_wrap=True, tab_behavior="focus")
            yield Prose(id="answer")
            yield KeyLine()

    def action_take(self) -> None:
        """Take what is written."""
        words = clean_text(self.query_one(TextArea).text).strip()
        if words or not self._required:
            self.dismiss(words)
        else:
            self.query_one("#answer", Prose).say((say("tui.ask.empty"), "warn"))

    def action_close(self) -> None:
        """Nothing said."""
        self.dismiss(None)


class LineBox(Box[str]):
    """One line, with something proposed. Nothing when Esc is pressed."""

    NAME = "line"
    BINDINGS: ClassVar[list[BindingType]] = [bound("escape", "close", "back")]

    def __init__(self, title: str, proposed: str, *paragraphs: Paragraph) -> None:
        super().__init__()
        self._title = title
        self._proposed = proposed
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(Content(self._title), classes="title")
            yield Prose(*self._paragraphs)
            yield Input(self._proposed, select_on_focus=False, max_length=400)
            yield KeyLine()

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        self.dismiss(message.value.strip())

    def action_close(self) -> None:
        """Nothing said."""
        self.dismiss(None)


class PinBox(Box[Any], Generic[Done]):
    """Asks for the PIN and does ``work`` with it; closes with what that gave. A wrong PIN is said and asked again."""

    NAME = "pin"
    BINDINGS: ClassVar[list[BindingType]] = [bound("escape", "close", "back")]

    def __init__(self, title: str, work: Callable[[str], Done], *paragraphs: Paragraph) -> None:
        super().__init__()
        self._title = title
        self._work = work
        self._paragraphs = paragraphs
        self._busy = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(Content(self._title), classes="title")
            yield Prose(*self._paragraphs)
            yield Field(say("tui.unlock.pin"), id="pin", password=True)
            yield Prose(*signed_too(self.zhubi))
            yield Prose(id="answer")
            yield KeyLine()

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        pin = fold_digits(message.value)
        if self._busy or not pin:
            return
        self._busy = True
        self.query_one("#answer", Prose).say((say("tui.unlock.busy"), "quiet"))
        self.errand(lambda: self._work(pin), self.dismiss, self._refused)

    def _refused(self, sentence: str) -> None:
        self._busy = False
        self.query_one("#answer", Prose).say((sentence, "bad"))
        field = self.query_one(Field)
        field.value = ""
        field.input.focus()

    def action_close(self) -> None:
        """Nothing signed."""
        if not self._busy:
            self.dismiss(None)
