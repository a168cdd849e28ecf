"""评审: the reader and the sheet. Everything typed is kept at once; digits and Enter fill the sheet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import review
from zhubi.expert.tui import edits, routes, times
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.boxes import AskBox, PickBox, TellBox
from zhubi.expert.tui.page import FIELDS
from zhubi.expert.tui.reviewwriting import WritingPage
from zhubi.expert.tui.subjects import subject_of
from zhubi.expert.tui.widgets.editor import Editor, Subject
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.reading import ReadingPane
from zhubi.expert.tui.widgets.rows import Rows
from zhubi.expert.tui.widgets.sheet import SheetRows
from zhubi.expert.tui.widgets.sheetlines import SheetLine, name_of_missing
from zhubi.locale import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from zhubi.expert.desk.passages import Passage
    from zhubi.expert.desk.sheetviews import BasisView, MissingRow, RecoveredDraft, ReviewView, SheetState
    from zhubi.expert.desk.views import ReviewKey

_LINE_OF_MISSING = {
    "score": "score", "comment": "score", "answer": "question", "finding": "finding", "indicator": "indicator",
    "recommendation": "recommendation", "opinion": "opinion", "cuts": "cut", "fact": "fact",
}  # fmt: skip
_IN_WORDS = frozenset({"comment", "words", "opinion"})
_BASIS_OF_LINE = {"cut": "cuts", "indicator": "indicators"}
"""Lines of the papers, and not of the form, rest on what the form says of all of their sort."""


class ReviewScreen(WritingPage):
    """One project: what is read on the left, what is filled in on the right; one at a time where it is narrow."""

    NAME = "review"
    CSS_PATH: ClassVar[Any] = [FIELDS, "review.tcss"]
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+n", "next_missing", "next-missing", priority=True),
        bound("ctrl+l", "basis", "basis", priority=True),
        bound("ctrl+g", "submit", "submit", priority=True),
        bound("f8", "correct", "correct", show=False, priority=True),
        bound("f4", "changes", "changes", show=False, priority=True),
        bound("f11", "compare", "compare", show=False, priority=True),
        bound("f3", "trail", "trail", show=False),
        bound("escape", "back", "back"),
    ]

    ACTS: ClassVar[tuple[Act, ...]] = (*WritingPage.ACTS, Act("onsite", "screen.onsite"))

    def __init__(
        self, key: ReviewKey, at: tuple[str, str] | None = None, place: Passage | None = None
    ) -> None:
        super().__init__()
        self.key = key
        self._at = at
        self._place = place
        self._busy = False
        self._edits = 0
        self._remark: tuple[str, SheetLine | None] | None = None

    def body(self) -> ComposeResult:
        yield OneLine(id="info")
        yield Prose(id="banner")
        yield Prose((say("tui.review.opening"), "quiet"), id="opening")
        yield Horizontal(id="panes")

    def on_mount(self) -> None:
        self.query_one("#banner").display = False
        self._open()

    # Opening

    def _open(self) -> None:
        self._busy = True
        desk, key, edits_before = self.desk, self.key, self._edits

        async def opened(view: ReviewView) -> None:
            if self._edits != edits_before:
                self._open()  # something was typed meanwhile: what was read is older than what stands here
            else:
                await self._opened(view)

        self.errand(lambda: review.open_review(desk, key), opened, self._not_opened, group="review")

    def _not_opened(self, sentence: str) -> None:
        self._busy = False
        self.query_one("#opening", Prose).say((sentence, "bad"), "", (say("tui.review.go-back"), "quiet"))

    async def _opened(self, view: ReviewView) -> None:
        self._busy = False
        self._view, self._state = view, view.state
        self.set_heading(f"{view.row.code} {view.row.title}")
        self.query_one("#opening").display = False
        panes = self.query_one("#panes", Horizontal)
        if panes.children:
            self.reading.show(view)
            self.sheet.show(view.state)
            self.editor.set_locked(view.read_only)
        else:
            await panes.mount(
                ReadingPane(view, self._place),
                Vertical(
                    SheetRows(view.state, self, id="sheet"),
                    Editor(self._write, self._leave_editor, locked=view.read_only),
                    OneLine(id="missing"),
                    id="filling",
                ),
                VerticalScroll(Prose(id="checks"), id="aside"),
            )
            self._begin(view)
        self._say_banner()
        self._take(view.state)
        if view.recovered is not None:
            self._offer_recovered(view.recovered)

    def _offer_recovered(self, found: RecoveredDraft) -> None:
        def decided(place: int | None) -> None:
            act = review.discard_recovered if place == 1 else review.accept_recovered
            self.zhubi.attempt(lambda: act(self.desk, self.key))
            self._open()

        what = say("tui.review.recovered", at=times.day_and_time(found.at), edits=found.edits)
        options = [say("tui.review.recovered-go-on"), say("tui.review.recovered-discard")]
        self.app.push_screen(PickBox(say("tui.review.recovered-title"), options, what, ""), decided)

    def _begin(self, view: ReviewView) -> None:
        first_reading = view.stage == "ready" and view.content is not None and self.has_class("-narrow")
        self._show_side(reading=self._place is not None or (first_reading and self._at is None))
        if self._at is not None:
            self.sheet.go_to(*self._at)

    def go_to(self, at: tuple[str, str] | None, place: Passage | None) -> None:
        """Lead to a line of the sheet (kind, item), or to a place in the papers."""
        if self._view is None:
            self._at, self._place = at, place
        elif place is not None:
            self._show_side(reading=True)
            self.reading.go_to_place(place.document, place.page, place.row, place.words)
        elif at is not None:
            self._show_side(reading=False)
            self.sheet.go_to(*at)

    @property
    def sheet(self) -> SheetRows:
        """The sheet."""
        return self.query_one(SheetRows)

    @property
    def editor(self) -> Editor:
        """What is said in words."""
        return self.query_one(Editor)

    def _subject(self) -> Subject:
        """What the editor is about: the line under the cursor."""
        return Subject("", "") if self._state is None else subject_of(self.sheet.line, self._state)

    # What is shown around

    def _take(self, state: SheetState) -> None:
        """Show what follows from an edit."""
        self._state = state
        self.sheet.show(state)
        self.editor.show(self._subject())
        self._say_info(state)
        self._say_missing(state)
        if self.has_class("-broad"):
            self.query_one("#checks", Prose).say(*_aside(state))

    def _say_info(self, state: SheetState) -> None:
        view = self._view
        if view is None:
            return
        total = state.total
        scored = say("tui.review.total", total=total.text or "--", maximum=total.my_maximum_text)
        if total.rescaled:
            scored += say("tui.review.rescaled")
        if view.read_only:
            saved = say(f"desk.stage.{view.stage}")
        elif state.saved_at is not None:
            saved = say("tui.review.saved", at=times.to_the_second(state.saved_at))
        else:
            saved = say("tui.review.unsaved")
        left = f"{view.role_name} | {scored}" if state.criteria else view.role_name
        self.query_one("#info", OneLine).say(left, saved, right_look="good" if state.saved_at else "quiet")

    def _say_missing(self, state: SheetState) -> None:
        line = self.query_one("#missing", OneLine)
        if self._remark is not None and self._remark[1] == self.sheet.line:
            line.say(self._remark[0], "", left_look="good")
        elif self._view is not None and self._view.read_only:
            line.say(say("tui.review.read-only"), "", left_look="quiet")
        else:
            line.say(*_missing_words(state), left_look="warn" if state.missing else "good")

    def _say_banner(self) -> None:
        view = self._view
        if view is None:
            return
        said: list[tuple[str, str]] = []
        if view.returned_words:
            said.append((say("tui.review.returned", words=view.returned_words), "warn"))
        if view.refused_words:
            said.append((say("tui.review.refused", words=view.refused_words), "bad"))
        if view.correcting:
            said.append((say("tui.review.correcting", reason=view.correction_reason), "warn"))
        said += [(say(f"desk.flag.{flag}"), "warn") for flag in sorted(view.flags - {"correcting"})]
        if view.flags & {"new-version", "older-version"}:
            said[-1] = (f"{said[-1][0]} {say('changes.hint')}", "warn")
        banner = self.query_one("#banner", Prose)
        banner.display = bool(said)
        banner.say(*said)

    # What is typed: see ``Filler``

    def _edit(self, work: Callable[[], SheetState | None]) -> str:
        """Do an edit; gives what is wrong with it, or nothing."""
        if self._view is None or self._view.read_only:
            return say("tui.review.locked")
        try:
            state = work()
        except (ZhubiError, OSError) as problem:
            return self.zhubi.sentence(problem)
        if state is not None:
            self._edits += 1
            self._remark = None
            self._take(state)
        return ""

    def typed(self, line: SheetLine, text: str, before: str, *, done: bool) -> str:
        """Points, a number or an amount as it stands after a key."""
        state = self._state
        if state is None or (not done and text.endswith(".")):
            return ""
        write = partial(edits.type_value, self.desk, self.key, line, state)
        problem = self._edit(partial(write, text))
        if problem:
            self._edit(partial(write, before))
            self.query_one("#missing", OneLine).say(problem, "", left_look="bad")
        return problem

    def picked(self, line: SheetLine, value: str) -> None:
        """A choice by its value."""
        if self._state is not None:
            self._say_problem(self._edit(partial(edits.pick, self.desk, self.key, line, self._state, value)))

    def toggled(self, line: SheetLine) -> None:
        """Space: not applicable, confirmed, or the cut that a condition offers."""
        if self._state is not None and not self.take_offer(line):
            self._say_problem(self._edit(partial(edits.toggle, self.desk, self.key, line, self._state)))

    def words_wanted(self, line: SheetLine) -> None:
        """Tab: into the editor."""
        if not self.editor.begin():
            self.sheet.action_move(1)

    def _write(self, subject: Subject, line: str, words: str) -> None:
        if self._state is not None:
            work = partial(edits.write, self.desk, self.key, subject, self._state, line, words)
            self._say_problem(self._edit(work))

    def _leave_editor(self, forward: bool) -> None:
        self.set_focus(self.sheet)
        # What was typed may have been cleaned on its way into the sheet: from here on that is what is shown.
        self.editor.show(self._subject())
        if forward:
            self.sheet.action_move(1)

    def say_on_sheet(self, sentence: str) -> None:
        """Say what was done, where what is missing stands; the next move or edit says that again."""
        self._remark = sentence, self.sheet.line
        if self._state is not None:
            self._say_missing(self._state)

    def _say_problem(self, problem: str) -> None:
        if problem:
            self.zhubi.say_problem(problem)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        if self._state is not None and message.rows is self.sheet:
            self.editor.show(self._subject())
            self._say_missing(self._state)

    # Acts

    def action_next_missing(self) -> None:
        """To the next required item that is missing."""
        if self._state is None or not self._state.missing:
            self.zhubi.say_done(say("tui.review.complete"))
            return
        self.editor.flush()
        missing = _after(self._state.missing, self.sheet.line)
        self._show_side(reading=False)
        self._go_to(missing)

    def _go_to(self, missing: MissingRow) -> None:
        kind = _LINE_OF_MISSING.get(missing.what)
        if kind is not None:
            self.sheet.go_to(kind, missing.item) or self.sheet.go_to(kind, "")
        elif not self.sheet.go_to("check", missing.item):
            self.sheet.go_to("recommendation", "")
        self.editor.show(self._subject())
        if missing.what in _IN_WORDS:
            self.editor.begin()

    def action_basis(self) -> None:
        """Where the line under the cursor comes from."""
        line = self._view and self.sheet.line
        if not line:
            return

        def show(found: BasisView) -> None:
            source = found.policy_title if not found.default else say("tui.review.default")
            self.app.push_screen(
                TellBox(
                    say("tui.act.basis"), (f"{source} {found.clause}".strip(), "strong"), "", found.wording
                )
            )

        item = _BASIS_OF_LINE.get(line.kind, line.item)
        found = self.zhubi.attempt(lambda: review.basis_of(self.desk, self.key, item))
        if found is not None:
            show(found)

    def action_correct(self) -> None:
        """Correct what is signed: a new draft that will supersede it, with a reason."""
        view = self._view
        if view is None or not view.read_only:
            return

        def begin(reason: str | None) -> None:
            if reason:
                self.zhubi.attempt(lambda: review.begin_correction(self.desk, self.key, reason))
                self._open()

        ask = AskBox(say("tui.act.correct"), say("tui.review.correction-why"))
        self.app.push_screen(ask, begin)

    def action_submit(self) -> None:
        """Sign and hand in."""
        if self._view is not None:
            self.editor.flush()
        routes.open_submit(self.zhubi, self.key.round, self.key)

    def action_changes(self) -> None:
        """What changed under the sheet, and what to do about it."""
        if self._view is not None:
            self.editor.flush()
            routes.open_changes(self.zhubi, self.key)

    def action_compare(self) -> None:
        """This project beside what is ticked, or beside its rivals."""
        routes.compare(self.zhubi, self.key)

    def action_onsite(self) -> None:
        """The same sheet as it is filled in on site."""
        if self._view is not None:
            self.editor.flush()
        routes.open_on_site(self.zhubi, self.key)

    def action_trail(self) -> None:
        """The story of this project."""
        routes.open_trail(self.zhubi, self.key)

    def action_back(self) -> None:
        """Back to the desk; everything is kept."""
        if self._view is not None:
            if self.reading.close_attachment():
                return
            self.editor.flush()
            if not self._view.read_only:
                self.zhubi.attempt(lambda: review.leave_review(self.desk, self.key))
        self.app.pop_screen()

    def desk_changed(self) -> None:
        if self._view is not None and not self._busy:
            self.editor.flush()
            self._open()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._view is not None and not self._busy:
            self._open()


def _missing_words(state: SheetState) -> tuple[str, str]:
    """What is missing, required things first. The opinion is asked for, but an empty one holds back no signing."""
    comma = say("tui.list-comma")
    required = [each for each in state.missing if each.required and each.what != "opinion"]
    asked = [name_of_missing(state, each) for each in state.missing if each not in required]
    if required:
        names = comma.join([*(name_of_missing(state, each) for each in required), *asked])
        return say("tui.review.missing", count=len(required), what=names), ""
    if asked:
        return say("tui.review.complete-but", what=comma.join(asked)), ""
    return say("tui.review.complete"), ""


def _after(missing: tuple[MissingRow, ...], line: SheetLine | None) -> MissingRow:
    """The first missing item behind the one the cursor stands on, round to the first."""
    if line is None:
        return missing[0]
    for place, each in enumerate(missing):
        kind = _LINE_OF_MISSING.get(each.what, "check")
        if kind == line.kind and each.item in (line.item, ""):
            return missing[(place + 1) % len(missing)]
    return missing[0]


def _aside(state: SheetState) -> list[tuple[str, str]]:
    """Facts and checks for the third pane."""
    lines = [(say("tui.reader.facts"), "head")]
    lines += [(f"{each.label}  {each.reading_text or each.value_text or '--'}", "") for each in state.facts]
    lines += [("", ""), (say("tui.review.checks"), "head")]
    looks = {"met": "good", "unmet": "bad", "unknown": "warn"}
    for check in state.checks:
        outcome = say(f"tui.sheet.outcome.{check.outcome}")
        lines.append((f"{outcome}  {check.sentence or check.name}", looks[check.outcome]))
    return lines
