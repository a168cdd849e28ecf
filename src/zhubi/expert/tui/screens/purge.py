"""材料清退确认: what goes from this machine, what stays, and what cannot be reached from here."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from zhubi.core.model.text import fold_digits
from zhubi.expert.desk import purge
from zhubi.expert.desk.views import PurgeReport, RoundRow
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import FIELDS, Box
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.keyline import KeyLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say


class PurgeBox(Box[None]):
    """Asks for the PIN, removes, and says what was done."""

    NAME = "purge"
    CSS_PATH: ClassVar[Any] = [FIELDS, "purge.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [bound("escape", "close", "back")]

    def __init__(self, seen: RoundRow) -> None:
        super().__init__()
        self._seen = seen
        self._busy = False
        self._done = False

    def compose(self) -> ComposeResult:
        seen = self._seen
        with VerticalScroll(classes="frame", can_focus=False):
            yield Static(Content(say("tui.title.purge")), classes="title")
            yield Prose(
                (f"{seen.kind_name} {seen.title}", "strong"), say("tui.purge.goes"), say("tui.purge.stays"),
                (say("tui.purge.beyond"), "warn"), id="what",
            )  # fmt: skip
            yield Field(say("tui.unlock.pin"), id="pin", password=True)
            yield Prose(id="answer")
            yield KeyLine()

    def on_mount(self) -> None:
        if not self._seen.ended:
            self.query_one("#answer", Prose).say((say("tui.purge.not-ended"), "warn"))
            return
        desk, round_id = self.desk, self._seen.round
        self.errand(lambda: purge.plan(desk, round_id), self._planned, self._refused)

    def _planned(self, plan: Any) -> None:
        said = [(say("tui.purge.plan", dossiers=plan.dossiers, blobs=plan.blobs), "")]
        if plan.drafts:
            said.append((say("tui.purge.drafts", count=plan.drafts), "bad"))
        self.query_one("#answer", Prose).say(*said)

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        pin = fold_digits(message.value)
        if self._busy or self._done or not pin:
            return
        self._busy = True
        self.query_one("#answer", Prose).say((say("tui.purge.busy"), "quiet"))
        desk, round_id = self.desk, self._seen.round
        self.errand(lambda: purge.purge_round(desk, round_id, pin), self._purged, self._refused)

    def _refused(self, sentence: str) -> None:
        self._busy = False
        self.query_one("#answer", Prose).say((sentence, "bad"))
        field = self.query_one(Field)
        field.value = ""
        field.input.focus()

    def _purged(self, report: PurgeReport) -> None:
        self._busy, self._done = False, True
        self.query_one("#pin").display = False
        done = say("tui.purge.done", dossiers=report.dossiers, blobs=report.blobs)
        kept = [(say("tui.purge.kept", count=report.kept), "warn")] if report.kept else []
        self.query_one("#answer", Prose).say(
            (done, "good"), *kept, *[(each, "warn") for each in report.remarks]
        )
        self.zhubi.desk_changed()
        self.zhubi.action_sync()

    def action_close(self) -> None:
        """Back."""
        if not self._busy:
            self.dismiss(None)
