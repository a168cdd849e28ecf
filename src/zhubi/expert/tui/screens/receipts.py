"""All receipts on this machine, with the codes that can be read over the telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from zhubi.expert.desk import trail
from zhubi.expert.tui import times
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.exporting import offer_export
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import ReceiptRow


class ReceiptRows(Rows):
    """One receipt a line."""

    OPENS = False

    listed: tuple[ReceiptRow, ...] = ()

    def count_lines(self) -> int:
        return len(self.listed)

    def pieces(self, line: int, width: int) -> list[Piece]:
        row = self.listed[line]
        return [
            column(row.code, 10, "good"),
            column(times.day_and_time(row.logged_at), 15, "quiet"),
            column(row.what, 14),
            column(f"{row.project} {row.round_title}".strip(), max(8, width - 39)),
        ]


class ReceiptsScreen(Page[None]):
    """Codes, moments, projects."""

    NAME = "receipts"
    CSS_PATH: ClassVar[Any] = [FIELDS, "receipts.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+o", "export", "export", priority=True),
        bound("escape", "back", "back"),
    ]

    def body(self) -> ComposeResult:
        yield Prose((say("tui.review.opening"), "quiet"), id="said")
        yield ReceiptRows()
        with Vertical(id="detail"):
            yield Prose(id="about")

    def on_mount(self) -> None:
        self._load()

    def desk_changed(self) -> None:
        self._load()

    def _load(self) -> None:
        desk = self.desk
        self.errand(lambda: trail.receipts(desk), self._show, self._failed)

    def _failed(self, sentence: str) -> None:
        self.query_one("#said", Prose).say((sentence, "bad"))

    def _show(self, listed: tuple[ReceiptRow, ...]) -> None:
        key = "tui.receipts.count" if listed else "tui.receipts.empty"
        self.query_one("#said", Prose).say((say(key, count=len(listed)), "quiet"))
        rows = self.query_one(ReceiptRows)
        rows.listed = listed
        rows.reload()
        rows.focus()
        self._say_about()

    def on_rows_moved(self, _message: Rows.Moved) -> None:
        self._say_about()

    def _say_about(self) -> None:
        rows = self.query_one(ReceiptRows)
        about = self.query_one("#about", Prose)
        if rows.cursor >= len(rows.listed):
            about.say()
            return
        row = rows.listed[rows.cursor]
        about.say(
            (say("tui.trail.code", code=row.code), "good"),
            say("tui.receipts.about", what=row.what, at=times.full(row.logged_at), index=row.index),
            (f"{row.project} {row.round_title}".strip(), ""),
            (say("tui.trail.digest", digest=row.digest), "quiet"),
            (say("tui.receipts.export"), "quiet"),
        )

    def action_export(self) -> None:
        """The receipt under the cursor as a file."""
        rows = self.query_one(ReceiptRows)
        if rows.cursor < len(rows.listed):
            row = rows.listed[rows.cursor]
            offer_export(self.zhubi, row.digest, row.code)

    def action_back(self) -> None:
        """Back."""
        self.app.pop_screen()
