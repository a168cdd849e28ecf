"""有何变化: what changed under the sheet, in words, and the choice between the new form and the one begun."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType

from zhubi.core.model.text import fold_digits
from zhubi.expert.desk import changes
from zhubi.expert.desk.changetelling import told
from zhubi.expert.tui import times
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.measure import wrap
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.changetelling import Told
    from zhubi.expert.desk.changeviews import ChangesView
    from zhubi.expert.desk.views import ReviewKey

_CHOICES = ("rules", "version", "keep", "back")


class ChangeRows(Rows):
    """Every difference, wrapped to the width; what asks for another look answers to the space bar."""

    OPENS = False

    def __init__(self) -> None:
        super().__init__()
        self._told: tuple[Told, ...] = ()
        self._lines: list[Told] = []

    def show(self, lines: tuple[Told, ...], *, anew: bool) -> None:
        """Show these; ``anew``: the cursor goes to the first that asks for another look, else to the first of all."""
        self._told = lines
        self._wrap(self.scrollable_content_region.width)
        self.reload()
        if anew and self._lines:
            self.cursor = next((number for number, each in enumerate(self._lines) if each[2]), 0)

    def _wrap(self, width: int) -> None:
        self._lines = []
        for text, name, place in self._told:
            if name == "head" and self._lines:
                self._lines.append(("", "", ""))
            lead = " " * (len(text) - len(text.lstrip(" ")) + 2)
            room = max(20, width - 2 - len(lead))
            first, *rest = wrap(text, room)
            self._lines += [(first, name, place), *((lead + each, name, place) for each in rest)]

    def on_resize(self, event: events.Resize) -> None:
        self._wrap(self.scrollable_content_region.width)
        super().on_resize(event)

    def count_lines(self) -> int:
        return len(self._lines)

    def selectable(self, line: int) -> bool:
        return bool(self._lines[line][0])

    def pieces(self, line: int, width: int) -> list[Piece]:
        text, name, _ = self._lines[line]
        return [column(text, width, name)]

    @property
    def place(self) -> str:
        """The place of the form under the cursor, where that asks for another look; else empty."""
        return self._lines[self.cursor][2] if self.cursor < len(self._lines) else ""


class ChangesScreen(Page[None]):
    """Digits choose; what is chosen can be gone back from."""

    NAME = "changes"
    CSS_PATH: ClassVar[Any] = [FIELDS, "changes.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("1", "choose('rules')", "adopt-rules", show=False),
        bound("2", "choose('version')", "adopt-version", show=False),
        bound("3", "choose('keep')", "keep-form", show=False),
        bound("4", "choose('back')", "form-back", show=False),
        bound("space", "looked", "looked-again"),
        bound("escape,f4", "back", "back"),
    ]
    ACTS: ClassVar[tuple[Act, ...]] = (Act("looked-at-all", "screen.looked_all"),)

    def __init__(self, key: ReviewKey) -> None:
        super().__init__()
        self._key = key
        self._view: ChangesView | None = None

    def body(self) -> ComposeResult:
        yield OneLine(id="summary")
        yield Prose((say("changes.comparing"), "quiet"), id="said")
        yield ChangeRows()
        yield Prose(id="choices")

    @property
    def rows(self) -> ChangeRows:
        """The differences."""
        return self.query_one(ChangeRows)

    def on_mount(self) -> None:
        self.query_one("#choices").display = False
        self._load()

    def desk_changed(self) -> None:
        self._load()

    def _load(self, said: tuple[str, str] | None = None, *, anew: bool = False) -> None:
        desk, key = self.desk, self._key
        self.errand(
            lambda: changes.changes(desk, key), lambda view: self._show(view, said, anew), self._failed
        )

    def _failed(self, sentence: str) -> None:
        self._say((sentence, "bad"))

    def _say(self, line: tuple[str, str] | None) -> None:
        shown = self.query_one("#said", Prose)
        shown.display = line is not None
        if line is not None:
            shown.say(line)

    def _show(self, view: ChangesView, said: tuple[str, str] | None, anew: bool) -> None:
        self._view = view
        self.set_heading(f"{say('tui.title.changes')} {view.code} {view.title}".rstrip())
        kept = say("changes.summary", sections=len(view.sections), again=len(view.look_again))
        self.query_one("#summary", OneLine).say(kept, left_look="strong")
        self._say(said)
        self.rows.show(told(view), anew=anew)
        self.rows.focus()
        offered = [say(f"changes.choice-{each}") for each in self._offered()]
        choices = self.query_one("#choices", Prose)
        choices.display = bool(offered)
        choices.say(*[(each, "mine") for each in offered])

    def _offered(self) -> list[str]:
        view = self._view
        if view is None:
            return []
        offered = {"rules": "rules" in view.may_adopt, "version": "version" in view.may_adopt,
                   "keep": view.may_keep, "back": bool(view.earlier)}  # fmt: skip
        return [each for each in _CHOICES if offered[each]]

    def on_key(self, event: events.Key) -> None:
        """Full-width digits choose as well."""
        digit = fold_digits(event.character or "")
        if digit != event.character and digit in ("1", "2", "3", "4"):
            event.stop()
            self.action_choose(_CHOICES[int(digit) - 1])

    def action_choose(self, what: str) -> None:
        """Move the sheet, keep it, or go back."""
        view = self._view
        if view is None or what not in self._offered():
            return
        desk, key = self.desk, self._key
        if what == "keep":
            self._do(lambda: changes.keep(desk, key), say("changes.kept-done"))
        elif what == "back":
            at = times.day_and_time(view.earlier[0].at)
            self._do(lambda: changes.go_back(desk, key), say("changes.back-done", at=at))
        elif what == "rules":
            self._do(lambda: changes.adopt(desk, key, "rules"), say("changes.adopted-rules"))
        else:
            self._do(lambda: changes.adopt(desk, key, "version"), say("changes.adopted-version"))

    def action_looked(self) -> None:
        """The place under the cursor had its other look."""
        place, view = self.rows.place, self._view
        name = next((each.name for each in view.look_again if each.place == place), "") if view else ""
        if name:
            desk, key = self.desk, self._key
            looked = say("changes.looked-done", name=name)
            self._do(lambda: changes.looked_again(desk, key, place), looked, anew=False)

    def action_looked_all(self) -> None:
        """Every place had its other look."""
        if self._view is not None and self._view.look_again:
            desk, key = self.desk, self._key
            self._do(lambda: changes.looked_again(desk, key), say("changes.looked-all"))

    def _do(self, work: Callable[[], object], sentence: str, *, anew: bool = True) -> None:
        self.errand(work, lambda _done: self._load((sentence, "good"), anew=anew), self._failed)

    def action_back(self) -> None:
        """Back."""
        self.app.pop_screen()
