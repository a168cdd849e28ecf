"""The list of assignments: ten or ten thousand, only those in view are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import overview
from zhubi.expert.tui.widgets.measure import fit
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey, Row

_BLOCK: Final = 48
"""Rows read at a time: more than a screen holds."""
_BLOCKS_KEPT: Final = 8
_ORDER, _CODE, _SCORE, _MISSING = 5, 11, 6, 5

_LOOKS: Final = {
    "submitted": "good", "signed": "warn", "returned": "warn", "refused": "bad", "overdue": "bad", "late": "warn",
    "disputed": "bad", "recused": "quiet", "declined": "quiet", "replaced": "quiet", "withdrawn": "quiet",
    "void": "quiet", "closed": "quiet", "purged": "quiet",
}  # fmt: skip


def _stage_width(width: int) -> int:
    return 21 if width < 100 else 26


def _title_width(width: int) -> int:
    return max(8, width - _ORDER - 1 - _CODE - _SCORE - _MISSING - 1 - _stage_width(width))


class AssignmentHead(Widget):
    """The names of the columns."""

    DEFAULT_CSS = "AssignmentHead { height: 1; color: $quiet; }"

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        inner = width - 3
        texts = [
            "  ", fit(say("tui.desk.column.order"), _ORDER, "right"), " ",
            fit(say("tui.desk.column.code"), _CODE), fit(say("tui.desk.column.title"), _title_width(inner)),
            fit(say("tui.desk.column.score"), _SCORE, "right"), fit(say("tui.desk.column.missing"), _MISSING, "right"),
            " ", fit(say("tui.desk.column.stage"), _stage_width(inner)),
        ]  # fmt: skip
        return Strip([Segment("".join(texts), self.rich_style)]).adjust_cell_length(width, self.rich_style)


class AssignmentRows(Rows):
    """One line an assignment. ``scope`` is a round, or None for all of them."""

    scope: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self._blocks: dict[int, tuple[Row, ...]] = {}
        self._count: int | None = None
        self.round_places: dict[str, int] = {}
        """Where several rounds are listed together: which is the first, which the second."""

    @property
    def _desk(self) -> Desk:
        return self.app.desk  # type: ignore[attr-defined, no-any-return]

    @property
    def _ticked(self) -> tuple[ReviewKey, ...]:
        return self.app.ticked  # type: ignore[attr-defined, no-any-return]

    def forget(self) -> None:
        """Read again what was read before."""
        self._blocks.clear()
        self._count = None

    def count_lines(self) -> int:
        if self._count is None:
            try:
                self._count = overview.row_count(self._desk, self.scope)
            except ZhubiError:
                self._count = 0
        return self._count

    def row(self, line: int) -> Row | None:
        """The assignment on this line; None where it cannot be read."""
        number, place = divmod(line, _BLOCK)
        block = self._blocks.get(number)
        if block is None:
            try:
                block = tuple(overview.rows(self._desk, self.scope, number * _BLOCK, _BLOCK))
            except ZhubiError:
                block = ()
            while len(self._blocks) >= _BLOCKS_KEPT:
                del self._blocks[next(iter(self._blocks))]
            self._blocks[number] = block
        return block[place] if place < len(block) else None

    @property
    def current(self) -> Row | None:
        """The assignment under the cursor."""
        return self.row(self.cursor) if self.cursor < self.count_lines() else None

    def _order(self, row: Row) -> str:
        place = self.round_places.get(row.round) if self.scope is None else None
        return str(row.order) if place is None else f"{place}-{row.order}"

    def pieces(self, line: int, width: int) -> list[Piece]:
        row = self.row(line)
        if row is None:
            return [column(say("tui.desk.unreadable"), width, "bad")]
        inner = width - 1
        look = _LOOKS.get(row.stage, "")
        title = row.title or say("tui.desk.before-commitment")
        missing = "--" if row.missing is None else str(row.missing) if row.missing else ""
        return [
            column(self._order(row), _ORDER, "quiet", right=True),
            ("*", "warn") if row.key in self._ticked else (" ", ""),
            column(row.code or "--", _CODE - 1, "quiet" if look == "quiet" else ""),
            (" ", ""),
            column(title, _title_width(inner) - 1, "quiet" if look == "quiet" or not row.title else ""),
            (" ", ""),
            column(row.score_text or "--", _SCORE, right=True),
            column(missing, _MISSING, "warn" if row.missing else "", right=True),
            (" ", ""),
            column(_stage(row), _stage_width(inner), look),
        ]


def _stage(row: Row) -> str:
    words = say(f"desk.stage.{row.stage}")
    if row.receipt_code and row.stage in ("submitted", "late", "closed"):
        return say("tui.desk.stage-receipt", stage=words, code=row.receipt_code)
    if row.flags:
        return f"{words} {say(f'desk.flag.{min(row.flags)}')}"
    return words
