"""What can be done with the material beside a sheet: go to it, move about in it, open it outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.page import Page
from zhubi.expert.tui.widgets.reading import ReadingPane

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import ReviewView, SheetState
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.tui.widgets.editor import Editor
    from zhubi.expert.tui.widgets.sheet import SheetRows


class ReadingPage(Page[None]):
    """A screen with a reading pane and a sheet; the screen that builds on it makes both."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("f6", "other_side", "other-side", priority=True),
        bound("ctrl+o", "open_outside", "open-outside", show=False, priority=True),
    ]
    ACTS: ClassVar[tuple[Act, ...]] = (Act("outline", "screen.outline"),)

    key: ReviewKey
    _view: ReviewView | None = None
    _state: SheetState | None = None

    if TYPE_CHECKING:

        @property
        def sheet(self) -> SheetRows: ...

        @property
        def editor(self) -> Editor: ...

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

    def action_outline(self) -> None:
        """Chapters and attachments to go to."""
        if self._view is not None:
            self.reading.outline()

    def action_open_outside(self) -> None:
        """Open the attachment in view with the system's own program."""
        if self._view is not None:
            self.reading.open_outside()
