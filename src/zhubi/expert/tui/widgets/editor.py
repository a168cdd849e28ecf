"""What is said in words about the line under the cursor: its guide, one short line where asked, and a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, TextArea

from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.words import WordsArea


@dataclass(frozen=True, slots=True)
class Subject:
    """What the editor is about. A label of None: there is nothing of that sort to write."""

    kind: str
    item: str
    guide: tuple[tuple[str, str], ...] = ()
    line_label: str | None = None
    line: str = ""
    words_label: str | None = None
    words: str = ""
    tall: bool = False
    """Whether the text wants all the room there is: the opinion."""


class Editor(Vertical):
    """``write(subject, line, words)`` is called for every change; ``leave(forward)`` when the person goes on."""

    DEFAULT_CSS = """
    Editor { height: auto; background: $surface; padding: 0 1; }
    Editor > #guide { max-height: 4; }
    Editor > Field { margin-top: 0; }
    Editor > TextArea { height: 3; }
    Editor.-tall > TextArea { height: 9; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [bound("tab", "on_word", "next-item")]

    def __init__(
        self, write: Callable[[Subject, str, str], None], leave: Callable[[bool], None], *, locked: bool
    ) -> None:
        super().__init__()
        self._write = write
        self._leave = leave
        self._locked = locked
        self._subject = Subject("", "")
        self._written = ("", "")

    def compose(self) -> ComposeResult:
        yield Prose(id="guide")
        yield Field("", id="line")
        area = WordsArea(self._gone_on, self.flush)
        area.read_only = self._locked
        yield area

    @property
    def area(self) -> WordsArea:
        """The text."""
        return self.query_one(WordsArea)

    @property
    def field(self) -> Field:
        """The short line."""
        return self.query_one(Field)

    @property
    def subject(self) -> Subject:
        """What it is about now."""
        return self._subject

    def set_locked(self, locked: bool) -> None:
        """Whether nothing can be changed any more."""
        self._locked = locked
        self.area.read_only = locked
        self.field.input.disabled = locked

    @property
    def writing(self) -> bool:
        """Whether the caret stands in the text or the short line, so that words can be put there."""
        return not self._locked and (self._has_caret(self.area) or self._has_caret(self.field.input))

    def _has_caret(self, widget: Widget) -> bool:
        # Not has_focus: that follows a message later, behind keys that are on their way already.
        return self.is_attached and self.screen.focused is widget

    @property
    def selected(self) -> str:
        """The words that are selected where the caret stands; empty when none are."""
        if self._has_caret(self.field.input):
            return self.field.input.selected_text
        return self.area.selected_text

    @property
    def words(self) -> str:
        """All that stands where the caret stands."""
        return self.field.value if self._has_caret(self.field.input) else self.area.text

    def insert_words(self, text: str) -> bool:
        """Put words at the caret, in the place of what is selected; False where nothing can be written."""
        if self._locked or not (self.writing or self.begin()):
            return False
        if self.screen.focused is self.field.input:
            self.field.input.insert_text_at_cursor(" ".join(text.split()))
        else:
            self.area.put(text)
        self.flush()
        return True

    def become(self, subject: Subject) -> None:
        """Show what the sheet holds now, whatever stands here: after an edit was taken back."""
        same = (subject.kind, subject.item) == (self._subject.kind, self._subject.item)
        if same:
            with self.prevent(TextArea.Changed, Input.Changed):
                self.area.become(subject.words)
                self.field.value = subject.line
            self._written = (subject.line, subject.words)
            self._subject = subject
        self.show(subject)

    def show(self, subject: Subject) -> None:
        """Be about something else; what was being written is written first."""
        same = (subject.kind, subject.item) == (self._subject.kind, self._subject.item)
        self.flush()
        self._subject = subject
        self.query_one("#guide", Prose).say(*subject.guide)
        self.query_one("#guide").display = bool(subject.guide)
        self.field.display = subject.line_label is not None
        self.field.relabel(subject.line_label or "")
        self.area.display = subject.words_label is not None
        self.area.placeholder = Content(subject.words_label or "")
        self.set_class(subject.tall, "-tall")
        # While the person writes, what comes back from the sheet is what was just written: leave the caret alone.
        if not same or not self._has_caret(self.area):
            with self.prevent(TextArea.Changed):
                if self.area.text != subject.words:
                    self.area.load_text(subject.words)
                    self.area.move_cursor(self.area.document.end)
        if not same or not self._has_caret(self.field.input):
            with self.prevent(Input.Changed):
                self.field.value = subject.line
        if not self.writing:
            # What stands here is what the sheet holds, cleaned and put in order.
            self._written = (subject.line, subject.words)

    def flush(self) -> None:
        """Write what stands here, if it is not written yet."""
        if self._locked or not self._subject.kind:
            return
        line = self.field.value if self._subject.line_label is not None else ""
        words = self.area.text if self._subject.words_label is not None else ""
        if (line, words) != self._written:
            self._written = (line, words)
            self._write(self._subject, line, words)

    def begin(self, *, in_text: bool = False) -> bool:
        """Put the caret where something can be written, past the short line if asked; False where nothing can."""
        # Widget.focus() would wait its turn behind keys that are on their way already.
        if self._subject.line_label is not None and not (in_text and self._subject.words_label is not None):
            self.screen.set_focus(self.field.input)
        elif self._subject.words_label is not None:
            self.screen.set_focus(self.area)
        else:
            return False
        return True

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _changed(self, event: events.Event) -> None:
        event.stop()
        self.flush()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._from_line()

    def _from_line(self) -> None:
        if self._subject.words_label is not None:
            self.screen.set_focus(self.area)
        else:
            self._gone_on(True)

    def _gone_on(self, forward: bool) -> None:
        self.flush()
        self._leave(forward)

    def action_on_word(self) -> None:
        """Tab: from the short line into the text, from the text on to the next line of the sheet."""
        if self._has_caret(self.field.input):
            self._from_line()
        else:
            self._gone_on(True)

    def key_escape(self, event: events.Key) -> None:
        """Esc: back to the sheet."""
        event.stop()
        self._gone_on(False)
