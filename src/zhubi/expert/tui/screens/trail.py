"""项目经过: every record on one project, its receipts verified now, and a code to read over the telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from zhubi.expert.desk import printing, trail
from zhubi.expert.tui import times
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.boxes import PickBox, PinBox, TellBox
from zhubi.expert.tui.exporting import offer_export
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import ReviewKey, RivalRow, TrailRow, TrailView

_LOOKS = {"proven": "good", "pending": "warn", "refused": "bad", "none": "quiet"}


class TrailRows(Rows):
    """One act a line, the oldest first."""

    OPENS = False

    listed: tuple[TrailRow, ...] = ()

    def count_lines(self) -> int:
        return len(self.listed)

    def pieces(self, line: int, width: int) -> list[Piece]:
        row = self.listed[line]
        state = say(f"tui.trail.receipt.{row.receipt_state}", code=row.code)
        who = min(16, width // 5)
        return [
            column(times.day_and_time(row.at) + ("" if row.logged else "*"), 16, "quiet"),
            column(row.who, who),
            (" ", ""),
            column(f"{row.what} {row.detail}".strip(), max(8, width - 16 - who - 1 - 22)),
            (" ", ""),
            column(state, 21, _LOOKS[row.receipt_state]),
        ]


class TrailScreen(Page[None]):
    """The story of one project."""

    NAME = "trail"
    CSS_PATH: ClassVar[Any] = [FIELDS, "trail.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+o", "export", "export", priority=True),
        bound("f4", "difference", "difference"),
        bound("f9", "settle", "settle", show=False),
        bound("escape", "back", "back"),
    ]

    ACTS: ClassVar[tuple[Act, ...]] = (Act("print", "screen.print"),)

    def __init__(self, key: ReviewKey) -> None:
        super().__init__()
        self._key = key
        self._printable: frozenset[str] = frozenset()
        self._view: TrailView | None = None

    def body(self) -> ComposeResult:
        yield OneLine(id="stage")
        yield Prose((say("tui.trail.verifying"), "quiet"), id="verified")
        yield TrailRows()
        with Vertical(id="detail"):
            yield Prose(id="about")

    def on_mount(self) -> None:
        self._load()

    def desk_changed(self) -> None:
        self._load()

    def _load(self) -> None:
        desk, key = self.desk, self._key
        self.errand(lambda: trail.trail(desk, key), self._show, self._failed)

    def _failed(self, sentence: str) -> None:
        self.query_one("#verified", Prose).say((sentence, "bad"), (say("tui.review.go-back"), "quiet"))

    def _show(self, view: TrailView) -> None:
        self._view = view
        self._printable = (
            self.zhubi.attempt(lambda: printing.signed_reviews(self.desk, self._key)) or frozenset()
        )
        self.set_heading(f"{say('tui.title.trail')} {view.code} {view.title}".rstrip())
        stage = say(f"desk.stage.{view.stage}")
        checkpoint = (
            say("tui.trail.checkpoint", size=view.checkpoint_size, at=times.day_and_time(view.checkpoint_at))
            if view.checkpoint_at is not None
            else ""
        )
        self.query_one("#stage", OneLine).say(stage, checkpoint, left_look="strong")
        said: list[tuple[str, str] | str] = [(fault, "bad") for fault in view.faults]
        if not view.faults:
            key = "tui.trail.verified" if view.verified else "tui.trail.none-verified"
            said.append((say(key, count=view.verified), "good" if view.verified else "quiet"))
        if view.stage == "disputed":
            said.append((say("tui.trail.disputed"), "warn"))
        self.query_one("#verified", Prose).say(*said)
        rows = self.query_one(TrailRows)
        rows.listed = view.rows
        rows.reload()
        rows.cursor = max(0, len(view.rows) - 1)
        rows.focus()
        self._say_about()

    def on_rows_moved(self, _message: Rows.Moved) -> None:
        self._say_about()

    def _say_about(self) -> None:
        rows = self.query_one(TrailRows)
        if rows.cursor >= len(rows.listed):
            self.query_one("#about", Prose).say((say("tui.trail.empty"), "quiet"))
            return
        row = rows.listed[rows.cursor]
        moment = say("tui.trail.logged" if row.logged else "tui.trail.claimed", at=times.full(row.at))
        said: list[tuple[str, str] | str] = [(f"{row.what} {row.who}", "strong"), (moment, "quiet")]
        if row.detail:
            said.append(row.detail)
        said += [(line, "warn" if place else "quiet") for place, line in enumerate(row.timing)]
        if row.differences:
            said.append(
                (say("changes.differences", count=sum(each[:1] != " " for each in row.differences)), "warn")
            )
        said += [(line, "quiet") for line in row.citations]
        if row.code:
            said.append((say("tui.trail.code", code=row.code), "good"))
        said.append((say("tui.trail.digest", digest=row.digest), "quiet"))
        if row.digest in self._printable:
            said.append((say("printing.how"), "quiet"))
        self.query_one("#about", Prose).say(*said)

    def action_export(self) -> None:
        """The receipt of the record under the cursor as a file."""
        rows = self.query_one(TrailRows)
        if rows.cursor < len(rows.listed):
            row = rows.listed[rows.cursor]
            offer_export(self.zhubi, row.digest, row.code)

    def action_print(self) -> None:
        """The review under the cursor on paper, else the project's forms as they stand."""
        from zhubi.expert.tui.printing import offer_print

        rows = self.query_one(TrailRows)
        row = rows.listed[rows.cursor] if rows.cursor < len(rows.listed) else None
        record = row.digest if row is not None and row.digest in self._printable else ""
        offer_print(self.zhubi, self._key, self._key.round, record)

    def action_difference(self) -> None:
        """What the record under the cursor says otherwise than the one whose place it took."""
        rows = self.query_one(TrailRows)
        row = rows.listed[rows.cursor] if rows.cursor < len(rows.listed) else None
        if row is None:
            return
        told = row.differences or (say("changes.no-difference"),)
        looks = {"+": "good", "-": "bad"}
        said = [(line, looks.get(line.lstrip()[:1], "")) for line in told]
        self.app.push_screen(TellBox(f"{row.what} {say('changes.successive')}", *said))

    def action_settle(self) -> None:
        """Of two records that stand side by side, say which one counts."""
        from zhubi.expert.desk import settle

        if self._view is None or self._view.stage != "disputed":
            return
        rivals = self.zhubi.attempt(lambda: settle.rivals(self.desk, self._key))
        if not rivals:
            return
        options = [_rival(each) for each in rivals]

        def picked(place: int | None) -> None:
            if place is not None:
                self._sign_settlement(rivals[place])

        self.app.push_screen(PickBox(say("tui.act.settle"), options, say("tui.trail.disputed"), ""), picked)

    def _sign_settlement(self, keep: RivalRow) -> None:
        from zhubi.expert.desk import settle

        desk, key = self.desk, self._key

        def work(pin: str) -> bool:
            settle.settle(desk, key, keep.digest, pin)
            return True

        def settled(done: object) -> None:
            if done:
                self.zhubi.desk_changed()
                self.zhubi.action_sync()

        self.app.push_screen(PinBox(say("tui.act.settle"), work, _rival(keep), ""), settled)

    def action_back(self) -> None:
        """Back."""
        self.app.pop_screen()


def _rival(rival: RivalRow) -> str:
    parts = [times.full(rival.made_at), rival.what, rival.score_text, rival.recommendation_name]
    return "  ".join(part for part in parts if part)
