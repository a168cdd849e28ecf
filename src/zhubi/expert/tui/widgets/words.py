"""Where words are written: a text that is drawn a line at a time, however long its paragraphs are."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.document._document import EditResult, Location
from textual.document._edit import Edit
from textual.strip import Strip
from textual.widgets import TextArea

from zhubi.core.model.text import clean_text


class WordsArea(TextArea):
    """A text that Tab leaves forward and Esc leaves back, and that lets no key overtake another.

    It takes back nothing by itself: what can be taken back is the sheet's, and reaches over all of it.
    """

    def __init__(self, leave: Callable[[bool], None], written: Callable[[], None]) -> None:
        super().__init__(
            soft_wrap=True, tab_behavior="focus", show_line_numbers=False, highlight_cursor_line=False
        )
        self.match_cursor_bracket = False
        self._leave = leave
        self._written = written

    async def _on_key(self, event: events.Key) -> None:
        focused = self.screen.focused
        if focused is not None and focused is not self:
            event.stop()
            event.prevent_default()
            focused.post_message(events.Key(event.key, event.character))
        elif event.key in ("tab", "escape", "shift+tab"):
            event.stop()
            event.prevent_default()
            self._leave(event.key == "tab")
        else:
            await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        # Word processors paste CR LF, tabs and unseen characters; paragraphs stay, the rest is cleaned here.
        event.prevent_default()
        event.stop()
        self.put(clean_text(event.text))

    def edit(self, edit: Edit) -> EditResult:
        result = super().edit(edit)
        # At once, and not when the message of the change arrives: what follows is then drawn with it, in one frame.
        self._written()
        return result

    def put(self, words: str) -> None:
        """Put words in the place of what is selected, or at the caret, which then stands behind them."""
        if not self.read_only:
            result = self.replace(words, *self.selection)
            self.move_cursor(result.end_location)

    def become(self, words: str) -> None:
        """Show other words, the caret behind the place where they begin to be others."""
        before = self.text
        if words == before:
            return
        front, shorter = 0, min(len(before), len(words))
        while front < shorter and before[front] == words[front]:
            front += 1
        back = 0
        while back < shorter - front and before[-1 - back] == words[-1 - back]:
            back += 1
        self.load_text(words)
        self.move_cursor(self.place_of(len(words) - back))

    def place_of(self, index: int) -> Location:
        """The row and column of a character of the text."""
        before = self.text[:index]
        return before.count("\n"), len(before) - (before.rfind("\n") + 1)

    def action_undo(self) -> None:
        """Left to the sheet."""

    def action_redo(self) -> None:
        """Left to the sheet."""

    def _render_line(self, y: int) -> Strip:
        # Textual cuts the whole paragraph anew for every line it draws of it, which at 5,000 characters takes longer
        # than a key may. There is no syntax and no gutter here: one line is three or four plain pieces.
        theme: Any = self._theme
        base = (theme and theme.base_style) or self.rich_style
        wrapped = self.wrapped_document
        y += self.scroll_offset.y
        if y >= wrapped.height:
            return Strip.blank(self.size.width, base)
        row, section = wrapped._offset_to_line_info[y]
        line = self.document.get_line(row)
        ends = [0, *wrapped.get_offsets(row), len(line)]
        first, last = ends[section], ends[section + 1]
        # One more at the end of a paragraph, for the caret to stand on.
        text = line[first:last] + (" " if section + 2 == len(ends) else "")
        marks = [
            (max(start, first), min(end, first + len(text)), style) for start, end, style in self._marks(row)
        ]
        bounds = sorted(
            {first, first + len(text), *(each for mark in marks if mark[0] < mark[1] for each in mark[:2])}
        )
        pieces = []
        for start, end in pairwise(bounds):
            style = base
            for mark_start, mark_end, mark in marks:
                if mark_start <= start and end <= mark_end:
                    style = style + mark
            pieces.append(Segment(text[start - first : end - first], style))
        return Strip(pieces).adjust_cell_length(self.scrollable_content_region.width, base)

    def _marks(self, row: int) -> list[tuple[int, int, Style]]:
        """What is drawn otherwise in a paragraph, from and to which column: what is selected, and the caret."""
        theme: Any = self._theme
        if theme is None:
            return []
        marks = []
        (top_row, top), (bottom_row, bottom) = sorted(self.selection)
        if (
            self.selection.start != self.selection.end
            and top_row <= row <= bottom_row
            and theme.selection_style
        ):
            end = bottom if row == bottom_row else len(self.document.get_line(row)) + 1
            marks.append((top if row == top_row else 0, end, theme.selection_style))
        caret_row, caret = self.cursor_location
        if row == caret_row and self._draw_cursor and theme.cursor_style:
            marks.append((caret, caret + 1, theme.cursor_style))
        return marks
