"""The reader: chapters one after another, drawn line by line as they come into view."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.looks import look
from zhubi.expert.tui.widgets.readinglines import HEADING, Chapter, Shown
from zhubi.expert.tui.widgets.tablelines import sideways

_NOTED: Final = "*"
_HERE: Final = ">"
_ABOVE: Final = 3
"""How many lines above a place that was looked for are shown with it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in what is read: a chapter by its id, a row of it, and from which to which of that row's characters."""

    chapter: str
    row: int = HEADING
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Marked:
    """What is marked: where it begins, and its words."""

    chapter: Chapter
    row: int
    words: str


class Reader(ScrollView, can_focus=True):
    """Text that is only read. Left and right go from chapter to chapter, or across a wide table."""

    DEFAULT_CSS = """
    Reader { background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("enter", "screen.outline", "outline"),
        bound("left", "across(-1)", "chapter-back", show=False),
        bound("right", "across(1)", "chapter-on", show=False),
        Binding("shift+left", "chapter(-1)", show=False, id="reader.chapter-back"),
        Binding("shift+right", "chapter(1)", show=False, id="reader.chapter-on"),
        bound("shift+down", "mark(1)", "mark"),
        Binding("shift+up", "mark(-1)", show=False, id="reader.mark-up"),
        Binding("escape", "unmark", show=False, id="reader.unmark"),
        Binding("up", "scroll_up", show=False, id="reader.up"),
        Binding("down", "scroll_down", show=False, id="reader.down"),
        Binding("pageup", "turn(-1)", show=False, id="reader.page-up"),
        Binding("pagedown,space", "turn(1)", show=False, id="reader.page-down"),
        Binding("home", "scroll_home", show=False, id="reader.first"),
        Binding("end", "scroll_end", show=False, id="reader.last"),
    ]

    @dataclass
    class Moved(Message):
        """Something else stands at the top of what is shown."""

        reader: Reader

        @property
        def control(self) -> Reader:
            return self.reader

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chapters: list[Chapter] = []
        self._lines: list[Shown] = []
        self._starts: list[int] = []
        self._width = 0
        self._column = 0
        self._noted: frozenset[tuple[int, int]] = frozenset()
        self._found: Spot | None = None
        self._mark: tuple[Spot, Spot] | None = None
        self._held: Spot | None = None
        self._wanted: tuple[Spot, int] | None = None
        self._in_place: list[Shown] = []
        self._lit = range(0)
        self._base: Style | None = None
        self._settled = False
        self.moved_by_hand = False
        """Whether a key was pressed here since ``still``."""

    # What is read

    def read(self, chapters: list[Chapter], *, place: Spot | None = None) -> None:
        """Show other chapters, with ``place`` as the first line."""
        self.chapters = list(chapters)
        self._lines, self._starts = [], []
        self._width = self._column = 0
        self._found = self._mark = None
        self._wanted = None if place is None else (place, 0)
        self._settled = False
        self.virtual_size = Size(1, 0)
        self._scroll(0)
        self._lay_out()

    def add(self, chapters: list[Chapter]) -> None:
        """More chapters, each at its page. What is being read stays where it is on the screen."""
        last = self.chapters[-1].page if self.chapters else 0
        if self._width and all(each.page >= last for each in chapters):
            for chapter in chapters:
                self.chapters.append(chapter)
                self._put(chapter)
            self.virtual_size = Size(1, len(self._lines))
            self._go_where_wanted()
            self.refresh()
            return
        # Taken while the lines are still those of the chapters.
        top = self._top()
        self.chapters = sorted([*self.chapters, *chapters], key=lambda each: each.page)
        self._lay_out(anew=top)

    def _put(self, chapter: Chapter) -> None:
        self._starts.append(len(self._lines))
        self._lines.extend(chapter.lines(self._width))

    def _lay_out(self, *, anew: tuple[Spot | None, int] | None = None) -> None:
        width = self.scrollable_content_region.width - 1
        if width <= 0 or (width == self._width and anew is None):
            return
        spot, below = (anew or self._top()) if self._wanted is None else (None, 0)
        self._width = width
        self._lines, self._starts = [], []
        for chapter in self.chapters:
            self._put(chapter)
        self.virtual_size = Size(1, len(self._lines))
        if spot is not None:
            self._scroll(self._line_of(spot) - below)
        self._go_where_wanted()
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    # Places

    def _scroll(self, line: int) -> None:
        # Forced: text that has just outgrown the screen has no scroll bar yet, and would not be scrolled.
        self.scroll_to(y=max(0, line), animate=False, immediate=True, force=True)

    def _chapter_of(self, line: int) -> int:
        return max(0, bisect_right(self._starts, line) - 1)

    def _spot_of(self, line: int) -> Spot:
        shown = self._lines[line]
        return Spot(self.chapters[self._chapter_of(line)].id, shown.row, shown.start)

    def _line_of(self, spot: Spot) -> int:
        """The line on which a place stands; the first one of its chapter where it has no such row."""
        number = next((place for place, each in enumerate(self.chapters) if each.id == spot.chapter), None)
        if number is None or number >= len(self._starts):
            return 0
        best = first = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._lines)
        for line in range(first, end):
            shown = self._lines[line]
            if shown.row == spot.row != HEADING and (shown.start <= spot.start or best == first):
                best = line
        return best

    def _top(self) -> tuple[Spot | None, int]:
        """The first place in view that can be found again, and how many lines below the top it stands."""
        top = self.scroll_offset.y
        for line in range(top, len(self._lines)):
            if self._lines[line].row != HEADING or line in self._starts:
                return self._spot_of(line), line - top
        return None, 0

    @property
    def place(self) -> Spot | None:
        """The first place in view."""
        return self._top()[0]

    @property
    def chapter(self) -> int:
        """The chapter at the top of what is shown."""
        return self._chapter_of(self.scroll_offset.y)

    def go_to(self, chapter: int) -> None:
        """Scroll to a chapter."""
        if 0 <= chapter < len(self._starts):
            self._wanted = None
            self._scroll(self._starts[chapter])

    def show(self, spot: Spot, *, lit: bool = True, above: int = _ABOVE) -> None:
        """Lead to a place; ``lit``: and make it seen. A chapter that is still to come is gone to when it is there."""
        self._found = spot if lit else None
        self._wanted = (spot, above)
        self._go_where_wanted()
        self.refresh()

    def _go_where_wanted(self) -> None:
        if self._wanted is None or not self._width:
            return
        spot, above = self._wanted
        if any(each.id == spot.chapter for each in self.chapters):
            line = self._line_of(spot)
            start = self._starts[self._chapter_of(line)]
            top = max(line - above, min(start, line), 0)
            self._scroll(top)
            # As long as too little stands below it, it goes on being gone to while more arrives.
            if top <= self.max_scroll_y or self._settled:
                self._wanted = None

    @property
    def waiting(self) -> bool:
        """Whether a place is to be gone to that is not there yet."""
        return self._wanted is not None

    def settle(self) -> None:
        """No more will arrive."""
        self._settled = True
        self._go_where_wanted()

    def still(self) -> None:
        """From here on it shows whether the person moves on their own."""
        self.moved_by_hand = False

    def on_key(self, event: events.Key) -> None:
        # Who moves on their own is not pulled away any more when a page that was asked for arrives.
        self._wanted, self.moved_by_hand = None, True

    def on_mouse_scroll_down(self) -> None:
        self._wanted, self.moved_by_hand = None, True

    def on_mouse_scroll_up(self) -> None:
        self._wanted, self.moved_by_hand = None, True

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved(self))

    # Moving

    def action_chapter(self, step: int) -> None:
        """The next or the last chapter."""
        here = self.chapter
        if step < 0 and self._starts and self.scroll_offset.y > self._starts[here]:
            self.go_to(here)
        else:
            self.go_to(here + step)

    def action_across(self, step: int) -> None:
        """A column of a wide table to the side; elsewhere the next or the last chapter."""
        columns = self._columns_in_view()
        if columns:
            self._column = max(0, min(self._column + step, columns - 1))
            self.refresh()
        else:
            self.action_chapter(step)

    def _columns_in_view(self) -> int:
        top = self.scroll_offset.y
        return max((len(each.cells) for each in self._lines[top : top + self.size.height]), default=0)

    def action_turn(self, step: int) -> None:
        """A screenful on or back; the last line seen is seen again, and what a header in place covers is not lost."""
        height = max(1, self.size.height - 1 - len(self._header()))
        self.scroll_to(y=self.scroll_offset.y + step * height, animate=False)

    def _header(self) -> list[Shown]:
        """The lines of the header row of a table whose first lines are out of view."""
        top = self.scroll_offset.y
        if not self._starts or top >= len(self._lines) or self._lines[top].row < 1:
            return []
        number = self._chapter_of(top)
        if not self.chapters[number].table:
            return []
        first = self._starts[number]
        return [each for each in self._lines[first : first + 12] if each.row == 0][: self.size.height // 3]

    # Marking

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "unmark":
            return self._mark is not None or self._found is not None
        return super().check_action(action, parameters)

    def action_unmark(self) -> None:
        """Mark nothing any more."""
        self._mark = self._found = None
        self.refresh()

    def action_mark(self, step: int) -> None:
        """Mark a line of what is in view, then one more, or one less."""
        if self._mark is None:
            line = self._first_to_mark(step)
            if line is not None:
                self._mark = (self._spot_of(line), self._spot_of(line))
        else:
            anchor, end = self._mark
            line = self._next_text(self._line_of(end) + step, step)
            if line is not None:
                self._mark = (anchor, self._spot_of(line))
                self._keep_in_view(line)
        self.refresh()

    def _first_to_mark(self, step: int) -> int | None:
        top, height = self.scroll_offset.y, self.size.height
        if self._found is not None and top <= (line := self._line_of(self._found)) < top + height:
            return self._next_text(line, 1)
        return (
            self._next_text(top + len(self._header()), 1)
            if step > 0
            else self._next_text(top + height - 1, -1)
        )

    def _next_text(self, line: int, step: int) -> int | None:
        line = min(line, len(self._lines) - 1)
        while 0 <= line < len(self._lines):
            if self._lines[line].row != HEADING and self.chapters[self._chapter_of(line)].page:
                return line
            line += step
        return None

    def _keep_in_view(self, line: int) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if line < top + len(self._header()):
            self._scroll(line - len(self._header()))
        elif line >= top + height:
            self._scroll(line - height + 1)

    def _marked_lines(self) -> range:
        if self._mark is None:
            return range(0)
        first, last = sorted((self._line_of(self._mark[0]), self._line_of(self._mark[1])))
        return range(first, last + 1)

    @property
    def marked(self) -> Marked | None:
        """What is marked; what reaches into a next chapter is cut at the end of the first."""
        lines = self._marked_lines()
        if not lines:
            return None
        number = self._chapter_of(lines[0])
        chapter, words, last = self.chapters[number], "", HEADING
        for line in lines:
            shown = self._lines[line]
            if self._chapter_of(line) != number or shown.row == HEADING:
                continue
            if chapter.table:
                words += "" if shown.row == last else f"\n{chapter.row_text(shown.row)}"
            else:
                words += ("\n" if shown.row != last else _space(chapter, shown)) + shown.text
            last = shown.row
        return Marked(chapter, self._lines[lines[0]].row, words.strip())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        line = self._line_at(event.y)
        self._held = self._spot_of(line) if line is not None else None
        if self._mark is not None:
            self.action_unmark()
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        line = self._line_at(event.y)
        if self._held is None or line is None:
            return
        if self._mark is not None or self._spot_of(line) != self._held:
            self._mark = (self._held, self._spot_of(line))
            self._keep_in_view(line)
            self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._held = None
        self.release_mouse()

    def _line_at(self, y: int) -> int | None:
        return self._next_text(max(0, y + self.scroll_offset.y), 1)

    def show_notes(self, noted: frozenset[tuple[int, int]]) -> None:
        """Put a mark in the margin where a note stands: pages, and rows in them."""
        if noted != self._noted:
            self._noted = noted
            self.refresh()

    # Drawing

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._base = None

    def render_lines(self, crop: Region) -> list[Strip]:
        # The same for every line of one drawing; found anew for each it cost more than the lines.
        self._in_place, self._lit = self._header(), self._marked_lines()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self._base = self._base or self.rich_style
        header = self._in_place
        if y < len(header):
            shown = header[y]
            text = sideways(shown.cells, self._column, width - 1) if shown.cells else shown.text
            style = base + look(self.app, "strong")
            return Strip([Segment(" " + text, style)]).adjust_cell_length(width, style)
        line = y + self.scroll_offset.y
        if line >= len(self._lines):
            return Strip.blank(width, base)
        shown = self._lines[line]
        text = sideways(shown.cells, self._column, width - 1) if shown.cells else shown.text
        style = base + look(self.app, shown.look) if shown.look else base
        if line in self._lit:
            over = style + look(self.app, "cursor")
            return Strip([Segment(_HERE + text, over)]).adjust_cell_length(width, over)
        return Strip(self._pieces(line, shown, text, base, style)).adjust_cell_length(width, base)

    def _pieces(self, line: int, shown: Shown, text: str, base: Style, style: Style) -> list[Segment]:
        chapter = self.chapters[self._chapter_of(line)]
        spot = self._found
        if spot is not None and (spot.chapter, spot.row) == (chapter.id, shown.row) and text:
            first, last = max(0, spot.start - shown.start), spot.end - shown.start
            if chapter.table or spot.end <= spot.start:
                first, last = 0, len(text)
            if first < last and first < len(text):
                lit = style + look(self.app, "cursor")
                return [
                    Segment(_HERE, base + look(self.app, "mine")), Segment(text[:first], style),
                    Segment(text[first:last], lit), Segment(text[last:], style),
                ]  # fmt: skip
        if shown.start == 0 and (chapter.page, shown.row) in self._noted:
            return [Segment(_NOTED, base + look(self.app, "warn")), Segment(text, style)]
        return [Segment(" ", base), Segment(text, style)]


def _space(chapter: Chapter, shown: Shown) -> str:
    """The space that wrapping took from before a line."""
    row = chapter.row_text(shown.row)
    return " " if shown.start and row[shown.start - 1] == " " else ""
