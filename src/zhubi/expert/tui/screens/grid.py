"""打分表: the round as a table that is filled in where it stands. Everything typed is kept at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import grid as gridding
from zhubi.expert.desk import review
from zhubi.expert.tui import routes
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.boxes import TellBox
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.gridrows import GridHead, GridRows
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Rows
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.roundviews import GridCell, GridColumn, GridRow, GridView
    from zhubi.expert.desk.sheetviews import SheetState, UndoneView
    from zhubi.expert.desk.views import ReviewKey


class GridScreen(Page[None]):
    """One round: rows are its projects in agenda order, columns what is asked of each."""

    NAME = "grid"
    CSS_PATH: ClassVar[Any] = [FIELDS, "grid.tcss"]
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("tab", "back", "as-list", priority=True),
        bound("ctrl+n", "next_missing", "next-missing", priority=True),
        bound("ctrl+g", "submit", "submit", priority=True),
        bound("f5", "glance", "glance", priority=True),
        bound("f11", "compare", "compare", priority=True),
        bound("ctrl+l", "basis", "basis", show=False, priority=True),
        bound("f6", "open_line", "open-line", show=False, priority=True),
        bound("f2", "turn", "turn-direction", show=False, priority=True),
        bound("ctrl+z", "undo", "undo", show=False, priority=True),
        bound("ctrl+y", "redo", "redo", show=False, priority=True),
        bound("f3", "trail", "trail", show=False),
        bound("escape", "back", "back"),
    ]
    ACTS: ClassVar[tuple[Act, ...]] = ()

    def __init__(self, office: str, round_id: str, dossier: str | None = None) -> None:
        super().__init__()
        self._office, self._round, self._dossier = office, round_id, dossier
        self._edits = 0
        self._edited: list[ReviewKey] = []
        self._undone: list[ReviewKey] = []
        self._left = False

    def body(self) -> ComposeResult:
        rows = GridRows(self, downwards=self.zhubi.settings.score_downwards)
        rows.ticked = self.zhubi.ticked
        yield OneLine(id="about")
        yield Prose((say("tui.review.opening"), "quiet"), id="waiting")
        yield GridHead(rows)
        yield rows
        yield OneLine(id="cell")
        yield OneLine(id="comment")

    @property
    def rows(self) -> GridRows:
        """The table."""
        return self.query_one(GridRows)

    def on_mount(self) -> None:
        self.set_focus(self.rows)
        # Watched, and not told by message: then what is said of a cell is drawn in the same frame as the cursor.
        for name in ("cursor", "place"):
            self.watch(self.rows, name, self._say_cell, init=False)
        self._read()

    def on_screen_suspend(self) -> None:
        """Another screen stands in front: what it does may change what stands here."""
        self._left = True

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._left:
            self._left = False
            self._read()

    def desk_changed(self) -> None:
        if self.is_mounted:
            self._read()

    # Reading

    def _read(self) -> None:
        desk, office, round_id, edits_before = self.desk, self._office, self._round, self._edits

        def read(view: GridView) -> None:
            if self._edits != edits_before:
                self._read()  # something was typed meanwhile: what was read is older than what stands here
            else:
                self._show(view)

        self.errand(lambda: gridding.grid(desk, office, round_id), read, self._not_read, group="grid")

    def _not_read(self, sentence: str) -> None:
        self._say_waiting(say("grid.unreadable", reason=sentence), "bad")

    def _say_waiting(self, sentence: str, look: str = "quiet") -> None:
        waiting = self.query_one("#waiting", Prose)
        waiting.display = bool(sentence)
        waiting.say((sentence, look))

    def _show(self, view: GridView) -> None:
        fresh = self.rows.view is None
        self._say_waiting("" if view.rows else say("grid.empty"))
        self.rows.show(view)
        if fresh:
            dossiers = [each.key.dossier for each in view.rows]
            if self._dossier in dossiers:
                self.rows.cursor = dossiers.index(self._dossier)
        self._say_about()
        self._say_cell()

    def _say_about(self) -> None:
        view = self.rows.view
        if view is None:
            return
        title = view.title if view.kind_name in view.title else f"{view.kind_name} {view.title}"
        sheets = [each for each in view.rows if each.kind is not None]
        scored = sum(each.total is not None if view.scored else each.missing == 0 for each in sheets)
        parts = [say("grid.info", scored=scored, count=len(sheets))]
        if view.roles > 1:
            parts.append(say("grid.info-roles"))
        if self.rows.ticked:
            parts.append(say("grid.ticked", count=len(self.rows.ticked)))
        parts.append(say("grid.down" if self.rows.downwards else "grid.across"))
        self.query_one("#about", OneLine).say(title, " | ".join(parts))

    def _say_cell(self) -> None:
        row, asked, cell = self.rows.current, self.rows.asked, self.rows.cell
        line, below = self.query_one("#cell", OneLine), self.query_one("#comment", OneLine)
        if row is None:
            line.say("")
            below.say("")
            return
        said, hint = _cell_words(row, asked, cell)
        line.say(said, hint, right_look="quiet")
        comment = cell.comment.replace("\n", " ") if cell is not None else ""
        name = f"{row.code} {row.title}" if asked is not None else ""
        below.say(say("grid.comment", comment=comment) if comment else "", name, left_look="quiet")

    # What is typed: see ``GridFiller``

    def _edit(self, row: GridRow, work: Callable[[], SheetState | None]) -> str:
        """Do an edit; gives what is wrong with it, or nothing."""
        try:
            state = work()
        except (ZhubiError, OSError) as problem:
            return self.zhubi.sentence(problem)
        if state is not None:
            self._edited.append(row.key)
            self._undone.clear()
            self._take(row, state)
        return ""

    def _take(self, row: GridRow, state: SheetState) -> None:
        """Show what follows from an edit."""
        view = self.rows.view
        if view is not None:
            self._edits += 1
            self.rows.show_row(gridding.after_edit(view, row, state))
            self._say_about()
            self._say_cell()

    def typed(self, row: GridRow, asked: GridColumn, text: str, before: str, *, done: bool) -> str:
        """Points or a number as it stands after a key."""
        if not done and text.endswith("."):
            return ""
        if done and self.rows.cell is not None and self.rows.cell.value == text:
            return ""
        problem = self._edit(row, lambda: gridding.set_cell(self.desk, row, asked, text))
        if problem:
            self._edit(row, lambda: gridding.set_cell(self.desk, row, asked, before))
            self._say_wrong(problem)
        return problem

    def picked(self, row: GridRow, asked: GridColumn, value: str) -> None:
        """A choice by its id."""
        self._say_wrong(self._edit(row, lambda: gridding.set_cell(self.desk, row, asked, value)))

    def toggled(self, row: GridRow, asked: GridColumn | None) -> None:
        """Space: ticked, not applicable, or the next choice."""
        cell = self.rows.cell
        if asked is None or cell is None:
            routes.tick(self.zhubi, row.key)
            self.rows.ticked = self.zhubi.ticked
            self.rows.refresh()
            self._say_about()
            return
        if asked.kind == "score" and cell.state == "open" and not cell.may_not_apply:
            self._say_wrong(say("grid.always-applies"))
            return
        if cell.state not in ("open", "not-applicable"):
            self.closed(row, asked)
            return
        self._say_wrong(self._edit(row, lambda: gridding.toggle_cell(self.desk, row, asked, cell)))

    def closed(self, row: GridRow, asked: GridColumn) -> None:
        """Something was typed where nothing can be."""
        self._say_wrong(_cell_words(row, asked, self.rows.cell)[0])

    def _say_wrong(self, sentence: str) -> None:
        if sentence:
            self.query_one("#cell", OneLine).say(sentence, "", left_look="bad")

    # Acts

    def on_rows_chosen(self, _message: Rows.Chosen) -> None:
        row = self.rows.current
        if row is None:
            return
        if row.kind is not None:
            routes.open_review(self.zhubi, row.key)
        else:
            self._open_stage(row)

    def _open_stage(self, row: GridRow) -> None:
        from zhubi.expert.desk import overview

        found = self.zhubi.attempt(lambda: overview.row(self.desk, row.key))
        if found is not None:
            routes.open_row(self.zhubi, found)

    def action_open_line(self) -> None:
        """The material and the sheet of the project under the cursor, at the item under the cursor."""
        row, asked = self.rows.current, self.rows.asked
        if row is not None and row.kind is not None:
            routes.open_review(self.zhubi, row.key, (asked.kind, asked.item) if asked is not None else None)

    def action_next_missing(self) -> None:
        """To the next cell that signing waits for."""
        target = self.rows.next_missing()
        if target is None:
            self.zhubi.say_done(say("grid.none-missing"))
        else:
            self.rows.go_to(*target)

    def action_undo(self) -> None:
        """Take back the last edit, on whichever project it was."""
        from zhubi.expert.desk import undo

        self._back_and_forth(undo.undo, self._edited, self._undone, say("review.nothing-to-undo"))

    def action_redo(self) -> None:
        """Do again what was taken back last."""
        from zhubi.expert.desk import undo

        self._back_and_forth(undo.redo, self._undone, self._edited, say("review.nothing-to-redo"))

    def _back_and_forth(
        self,
        act: Callable[[Desk, ReviewKey], tuple[SheetState, UndoneView | None]],
        source: list[ReviewKey],
        target: list[ReviewKey],
        nothing: str,
    ) -> None:
        self.rows.drop_typing()
        # Digits of one number are one edit to take back: a project with none left gives way to the one before.
        while source:
            key = source.pop()
            found = self.zhubi.attempt(lambda key=key: act(self.desk, key))  # type: ignore[misc]
            view = self.rows.view
            row = next((each for each in view.rows if each.key == key), None) if view is not None else None
            if found is None or row is None:
                return
            state, undone = found
            if undone is not None:
                target.append(key)
                self._take(row, state)
                self._go_to(key, undone)
                self.query_one("#cell", OneLine).say(undone.sentence)
                return
        self.query_one("#cell", OneLine).say(nothing)

    def _go_to(self, key: ReviewKey, undone: UndoneView) -> None:
        view = self.rows.view
        if view is None:
            return
        keys = [each.key for each in view.rows]
        asked: list[tuple[str, str]] = [(each.kind, each.item) for each in view.columns]
        item = "recommendation" if undone.line == "recommendation" else undone.item
        if key in keys and (undone.line, item) in asked:
            self.rows.go_to(keys.index(key), asked.index((undone.line, item)))

    def action_turn(self) -> None:
        """Let Enter go down a column, or along a row."""
        self.rows.downwards = not self.rows.downwards
        self.zhubi.change_setting("score_downwards", self.rows.downwards)
        self._say_about()

    def action_basis(self) -> None:
        """Where the item under the cursor comes from."""
        row, asked = self.rows.current, self.rows.asked
        if row is None or asked is None or row.kind is None:
            return
        item = (
            asked.item
            if asked.kind != "recommendation"
            else (row.sheet.recommendation if row.sheet else None)
        )
        found = self.zhubi.attempt(lambda: review.basis_of(self.desk, row.key, item)) if item else None
        if found is not None:
            source = found.policy_title if not found.default else say("tui.review.default")
            heading = (f"{source} {found.clause}".strip(), "strong")
            self.app.push_screen(TellBox(say("tui.act.basis"), heading, "", found.wording))

    def action_submit(self) -> None:
        """Sign and hand in."""
        routes.open_submit(self.zhubi, self._round)

    def action_glance(self) -> None:
        """The round at a glance."""
        routes.open_glance(self.zhubi, self._office, self._round)

    def action_compare(self) -> None:
        """What is ticked, or the rivals, side by side."""
        row = self.rows.current
        if row is not None:
            routes.compare(self.zhubi, row.key)

    def action_trail(self) -> None:
        """The story of the project under the cursor."""
        row = self.rows.current
        if row is not None:
            routes.open_trail(self.zhubi, row.key)

    def action_back(self) -> None:
        """Back to the list; everything is kept."""
        self.app.pop_screen()


def _cell_words(row: GridRow, asked: GridColumn | None, cell: GridCell | None) -> tuple[str, str]:
    """What stands under the cursor in words, and how it is filled in."""
    stage = say(f"desk.stage.{row.stage}")
    if row.kind is None:
        return say("grid.sealed", code=row.code or f"#{row.order}", state=stage), ""
    if asked is None or cell is None:
        return say("grid.name-column", code=row.code, title=row.title, role=row.role_name), ""
    if not row.editable:
        return say("grid.locked", code=row.code, state=stage), ""
    if cell.state == "other-role":
        return say("grid.other-role", name=asked.name), ""
    if cell.state == "none":
        return say("grid.no-such-item"), ""
    hint = cell.hint
    if cell.comment_wanted:
        hint = say("grid.comment-wanted")
    if cell.may_not_apply:
        hint = f"{hint}  {say('grid.may-not-apply')}".strip()
    return say("grid.score", name=asked.name, full=cell.full_text) if cell.full_text else asked.name, hint
