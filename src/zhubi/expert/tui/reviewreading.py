"""What can be done with the material beside a sheet: go to it, note on it, cite it, open it outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from zhubi.core.rules.citations import mention_at, mentions
from zhubi.expert.desk import notes, passages
from zhubi.expert.desk.passages import PassageView
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.boxes import AskBox, PickBox, TellBox
from zhubi.expert.tui.page import Page
from zhubi.expert.tui.screens.notes import Listed, NotesBox
from zhubi.expert.tui.widgets.reading import ReadingPane
from zhubi.expert.tui.widgets.sheetlines import lines_of
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import ReviewView, SheetState
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.tui.widgets.editor import Editor, Subject
    from zhubi.expert.tui.widgets.sheet import SheetRows

_LINES_OF_TABLES = {"facts": "fact", "budget": "cut", "indicators": "indicator"}


class ReadingPage(Page[None]):
    """A screen with a reading pane and a sheet; the screen that builds on it makes both."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("f6", "other_side", "other-side", priority=True),
        bound("ctrl+o", "open_outside", "open-outside", show=False, priority=True),
        bound("ctrl+k", "cite", "cite", show=False, priority=True),
        bound("ctrl+j", "jump", "jump", show=False, priority=True),
        bound("f2", "picture", "picture", show=False, priority=True),
        bound("f9", "note", "note", show=False, priority=True),
    ]
    ACTS: ClassVar[tuple[Act, ...]] = (
        Act("outline", "screen.outline"), Act("notes", "screen.notes"), Act("print", "screen.print"),
    )  # fmt: skip

    key: ReviewKey
    _view: ReviewView | None = None
    _state: SheetState | None = None

    if TYPE_CHECKING:

        @property
        def sheet(self) -> SheetRows: ...

        @property
        def editor(self) -> Editor: ...

        def _subject(self) -> Subject: ...

        def _take(self, state: SheetState) -> None: ...

    @property
    def reading(self) -> ReadingPane:
        """The material."""
        return self.query_one(ReadingPane)

    def _show_side(self, *, reading: bool) -> None:
        self.set_class(reading, "-reading")
        if reading:
            self.reading.begin()
        else:
            self.set_focus(self.sheet)

    def action_other_side(self) -> None:
        """Between the material and the sheet."""
        if self._view is not None:
            self.editor.flush()
            self._show_side(reading=not self.reading.has_focus_within)

    def action_print(self) -> None:
        """This project's forms, or those of its round, as a PDF."""
        from zhubi.expert.tui.printing import offer_print

        if self._state is not None:
            self.editor.flush()
        offer_print(self.zhubi, self.key, self.key.round)

    def action_outline(self) -> None:
        """Chapters and attachments to go to."""
        if self._view is not None:
            self.reading.outline()

    def action_open_outside(self) -> None:
        """Open the attachment in view with the system's own program."""
        if self._view is not None:
            self.reading.open_outside()

    def action_picture(self) -> None:
        """The page in view as a picture, or as text again."""
        if self._view is not None:
            self.reading.picture()

    # Notes

    def action_note(self) -> None:
        """Write a note on what is marked, or on the page in view."""
        if self._view is None:
            return
        passage = self.reading.marked or self.reading.in_view
        if passage is None:
            self.zhubi.say_done(say("notes.noted-again"))
            return
        at = self.zhubi.attempt(lambda: notes.place_of(self.desk, self.key, passage))
        if at is None:
            return

        def written(words: str | None) -> None:
            if words is None:
                return
            made = self.zhubi.attempt(lambda: notes.add(self.desk, self.key, passage, words))
            if made is not None:
                self.reading.reader.action_unmark()
                self.reading.show_notes()
                self.zhubi.say_done(say("notes.noted"))

        about = [(say("notes.box.about-page", place=at.name), "strong")]
        if passage.words:
            about.append((say("notes.quoted", words=notes.quotation(passage.words)), "quiet"))
        # What is marked says something by itself; a note on a whole page says it in words.
        self.app.push_screen(AskBox(say("tui.act.note"), *about, required=not passage.words), written)

    def action_notes(self) -> None:
        """The notes and citations of this project, to go to."""
        if self._view is not None:
            self.editor.flush()
            self.app.push_screen(NotesBox(self.key, None, citing=False), self._gone_to)

    def _gone_to(self, listed: Listed | None) -> None:
        self.reading.show_notes()
        if listed is not None:
            self._lead_to(listed.at)

    # Citations

    def action_cite(self) -> None:
        """Cite what is marked, or a note, where the caret stands; where nothing is written, list the notes."""
        if self._view is None:
            return
        self.editor.flush()
        if not self.editor.writing:
            if self.reading.marked is not None and not self._view.read_only:
                self.zhubi.say_done(say("notes.cite-where"))
            self.action_notes()
            return
        self.app.push_screen(NotesBox(self.key, self.reading.marked, citing=True), self._cite)

    def _cite(self, listed: Listed | None) -> None:
        self.reading.show_notes()
        if listed is None:
            return
        number = listed.number
        if not number:
            found = self.zhubi.attempt(lambda: notes.cite(self.desk, self.key, listed.at.passage))
            if found is None:
                return
            state, number = found
            self._take(state)
            self.reading.reader.action_unmark()
        self.editor.insert_words(f"[{number}]")

    # From the sheet to the papers and back

    def action_jump(self) -> None:
        """From a line of the sheet to where the papers state it, or to what its words cite; from a section back."""
        if self._view is None:
            return
        if self.reading.has_focus_within:
            self._jump_to_sheet()
        else:
            self.editor.flush()
            self._jump_to_papers()

    def _jump_to_papers(self) -> None:
        line = self.sheet.line
        cited = self._cited_here()
        under_caret = self._number_at_caret()
        if under_caret is not None and under_caret in cited:
            self._lead_to(cited[under_caret])
            return
        places = [(f"[{number}] {at.name}  {at.passage.words}".strip(), at) for number, at in cited.items()]
        if line is not None and not self.editor.writing:
            found = (
                self.zhubi.attempt(lambda: passages.stated(self.desk, self.key, line.kind, line.item)) or ()
            )
            places += [(f"{at.name}  {at.passage.words}".strip(), at) for at in found]
        self._pick([(label, lambda at=at: self._lead_to(at)) for label, at in places], "notes.no-place")  # type: ignore[misc]

    def _cited_here(self) -> dict[int, PassageView]:
        """What the words of the line under the cursor cite, by number."""
        text = self.editor.words if self.editor.writing else self._subject().words
        wanted = mentions(text)
        if not wanted:
            return {}
        found = self.zhubi.attempt(lambda: notes.cited(self.desk, self.key)) or ()
        return {each.number: each.at for each in found if each.number in wanted}

    def _number_at_caret(self) -> int | None:
        area = self.editor.area
        if self.focused is not area:
            return None
        row, column = area.cursor_location
        return mention_at(area.document.get_line(row), column)

    def _jump_to_sheet(self) -> None:
        content = self._view.content if self._view is not None else None
        state, passage = self._state, self.reading.in_view
        if content is None or state is None or passage is None or self.reading.document != content.blob:
            self.zhubi.say_done(say("notes.no-facts"))
            return
        chapter = self.reading.reader.chapters[self.reading.reader.chapter]
        lines: list[tuple[str, str, str]] = []
        if chapter.id == "facts" or passage.page <= len(content.sections):
            lines += [
                (f"{each.label}  {each.value_text or '--'}", "fact", each.name)
                for each in content.facts
                if chapter.id in ("facts", each.section)
            ]
        if chapter.id == "budget":
            lines += [(each.subject, "cut", each.id) for each in content.budget]
        if chapter.id == "indicators":
            lines += [(each.name, "indicator", each.id) for each in content.indicators]
        known = {(each.kind, each.item) for each in lines_of(state)}
        self._pick(
            [
                (label, lambda kind=kind, item=item: self._lead_to_line(kind, item))  # type: ignore[misc]
                for label, kind, item in lines
                if (kind, item) in known
            ],
            "notes.no-facts",
        )

    def _pick(self, places: list[tuple[str, Callable[[], None]]], nothing: str) -> None:
        """Do the only one at once; let the person choose among several."""
        if not places:
            self.zhubi.say_done(say(nothing))
        elif len(places) == 1:
            places[0][1]()
        else:
            box = PickBox(say("tui.act.jump"), [label for label, _ in places])
            self.app.push_screen(box, lambda place: places[place][1]() if place is not None else None)

    def _lead_to_line(self, kind: str, item: str) -> None:
        self._show_side(reading=False)
        self.sheet.go_to(kind, item)

    def _lead_to(self, at: PassageView) -> None:
        place = at.passage
        if at.here and self.reading.go_to_place(place.document, place.page, place.row, place.words):
            self._show_side(reading=True)
            return
        quoted = say("notes.quoted", words=place.words) if place.words else ""
        self.app.push_screen(TellBox(say("notes.gone-title"), (at.name, "strong"), "", quoted))
