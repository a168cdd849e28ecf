"""The reading pane: the content of a dossier, or one of its attachments page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer

from zhubi.expert.desk import notes, passages, reading
from zhubi.expert.desk.passages import Passage
from zhubi.expert.tui import opening_outside
from zhubi.expert.tui.boxes import PickBox
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.picturedpane import PicturedPane
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.reader import Reader, Spot
from zhubi.expert.tui.widgets.readinglines import Chapter, attachment_title, chapters_of, found_in
from zhubi.expert.tui.widgets.readingplaces import finished_words, page_chapter, spot_of, spot_with
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import AttachmentRow, ReviewView
    from zhubi.expert.reading.document import Outline
    from zhubi.expert.reading.opened import AttachmentReading
    from zhubi.expert.tui.application import ZhubiApp

_PAGES_AT_ONCE: Final = 12
_KEPT_AFTER: Final = 1.0
"""Seconds without moving after which the place that is read is remembered."""


class ReadingPane(PicturedPane):
    """A title line, the reader, and what is to be said where there is nothing to read."""

    DEFAULT_CSS = """
    ReadingPane > #reading-title { background: $surface; }
    ReadingPane > #reading-note { padding: 1 2; }
    """

    def __init__(self, view: ReviewView, place: Passage | None = None) -> None:
        super().__init__()
        self._view = view
        self._attachment: AttachmentRow | None = None
        self._open: AttachmentReading | None = None
        self._outline: tuple[Outline, ...] = ()
        self._total = 0
        self._sought = place
        self._left: dict[str, Passage] = {}
        self._unkept: Passage | None = None
        self._keeping: Timer | None = None

    def compose(self) -> ComposeResult:
        yield OneLine(id="reading-title")
        yield Prose(id="reading-note")
        yield Reader()

    def on_mount(self) -> None:
        app, key = self._app, self._view.key
        left = app.attempt(lambda: passages.places(app.desk, key)) or ()
        self._left = {each.document: each for each in left}
        self.show(self._view)
        place = self._sought or next(iter(left), None)
        if place is not None:
            self.go_to_place(place.document, place.page, place.row, place.words, lit=self._sought is not None)

    def on_unmount(self) -> None:
        self._keep()
        self._pictured = 0
        self._shut()

    @property
    def _app(self) -> ZhubiApp:
        return self.app  # type: ignore[return-value]

    @property
    def reader(self) -> Reader:
        """The text itself."""
        return self.query_one(Reader)

    @property
    def document(self) -> str:
        """The sealed blob that is read: the content's, or an attachment's; empty where there is nothing to read."""
        if self._attachment is not None:
            return self._attachment.blob
        return self._view.content.blob if self._view.content is not None else ""

    def begin(self) -> None:
        """Put the focus where reading begins."""
        self.reader.focus()

    def show(self, view: ReviewView) -> None:
        """Show the content of this review; an attachment that is open stays open as long as the papers have it."""
        self._view = view
        if self._attachment is not None:
            known = [each for each in self._content_attachments() if each.blob == self.document]
            if known and known[0].state == self._attachment.state:
                return
            self._attachment = None
        self._show_content()

    def _show_content(self) -> None:
        content = self._view.content
        self._note("")
        self._shut()
        if content is None:
            self._title(say("tui.reader.nothing"), "")
            self._note(self._view.content_problem or say("tui.reader.nothing"))
            self.reader.read([])
            return
        self._title(say("tui.reader.material", version=content.version), say("tui.reader.outline-hint"))
        chapters = chapters_of(content)
        if chapters != self.reader.chapters:
            self.reader.read(chapters, place=spot_of(chapters, self._left.get(content.blob)))
        self.show_notes()

    def _title(self, left: str, right: str) -> None:
        self.query_one("#reading-title", OneLine).say(left, right, left_look="strong")

    def _note(self, sentence: str, look: str = "warn") -> None:
        note = self.query_one("#reading-note", Prose)
        note.display = bool(sentence)
        note.say((sentence, look))

    # Where reading stands

    @on(Reader.Moved)
    def _moved(self) -> None:
        self._say_page()
        passage = self.in_view
        if passage is None or not passage.document or self.reader.waiting or self._sought is not None:
            return
        if self._left.get(passage.document) != passage:
            self._left[passage.document] = self._unkept = passage
            if self._keeping is None:
                self._keeping = self.set_timer(_KEPT_AFTER, self._keep)
            else:
                self._keeping.reset()

    def _keep(self) -> None:
        """Remember the place beside the drawing: it is never on the way of a key."""
        passage, self._unkept = self._unkept, None
        if self._keeping is not None:
            self._keeping.stop()
            self._keeping = None
        if passage is not None:
            app, key = self._app, self._view.key
            app.errand(lambda: passages.keep_place(app.desk, key, passage), lambda _none: None, group="place")

    @property
    def in_view(self) -> Passage | None:
        """The first place in view, without words: the page that a note without a mark is about."""
        spot = self.reader.place
        chapter = next((each for each in self.reader.chapters if spot and each.id == spot.chapter), None)
        if chapter is None or spot is None or not chapter.page:
            return None
        return Passage(self.document, chapter.page, max(0, spot.row))

    @property
    def marked(self) -> Passage | None:
        """The passage that is marked."""
        found = self.reader.marked
        return (
            Passage(self.document, found.chapter.page, found.row, found.words) if found is not None else None
        )

    def show_notes(self) -> None:
        """Put marks in the margin where the expert's own notes stand."""
        app, key, document = self._app, self._view.key, self.document
        listed = app.attempt(lambda: notes.notes(app.desk, key)) or ()
        places = [each.at.passage for each in listed if each.at.passage.document == document]
        self.reader.show_notes(frozenset((each.page, each.row) for each in places))

    def go_to_place(
        self, document: str, page: int, row: int = 0, words: str = "", *, lit: bool = True
    ) -> bool:
        """Lead to a place in a document, opening that; ``lit``: and make it seen. False when it is not in the papers.

        ``words`` are looked for on the page, and where they are not there, in all that is open of the document.
        """
        self._sought = Passage(document, page, row, words)
        content = self._view.content
        if content is not None and document == content.blob:
            self._to_content()
        else:
            found = next((each for each in self._content_attachments() if each.blob == document), None)
            if found is None:
                self._sought = None
                return False
            if self._attachment is None or self._attachment.blob != document:
                if not lit:
                    self._left[document] = self._sought
                    self._sought = None
                self.open_attachment(found)
        self.reader.still()
        self._lead(final=self._attachment is None, lit=lit)
        return True

    def _lead(self, *, final: bool, lit: bool = True) -> None:
        """Go to the place that is sought, when its page is there; ``final``: no more pages will come."""
        sought = self._sought
        if sought is None or self.reader.moved_by_hand:
            self._sought = None
            return
        chapters = self.reader.chapters
        chapter = next((each for each in chapters if each.page == sought.page), None)
        if chapter is None and not final:
            return
        self._sought = None
        spot = spot_with(chapters, chapter, sought)
        if spot is not None:
            self.reader.show(spot, lit=lit, above=3 if lit else 0)

    def go_to_chapter(self, chapter_id: str, words: tuple[str, ...] = (), row: int | None = None) -> bool:
        """Lead to a section or table of the content, there to the first of ``words`` that stands in it, or to a row."""
        content = self._view.content
        if content is None:
            return False
        self._to_content()
        chapter = next((each for each in self.reader.chapters if each.id == chapter_id), None)
        if chapter is None:
            return False
        found = next((place for each in words if (place := found_in(chapter, each))), None)
        if found is not None:
            self.reader.show(Spot(chapter.id, *found))
        else:
            self.reader.show(Spot(chapter.id, -1 if row is None else row))
        return True

    # Chapters and attachments

    def outline(self) -> None:
        """Let the person pick a chapter or an attachment; in an attachment, one of its own chapters or pages."""
        content = self._view.content
        if content is None:
            return
        if self._attachment is not None:
            self._attachment_outline()
            return
        chapters = chapters_of(content)
        options = ["  " * (each.level - 1) + each.heading for each in chapters]

        def go(place: int | None) -> None:
            if place is None:
                return
            blob = chapters[place].blob
            if blob:
                self.open_attachment(next(each for each in content.attachments if each.blob == blob))
            else:
                self.reader.go_to(place)
            self.reader.focus()

        self.app.push_screen(PickBox(say("tui.act.outline"), options, here=self.reader.chapter), go)

    def _attachment_outline(self) -> None:
        places: list[tuple[str, Callable[[], object]]] = [(say("notes.reader.to-material"), self._to_content)]
        document = self.document
        for each in self._outline:
            page = each.page

            def lead(page: int = page) -> None:
                self.go_to_place(document, page, lit=False)

            places.append(("  " * (each.level - 1) + each.title, lead))
        if not self._outline:
            for number, chapter in enumerate(self.reader.chapters):
                places.append((chapter.heading, lambda number=number: self.reader.go_to(number)))  # type: ignore[misc]
        here = 0 if self._outline else self.reader.chapter + 1

        def go(place: int | None) -> None:
            if place is not None:
                places[place][1]()
                self.reader.focus()

        options = [name for name, _ in places]
        self.app.push_screen(PickBox(say("tui.act.outline"), options, here=here), go)

    def open_attachment(self, attachment: AttachmentRow) -> None:
        """Read an attachment, page by page as they come, from where reading was left in it."""
        self._keep()
        self._shut()
        self._attachment = attachment
        self._kind, self._outline, self._total = "", (), 0
        self._say_page()
        left = self._left.get(attachment.blob)
        place = Spot(f"page-{left.page}", left.row) if left is not None else None
        self.reader.read([], place=place)
        self.show_notes()
        if attachment.state != "here":
            key = "partial" if attachment.state == "partial" else "missing"
            self._note(say(f"tui.reader.note-{key}", percent=attachment.percent))
            return
        self._note(say("tui.reader.opening"), "quiet")
        first = (self._sought or left or Passage(attachment.blob)).page or 1
        desk, key_ = self._app.desk, self._view.key

        def opened(found: AttachmentReading) -> None:
            if self._attachment is not attachment:
                self._app.errand(found.close, lambda _none: None, group="reading")
                return
            self._open = found
            self._app.errand(lambda: self._read(found, attachment), lambda _none: None, self._failed)

        self._app.errand(
            lambda: reading.open_attachment(desk, key_, attachment.blob, first), opened, self._failed
        )

    def _read(self, opened: AttachmentReading, attachment: AttachmentRow) -> None:
        """Hands over pages as they come: the first at once, the others by the dozen."""
        waiting: list[Chapter] = []
        shown = False
        tell = self._app.call_from_thread
        for event in opened.events():
            chapter = page_chapter(event)
            if chapter is not None:
                waiting.append(chapter)
                if not shown or len(waiting) >= _PAGES_AT_ONCE:
                    tell(self._pages, attachment, tuple(waiting))
                    waiting.clear()
                    shown = True
            elif hasattr(event, "outline"):
                tell(self._started, attachment, event)
            sentence = finished_words(event)
            if sentence is not None:
                tell(self._pages, attachment, tuple(waiting))
                tell(self._finished, attachment, sentence)

    def _content_attachments(self) -> tuple[AttachmentRow, ...]:
        return self._view.content.attachments if self._view.content is not None else ()

    def _started(self, attachment: AttachmentRow, event: Any) -> None:
        if self._attachment is attachment:
            self._kind, self._outline, self._total = event.kind, event.outline, event.total_pages
            self._say_page()
            if event.kind == "image":
                self.picture()

    def _pages(self, attachment: AttachmentRow, chapters: tuple[Chapter, ...]) -> None:
        if self._attachment is attachment and chapters:
            self._note("")
            self.reader.add(list(chapters))
            self._lead(final=False)

    def _finished(self, attachment: AttachmentRow, sentence: str) -> None:
        if self._attachment is attachment:
            # That an image has no text needs no saying above the image.
            self._note("" if self._pictured else sentence)
            self._lead(final=True)
            self.reader.settle()

    def _failed(self, sentence: str) -> None:
        if self.is_attached and self._attachment is not None:
            self._note(sentence)

    def _say_page(self) -> None:
        """The attachment's name, and which of its pages is in view."""
        attachment = self._attachment
        if attachment is None:
            return
        number = [each.blob for each in self._content_attachments()].index(attachment.blob) + 1
        passage = self.in_view
        number_of_page = self._pictured or (passage.page if passage is not None else 0)
        page = ""
        if number_of_page and self._total:
            page = say("notes.reader.page-of", page=number_of_page, total=self._total) + "  "
        self._title(attachment_title(attachment, number), page + say("tui.reader.close-hint"))

    def _shut(self) -> None:
        """End the process that reads the attachment."""
        self._text_again()
        opened, self._open = self._open, None
        if opened is not None:
            self._app.errand(opened.close, lambda _none: None, group="reading")

    def close_attachment(self) -> bool:
        """Back from a picture to the text, from an attachment to the content; False when there is no way back."""
        if self._pictured and self._kind != "image":
            self._text_again()
            return True
        return self._to_content()

    def _to_content(self) -> bool:
        if self._attachment is None:
            return False
        self._keep()
        self._attachment = None
        self._show_content()
        return True

    def open_outside(self) -> None:
        """Open the attachment in view, or one to be picked, with the system's own program."""
        attachments = self._content_attachments()
        if self._attachment is not None:
            opening_outside.open_outside(self._app, self._view.key, self._attachment)
        elif attachments:
            options = [attachment_title(each, number) for number, each in enumerate(attachments, 1)]

            def go(place: int | None) -> None:
                if place is not None:
                    opening_outside.open_outside(self._app, self._view.key, attachments[place])

            self.app.push_screen(PickBox(say("tui.act.open-outside"), options), go)
        else:
            self._app.say_done(say("tui.reader.no-attachments"))
