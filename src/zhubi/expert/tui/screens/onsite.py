"""现场核验: values against the task book, how one worked, one's opinion. Digits, arrows, Space, Enter and Tab."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import onsite, review, undo
from zhubi.expert.tui import edits, routes, times
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.boxes import LineBox
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.printing import offer_print
from zhubi.expert.tui.signingin import offer_sign_in
from zhubi.expert.tui.subjects import subject_of
from zhubi.expert.tui.widgets.editor import Editor, Subject
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.onsiterows import OnSiteRows
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Rows
from zhubi.expert.tui.widgets.sheetlines import SheetLine, name_of_missing
from zhubi.locale import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from zhubi.expert.desk.onsite import OnSiteView
    from zhubi.expert.desk.sheetviews import MethodRow, SheetState
    from zhubi.expert.desk.views import ReviewKey

_SUPPORTED: Final = frozenset({"indicator", "finding", "question"})
VENUE: Final = "high-contrast"
"""The theme for a factory floor: what is chosen elsewhere comes back when the screen is left."""
_LINE_OF_MISSING: Final = {
    "score": "score", "comment": "score", "answer": "question", "finding": "finding", "indicator": "indicator",
    "recommendation": "recommendation", "opinion": "opinion", "words": "check",
}  # fmt: skip


class OnSiteScreen(Page[None]):
    """One project where it is: the same sheet as on the review screen, in the order of a visit."""

    NAME = "onsite"
    CSS_PATH: ClassVar[Any] = [FIELDS, "onsite.tcss"]
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("f10", "sign_in", "sign-in", priority=True),
        bound("f6", "review", "whole-review", priority=True),
        bound("ctrl+n", "next_missing", "next-missing", priority=True),
        bound("ctrl+g", "submit", "submit", priority=True),
        bound("ctrl+e", "evidence", "evidence", priority=True),
        bound("ctrl+z", "undo", "undo", show=False, priority=True),
        bound("ctrl+y", "redo", "redo", show=False, priority=True),
        bound("f3", "trail", "trail", show=False),
        bound("escape", "back", "back"),
    ]
    ACTS: ClassVar[tuple[Act, ...]] = (
        Act("other-method", "screen.other_method"), Act("print", "screen.print"),
    )  # fmt: skip

    def __init__(self, key: ReviewKey) -> None:
        super().__init__()
        self.key = key
        self._view: OnSiteView | None = None
        self._state: SheetState | None = None
        self._busy = False
        self._edits = 0

    def body(self) -> ComposeResult:
        yield OneLine(id="there")
        yield Prose((say("tui.review.opening"), "quiet"), id="opening")
        yield Vertical(id="filling")

    def on_mount(self) -> None:
        self.app.theme = VENUE
        self._open()

    def on_unmount(self) -> None:
        self.app.theme = self.zhubi.settings.theme

    @property
    def sheet(self) -> OnSiteRows:
        """The table and what follows it."""
        return self.query_one(OnSiteRows)

    @property
    def editor(self) -> Editor:
        """What is said in words."""
        return self.query_one(Editor)

    # Opening

    def _open(self) -> None:
        self._busy = True
        desk, key, before = self.desk, self.key, self._edits

        async def opened(view: OnSiteView) -> None:
            if self._edits != before:
                self._open()  # something was typed meanwhile: what was read is older than what stands here
            else:
                await self._opened(view)

        self.errand(lambda: onsite.open_on_site(desk, key), opened, self._not_opened, group="onsite")

    def _not_opened(self, sentence: str) -> None:
        self._busy = False
        self.query_one("#opening", Prose).say((sentence, "bad"), "", (say("tui.review.go-back"), "quiet"))

    async def _opened(self, view: OnSiteView) -> None:
        self._busy = False
        self._view = view
        found = view.review
        self.set_heading(f"{say('tui.title.onsite')} {found.row.code} {found.row.title}")
        filling = self.query_one("#filling", Vertical)
        opening = self.query_one("#opening", Prose)
        opening.display = bool(found.content_problem)
        opening.say((found.content_problem, "bad"))
        if filling.children:
            self.editor.set_locked(found.read_only)
        else:
            await filling.mount(
                OnSiteRows(found.kind, found.state, self, id="sheet"),
                Editor(self._write, self._leave_editor, locked=found.read_only),
                OneLine(id="missing"),
            )
            self.set_focus(self.sheet)
        self._take(found.state)
        self._say_there()

    def _say_there(self) -> None:
        if self._view is None:
            return
        there, row = self._view.attendance, self._view.review.row
        own = say(f"onsite.own-{there.state}")
        if there.state == "refused":
            own = say("onsite.refused", why=there.why_refused)
        left = f"{there.sentence} | {own}" if there.expected else self._view.review.round_title
        saved = self._state.saved_at if self._state is not None else None
        kept = say("tui.review.saved", at=times.to_the_second(saved)) if saved is not None else ""
        right = say(f"desk.stage.{row.stage}") if self._view.review.read_only else kept
        look = {"none": "warn", "refused": "bad"}.get(there.state, "") if there.expected else ""
        self.query_one("#there", OneLine).say(left, right, left_look=look, right_look="good")

    def _subject(self) -> Subject:
        line = self.sheet.line
        if self._state is None or line is None:
            return Subject("", "")
        if line.kind == "indicator":
            # The value that was seen is typed in the table itself.
            return replace(subject_of(line, self._state), line_label=None)
        if line.kind != "methods":
            return subject_of(line, self._state)
        method = self.sheet.method
        if method is None:
            return Subject("method", "", ((say("onsite.other-hint"), "quiet"),))
        guide = ((method.name, "strong"), (say("onsite.method-hint"), "quiet"))
        basis = ((say("tui.edit.basis", basis=method.basis), "quiet"),) if method.basis else ()
        return Subject(
            "method", method.id, (*guide, *basis), words_label=say("onsite.method-words"), words=method.words
        )

    def _take(self, state: SheetState) -> None:
        self._state = state
        self.sheet.show(state)
        self.editor.show(self._subject())
        self._say_there()
        self._say_missing()

    def _say_missing(self) -> None:
        state, view = self._state, self._view
        if state is None or view is None:
            return
        line = self.query_one("#missing", OneLine)
        required = [each for each in state.missing if each.required]
        if view.review.read_only:
            line.say(say("tui.review.read-only"), left_look="quiet")
        elif required:
            names = say("tui.list-comma").join(name_of_missing(state, each) for each in required)
            line.say(say("tui.review.missing", count=len(required), what=names), left_look="warn")
        else:
            line.say(say("tui.review.complete"), left_look="good")

    # What is typed: see ``Filler``

    def _edit(self, work: Callable[[], SheetState | None]) -> str:
        """Do an edit; gives what is wrong with it, or nothing."""
        if self._view is None or self._view.review.read_only:
            return say("tui.review.locked")
        try:
            state = work()
        except (ZhubiError, OSError) as problem:
            return self.zhubi.sentence(problem)
        if state is not None:
            self._edits += 1
            self._take(state)
        return ""

    def _say_problem(self, problem: str) -> None:
        if problem:
            self.zhubi.say_problem(problem)

    def typed(self, line: SheetLine, text: str, before: str, *, done: bool) -> str:
        """A value, points or a number as it stands after a key."""
        state = self._state
        if state is None or (not done and text.endswith(".")):
            return ""
        if line.kind == "indicator":
            return self._edit(partial(onsite.set_observed, self.desk, self.key, line.item, text, state))
        write = partial(edits.type_value, self.desk, self.key, line, state)
        problem = self._edit(partial(write, text))
        if problem:
            self._edit(partial(write, before))
            self.query_one("#missing", OneLine).say(problem, left_look="bad")
        return problem

    def picked(self, line: SheetLine, value: str) -> None:
        """A choice by its value; of the ways of working, the one of that number."""
        state = self._state
        if state is None:
            return
        if line.kind == "methods":
            found = next((each for each in self.sheet.methods if each.id == value), None)
            self._turn(found)
        else:
            self._say_problem(self._edit(partial(edits.pick, self.desk, self.key, line, state, value)))

    def toggled(self, line: SheetLine) -> None:
        """Space: a way of working, or what does not apply."""
        state = self._state
        if state is None:
            return
        if line.kind == "methods":
            self._turn(self.sheet.method)
        else:
            self._say_problem(self._edit(partial(edits.toggle, self.desk, self.key, line, state)))

    def _turn(self, method: MethodRow | None) -> None:
        if method is None:
            self.action_other_method()
            return
        done = not method.done
        self._say_problem(
            self._edit(partial(onsite.set_method, self.desk, self.key, method.id, done, method.words))
        )

    def words_wanted(self, line: SheetLine) -> None:
        """Tab: into the editor, past the value that is typed in the table."""
        if not self.editor.begin(in_text=line.kind == "indicator"):
            self.sheet.action_move(1)

    def _write(self, subject: Subject, line: str, words: str) -> None:
        state = self._state
        if state is None:
            return
        work: Callable[[], SheetState | None]
        if subject.kind == "method":
            done = next((each.done for each in self.sheet.methods if each.id == subject.item), False)
            work = partial(
                onsite.set_method, self.desk, self.key, subject.item, done or bool(words.strip()), words
            )
        else:
            if subject.kind == "indicator":
                line = next(each.observed for each in state.indicators if each.id == subject.item)
            work = partial(edits.write, self.desk, self.key, subject, state, line, words)
        self._say_problem(self._edit(work))

    def _leave_editor(self, forward: bool) -> None:
        self.set_focus(self.sheet)
        self.editor.show(self._subject())
        if forward:
            self.sheet.action_move(1)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        if self._state is not None and message.rows is self.sheet:
            self.editor.show(self._subject())

    def on_on_site_rows_turned(self, _message: OnSiteRows.Turned) -> None:
        if self._state is not None:
            self.editor.show(self._subject())

    # Acts

    def action_other_method(self) -> None:
        """Note a way of working that is not listed."""
        if self._view is None or not self._view.review.kind.methods_open:
            return

        def named(name: str | None) -> None:
            if name and name.strip():
                self._say_problem(self._edit(partial(onsite.set_method, self.desk, self.key, name, True)))

        self.app.push_screen(LineBox(say("tui.act.other-method"), "", say("onsite.other-hint")), named)

    def action_print(self) -> None:
        """现场考察表, or the forms of the round, as a PDF."""
        offer_print(self.zhubi, self.key, self.key.round)

    def action_sign_in(self) -> None:
        """签到: for this project, or for all of the round."""
        if self._view is None:
            return
        offer_sign_in(self.zhubi, self.key, self._view.attendance)

    def action_next_missing(self) -> None:
        """To the next required item that is missing."""
        state = self._state
        required = [each for each in state.missing if each.required] if state is not None else []
        if state is None or not required:
            self.zhubi.say_done(say("tui.review.complete"))
            return
        self.editor.flush()
        self.set_focus(self.sheet)
        line = self.sheet.line
        here = [
            place
            for place, each in enumerate(required)
            if line is not None
            and _LINE_OF_MISSING.get(each.what) == line.kind
            and each.item in (line.item, "")
        ]
        missing = required[(here[0] + 1) % len(required) if here else 0]
        kind = _LINE_OF_MISSING.get(missing.what, "")
        if not kind or not (self.sheet.go_to(kind, missing.item) or self.sheet.go_to(kind, "")):
            routes.open_review(
                self.zhubi, self.key, ("cut" if missing.what == "cuts" else "fact", missing.item)
            )
            return
        self.editor.show(self._subject())

    def action_evidence(self) -> None:
        """The evidence on this sheet, and more of it for the line in view."""
        from zhubi.expert.tui.screens.evidence import EvidenceBox

        if self._view is None:
            return
        self.editor.flush()
        line = self.sheet.line
        about = f"{line.kind}:{line.item}" if line is not None and line.kind in _SUPPORTED else ""
        self.app.push_screen(EvidenceBox(self.key, about, locked=self._view.review.read_only))

    def action_undo(self) -> None:
        """Take the last edit back."""
        self._turn_back(undo.undo, say("review.nothing-to-undo"))

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._turn_back(undo.redo, say("review.nothing-to-redo"))

    def _turn_back(self, act: Callable[..., Any], nothing: str) -> None:
        if self._view is None or self._view.review.read_only:
            return
        self.editor.flush()
        self.set_focus(self.sheet)
        self.sheet.drop_typing()
        found = self.zhubi.attempt(lambda: act(self.desk, self.key))
        if found is None:
            return
        state, view = found
        if view is None:
            self.zhubi.say_done(nothing)
            return
        self._edits += 1
        self._state = state
        self.sheet.show(state)
        self.sheet.go_to(
            "methods" if view.line == "method" else view.line,
            "methods" if view.line == "method" else view.item,
        )
        self.editor.become(self._subject())
        self._take(state)
        self.zhubi.say_done(view.sentence)

    def action_review(self) -> None:
        """The whole review with its papers; Esc comes back here."""
        if self._view is not None:
            self.editor.flush()
            line = self.sheet.line
            at = (line.kind, line.item) if line is not None and line.kind != "methods" else None
            routes.open_review(self.zhubi, self.key, at)

    def action_submit(self) -> None:
        """Sign and hand in."""
        if self._view is not None:
            self.editor.flush()
        routes.open_submit(self.zhubi, self.key.round, self.key)

    def action_trail(self) -> None:
        """The story of this project."""
        routes.open_trail(self.zhubi, self.key)

    def action_back(self) -> None:
        """Back; everything is kept."""
        if self._view is not None:
            self.editor.flush()
            if not self._view.review.read_only:
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
