"""佐证: what is on the sheet, and adding to it from a path, from a folder, or in words; sealed as it is added."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from zhubi.core.model.text import clean_line
from zhubi.expert.desk import evidence
from zhubi.expert.desk.evidenceviews import EvidenceRow, added_words, size_words, state_words
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.boxes import PickBox
from zhubi.expert.tui.page import FIELDS, Box
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.keyline import KeyLine
from zhubi.expert.tui.widgets.measure import cut
from zhubi.expert.tui.widgets.pagepicture import PagePicture, way_of
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.tick import Tick
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.reading.pictures import Picture

_CELLS = 66
_MOST_NAMES = 2000


class EvidenceBox(Box[None]):
    """The evidence of one sheet. What is added supports the line it was opened from (``about``), or the whole sheet."""

    NAME = "evidence"
    CSS_PATH: ClassVar[Any] = FIELDS
    DEFAULT_CSS = """
    EvidenceBox OptionList { height: auto; max-height: 9; }
    EvidenceBox Tick { border: none; padding: 0; margin-top: 1; background: transparent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("f2", "picture", "evidence-picture"),
        bound("f5", "pick", "evidence-pick"),
        bound("f8", "delete_original", "evidence-delete"),
        bound("f9", "remove", "evidence-remove"),
        bound("escape", "close", "back"),
    ]

    def __init__(self, key: ReviewKey, about: str = "", *, locked: bool = False) -> None:
        super().__init__()
        self._key = key
        self._about = about
        self._locked = locked
        self._rows: tuple[EvidenceRow, ...] = ()
        self._last: Path | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(Content(say("evidence.title")), classes="title")
            yield Prose(id="about")
            yield OptionList(markup=False)
            yield PathField(say("evidence.path"), id="path", limit=1000)
            yield Field(say("evidence.note"), id="note", limit=400)
            yield Tick(Content(say("evidence.keep")), id="keep")
            yield Prose(id="answer")
            yield KeyLine()

    def on_mount(self) -> None:
        for each in ("#path", "#note", "#keep"):
            self.query_one(each).display = not self._locked
        self._list()
        (self.query_one(OptionList) if self._locked else self.query_one("#path", Field).input).focus()

    def _list(self, here: int = 0) -> None:
        desk, key, about = self.desk, self._key, self._about

        def shown(found: tuple[tuple[EvidenceRow, ...], str]) -> None:
            self._rows, name = found
            options = self.query_one(OptionList)
            options.clear_options()
            options.add_options([Option(Content(_lines(each))) for each in self._rows])
            options.highlighted = min(here, len(self._rows) - 1) if self._rows else None
            options.display = bool(self._rows)
            target = say("evidence.about", name=name) if name else say("evidence.about-sheet")
            nothing = [] if self._rows else [(say("evidence.none"), "quiet")]
            self.query_one("#about", Prose).say((target, "strong"), *nothing)

        self.errand(
            lambda: (evidence.rows(desk, key), evidence.line_name(desk, key, about)), shown, self._failed
        )

    def _failed(self, sentence: str) -> None:
        self._busy = False
        self.query_one("#answer", Prose).say((sentence, "bad"))

    @property
    def _here(self) -> EvidenceRow | None:
        place = self.query_one(OptionList).highlighted
        return self._rows[place] if place is not None and place < len(self._rows) else None

    @on(Input.Submitted)
    def _entered(self, message: Input.Submitted) -> None:
        message.stop()
        words = message.value.strip()
        if not words or self._busy or self._locked:
            return
        if message.input is self.query_one("#note", Field).input:
            self._add_note(words)
        else:
            self._add(Path(words.strip("\"'")).expanduser())

    def _add(self, path: Path) -> None:
        desk, key, about = self.desk, self._key, self._about
        keep = self.query_one(Tick).value

        def work() -> EvidenceRow:
            return evidence.add(desk, key, path, about=about, keep_location=keep)

        def added(row: EvidenceRow) -> None:
            self._last = path
            self._added(row, "#path")

        self._begin()
        self.errand(work, added, self._failed)

    def _add_note(self, words: str) -> None:
        desk, key, about = self.desk, self._key, self._about
        self._begin()
        self.errand(
            lambda: evidence.add_note(desk, key, words, about=about),
            lambda row: self._added(row, "#note"),
            self._failed,
        )

    def _begin(self) -> None:
        self._busy = True
        self.query_one("#answer", Prose).say((say("evidence.sealing"), "quiet"))

    def _added(self, row: EvidenceRow, field: str) -> None:
        self._busy = False
        self.query_one(field, Field).value = ""
        self.query_one("#answer", Prose).say((added_words(row), "good"))
        self._list(len(self._rows))

    def action_pick(self) -> None:
        """Choose a file in a folder."""
        if self._locked:
            return
        typed = Path(self.query_one("#path", Field).value.strip() or "~").expanduser()
        start = typed if typed.is_dir() else typed.parent if typed.parent.is_dir() else Path.home()

        def picked(path: Path | None) -> None:
            if path is not None and not self._busy:
                self._add(path)

        self.app.push_screen(FolderBox(start), picked)

    def action_remove(self) -> None:
        """Take the one under the cursor off the sheet; an undo brings it back."""
        row = self._here
        if row is None or self._locked or self._busy:
            return
        if self.zhubi.attempt(lambda: evidence.remove(self.desk, self._key, row.digest)) is not None:
            self.query_one("#answer", Prose).say((say("evidence.removed", name=row.name), "good"))
        self._list()

    def action_delete_original(self) -> None:
        """Delete the file that was added last, when that is meant."""
        path = self._last
        if path is None:
            self.query_one("#answer", Prose).say((say("evidence.delete-none"), "quiet"))
            return

        def meant(answer: int | None) -> None:
            if answer != 0:
                return
            said = self.zhubi.attempt(lambda: evidence.delete_original(path))
            if said is not None:
                self._last = None
                self.query_one("#answer", Prose).say((said, "good"))

        options = [say("evidence.delete-yes"), say("evidence.delete-no")]
        ask = say("evidence.delete-ask", name=clean_line(path.name, 120))
        self.app.push_screen(PickBox(say("tui.act.evidence-delete"), options, ask, "", here=1), meant)

    def action_picture(self) -> None:
        """Look at the one under the cursor, where the terminal can."""
        row = self._here
        if row is None:
            return
        way = way_of(self.zhubi)
        if way is None:
            self.query_one("#answer", Prose).say((say("evidence.no-graphics"), "quiet"))
            return
        desk, key = self.desk, self._key
        self.app.push_screen(
            EvidencePicture(
                row.name, PagePicture(way), lambda w, h: evidence.thumbnail(desk, key, row.digest, w, h)
            )
        )

    def action_close(self) -> None:
        """Back to the sheet; everything is kept."""
        if not self._busy:
            self.dismiss(None)


