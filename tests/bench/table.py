"""What a measurement says: the number, the yardstick beside it, and whether the budget was kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

HEAD = ("what", "measured", "yardstick", "ratio", "budget", "verdict")


@dataclass(frozen=True, slots=True)
class Row:
    """One budget. With a yardstick, ``budget`` bounds measured / yardstick; without one, the measured number itself."""

    what: str
    measured: float
    unit: str
    budget: float
    yardstick: str = ""
    yardstick_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the yardstick; None where there is none."""
        return None if self.yardstick_value is None else self.measured / self.yardstick_value

    @property
    def verdict(self) -> str:
        """``met``, or by how much the budget was missed."""
        used = (self.measured if self.ratio is None else self.ratio) / self.budget
        return "met" if used <= 1 else f"missed by {100 * (used - 1):.0f} %"

    def cells(self, judged: bool) -> tuple[str, ...]:
        """The row as text, in the order of ``HEAD``; without a verdict where sizes were cut down."""
        yardstick = ratio = ""
        budget = f"{self.budget:g} {self.unit}"
        if self.yardstick_value is not None and self.ratio is not None:
            yardstick = f"{_number(self.yardstick_value)} {self.unit}: {self.yardstick}"
            ratio, budget = f"{_number(self.ratio)} x", f"{self.budget:g} x"
        return (
            self.what,
            f"{_number(self.measured)} {self.unit}",
            yardstick,
            ratio,
            budget,
            self.verdict if judged else "-",
        )


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def as_text(rows: Sequence[Row], *, judged: bool = True) -> str:
    """The table for a terminal; notes follow it."""
    cells = [HEAD, *(row.cells(judged) for row in rows)]
    widths = [max(_width(line[place]) for line in cells) for place in range(len(HEAD))]
    lines = [
        "  ".join(_padded(text, width) for text, width in zip(line, widths, strict=True)) for line in cells
    ]
    return "\n".join([each.rstrip() for each in lines] + [f"  {note}" for note in _notes(rows)])


def as_markdown(rows: Sequence[Row], *, judged: bool = True) -> str:
    """The table for a page; notes follow it."""
    lines = [
        f"| {' | '.join(line)} |"
        for line in (HEAD, ("---",) * len(HEAD), *(row.cells(judged) for row in rows))
    ]
    notes = [f"* {note}" for note in _notes(rows)]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def _notes(rows: Iterable[Row]) -> list[str]:
    return [f"{row.what}: {row.note}" for row in rows if row.note]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
