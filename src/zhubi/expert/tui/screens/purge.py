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
from zhubi.expert.desk.purge import PurgeView
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
                (f"{seen.kind_name} {seen.title}", "strong"), say("purge.goes"), say("purge.survives"),
                say("purge.not-yet"), (say("purge.beyond"), "warn"), id="what",
            )  # fmt: skip
            yield Field(say("tui.unlock.pin"), id="pin", password=True)
            yield Prose(id="answer")
            yield KeyLine()

    def on_mount(self) -> None:
        if not self._seen.ended:
            self.query_one("#pin").display = False
            self.query_one("#answer", Prose).say((say("tui.purge.not-ended"), "warn"))
            return
        desk, round_id = self.desk, self._seen.round
        self.errand(lambda: purge.plan(desk, round_id), self._planned, self._refused)

    def _planned(self, found: PurgeView) -> None:
        self.query_one("#pin").display = not found.unsent and (not found.signed or bool(found.drafts))
        self.query_one("#answer", Prose).say(*standing(found))

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
        done = say("purge.gone", dossiers=report.dossiers, blobs=report.blobs) + say("purge.signed")
        self.query_one("#what").display = False
        self.query_one("#answer", Prose).say((done, "good"), *[(each, "warn") for each in report.remarks])
        self.zhubi.desk_changed()
        self.zhubi.action_sync()

    def action_close(self) -> None:
        """Back."""
        if not self._busy:
            self.dismiss(None)


def standing(found: PurgeView) -> list[tuple[str, str]]:
    """How far the purge is, and what the PIN would do: sentences, each with its look."""
    counts = {"dossiers": found.dossiers, "blobs": found.blobs}
    said = [(say("purge.gone" if found.deleted else "purge.plan", **counts), "good" if found.deleted else "")]
    if found.kept:
        said.append((say("desk.purge-kept", count=found.kept), "warn"))
    if found.evidence:
        said.append((say("purge.evidence-waits", count=found.evidence), "warn"))
    if found.drafts:
        said.append((say("purge.drafts", count=found.drafts), "bad"))
    if found.unsent:
        said.append((say("purge.unsent", count=found.unsent), "bad"))
    elif found.signed:
        said.append((say("purge.signed"), "good"))
    else:
        said += [
            (say("purge.to-sign"), "warn"),
            (say("purge.goes-now" if found.drafts else "purge.pin-signs"), ""),
        ]
    return said
