"""笔记与引用: what is marked in the papers, what was noted on them and what is cited; Enter goes there, or cites it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from zhubi.expert.desk import notes
from zhubi.expert.desk.notes import NoteRow
from zhubi.expert.desk.passages import Passage, PassageView
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.boxes import AskBox, PickBox
from zhubi.expert.tui.page import FIELDS, Box
from zhubi.expert.tui.widgets.keyline import KeyLine
from zhubi.expert.tui.widgets.measure import cut
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say

_CELLS = 66


@dataclass(frozen=True, slots=True)
class Listed:
    """Something that can be gone to or cited. ``number`` is that of a citation, ``note`` the one it is."""

    at: PassageView
    label: str
    note: NoteRow | None = None
    number: int = 0


class NotesBox(Box[Listed]):
    """The marked passage first, then what is cited already, then the notes. Gives the one that was chosen."""

    NAME = "notes"
    CSS_PATH: ClassVar[Any] = FIELDS
    DEFAULT_CSS = """
    NotesBox OptionList { height: auto; max-height: 16; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+e", "change", "change-note"),
        bound("delete", "remove", "remove-note"),
        bound("escape", "close", "back"),
    ]

    def __init__(self, key: ReviewKey, marked: Passage | None, *, citing: bool) -> None:
        super().__init__()
        self._key = key
        self._marked = marked
        self._citing = citing
        self._listed: list[Listed] = []

    def compose(self) -> ComposeResult:
        title = say("notes.box.cite") if self._citing else say("notes.box.title")
        with Vertical(classes="frame"):
            yield Static(Content(title), classes="title")
            yield Prose(id="answer")
            yield OptionList(markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        self._list()
        self.query_one(OptionList).focus()

    def _list(self, here: int = 0) -> None:
        desk, key = self.desk, self._key
        found: list[Listed] = []
        if self._marked is not None:
            at = self.zhubi.attempt(lambda: notes.place_of(desk, key, self._marked or Passage("")))
            if at is not None:
                found.append(Listed(at, say("notes.box.marked")))
        cited = self.zhubi.attempt(lambda: notes.cited(desk, key)) or ()
        found += [Listed(each.at, f"[{each.number}]", number=each.number) for each in cited]
        own = self.zhubi.attempt(lambda: notes.notes(desk, key)) or ()
        found += [Listed(each.at, say("notes.box.note"), each) for each in own]
        self._listed = found
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(Content(_lines(each))) for each in found])
        options.highlighted = min(here, len(found) - 1) if found else None
        options.display = bool(found)
        empty = "notes.box.nothing-to-cite" if self._citing else "notes.box.nothing"
        answer = self.query_one("#answer", Prose)
        answer.display = not found
        answer.say((say(empty), "quiet"))

    @property
    def _here(self) -> Listed | None:
        place = self.query_one(OptionList).highlighted
        return self._listed[place] if place is not None and place < len(self._listed) else None

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._listed[message.option_index])

    def action_change(self) -> None:
        """Write other words for the note."""
        note = self._here.note if self._here is not None else None
        if note is None:
            return
        place = self.query_one(OptionList).highlighted or 0

        def written(words: str | None) -> None:
            if words is not None:
                self.zhubi.attempt(lambda: notes.change(self.desk, self._key, note.id, words))
                self._list(place)

        about = (f"{note.at.name}  {note.at.passage.words}", "quiet")
        self.app.push_screen(AskBox(say("tui.act.note"), about, words=note.words, required=False), written)

    def action_remove(self) -> None:
        """Forget the note, when that is meant."""
        note = self._here.note if self._here is not None else None
        if note is None:
            return
        place = self.query_one(OptionList).highlighted or 0

        def meant(answer: int | None) -> None:
            if answer == 0:
                self.zhubi.attempt(lambda: notes.remove(self.desk, self._key, note.id))
                self._list(place)

        options = [say("notes.box.remove-yes"), say("notes.box.remove-no")]
        about = cut(note.words or note.at.passage.words or note.at.name, _CELLS)
        self.app.push_screen(PickBox(say("tui.act.remove-note"), options, about, "", here=1), meant)

    def action_close(self) -> None:
        """Nothing chosen."""
        self.dismiss(None)


def _lines(listed: Listed) -> str:
    place = listed.at.name if listed.at.here else f"{listed.at.name}  {say('notes.gone')}"
    said = f"{listed.label} {place}"
    quoted = " ".join(listed.at.passage.words.split())
    words = " ".join(listed.note.words.split()) if listed.note is not None else ""
    lines = [cut(said, _CELLS)]
    if quoted:
        lines.append("   " + cut(say("notes.quoted", words=quoted), _CELLS - 3))
    if words:
        lines.append("   " + cut(words, _CELLS - 3))
    return "\n".join(lines)
