"""Projects side by side as lines: short items in columns beside their label, long texts in columns below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from zhubi.core.model.text import fold_digits
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.looks import look
from zhubi.expert.tui.widgets.measure import fit, wrap
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.roundviews import ComparedRow, CompareView

_TYPED_CHARACTERS: Final = "0123456789."
_LONGEST_TYPED: Final = 12
_MARK: Final = 2


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line. ``texts`` is what stands in each project's column; ``label`` what stands before or above them."""

    kind: str
    label: str = ""
    texts: tuple[str, ...] = ()
    row: ComparedRow | None = None
    differs: bool = False


class ScoreFiller(Protocol):
    """Who takes points that are typed side by side. Called at once, so that keys do not overtake each other."""

    def typed(self, row: ComparedRow, place: int, text: str, before: str, *, done: bool) -> str:
        """Points as they stand after a key, of the project in ``place``; gives what is wrong with them, or nothing."""
        ...

    def closed(self, place: int) -> None:
        """Points were typed for a project that takes none."""
        ...


@lru_cache(maxsize=600)
def _wrapped(text: str, cells: int) -> tuple[str, ...]:
    # A key in one cell draws everything again; the texts of the papers stay what they are.
    return tuple(wrap(text, cells))


def label_width(width: int) -> int:
    """The cells of the label beside short items."""
    return 20 if width < 100 else 30


