"""签名提交: what is ready, the PIN, and each step of each review on its way until it is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input

from zhubi.core.model.text import fold_digits
from zhubi.expert.desk import submit
from zhubi.expert.tui import routes
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.purging import signed_too
from zhubi.expert.tui.submitchoosing import Choosing
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import ReviewKey, SignResult, SubmitReport, SubmitRow, SubmitStep

_CODE, _SCORE, _RECOMMENDATION = 12, 8, 14


class SubmitRows(Rows):
    """One review a line, ticked when it will be sent; once on its way, its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: tuple[SubmitRow, ...] = ()
        self.ticked: set[ReviewKey] = set()
        self.steps: dict[ReviewKey, tuple[str, str]] = {}
        """(what is said of the way, its look) of each review that is on it."""

    def count_lines(self) -> int:
        return len(self.listed)

    @property
    def current(self) -> SubmitRow | None:
        """The review under the cursor."""
        return self.listed[self.cursor] if self.cursor < len(self.listed) else None

    def pieces(self, line: int, width: int) -> list[Piece]:
        row = self.listed[line]
        mark = "[x] " if row.key in self.ticked else "[ ] "
        rest = max(10, width - 5 - _CODE - _SCORE - _RECOMMENDATION)
        score = say("tui.submit.points", points=row.score_text) if row.score_text else "--"
        said, look = self.steps.get(row.key) or _state(row)
        return [
            (mark, "good" if row.key in self.ticked else "quiet"),
            column(row.code, _CODE),
            column(score, _SCORE),
            column(row.recommendation_name or "--", _RECOMMENDATION),
            (" ", ""),
            column(said, rest, look),
        ]


def _state(row: SubmitRow) -> tuple[str, str]:
    if row.state == "missing":
        return say("tui.submit.missing", count=row.missing_count), "warn"
    if row.state == "refused":
        return say("tui.submit.refused", reason=row.reason), "bad"
    if row.state == "signed":
        return say("tui.submit.signed"), "warn"
    told = []
    if row.changed is not None:
        told.append(say("changes.submit-changed", count=row.changed))
    if row.news & {"new-rules", "new-version", "look-again"}:
        told.append(say("changes.submit-news"))
    if told:
        return say("changes.submit-look", what=say("tui.list-comma").join(told)), "warn"
    if row.contradicts:
        return say("tui.submit.against" if row.words_given else "tui.submit.against-bare"), "warn"
    return say("tui.submit.opinion", count=row.opinion_length), "quiet"


