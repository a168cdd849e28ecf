"""并排比较: two or three projects item by item; points can be typed where they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import compare as comparing
from zhubi.expert.desk import review
from zhubi.expert.tui import routes
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.compared import ComparedHead, ComparedRows, shown_words
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Rows
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.roundviews import ComparedRow
    from zhubi.expert.desk.sheetviews import ReviewView
    from zhubi.expert.desk.views import ReviewKey

_THREE_FROM: Final = 110
"""Columns of the terminal from which three projects stand side by side."""


class CompareScreen(Page[None]):
    """Some of the chosen projects side by side, as many as there is room for."""

    NAME = "compare"
    CSS_PATH: ClassVar[Any] = [FIELDS, "compare.tcss"]
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("tab", "others", "shift-projects", priority=True),
        bound("f2", "only_different", "only-differences", priority=True),
        bound("escape,f11", "back", "back"),
    ]

    def __init__(self, keys: tuple[ReviewKey, ...], at: ReviewKey | None = None) -> None:
        super().__init__()
        self._keys = keys
        self._first = keys.index(at) if at in keys else 0
        self._views: tuple[ReviewView, ...] = ()
        self._edits = 0

    def body(self) -> ComposeResult:
        rows = ComparedRows(self)
        yield OneLine(id="about")
        yield Prose((say("tui.review.opening"), "quiet"), id="waiting")
        yield ComparedHead(rows)
        yield rows
        yield OneLine(id="note")

    @property
    def rows(self) -> ComparedRows:
        """What is compared."""
        return self.query_one(ComparedRows)

    def on_mount(self) -> None:
        self.set_focus(self.rows)
        self._read()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._views:
            self._read()

    def desk_changed(self) -> None:
        if self.is_mounted:
            self._read()

    async def on_resize(self, _event: events.Resize) -> None:
        if self._views and len(self._views) != len(self._in_view()):
            self._read()

    def _in_view(self) -> tuple[ReviewKey, ...]:
        room = min(comparing.MOST, len(self._keys), 3 if self.size.width >= _THREE_FROM else 2)
        self._first = max(0, min(self._first, len(self._keys) - room))
        return self._keys[self._first : self._first + room]

    def _read(self) -> None:
        desk, keys, edits_before = self.desk, self._in_view(), self._edits

        def read(views: tuple[ReviewView, ...]) -> None:
            if self._edits != edits_before:
                self._read()  # something was typed meanwhile: what was read is older than what stands here
            elif keys == self._in_view():
                self._views = views
                self._show()

        self.errand(lambda: comparing.opened(desk, keys), read, self._not_read, group="compare")

    def _not_read(self, sentence: str) -> None:
        waiting = self.query_one("#waiting", Prose)
        waiting.display = True
        waiting.say((say("compare.unreadable", reason=sentence), "bad"))

    def _show(self) -> None:
        view = comparing.compared(self._views)
        self.rows.show(view)
        nothing = self.rows.count_lines() == 0
        waiting = self.query_one("#waiting", Prose)
        waiting.display = nothing
        waiting.say((say("compare.same"), "quiet"))
        self._say_about()
        self._say_note()

    def _say_about(self) -> None:
        shown = shown_words(self._first, len(self._views), len(self._keys))
        parts = [say("compare.only" if self.rows.only_different else "compare.legend"), say("compare.choose")]
        self.query_one("#about", OneLine).say(shown, " | ".join(parts))

    def _say_note(self) -> None:
        """Why a project's papers are not shown, where they are not; else the label under the cursor in full."""
        note, line = self.query_one("#note", OneLine), self.rows.line
        absent = [each for each in self._views if each.content_problem]
        if absent:
            first = absent[0]
            note.say(
                say("compare.papers-missing", code=first.row.code, reason=first.content_problem),
                left_look="warn",
            )
        else:
            note.say(line.row.label if line is not None and line.row is not None else "")

    def on_rows_moved(self, _message: Rows.Moved) -> None:
        self._say_note()

    # What is typed: see ``ScoreFiller``

    def typed(self, row: ComparedRow, place: int, text: str, before: str, *, done: bool) -> str:
        """Points as they stand after a key."""
        if (not done and text.endswith(".")) or (done and row.values[place] == text):
            return ""
        problem = self._score(place, row.item, text)
        if problem:
            self._score(place, row.item, before)
            self.query_one("#note", OneLine).say(problem, left_look="bad")
        return problem

    def _score(self, place: int, item: str, text: str) -> str:
        view = self._views[place]
        try:
            state = review.set_score(self.desk, view.key, item, text)
        except (ZhubiError, OSError) as problem:
            return self.zhubi.sentence(problem)
        self._edits += 1
        self._views = tuple(
            replace(each, state=state) if number == place else each for number, each in enumerate(self._views)
        )
        self.rows.show(comparing.compared(self._views))
        self._say_note()
        return ""

    def closed(self, place: int) -> None:
        """Points were typed for a project that takes none."""
        code = self._views[place].row.code
        self.query_one("#note", OneLine).say(say("compare.locked", code=code), left_look="warn")

    # Acts

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "others":
            return len(self._in_view()) < len(self._keys)
        return super().check_action(action, parameters)

    def on_rows_chosen(self, _message: Rows.Chosen) -> None:
        line = self.rows.line
        if self._views:
            at = (line.row.kind, line.row.item) if line is not None and line.row is not None else None
            known = at is not None and at[0] in ("score", "finding", "check", "fact")
            routes.open_review(self.zhubi, self._views[self.rows.place].key, at if known else None)

    def action_others(self) -> None:
        """The next of the chosen projects, and after the last the first again."""
        room = len(self._in_view())
        if room < len(self._keys):
            last = len(self._keys) - room
            self._first = 0 if self._first >= last else min(self._first + room, last)
            self._read()

    def action_only_different(self) -> None:
        """Show only what differs, or everything."""
        self.rows.only_different = not self.rows.only_different
        if self._views:
            self._show()

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.app.pop_screen()