class EvidencePicture(Box[None]):
    """One piece of evidence as it looks."""

    NAME = "evidence-picture"
    DEFAULT_CSS = """
    EvidencePicture .frame { height: 90%; width: 90%; max-width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [bound("escape", "close", "back")]

    def __init__(self, name: str, picture: PagePicture, draw: Any) -> None:
        super().__init__()
        self._called = name
        self._picture = picture
        self._draw = draw

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(Content(self._called), classes="title")
            yield self._picture
            yield Prose(id="answer")
            yield KeyLine()

    def on_mount(self) -> None:
        self._picture.focus()
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        def draw(width: int, height: int) -> Picture | None:
            found: Picture | None = self._draw(width, min(height, 2000))
            return found

        self._picture.show(draw, lambda: self._say(say("evidence.no-picture")), self._say)

    def _say(self, sentence: str) -> None:
        self.query_one("#answer", Prose).say((sentence, "quiet"))

    def action_close(self) -> None:
        """Back to the list."""
        self.dismiss(None)


class PathField(Field):
    """A path, completed by Tab as far as the names in its folder agree."""

    def on_key(self, event: events.Key) -> None:
        if event.key != "tab":
            return
        longer = completed(self.value)
        if longer != self.value:
            event.stop()
            event.prevent_default()
            self.value = longer
            self.input.cursor_position = len(longer)


def completed(typed: str) -> str:
    """A path as typed, made longer by what every name that begins so has in common; names that hide anything apart."""
    folder, _, start = typed.rpartition("/")
    place = Path(f"{folder}/" if "/" in typed else ".").expanduser()
    names = [(name, is_folder) for name, is_folder in _names(place) if name.startswith(start)]
    if not start.startswith("."):
        names = [each for each in names if not each[0].startswith(".")]
    if not names:
        return typed
    first, last = min(names)[0], max(names)[0]
    same = next((at for at, letter in enumerate(first) if last[at : at + 1] != letter), len(first))
    end = "/" if len(names) == 1 and names[0][1] else ""
    return f"{typed[: len(typed) - len(start)]}{first[:same]}{end}"


def _names(folder: Path) -> list[tuple[str, bool]]:
    """The names in a folder that show all they are, and whether each is a folder; folders first."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for _, entry in zip(range(_MOST_NAMES), entries, strict=False):
                if clean_line(entry.name, 1000) == entry.name:
                    found.append((entry.name, entry.is_dir()))
    except OSError:
        return []
    return sorted(found, key=lambda each: (not each[1], each[0]))


class FolderBox(Box[Path]):
    """A file, from the folder it lies in."""

    NAME = "evidence-pick"
    DEFAULT_CSS = """
    FolderBox OptionList { height: auto; max-height: 16; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [bound("escape", "close", "back")]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._listed: list[Path] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="frame"):
            yield Static(Content(say("evidence.pick")), classes="title")
            yield Prose(id="folder")
            yield OptionList(markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        self._list()
        self.query_one(OptionList).focus()

    def _list(self) -> None:
        folder = self._folder
        shown = [(name, is_folder) for name, is_folder in _names(folder) if not name.startswith(".")]
        self._listed = [folder.parent, *(folder / name for name, _ in shown)]
        options = self.query_one(OptionList)
        options.clear_options()
        names = ["../", *(f"{name}/" if is_folder else name for name, is_folder in shown)]
        options.add_options([Option(Content(cut(name, _CELLS))) for name in names])
        options.highlighted = 0 if len(names) == 1 else 1
        self.query_one("#folder", Prose).say((clean_line(str(folder), 300), "quiet"))

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        path = self._listed[message.option_index]
        if path.is_dir():
            self._folder = path
            self._list()
        else:
            self.dismiss(path)

    def action_close(self) -> None:
        """Nothing chosen."""
        self.dismiss(None)


def _lines(row: EvidenceRow) -> str:
    first = f"{row.name}  {state_words(row)}"
    parts = (size_words(row.size), row.taken_at, row.about_name, row.digest[:12])
    return f"{cut(first, _CELLS)}\n   {cut('  '.join(each for each in parts if each), _CELLS - 3)}"
