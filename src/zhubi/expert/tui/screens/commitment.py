"""承诺书: one document a round, read to its end, signed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from zhubi.expert.desk import commit
from zhubi.expert.tui import times
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.boxes import PinBox
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.tillend import TillEnd
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import CommitmentView


class CommitmentScreen(Page[None]):
    """The document, and the key that signs it once its end has been on the screen."""

    NAME = "commitment"
    CSS_PATH: ClassVar[Any] = [FIELDS, "commitment.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+g", "sign", "sign-commitment", priority=True),
        bound("pagedown,space", "page", "page-on"),
        bound("escape", "back", "back"),
    ]

    def __init__(self, round_id: str) -> None:
        super().__init__()
        self._round = round_id
        self._view: CommitmentView | None = None
        self._read = False

    def body(self) -> ComposeResult:
        yield OneLine(id="whose")
        with TillEnd(id="document"):
            yield Prose((say("tui.review.opening"), "quiet"), id="text")
        yield OneLine(id="state")

    def on_mount(self) -> None:
        self._load()

    def _load(self) -> None:
        desk, round_id = self.desk, self._round
        self.errand(lambda: commit.commitment(desk, round_id), self._show, self._failed)

    def _failed(self, sentence: str) -> None:
        self.query_one("#text", Prose).say((sentence, "bad"), "", (say("tui.review.go-back"), "quiet"))

    def _show(self, view: CommitmentView) -> None:
        self._view = view
        self.query_one("#whose", OneLine).say(
            f"{view.kind_name} {view.title}", view.organiser, left_look="strong"
        )
        if view.unread:
            self._failed(say("tui.commitment.rules-missing"))
            return
        paragraphs: list[tuple[str, str] | str] = []
        for document in view.documents:
            paragraphs += [(document.name, "head")]
            paragraphs += [f"{number}. {point}" for number, point in enumerate(document.points, 1)]
            paragraphs += [(say("tui.edit.basis", basis=document.basis), "quiet"), ""]
        paragraphs.append((say("tui.commitment.end"), "quiet"))
        self.query_one("#text", Prose).say(*paragraphs)
        self.query_one("#document").focus()
        self._say_state()

    def _say_state(self) -> None:
        view, line = self._view, self.query_one("#state", OneLine)
        if view is None:
            return
        if view.signed_at is not None:
            key = "tui.commitment.proven" if view.proven else "tui.commitment.signed"
            line.say(say(key, at=times.day_and_time(view.signed_at)), left_look="good")
        elif self._read:
            line.say(say("tui.commitment.ready"), left_look="mine")
        else:
            line.say(say("tui.commitment.read-on"), left_look="warn")

    def on_till_end_seen(self, message: TillEnd.Seen) -> None:
        """The end of the document has been on the screen."""
        whole = message.text == self.query_one("#text", Prose).plain
        if self._view is not None and not self._view.unread and whole and not self._read:
            self._read = True
            self._say_state()

    def action_page(self) -> None:
        """A screenful on."""
        self.query_one(TillEnd).page()

    def action_sign(self) -> None:
        """Sign, once the end has been read."""
        view = self._view
        if view is None or view.unread or view.signed_at is not None:
            return
        if not self._read:
            self.zhubi.say_problem(say("tui.commitment.read-on"))
            return
        desk, round_id = self.desk, self._round

        def signed(result: object) -> None:
            if result:
                self.zhubi.say_done(say("tui.commitment.done"))
                self.app.pop_screen()
                self.zhubi.desk_changed()
                self.zhubi.action_sync()

        def work(pin: str) -> bool:
            commit.sign_commitment(desk, round_id, pin)
            return True

        box = PinBox(say("tui.act.sign-commitment"), work, say("tui.commitment.what", title=view.title), "")
        self.app.push_screen(box, signed)

    def action_back(self) -> None:
        """Back, with nothing signed."""
        self.app.pop_screen()

    def desk_changed(self) -> None:
        self._load()
