"""What can be done with what is written on a sheet: taken back, begun from comments, put in from one's phrases."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from zhubi.expert.desk import offers, review, undo
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.boxes import PickBox
from zhubi.expert.tui.reviewreading import ReadingPage
from zhubi.expert.tui.widgets.sheetlines import SheetLine, money
from zhubi.locale import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.widget import Widget

    from zhubi.expert.desk.sheetviews import SheetState, UndoneView
    from zhubi.expert.tui.widgets.editor import Subject

_SUPPORTED = frozenset({"indicator", "finding", "question"})
_IN_THE_TEXT = frozenset({"comment", "words", "reason", "text"})
_IN_THE_LINE = frozenset({"observed", "reading"})


class WritingPage(ReadingPage):
    """A screen with a sheet and an editor that can take edits back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+z", "undo", "undo", show=False, priority=True),
        bound("ctrl+y", "redo", "redo", show=False, priority=True),
        bound("ctrl+t", "phrases", "phrases", show=False, priority=True),
        bound("ctrl+e", "evidence", "evidence", show=False, priority=True),
        bound("f7", "start_opinion", "start-opinion", show=False, priority=True),
    ]

    _edits: int

    if TYPE_CHECKING:

        def _edit(self, work: Callable[[], SheetState | None]) -> str: ...

        def _take(self, state: SheetState) -> None: ...

        def _say_problem(self, problem: str) -> None: ...

        def _subject(self) -> Subject: ...

        def say_on_sheet(self, sentence: str) -> None: ...

    @property
    def _locked(self) -> bool:
        return self._state is None or self._view is None or self._view.read_only

    def action_undo(self) -> None:
        """Take the last edit back, wherever on the sheet it was."""
        self._in_turn(lambda: self._turn(undo.undo, say("review.nothing-to-undo")))

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._in_turn(lambda: self._turn(undo.redo, say("review.nothing-to-redo")))

    def _in_turn(self, work: Callable[[], None], behind: Widget | None = None) -> None:
        """Do something behind the keys that were pressed before it: a key of the screen overtakes them otherwise."""
        focused = self.focused
        if focused is None or focused is behind:
            work()
        else:
            focused.call_later(self._in_turn, work, focused)

    def _turn(self, act: Callable[..., tuple[SheetState, UndoneView | None]], nothing: str) -> None:
        if self._locked:
            self.zhubi.say_problem(say("tui.review.locked"))
            return
        self.editor.flush()
        self.sheet.drop_typing()
        found = self.zhubi.attempt(lambda: act(self.desk, self.key))
        if found is None:
            return
        state, view = found
        if view is None:
            self.say_on_sheet(nothing)
            return
        self._edits += 1
        self._show_turned(state, view)

    def _show_turned(self, state: SheetState, view: UndoneView) -> None:
        was_writing = self.editor.writing
        reading = self.reading.has_focus_within
        subject = self.editor.subject
        here = (subject.kind, subject.item) == (view.line, view.item)
        in_words = view.part in _IN_THE_TEXT | _IN_THE_LINE
        if was_writing and not (here and in_words):
            # What the caret stands in is another thing's words: leave it before they are exchanged.
            self.set_focus(self.sheet)
        self._state = state
        if here:
            self.sheet.show(state)
            self.editor.become(self._subject())
        self._take(state)
        if not here:
            self.sheet.go_to(view.line, view.item)
            self.editor.show(self._subject())
            if was_writing and in_words:
                self.editor.begin(in_text=view.part in _IN_THE_TEXT)
        if reading and self.has_class("-narrow"):
            self._show_side(reading=False)
        self.say_on_sheet(view.sentence)

    def action_phrases(self) -> None:
        """Put one of one's own phrases in, or keep what is written as one."""
        self._in_turn(self._open_phrases)

    def _open_phrases(self) -> None:
        from zhubi.expert.tui.screens.phrases import PhrasesBox

        writing = self.editor.writing and not self._locked
        selected = self.editor.selected if writing else ""
        box = PhrasesBox(selected or (self.editor.words if writing else ""), bool(selected), writing=writing)

        def put(words: str | None) -> None:
            if words:
                self.editor.insert_words(words)

        self.app.push_screen(box, put)

    def action_evidence(self) -> None:
        """The evidence on this sheet, and more of it for the line in view."""
        self._in_turn(self._open_evidence)

    def _open_evidence(self) -> None:
        from zhubi.expert.tui.screens.evidence import EvidenceBox

        if self._view is None:
            return
        self.editor.flush()
        line = self.sheet.line
        about = f"{line.kind}:{line.item}" if line is not None and line.kind in _SUPPORTED else ""
        self.app.push_screen(EvidenceBox(self.key, about, locked=self._view.read_only))

    def action_start_opinion(self) -> None:
        """Begin the opinion from one's own comments; what is written already stays."""
        if self._locked:
            return
        self.editor.flush()
        draft = self.zhubi.attempt(lambda: review.start_opinion(self.desk, self.key))
        state = self._state
        if state is None or not draft:
            self.zhubi.say_done(say("tui.review.no-comments"))
            return
        words = f"{state.opinion.rstrip()}\n{draft}" if state.opinion.strip() else draft
        self.set_focus(self.sheet)
        self._say_problem(self._edit(lambda: review.set_opinion(self.desk, self.key, words)))
        self._show_side(reading=False)
        self.sheet.go_to("opinion", "")
        self.editor.show(self._subject())
        self.editor.begin()

    # A cut that a condition offers

    def take_offer(self, line: SheetLine) -> bool:
        """Take over the cut that a check offers; False where it offers none."""
        state = self._state
        if state is None or line.kind != "check":
            return False
        check = next((each for each in state.checks if each.id == line.item), None)
        if check is None or not check.offers_cut:
            return False
        lines = [each for each in state.budget if each.may_cut]
        if len(lines) == 1:
            self._cut(line.item, lines[0].id)
            return True
        options = [
            say("review.cut-option", subject=each.subject, fiscal=money(each.fiscal), cut=money(each.cut))
            for each in lines
        ]

        def picked(place: int | None) -> None:
            if place is not None:
                self._cut(line.item, lines[place].id)

        title = say("review.cut-which", amount=money(check.offers_cut))
        self.app.push_screen(PickBox(title, options), picked)
        return True

    def _cut(self, check: str, line: str) -> None:
        problem = self._edit(partial(offers.take_offer, self.desk, self.key, check, line))
        self._say_problem(problem)
        if not problem and self.sheet.go_to("cut", line):
            self.editor.show(self._subject())
            self.editor.begin()
