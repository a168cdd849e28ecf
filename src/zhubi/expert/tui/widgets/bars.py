"""Bars that hold beside Chinese labels, in every font and under the cursor: ASCII, one character a cell.

Block characters would be eight times as exact, but a terminal set for Chinese may draw them two cells wide.
"""

from __future__ import annotations

from zhubi.expert.tui.widgets.rows import Piece


def bar(share: int, cells: int, *, plain: bool) -> list[Piece]:
    """A bar of ``share`` thousandths of ``cells``; anything above nothing is at least one cell."""
    filled = min(cells, max((cells * share + 500) // 1000, 1 if share > 0 else 0))
    return [(("#" if plain else "=") * filled, "bar"), ("." * (cells - filled), "quiet")]


def span(low: int, mean: int, high: int, cells: int) -> Piece:
    """A line from lowest to highest with the mean on it, all in thousandths: ``..===|==....``."""
    last = cells - 1
    first, middle, end = (min(last, last * each // 1000) for each in (low, mean, high))
    marks = ["=" if first <= place <= end else "." for place in range(cells)]
    marks[middle] = "|"
    return "".join(marks), ""
