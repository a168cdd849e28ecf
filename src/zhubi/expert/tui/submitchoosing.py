"""Before the PIN: which reviews go and which are kept back, what each lacks, and what the office would say to them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.binding import BindingType

from zhubi.expert.desk import selection
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.actviews import TrialReport
    from zhubi.expert.desk.views import ReviewKey, SubmitRow

_LOOKS: Final = {"fits": "good", "late": "warn", "waits": "warn", "refused": "bad", "lacks": "bad"}
_SENDABLE: Final = ("ready", "signed")
_PATIENCE: Final = 30.0
"""Seconds that sending waits for a trial under way: only one of them talks to the office at a time."""


class Choosing:
    """The part of the screen that comes before signing; mixed into it."""

    CHOICES: ClassVar[list[BindingType]] = [
        bound("ctrl+d", "try_out", "try-out", show=False, priority=True),
        bound("ctrl+a", "tick_round", "tick-round", show=False),
    ]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.idle = threading.Event()
        self.idle.set()

    # What is chosen

    def ticked_at_first(self, listed: tuple[SubmitRow, ...]) -> set[ReviewKey]:
        """What goes unless somebody says otherwise."""
        return {each.key for each in listed if each.state in _SENDABLE and not each.kept_back}

    def choose(self: Any, keys: set[ReviewKey], *, going: bool) -> None:
        """Lets reviews go, or keeps them back: remembered beyond this screen."""
        rows, desk = self.rows, self.desk
        rows.ticked = rows.ticked | keys if going else rows.ticked - keys
        rows.refresh()
        self.show_count()
        self.errand(
            lambda: selection.keep_back(desk, keys, back=not going), lambda _: None, self.zhubi.say_problem
        )

    def action_tick_round(self: Any) -> None:
        """All of the round on the line, or none of it."""
        row = self.rows.current
        if row is None or self.busy:
            return
        keys = {
            each.key
            for each in self.rows.listed
            if each.key.round == row.key.round and each.state in _SENDABLE
        }
        if keys:
            self.choose(keys, going=not keys <= self.rows.ticked)

    # What each lacks

    def show_lacks(self: Any) -> None:
        """What the review on the line still lacks, and that it comes late if it does."""
        row = self.rows.current
        told = self.query_one("#lacks", Prose)
        said: list[tuple[str, str] | str] = []
        if row is not None and row.lacks:
            items = say("tui.list-comma").join(row.lacks)
            said.append((say("sending.lacks", code=row.code, items=items), "warn"))
        if row is not None and row.overdue and row.state in _SENDABLE:
            said.append((say("timing.undelivered"), "warn"))
        told.display = bool(said)
        told.say(*said)

    # What the office would say

    def action_try_out(self: Any) -> None:
        """Ask what would become of what is ticked; nothing is signed or kept."""
        rows, desk = self.rows, self.desk
        keys = [each.key for each in rows.listed if each.key in rows.ticked]
        if self.busy or not keys or not self.idle.is_set():
            return
        self.idle.clear()
        self.tell((say("sending.trying"), "quiet"))

        def work() -> TrialReport:
            from zhubi.expert.desk.trial import try_out

            try:
                return try_out(desk, keys)
            finally:
                self.idle.set()

        def failed(sentence: str) -> None:
            if not self.busy:
                self.tell((say("sending.offline", why=sentence), "warn"))

        self.errand(work, self.tried, failed, group="trial")

    def tried(self: Any, report: TrialReport) -> None:
        """Shows a result beside each review."""
        if self.busy:
            return
        rows = self.rows
        for each in report.results:
            rows.steps[each.key] = (each.sentence, _LOOKS[each.state])
        rows.refresh()
        if report.problem:
            self.tell((say("sending.offline", why=report.problem), "warn"))
            return
        counts = {state: sum(each.state == state for each in report.results) for state in _LOOKS}
        fits = counts["fits"] + counts["waits"]
        held_up = counts["refused"] + counts["lacks"]
        self.tell(
            (
                say("sending.tried", **{**counts, "fits": fits}),
                "bad" if held_up else "warn" if counts["late"] else "good",
            )
        )

    def wait_for_trial(self) -> None:
        """Returns once no trial is under way; in the thread that sends."""
        self.idle.wait(_PATIENCE)