def column_width(width: int, projects: int, *, beside_label: bool) -> int:
    """The cells of one project's column, the gap behind it included."""
    room = width - _MARK - (label_width(width) if beside_label else 0)
    return max(8, room // projects)


def lines_of(view: CompareView, width: int, *, only_different: bool) -> Iterator[ComparedLine]:
    """All lines in ``width`` cells."""
    for part in view.parts:
        rows = [each for each in part.rows if each.differs or not only_different]
        if rows:
            yield ComparedLine("head", part.heading)
        for row in rows:
            yield from _of_row(row, width, len(view.keys))


def _of_row(row: ComparedRow, width: int, projects: int) -> Iterator[ComparedLine]:
    if row.long:
        yield ComparedLine("label", row.label, (), row, row.differs)
        cells = column_width(width, projects, beside_label=False)
        yield from (ComparedLine("text", "", texts, row) for texts in _beside(row.values, cells - 2))
        return
    cells = column_width(width, projects, beside_label=True)
    labels = _wrapped(row.label, label_width(width) - 2)
    found = list(_beside(row.values, cells - 2))
    for place in range(max(len(labels), len(found))):
        yield ComparedLine(
            row.kind if place == 0 else "more",
            labels[place] if place < len(labels) else "",
            found[place] if place < len(found) else ("",) * projects,
            row,
            row.differs and place == 0,
        )


def _beside(values: Sequence[str], cells: int) -> Iterator[tuple[str, ...]]:
    wrapped = [_wrapped(each or "--", cells) for each in values]
    for line in range(max(len(each) for each in wrapped)):
        yield tuple(each[line] if line < len(each) else "" for each in wrapped)


class ComparedHead(Widget):
    """The projects' names; the one that Enter opens has a mark."""

    DEFAULT_CSS = "ComparedHead { height: 2; }"

    def __init__(self, rows: ComparedRows) -> None:
        super().__init__()
        self._rows = rows

    def render_line(self, y: int) -> Strip:
        width, view = self.size.width, self._rows.view
        if view is None:
            return Strip.blank(width, self.rich_style)
        inner = self._rows.inner_width
        cells = column_width(inner, len(view.keys), beside_label=True)
        segments = [Segment(" " * (2 + _MARK + label_width(inner)), self.rich_style)]
        for place, name in enumerate(view.names):
            here = place == self._rows.place
            lines = _wrapped(name, cells - 3)
            text = lines[y] if y < len(lines) else ""
            if y == 1 and len(lines) > 2:
                text = "".join(lines[1:])
            mark = ">" if here and y == 0 else " "
            style = self.rich_style + look(self.app, "mine" if here else "strong")
            segments.append(Segment(mark + fit(text, cells - 2) + " ", style))
        return Strip(segments).adjust_cell_length(width, self.rich_style)


class ComparedRows(Rows):
    """Shows a ``CompareView``. ``place`` is the project that is typed for and that Enter opens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("enter", "choose", "open-project"),
        Binding("up", "step(-1)", show=False, id="compare.up"),
        Binding("down", "step(1)", show=False, id="compare.down"),
        Binding("left", "side(-1)", show=False, id="compare.left"),
        Binding("right", "side(1)", show=False, id="compare.right"),
        Binding("backspace", "rub", show=False, id="compare.rub"),
    ]

    place: reactive[int] = reactive(0, repaint=False)

    def __init__(self, filler: ScoreFiller) -> None:
        super().__init__()
        self._filler = filler
        self.view: CompareView | None = None
        self.only_different = False
        self._listed: tuple[ComparedLine, ...] = ()
        self._typing: tuple[str, str] | None = None
        self._before = ""

    @property
    def inner_width(self) -> int:
        """The cells that a line has beside the cursor's mark."""
        return max(30, self.scrollable_content_region.width - 2)

    def show(self, view: CompareView) -> None:
        """Show other values or other projects; the cursor stays with its item."""
        here = self.line
        self.view = view
        self.place = min(self.place, len(view.keys) - 1)
        self._listed = tuple(lines_of(view, self.inner_width, only_different=self.only_different))
        self.reload()
        if here is not None and here.row is not None:
            self._stand_on(here)
        self.draw()

    def _stand_on(self, here: ComparedLine) -> None:
        assert here.row is not None
        wanted = (here.row.kind, here.row.item)
        now = self.line
        if now is not None and now.row is not None and (now.row.kind, now.row.item) == wanted:
            return
        for place, line in enumerate(self._listed):
            if line.row is not None and (line.row.kind, line.row.item) == wanted:
                self.cursor = place
                return

    def draw(self) -> None:
        """Draw everything again, the head too."""
        self.refresh()
        for each in self.screen.query(ComparedHead):
            each.refresh()

    def on_resize(self, event: events.Resize) -> None:
        if self.view is not None:
            self.show(self.view)
        super().on_resize(event)

    def count_lines(self) -> int:
        return len(self._listed)

    def selectable(self, line: int) -> bool:
        return 0 <= line < len(self._listed) and self._listed[line].kind != "head"

    @property
    def line(self) -> ComparedLine | None:
        """The line under the cursor."""
        return self._listed[self.cursor] if self.selectable(self.cursor) else None

    def pieces(self, line: int, width: int) -> list[Piece]:
        found = self._listed[line]
        if found.kind == "head":
            return [column(found.label, width, "head")]
        mark = ("* " if found.differs else "  ", "warn")
        if found.kind == "label":
            return [mark, column(found.label, width - _MARK, "strong")]
        beside = found.kind != "text"
        cells = column_width(width, max(1, len(found.texts)), beside_label=beside)
        pieces: list[Piece] = [mark]
        if beside:
            pieces += [column(found.label, label_width(width) - 1, "quiet"), (" ", "")]
        for place, text in enumerate(found.texts):
            here = line == self.cursor and place == self.place and found.kind == "score"
            pieces.append(self._value(text, cells, here))
        return pieces

    def _value(self, text: str, cells: int, here: bool) -> Piece:
        if not here:
            return fit(f" {text}", cells), ""
        if self._typing is not None:
            return fit(f"[{self._typing[0]}_]", cells), "bad" if self._typing[1] else ""
        return fit(f"[{text}]", cells), ""

    def watch_place(self, old: int, new: int) -> None:
        if self.is_mounted:
            self.draw()
            self.post_message(self.Moved(self, self.cursor))

    # Typing

    async def on_key(self, event: events.Key) -> None:
        focused = self.screen.focused
        if focused is not None and focused is not self:
            # This key was on its way when an earlier one moved the focus: it belongs to what has it now.
            event.stop()
            focused.post_message(events.Key(event.key, event.character))
            return
        moves = self._bindings.key_to_bindings.get(event.key)
        if moves:
            event.stop()
            await self.run_action(moves[0].action)
            return
        character = fold_digits(event.character) if event.character and event.is_printable else ""
        if len(character) == 1 and character in _TYPED_CHARACTERS:
            event.stop()
            event.prevent_default()
            self._type((self._typing[0] if self._typing else "") + character)

    def _type(self, text: str) -> None:
        line = self.line
        if line is None or line.kind != "score" or line.row is None:
            return
        if not line.row.open[self.place]:
            self._filler.closed(self.place)
            return
        text = text[:_LONGEST_TYPED]
        if self._typing is None:
            self._before = line.row.values[self.place]
        problem = self._filler.typed(line.row, self.place, text, self._before, done=False)
        self._typing = (text, problem)
        self._draw_line(self.cursor)

    def action_rub(self) -> None:
        """Take back the last character; without typing, begin with what stands there."""
        line = self.line
        if line is not None and line.row is not None and line.kind == "score":
            self._type((self._typing[0] if self._typing is not None else line.row.values[self.place])[:-1])

    def _leave(self) -> bool:
        line = self.line
        if self._typing is None or line is None or line.row is None:
            self._typing = None
            return True
        text = self._typing[0]
        problem = self._filler.typed(line.row, self.place, text, self._before, done=True)
        self._typing = (text, problem) if problem and self.has_focus else None
        self._draw_line(self.cursor)
        return not problem

    def on_blur(self) -> None:
        self._leave()

    def action_choose(self) -> None:
        """While points are typed: take them and go on to the next project; else open the project."""
        if self._typing is None:
            super().action_choose()
        elif self._leave() and self.view is not None:
            if self.place + 1 < len(self.view.keys):
                self.place += 1
            else:
                self.place = 0
                self._to_next_score()

    def _to_next_score(self) -> None:
        for place in range(self.cursor + 1, len(self._listed)):
            if self._listed[place].kind == "score":
                self.cursor = place
                return

    def action_step(self, step: int) -> None:
        """One line up or down."""
        if self._leave():
            self.action_move(step)

    def action_side(self, step: int) -> None:
        """The project to the side."""
        if self.view is not None and self._leave():
            self.place = max(0, min(self.place + step, len(self.view.keys) - 1))

    def action_page(self, direction: int) -> None:
        if self._leave():
            super().action_page(direction)

    def action_edge(self, direction: int) -> None:
        if self._leave():
            super().action_edge(direction)


def shown_words(first: int, shown: int, count: int) -> str:
    """Which of the projects are in view."""
    if shown == count:
        return say("compare.all-shown", count=count)
    return say("compare.shown", first=first + 1, last=first + shown, count=count)
