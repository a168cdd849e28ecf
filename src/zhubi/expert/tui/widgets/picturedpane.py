"""The side of the reading pane that shows a page as a picture, where the terminal can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical

from zhubi.expert.tui.widgets.pagepicture import PagePicture, way_of
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.passages import Passage
    from zhubi.expert.desk.sheetviews import AttachmentRow
    from zhubi.expert.reading.opened import AttachmentReading
    from zhubi.expert.reading.pictures import Picture
    from zhubi.expert.tui.application import ZhubiApp
    from zhubi.expert.tui.widgets.reader import Reader


class PicturedPane(Vertical):
    """What a reading pane does with pictures; the pane itself says what is open and where reading stands."""

    _attachment: AttachmentRow | None = None
    _open: AttachmentReading | None = None
    _kind: str = ""
    """What the attachment is, as soon as it is known."""
    _total: int = 0
    _pictured: int = 0
    """The page whose picture is shown; 0 while text is."""

    if TYPE_CHECKING:

        @property
        def _app(self) -> ZhubiApp: ...

        @property
        def reader(self) -> Reader: ...

        @property
        def in_view(self) -> Passage | None: ...

        def _note(self, sentence: str, look: str = "warn") -> None: ...

        def _say_page(self) -> None: ...

    def picture(self) -> None:
        """From text to the picture of the page in view, and back; a sentence where there can be no picture."""
        if self._pictured:
            self._text_again()
            return
        if self._attachment is None or self._open is None:
            self._app.say_done(say("notes.picture.open-first"))
            return
        if self._kind not in ("pdf", "image"):
            self._app.say_done(say("reading.no-picture.none"))
            return
        way = way_of(self._app)
        if way is None:
            self._app.say_done(say("notes.picture.cannot"))
            return
        passage = self.in_view
        self._pictured = passage.page if passage is not None else 1
        focused = self.has_focus_within
        shown = PagePicture(way)
        self.mount(shown)
        # Before the reader is hidden: what is hidden hands the focus to whatever comes next.
        if focused:
            self.screen.set_focus(shown)
        self.reader.display = False
        # Only what is laid out knows how wide a picture may be.
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        opened, page = self._open, self._pictured
        shown = next(iter(self.query(PagePicture)), None)
        if opened is None or not page or shown is None:
            return
        self._note("")
        self._say_page()

        def drawn(width: int, height: int) -> Picture | None:
            return opened.picture(page, width, height)

        def missing() -> None:
            if self._pictured == page:
                self._text_again()
                self._note(say(opened.no_picture(page) or "reading.no-picture.none"))

        shown.show(drawn, missing, self._not_drawn)

    def _not_drawn(self, sentence: str) -> None:
        self._text_again()
        self._note(sentence)

    @on(PagePicture.Turned)
    def _turned(self, message: PagePicture.Turned) -> None:
        message.stop()
        page = self._pictured + message.step
        if 1 <= page <= max(1, self._total) and page != self._pictured:
            self._pictured = page
            self._draw()

    def _text_again(self) -> None:
        """Back to the text, at the page that was shown."""
        page, self._pictured = self._pictured, 0
        if not page:
            return
        focused = self.has_focus_within
        reader = self.reader
        reader.display = True
        if focused:
            self.screen.set_focus(reader)
        self.query(PagePicture).remove()
        self._note("")
        place = next((number for number, each in enumerate(reader.chapters) if each.page == page), None)
        if place is not None and place != reader.chapter:
            self.call_after_refresh(reader.go_to, place)
        self._say_page()
