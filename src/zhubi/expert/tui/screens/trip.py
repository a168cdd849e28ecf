"""出发检查: what is on board for a trip, what is lacking and what to do about it, and one line at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from zhubi.expert.desk import trip
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.trip import TripCheck, TripLine, TripProject
    from zhubi.expert.desk.views import SyncReport

_MARK, _CODE = 5, 12
_LOOKS = {"ok": "good", "lacking": "bad", "note": "warn"}


class TripRows(Rows):
    """One project or one thing of this machine a line; what is lacking says so in words."""

    OPENS = False

    found: TripCheck | None = None

    def count_lines(self) -> int:
        return len(self.found.projects) + len(self.found.lines) if self.found is not None else 0

    @property
    def current(self) -> TripProject | TripLine | None:
        """What stands under the cursor."""
        if self.found is None:
            return None
        listed: tuple[TripProject | TripLine, ...] = (*self.found.projects, *self.found.lines)
        return listed[self.cursor] if self.cursor < len(listed) else None

    def pieces(self, line: int, width: int) -> list[Piece]:
        assert self.found is not None
        if line < len(self.found.projects):
            return _project(self.found.projects[line], width)
        return _line(self.found.lines[line - len(self.found.projects)], width)


def _project(row: TripProject, width: int) -> list[Piece]:
    state = "lacking" if row.lacks else "ok"
    said = "、".join(what for what, _ in row.lacks) or row.draft
    title = max(10, (width - _MARK - _CODE) // 2)
    return [
        column(say(f"trip.mark-{state}"), _MARK, _LOOKS[state]),
        column(row.code, _CODE),
        column(row.title, title - 1),
        (" ", ""),
        column(said, width - _MARK - _CODE - title, "bad" if row.lacks else "quiet"),
    ]


def _line(line: TripLine, width: int) -> list[Piece]:
    name = max(_CODE, min(30, width // 3))
    return [
        column(say(f"trip.mark-{line.state}"), _MARK, _LOOKS[line.state]),
        column(line.name, name - 1),
        (" ", ""),
        column(line.sentence, width - _MARK - name, "quiet" if line.state == "ok" else _LOOKS[line.state]),
    ]


class TripScreen(Page[None]):
    """What is lacking is fetched with Enter; the last line says whether one can go."""

    NAME = "trip"
    CSS_PATH: ClassVar[Any] = [FIELDS, "trip.tcss"]
    AUTO_FOCUS = "TripRows"
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("enter,f5", "fetch", "fetch", priority=True),
        bound("escape,f12", "back", "back"),
    ]

    def __init__(self, round_id: str | None = None) -> None:
        super().__init__()
        self._round = round_id
        self._busy = False

    def body(self) -> ComposeResult:
        yield TripRows()
        yield Prose(id="todo")
        yield OneLine(say("tui.review.opening"), id="verdict")

    @property
    def rows(self) -> TripRows:
        """What was looked at."""
        return self.query_one(TripRows)

    def on_mount(self) -> None:
        self._check()

    def desk_changed(self) -> None:
        if not self._busy:
            self._check()

    def _check(self) -> None:
        desk, round_id = self.desk, self._round
        self.errand(lambda: trip.check(desk, round_id), self._show, self._failed, group="trip")

    def _failed(self, sentence: str) -> None:
        self._busy = False
        self.query_one("#verdict", OneLine).say(sentence, left_look="bad")

    def _show(self, found: TripCheck) -> None:
        self._busy = False
        rows = self.rows
        rows.found = found
        rows.reload()
        self.query_one("#verdict", OneLine).say(found.sentence, left_look="good" if found.ready else "bad")
        self._say_todo()

    def _say_todo(self) -> None:
        row = self.rows.current
        if row is None:
            said: list[tuple[str, str]] = []
        elif isinstance(row, trip.TripProject):
            said = [(f"{what}：{todo}", "warn") for what, todo in row.lacks]
        else:
            said = [(row.sentence, "")] + ([(row.todo, "warn")] if row.todo else [])
        self.query_one("#todo", Prose).say(*said)

    def on_rows_moved(self, _message: Rows.Moved) -> None:
        self._say_todo()

    def action_fetch(self) -> None:
        """Get over the network what is missing, then look again."""
        if self._busy:
            return
        self._busy = True
        desk = self.desk
        self.query_one("#verdict", OneLine).say(say("trip.fetching"), left_look="warn")

        def fetched(report: SyncReport) -> None:
            if report.problem:
                self.zhubi.say_problem(report.problem)
            self.zhubi.desk_changed()
            self._check()

        self.errand(lambda: trip.fetch(desk), fetched, self._not_fetched, group="trip-fetch")

    def _not_fetched(self, sentence: str) -> None:
        self.zhubi.say_problem(sentence)
        self._check()

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.app.pop_screen()
