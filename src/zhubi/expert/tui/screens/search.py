"""搜索: one line to type into, and at once every place on this machine that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from zhubi.expert.desk import search
from zhubi.expert.tui import routes
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.looks import look
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.measure import CUT_MARK, cut, size_words, wrap
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zhubi.expert.desk.searchviews import IndexState, SearchHit, SearchResults, Span

_PAUSE = 0.06
"""Seconds without a key after which what was typed is searched: a word an input method sends comes whole."""
_LOOK_AGAIN = 1.0
_BEFORE = 6
"""Letters shown before the first word that was found, where there is little room."""


def marked_pieces(text: str, marks: Sequence[Span]) -> list[Piece]:
    """The text in pieces, what was found in its own look."""
    pieces: list[Piece] = []
    at = 0
    for start, end in marks:
        if start > at:
            pieces.append((text[at:start], ""))
        if end > max(start, at):
            pieces.append((text[max(start, at) : end], "mine"))
        at = max(at, end)
    if at < len(text):
        pieces.append((text[at:], ""))
    return pieces


def shortened(text: str, marks: Sequence[Span], cells: int) -> list[Piece]:
    """The pieces from shortly before what was found, in at most ``cells`` cells."""
    start = max(0, marks[0][0] - _BEFORE) if marks else 0
    shown = cut(text[start:], cells)
    kept = len(shown) if shown == text[start:] else len(shown) - len(CUT_MARK)
    moved = [(max(0, a - start), min(kept, b - start)) for a, b in marks if a - start < kept]
    return marked_pieces(shown, moved)


class HitRows(Rows):
    """One place a line: the project, where in its papers, and what stands there."""

    listed: tuple[SearchHit, ...] = ()

    def count_lines(self) -> int:
        return len(self.listed)

    def pieces(self, line: int, width: int) -> list[Piece]:
        hit = self.listed[line]
        code, where = min(12, width // 5), min(30, width // 4)
        pieces = [column(hit.code, code, "strong"), (" ", ""), column(hit.where, where, "quiet"), (" ", "")]
        return [*pieces, *shortened(hit.context, hit.marks, width - code - where - 2)]


class FoundText(Widget):
    """The place under the cursor with more of what stands around it, wrapped, the words in their own look."""

    DEFAULT_CSS = """
    FoundText { height: 3; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._marks: tuple[Span, ...] = ()

    def show(self, text: str, marks: tuple[Span, ...]) -> None:
        """Show another place."""
        self._text, self._marks = text, marks
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 3

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        width = self.size.width
        lines = wrap(self._text, width)
        if y >= len(lines):
            return Strip.blank(width, base)
        start = _places(self._text, lines)[y]
        here = [
            (max(0, a - start), min(len(lines[y]), b - start))
            for a, b in self._marks
            if a < start + len(lines[y]) and b > start
        ]
        segments = [
            Segment(text, base + look(self.app, name)) for text, name in marked_pieces(lines[y], here)
        ]
        return Strip(segments).adjust_cell_length(width, base)


def _places(text: str, lines: list[str]) -> list[int]:
    """Where each wrapped line begins in the text: wrapping leaves out no more than spaces."""
    found, at = [], 0
    for line in lines:
        at = max(at, text.find(line, at))
        found.append(at)
        at += len(line)
    return found


class SearchScreen(Page[None]):
    """Results come while one types; Enter goes to the place."""

    NAME = "search"
    CSS_PATH: ClassVar[Any] = [FIELDS, "search.tcss"]
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("enter", "choose", "open-hit", priority=True),
        Binding("up", "rows('move', -1)", show=False, id="search.up", priority=True),
        Binding("down", "rows('move', 1)", show=False, id="search.down", priority=True),
        Binding("pageup", "rows('page', -1)", show=False, id="search.page-up", priority=True),
        Binding("pagedown", "rows('page', 1)", show=False, id="search.page-down", priority=True),
        bound("escape", "back", "back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0
        self._waiting: Timer | None = None
        self._found: SearchResults | None = None
        self._state: IndexState | None = None

    def body(self) -> ComposeResult:
        yield Input(placeholder=say("search.hint"), max_length=200, select_on_focus=False)
        yield Prose(id="said")
        yield HitRows()
        yield Prose(id="place")
        yield FoundText()
        yield Prose(id="disk")

    def on_mount(self) -> None:
        # The line that is typed into keeps the focus: arrows and Enter work from there.
        self.query_one(HitRows).can_focus = False
        desk = self.desk

        def begin() -> IndexState:
            if self.zhubi.sync_by_itself:
                self.zhubi.keep_index()
            return search.index_state(desk)

        self.errand(begin, self._show_state)
        self.set_interval(_LOOK_AGAIN, self._look_again)
        self._show(None)

    def begin_again(self) -> None:
        """Type something else."""
        typed = self.query_one(Input)
        typed.focus()
        typed.select_all()

    # Searching

    @on(Input.Changed)
    def _typed(self, _message: Input.Changed) -> None:
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(_PAUSE, self._search)

    def _search(self) -> None:
        self._waiting = None
        self._asked += 1
        number, desk, text = self._asked, self.desk, self.query_one(Input).value
        if not text.strip():
            self._show(None)
            return

        def done(found: SearchResults) -> None:
            if number == self._asked:
                self._show(found)

        def failed(sentence: str) -> None:
            if number == self._asked:
                self.query_one("#said", Prose).say((sentence, "bad"))

        self.errand(
            lambda: search.search(desk, text, stale=lambda: number != self._asked),
            done, failed, group="search",
        )  # fmt: skip

    def desk_changed(self) -> None:
        self._search()

    def _look_again(self) -> None:
        """While the index is being written, what is there now may be more than a moment ago."""
        if self._state is None or self._state.whole or self.app.screen is not self:
            return
        desk = self.desk
        self.errand(lambda: search.index_state(desk), self._grown, group="search-state")

    def _grown(self, state: IndexState) -> None:
        before = self._state
        self._show_state(state)
        if self._found is not None and before is not None and before.done != state.done:
            self._search()

    # Showing

    def _show(self, found: SearchResults | None) -> None:
        rows = self.query_one(HitRows)
        same = found is not None and self._found is not None and found.text == self._found.text
        self._found = found
        rows.listed = found.hits if found is not None else ()
        if not same:
            rows.cursor = 0
            rows.scroll_to(y=0, animate=False)
        rows.reload()
        if found is not None:
            self._show_state(found.state)
        self._say(found)
        self._show_place()

    def _say(self, found: SearchResults | None) -> None:
        said: list[tuple[str, str]] = []
        if found is None:
            said.append((say("search.empty"), "quiet"))
        elif not found.asked:
            said.append((say("search.marks-only"), "warn"))
        elif found.hits:
            key = "search.count-more" if found.more else "search.count"
            took = max(1, round(found.seconds * 1000))
            said.append((say(key, count=found.total, milliseconds=took), "quiet"))
        elif found.more:
            said.append((say("search.unfinished"), "warn"))
        else:
            said.append((say("search.nothing", text=cut(found.text.strip(), 40)), "warn"))
        self.query_one("#said", Prose).say(*said)

    def _show_state(self, state: IndexState) -> None:
        self._state = state
        if not state.total:
            said = (say("search.none-readable"), "quiet")
        elif state.whole:
            said = (say("search.disk", pages=state.pages, size=size_words(state.bytes)), "quiet")
        elif state.working:
            said = (say("search.building", done=state.done, total=state.total), "warn")
        else:
            said = (say("search.incomplete", missing=state.total - state.done), "warn")
        self.query_one("#disk", Prose).say(said)

    def on_rows_moved(self, _message: Rows.Moved) -> None:
        self._show_place()

    def _show_place(self) -> None:
        hit = self._hit
        place, text = self.query_one("#place", Prose), self.query_one(FoundText)
        if hit is None:
            place.say("")
            text.show("", ())
            return
        kind = say(f"search.kind.{hit.kind}")
        place.say((f"{hit.code} {hit.title}", "strong"), (f"{kind} | {hit.where}", "quiet"))
        text.show(hit.context, hit.marks)

    @property
    def _hit(self) -> SearchHit | None:
        rows = self.query_one(HitRows)
        return rows.listed[rows.cursor] if rows.cursor < len(rows.listed) else None

    # Acts

    def action_rows(self, how: str, step: int) -> None:
        """Another place in the list."""
        rows = self.query_one(HitRows)
        if how == "move":
            rows.action_move(step)
        else:
            rows.action_page(step)

    def action_choose(self) -> None:
        """Go to the place under the cursor."""
        hit = self._hit
        if hit is not None:
            routes.lead_to(self.zhubi, hit.key, hit.line, hit.passage)

    def on_rows_chosen(self, _message: Rows.Chosen) -> None:
        self.action_choose()

    def action_back(self) -> None:
        """Back."""
        self.app.pop_screen()