class SubmitScreen(Choosing, Page[None]):
    """Space ticks, Enter in the PIN field signs and sends what is ticked."""

    NAME = "submit"
    CSS_PATH: ClassVar[Any] = [FIELDS, "submit.tcss"]
    AUTO_FOCUS = "SubmitRows"
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("space", "tick", "tick"),
        bound("ctrl+g", "go", "sign-and-send", priority=True),
        bound("f4", "changes", "changes", show=False, priority=True),
        *Choosing.CHOICES,
        bound("escape", "back", "back"),
    ]

    ACTS: ClassVar[tuple[Act, ...]] = (Act("print", "screen.print"),)

    def __init__(self, round_id: str | None, only: ReviewKey | None = None) -> None:
        super().__init__()
        self._round = round_id
        self._only = only
        self._chosen = False
        self.busy = False

    def body(self) -> ComposeResult:
        yield OneLine(id="count")
        yield SubmitRows()
        yield Prose(id="empty")
        yield Prose(id="lacks")
        with VerticalScroll(id="outcome", can_focus=False):
            yield Prose(id="said")
        yield Prose((say("tui.submit.final"), "quiet"), *signed_too(self.zhubi), id="final")
        yield Field(say("tui.unlock.pin"), id="pin", password=True)

    @property
    def rows(self) -> SubmitRows:
        """The list."""
        return self.query_one(SubmitRows)

    def on_mount(self) -> None:
        self.query_one("#outcome").display = False
        self.query_one("#empty").display = False
        self.query_one("#lacks").display = False
        self._load()

    def desk_changed(self) -> None:
        if not self.busy:
            self._load()

    def _load(self) -> None:
        desk, round_id = self.desk, self._round
        self.errand(lambda: submit.ready(desk, round_id), self._show, self._failed)

    def _failed(self, sentence: str) -> None:
        self.busy = False
        self.tell((sentence, "bad"))

    def _show(self, listed: tuple[SubmitRow, ...]) -> None:
        rows = self.rows
        rows.listed = listed
        sendable = {each.key for each in listed if each.state in ("ready", "signed")}
        if not self._chosen:
            self._chosen = True
            rows.ticked = {self._only} & sendable if self._only is not None else self.ticked_at_first(listed)
            place = next((number for number, each in enumerate(listed) if each.key == self._only), 0)
            rows.cursor = place
        else:
            rows.ticked &= sendable
        rows.reload()
        empty = self.query_one("#empty", Prose)
        empty.display = not listed
        rows.display = bool(listed)
        empty.say((say("tui.submit.empty"), "quiet"))
        self.show_count()
        self.show_lacks()

    def show_count(self) -> None:
        """How many go and how many stay; the PIN is asked for where something is to be signed."""
        rows = self.rows
        going, staying = len(rows.ticked), len(rows.listed) - len(rows.ticked)
        self.query_one("#count", OneLine).say(
            say("tui.submit.count", going=going, staying=staying), left_look="strong"
        )
        needs_pin = any(each.key in rows.ticked and each.state != "signed" for each in rows.listed)
        self.query_one("#pin").display = needs_pin

    def tell(self, *paragraphs: tuple[str, str] | str) -> None:
        """Says something below the list."""
        self.query_one("#outcome").display = True
        self.query_one("#said", Prose).say(*paragraphs)

    # Ticking

    def action_tick(self) -> None:
        """Send this one, or not."""
        row = self.rows.current
        if row is None or self.busy:
            return
        if row.state not in ("ready", "signed"):
            self.zhubi.say_problem(say("tui.submit.not-ready", code=row.code))
            return
        self.choose({row.key}, going=row.key not in self.rows.ticked)

    def on_rows_moved(self, _message: Rows.Moved) -> None:
        self.show_lacks()

    def on_rows_chosen(self, _message: Rows.Chosen) -> None:
        row = self.rows.current
        if row is None:
            return
        if row.state in ("missing", "refused"):
            routes.open_review(self.zhubi, row.key)
        elif self.query_one("#pin").display:
            self.query_one(Field).input.focus()
            self.action_try_out()
        else:
            self.action_go()

    # Signing and sending

    @on(Input.Submitted)
    def action_go(self) -> None:
        """Sign what is ticked and send it; without a network it waits in the outbox."""
        rows = self.rows
        pin = fold_digits(self.query_one(Field).value)
        to_sign = [each.key for each in rows.listed if each.key in rows.ticked and each.state == "ready"]
        if self.busy or not rows.ticked:
            if not self.busy:
                self.zhubi.say_problem(say("tui.submit.nothing"))
            return
        if to_sign and not pin:
            self.query_one(Field).input.focus()
            return
        self.busy = True
        rows.steps.clear()
        self.tell((say("tui.submit.busy"), "quiet"))
        desk, app = self.desk, self.zhubi

        def progress(step: SubmitStep) -> None:
            app.call_from_thread(self._step, step)

        def work() -> tuple[tuple[SignResult, ...], SubmitReport]:
            signed = submit.sign(desk, tuple(to_sign), pin, progress) if to_sign else ()
            self.wait_for_trial()
            return signed, submit.submit(desk, progress)

        self.errand(work, self._sent, self._refused, group="submit")

    def _refused(self, sentence: str) -> None:
        self.busy = False
        self.tell((sentence, "bad"))
        field = self.query_one(Field)
        field.value = ""
        if field.display:
            field.input.focus()

    def _step(self, step: SubmitStep) -> None:
        if not self.is_attached:
            return
        names = ("check", "sign", "deliver", "verify")
        done = names[: names.index(step.step) + 1]
        said = " > ".join(say(f"tui.submit.step.{each}") for each in done)
        if not step.ok:
            said = f"{say(f'tui.submit.step.{step.step}')}：{step.sentence}"
        self.rows.steps[step.key] = (said, "" if step.ok else "bad")
        self.rows.refresh()

    def _sent(self, outcome: tuple[tuple[SignResult, ...], SubmitReport]) -> None:
        signed, report = outcome
        self.busy = False
        self.query_one(Field).value = ""
        said: list[tuple[str, str] | str] = [
            (f"{each.code} {each.problem}", "bad") for each in signed if each.problem
        ]
        looks = {"proven": "good", "waiting": "warn", "refused": "bad", "unsent": "warn"}
        for each in report.delivered:
            name = each.code or each.what
            words = say(f"tui.submit.delivered.{each.state}", code=each.receipt_code, why=each.sentence)
            said.append((f"{name} {words}", looks[each.state]))
            if each.key is not None:
                self.rows.steps[each.key] = (words, looks[each.state])
        if report.problem and all(each.sentence != report.problem for each in report.delivered):
            said.append((report.problem, "warn"))
        if report.unsent:
            said.append((say("tui.submit.unsent", count=report.unsent), "warn"))
        said += [
            (say("tui.submit.complete", title=title, count=count), "good") for title, count in report.complete
        ]
        if any(each.state == "proven" for each in report.delivered):
            said.append((say("printing.how"), "quiet"))
        self.tell(*said)
        self.rows.focus()
        self.zhubi.desk_changed()

    def action_changes(self) -> None:
        """What differs from what was handed in, and what changed under the review on the line."""
        row = self.rows.current
        if row is not None and not self.busy:
            routes.open_changes(self.zhubi, row.key)

    def action_print(self) -> None:
        """A form of the review on the line, or of its round, as a PDF."""
        from zhubi.expert.tui.printing import offer_print

        row = self.rows.current
        offer_print(
            self.zhubi,
            row.key if row is not None else None,
            row.key.round if row is not None else self._round,
        )

    def action_back(self) -> None:
        """Back; what is on its way goes on."""
        self.app.pop_screen()
