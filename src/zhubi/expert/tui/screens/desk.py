"""我的评审: what to do next, how each project stands, how this machine stands with the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from zhubi.expert.desk import overview
from zhubi.expert.tui import routes, times
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.page import Page
from zhubi.expert.tui.widgets.assignments import AssignmentHead, AssignmentRows
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.nextstep import NextStepLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Rows
from zhubi.locale import say

if TYPE_CHECKING:
    from textual.timer import Timer

    from zhubi.expert.desk.sheetviews import ReviewView
    from zhubi.expert.desk.views import NextStep, RoundRow, Row

_BEGUN = frozenset(
    {"drafting", "complete", "signed", "submitted", "returned", "refused", "late", "closed", "purged"}
)
_LOOKED_INTO = frozenset({"ready", "drafting", "returned", "refused"})
_WIDE = 100
LOOK_CLOSER_AFTER = 0.25
"""Seconds the cursor rests on a row before the side pane reads its draft."""


class DeskScreen(Page[None]):
    """The first thing an expert sees, every time."""

    NAME = "desk"
    CSS_PATH = "desk.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+n", "do_next", "do-next", priority=True),
        bound("ctrl+g", "submit", "submit", priority=True),
        bound("tab", "grid", "grid"),
        bound("f5", "glance", "glance", show=False, priority=True),
        bound("f11", "compare", "compare", show=False, priority=True),
        bound("space", "tick", "tick-project", show=False),
        bound("f12", "trip", "trip", show=False, priority=True),
        bound("f3", "trail", "trail"),
        Binding("left", "other_round(-1)", show=False, id="desk.previous-round"),
        Binding("right", "other_round(1)", show=False, id="desk.next-round"),
    ]
    ACTS: ClassVar[tuple[Act, ...]] = (
        Act("commitment", "screen.commitment"),
        Act("declare", "screen.declare"),
        Act("onsite", "screen.onsite"),
        Act("receipts", "screen.receipts"),
        Act("exchange", "screen.exchange"),
        Act("print", "screen.print"),
        Act("purge", "screen.purge"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._rounds: tuple[RoundRow, ...] = ()
        self._scope: str | None = None
        self._step: NextStep | None = None
        self._closer: Timer | None = None
        self._left = False

    def body(self) -> ComposeResult:
        # What is not needed is not mounted: every widget costs the first paint its share.
        self._read_rounds()
        yield NextStepLine()
        yield OneLine(id="round")
        with Horizontal(id="panes"), Vertical(id="list"):
            yield AssignmentHead()
            yield AssignmentRows()

    @property
    def rows(self) -> AssignmentRows:
        return self.query_one(AssignmentRows)

    def on_mount(self) -> None:
        self._show()
        self.rows.focus()
        # Watched, and not told by message: then what stands beside the list is drawn in the same frame as its cursor.
        self.watch(self.rows, "cursor", self._cursor_moved, init=False)
        self._to_next_step()
        self.call_after_refresh(self.zhubi.desk_ready)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._left:
            self._read()

    def on_screen_suspend(self) -> None:
        """Another screen stands in front: what it does may change what stands here."""
        self._left = True

    def desk_changed(self) -> None:
        if self.is_mounted:
            self._read()

    def _read_rounds(self) -> None:
        app = self.zhubi
        self._rounds = app.attempt(lambda: overview.rounds(self.desk)) or ()
        self._step = app.attempt(lambda: overview.next_step(self.desk))
        if self._scope is not None and all(each.round != self._scope for each in self._rounds):
            self._scope = None

    def _read(self) -> None:
        self._read_rounds()
        self._show()

    def _show(self) -> None:
        self.query_one(NextStepLine).show(self._step)
        self.rows.scope = self._scope
        several = len(self._rounds) > 1
        self.rows.round_places = {each.round: n for n, each in enumerate(self._rounds, 1)} if several else {}
        self.rows.forget()
        self.rows.reload()
        self._say_round()
        self._say_strip()
        self._say_about()

    def _to_next_step(self) -> None:
        step = self._step
        if step is None or step.round is None or step.dossier is None:
            return
        round_id, dossier = step.round, step.dossier
        place = self.zhubi.attempt(
            lambda: overview.row_index(self.desk, round_id, dossier, scope=self._scope)
        )
        if place is not None:
            self.rows.cursor = place

    # What is said around the list

    def _round_in_view(self) -> RoundRow | None:
        row = self.rows.current
        wanted = self._scope or (row.round if row else None)
        return next((each for each in self._rounds if each.round == wanted), None)

    def _say_round(self) -> None:
        seen = self._round_in_view()
        line = self.query_one("#round", OneLine)
        line.display = seen is not None
        if seen is None:
            return
        several = len(self._rounds) > 1
        place = [each.round for each in self._rounds].index(seen.round) + 1
        title = seen.title if seen.kind_name in seen.title else f"{seen.kind_name} {seen.title}"
        if several:
            key = "tui.desk.scope-all" if self._scope is None else "tui.desk.scope"
            title = say(key, place=place, count=len(self._rounds), title=title)
        closing = say(f"tui.desk.closing.{seen.nearness}", at=times.day_and_time(seen.closes_at))
        parts = [
            say("tui.desk.committed" if seen.committed_at else "tui.desk.not-committed"),
            say("tui.desk.handed-in", done=seen.submitted, total=seen.total),
            say("tui.desk.ended") if seen.ended else closing,
        ]
        near = seen.nearness in ("near", "urgent") and not seen.ended
        line.say(title, " | ".join(parts), right_look="warn" if near else "quiet")

    def _say_strip(self) -> None:
        none = self.rows.count_lines() == 0
        new = not none and not any(_BEGUN & set(each.stage_counts) for each in self._rounds)
        self._keep_prose("strip", say("tui.desk.first-keys") if new else "", "good", before="#panes")
        self._keep_prose("empty", say("tui.desk.empty") if none else "", "quiet", before=self.rows)
        self.rows.display = not none

    def _keep_prose(self, name: str, sentence: str, look: str, *, before: str | Widget) -> None:
        """Have a sentence on the screen, or not have it."""
        found = self.query(f"#{name}")
        if sentence and not found:
            parent = self if isinstance(before, str) else before.parent
            assert isinstance(parent, Widget)
            parent.mount(Prose((sentence, look), id=name), before=before)
        elif not sentence:
            found.remove()

    async def on_resize(self, _event: events.Resize) -> None:
        if self.size.width >= _WIDE and not self.query("#side"):
            side = Vertical(Prose(id="about"), id="side")
            await self.query_one("#panes").mount(side)
            self._say_about()

    def _say_about(self) -> None:
        row = self.rows.current
        if not self.query("#about"):
            return
        if self._closer is not None:
            self._closer.stop()
        self.query_one("#about", Prose).say(*(_about(row) if row is not None else ()))
        if row is not None and row.stage in _LOOKED_INTO:
            self._closer = self.set_timer(LOOK_CLOSER_AFTER, lambda: self._look_closer(row))

    def _look_closer(self, row: Row) -> None:
        from zhubi.expert.desk import review
        from zhubi.expert.tui.widgets.sheetlines import name_of_missing

        def show(view: ReviewView) -> None:
            current = self.rows.current
            if current is not None and current.key == row.key:
                lines = [("", ""), (say("tui.desk.missing"), "head")] if view.state.missing else []
                lines += [(f"- {name_of_missing(view.state, each)}", "") for each in view.state.missing[:12]]
                self.query_one("#about", Prose).say(*_about(row), *lines)

        self.errand(lambda: review.open_review(self.desk, row.key), show, lambda _sentence: None)

    # Acts

    def _cursor_moved(self) -> None:
        if self._scope is None:
            self._say_round()
        self._say_about()

    def on_rows_chosen(self, _message: Rows.Chosen) -> None:
        row = self.rows.current
        if row is not None:
            routes.open_row(self.zhubi, row)

    def on_next_step_line_pressed(self, _message: NextStepLine.Pressed) -> None:
        self.action_do_next()

    def action_do_next(self) -> None:
        """Do what the line at the top says."""
        step = self._step
        if step is not None:
            self._to_next_step()
            routes.do_next(self.zhubi, step)

    def action_other_round(self, direction: int) -> None:
        """Show another round alone, or all of them."""
        scopes: list[str | None] = [None, *(each.round for each in self._rounds)]
        if len(scopes) > 2:
            self._scope = scopes[(scopes.index(self._scope) + direction) % len(scopes)]
            self.rows.cursor = 0
            self._read()

    def action_submit(self) -> None:
        """Sign and hand in."""
        routes.open_submit(self.zhubi, self._scope)

    def action_grid(self) -> None:
        """The round in view as a table to score in."""
        seen, row = self._round_in_view(), self.rows.current
        if seen is not None:
            routes.open_grid(self.zhubi, seen.office, seen.round, row.dossier if row is not None else None)

    def action_glance(self) -> None:
        """The round in view at a glance."""
        seen = self._round_in_view()
        if seen is not None:
            routes.open_glance(self.zhubi, seen.office, seen.round)

    def action_tick(self) -> None:
        """Choose the project under the cursor to be shown side by side with others."""
        row = self.rows.current
        if row is not None:
            routes.tick(self.zhubi, row.key)
            self.rows.refresh()

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

    def action_commitment(self) -> None:
        """The commitment of the round in view."""
        seen = self._round_in_view()
        if seen is not None:
            routes.open_commitment(self.zhubi, seen.round)

    def action_declare(self) -> None:
        """The declarations of the round in view."""
        seen = self._round_in_view()
        if seen is not None:
            routes.open_declare(self.zhubi, seen.round)

    def action_trip(self) -> None:
        """Whether everything is here for work without a network."""
        routes.open_trip(self.zhubi, self._scope)

    def action_onsite(self) -> None:
        """The project under the cursor as it is filled in on site."""
        row = self.rows.current
        if row is not None:
            routes.open_on_site(self.zhubi, row.key)

    def action_receipts(self) -> None:
        """All receipts on this machine."""
        routes.open_receipts(self.zhubi)

    def action_exchange(self) -> None:
        """Packets out and in, where no network is."""
        routes.open_exchange(self.zhubi)

    def action_print(self) -> None:
        """A form of the project under the cursor, or of the round in view, as a PDF."""
        from zhubi.expert.tui.printing import offer_print

        seen, row = self._round_in_view(), self.rows.current
        if seen is not None:
            offer_print(self.zhubi, row.key if row is not None else None, seen.round)

    def action_purge(self) -> None:
        """Remove the material of the round in view from this machine."""
        seen = self._round_in_view()
        if seen is not None:
            routes.open_purge(self.zhubi, seen)


def _about(row: Row) -> list[tuple[str, str]]:
    lines = [(f"{row.code} {row.title}".strip(), "strong")]
    if row.units:
        lines.append((row.units, "quiet"))
    lines += [("", ""), (stage_words(row), "")]
    if row.missing:
        lines.append((say("tui.desk.missing-count", count=row.missing), "warn"))
    lines.append((say(f"tui.desk.closing.{row.nearness}", at=times.day_and_time(row.closes_at)), ""))
    if row.receipt_code:
        lines.append((say("tui.desk.receipt", code=row.receipt_code), "good"))
    lines += [(say(f"desk.flag.{flag}"), "warn") for flag in sorted(row.flags)]
    return lines


def stage_words(row: Row) -> str:
    """The stage of a row in words."""
    return say(f"desk.stage.{row.stage}")
