"""The reading pane: the content of a dossier, or one of its attachments page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical

from zhubi.expert.desk import reading
from zhubi.expert.tui.boxes import PickBox
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.reader import Reader
from zhubi.expert.tui.widgets.readinglines import Chapter, attachment_title, chapters_of
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import AttachmentRow, ReviewView
    from zhubi.expert.tui.application import ZhubiApp

_PAGES_AT_ONCE = 12


class ReadingPane(Vertical):
    """A title line, the reader, and what is to be said where there is nothing to read."""

    DEFAULT_CSS = """
    ReadingPane > #reading-title { background: $surface; }
    ReadingPane > #reading-note { padding: 1 2; }
    """

    def __init__(self, view: ReviewView) -> None:
        super().__init__()
        self._view = view
        self._attachment: AttachmentRow | None = None
        self._place = 0.0
        self._version = -1

    def compose(self) -> ComposeResult:
        yield OneLine(id="reading-title")
        yield Prose(id="reading-note")
        yield Reader()

    def on_mount(self) -> None:
        self.show(self._view)

    @property
    def _app(self) -> ZhubiApp:
        return self.app  # type: ignore[return-value]

    @property
    def reader(self) -> Reader:
        """The text itself."""
        return self.query_one(Reader)

    def begin(self) -> None:
        """Put the focus where reading begins."""
        self.reader.focus()

    def show(self, view: ReviewView) -> None:
        """Show the content of this review; an attachment that is open stays open."""
        self._view = view
        if self._attachment is None:
            self._show_content()

    def _show_content(self) -> None:
        content = self._view.content
        self._note("")
        if content is None:
            self._title(say("tui.reader.nothing"), "")
            self._note(self._view.content_problem or say("tui.reader.nothing"))
            self.reader.read([])
            return
        self._title(say("tui.reader.material", version=content.version), say("tui.reader.outline-hint"))
        chapters = chapters_of(content)
        if chapters != self.reader.chapters:
            self.reader.read(chapters, place=self._place)

    def _title(self, left: str, right: str) -> None:
        self.query_one("#reading-title", OneLine).say(left, right, left_look="strong")

    def _note(self, sentence: str, look: str = "warn") -> None:
        note = self.query_one("#reading-note", Prose)
        note.display = bool(sentence)
        note.say((sentence, look))

    # Chapters and attachments

    def outline(self) -> None:
        """Let the person pick a chapter or an attachment."""
        content = self._view.content
        if content is None:
            return
        reader = self.reader
        if self._attachment is not None:
            self.close_attachment()
        chapters = chapters_of(content)
        options = ["  " * (each.level - 1) + each.heading for each in chapters]

        def go(place: int | None) -> None:
            if place is None:
                return
            blob = chapters[place].blob
            if blob:
                self.open_attachment(next(each for each in content.attachments if each.blob == blob))
            else:
                reader.go_to(place)
            reader.focus()

        self.app.push_screen(PickBox(say("tui.act.outline"), options, here=reader.chapter), go)

    def open_attachment(self, attachment: AttachmentRow) -> None:
        """Read an attachment, page by page as they come."""
        if self._attachment is None:
            self._place = float(self.reader.scroll_offset.y)
        self._attachment = attachment
        number = [each.blob for each in self._content_attachments()].index(attachment.blob) + 1
        self._title(attachment_title(attachment, number), say("tui.reader.close-hint"))
        self.reader.read([])
        if attachment.state != "here":
            key = "partial" if attachment.state == "partial" else "missing"
            self._note(say(f"tui.reader.note-{key}", percent=attachment.percent))
            return
        self._note(say("tui.reader.opening"), "quiet")
        desk, key_ = self._app.desk, self._view.key

        def work() -> None:
            waiting: list[Chapter] = []
            for event in reading.attachment_pages(desk, key_, attachment.blob):
                chapter = page_chapter(event)
                if chapter is not None:
                    waiting.append(chapter)
                    if len(waiting) == 1 or len(waiting) >= _PAGES_AT_ONCE:
                        self._app.call_from_thread(self._pages, attachment.blob, tuple(waiting))
                        waiting.clear()
                sentence = finished_words(event)
                if sentence is not None:
                    self._app.call_from_thread(self._pages, attachment.blob, tuple(waiting))
                    self._app.call_from_thread(self._finished, attachment.blob, sentence)

        self._app.errand(work, lambda _none: None, self._failed, group="reading")

    def _content_attachments(self) -> tuple[AttachmentRow, ...]:
        return self._view.content.attachments if self._view.content is not None else ()

    def _pages(self, blob: str, chapters: tuple[Chapter, ...]) -> None:
        if self._attachment is not None and self._attachment.blob == blob and chapters:
            self._note("")
            self.reader.add(list(chapters))

    def _finished(self, blob: str, sentence: str) -> None:
        if self._attachment is not None and self._attachment.blob == blob:
            self._note(sentence)

    def _failed(self, sentence: str) -> None:
        if self.is_attached and self._attachment is not None:
            self._note(sentence)

    def close_attachment(self) -> bool:
        """Back to the content; False when no attachment was open."""
        if self._attachment is None:
            return False
        self._attachment = None
        self._show_content()
        return True

    def open_outside(self) -> None:
        """Open the attachment in view, or one to be picked, with the system's own program."""
        if self._attachment is not None:
            self._outside(self._attachment)
            return
        attachments = self._content_attachments()
        if not attachments:
            self._app.say_done(say("tui.reader.no-attachments"))
            return
        options = [attachment_title(each, number) for number, each in enumerate(attachments, 1)]

        def go(place: int | None) -> None:
            if place is not None:
                self._outside(attachments[place])

        self.app.push_screen(PickBox(say("tui.act.open-outside"), options), go)

    def _outside(self, attachment: AttachmentRow) -> None:
        if not reading.outside_warned(self._app.desk):
            options = [say("tui.reader.outside-yes"), say("tui.reader.outside-no")]
            box = PickBox(
                say("tui.act.open-outside"), options, (say("tui.reader.outside-warning"), "warn"), "", here=1
            )
            self.app.push_screen(box, lambda place: self._go_outside(attachment) if place == 0 else None)
        else:
            self._go_outside(attachment)

    def _go_outside(self, attachment: AttachmentRow) -> None:
        desk, key = self._app.desk, self._view.key
        self._app.errand(
            lambda: reading.open_outside(desk, key, attachment.blob),
            lambda _path: self._app.say_done(say("tui.reader.outside-done")),
        )


def page_chapter(event: Any) -> Chapter | None:
    """The chapter of one page, when the event is a page."""
    number = getattr(event, "number", None)
    if number is None:
        return None
    table = getattr(event, "table", ()) or ()
    # A sheet or a heading names its page; a bare number is called a page.
    named = event.label and not event.label.isdigit()
    label = event.label if named else say("tui.reader.page", label=event.label or number)
    text = event.text if not table else ""
    look = ""
    if not event.has_text:
        text, look = say("tui.reader.page-without-text"), "quiet"
    return Chapter(f"page-{number}", label, 2, text, look, tuple(tuple(row) for row in table))


def finished_words(event: Any) -> str | None:
    """What is to be said when reading ended: nothing after a plain success; None when it has not ended."""
    if getattr(event, "state", None) is None:
        return None
    return "" if event.state == "read" else say(event.sentence)
