"""What the views of a whole round show: the grid, the round at a glance, projects side by side.

Light like ``zhubi.expert.desk.views``, whose remarks hold here too. Points are in the scale's smallest step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from zhubi.expert.desk.sheetviews import ChoiceView
from zhubi.expert.desk.views import ReviewKey

if TYPE_CHECKING:
    from zhubi.core.model.rulebook import ReviewKind
    from zhubi.core.model.sheet import Sheet
    from zhubi.core.rules.ranking import Place

ColumnKind = Literal["score", "question", "finding", "recommendation"]
CellState = Literal["open", "other-role", "not-applicable", "locked", "none"]


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One thing that is asked of every project. ``choices`` are taken by their numbers; none: it is typed."""

    kind: ColumnKind
    item: str
    name: str
    full_text: str = ""
    """Full points as written; empty where nothing is scored."""
    choices: tuple[ChoiceView, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class GridCell:
    """What one sheet says in one column.

    ``value`` is what stands there (points as written, a choice's id), ``text`` how it is shown. ``state``: ``open`` to
    typing, ``not-applicable`` (and open to taking that back), ``other-role`` (not this expert's), ``locked`` (signed,
    or over), ``none`` (nothing is asked here).
    """

    value: str
    text: str
    state: CellState
    full_text: str = ""
    hint: str = ""
    """Bands, or choices with their numbers, in words."""
    may_not_apply: bool = False
    missing: bool = False
    """Whether signing waits for it."""
    comment: str = ""
    comment_wanted: bool = False
    """Whether the points lie where the form asks for a comment, and there is none."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One project: its cells in the order of the columns, and what follows from them."""

    key: ReviewKey
    order: int
    code: str
    title: str
    stage: str
    role: str
    role_name: str
    editable: bool
    cells: tuple[GridCell, ...]
    total: int | None
    """The total once every item of the role is scored; None before that, and only then there is a place."""
    total_text: str
    """The total, or what has been given so far; empty before the first score."""
    maximum_text: str
    missing: int | None
    recommendation: str
    affirmative: bool | None
    """Whether it is recommended; None before that is said."""
    kind: ReviewKind | None = field(repr=False)
    """The form this sheet was begun on; None where there is nothing to fill in."""
    sheet: Sheet | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class GridView:
    """A round as a table, its projects in agenda order. ``places`` are by dossier, each role ranked by itself."""

    office: str
    round: str
    title: str
    kind_name: str
    scored: bool
    several: bool
    """Whether the projects of the round are rivals of each other."""
    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    places: dict[str, Place]
    roles: int
    """How many roles this expert has in the round."""


@dataclass(frozen=True, slots=True)
class RankedRow:
    """A project in its place. ``share`` is its points in thousandths of its own maximum."""

    key: ReviewKey
    place: str
    code: str
    title: str
    role_name: str
    total_text: str
    maximum_text: str
    share: int
    recommendation: str
    stage: str
    finished: bool


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """One criterion over the round. ``counts`` are (points as written, how many), the highest first."""

    item: str
    name: str
    full_text: str
    given: int
    low: str
    mean: str
    high: str
    low_share: int
    """Thousandths of the full points; ``mean_share`` and ``high_share`` too."""
    mean_share: int
    high_share: int
    counts: tuple[tuple[str, int], ...]
    bands: tuple[tuple[str, int], ...]
    closeness: Literal["apart", "close", "same"]


@dataclass(frozen=True, slots=True)
class HintRow:
    """Something about one's own consistency, in a sentence; ``key`` leads to a project."""

    what: Literal["tie", "comment", "against-rank", "alike", "missing"]
    sentence: str
    key: ReviewKey | None
    item: str = ""


@dataclass(frozen=True, slots=True)
class GlanceView:
    """One's own round at a glance. Made on this machine from own sheets alone; none of it is sent."""

    title: str
    kind_name: str
    scored: bool
    ranked: tuple[RankedRow, ...]
    spreads: tuple[SpreadRow, ...]
    hints: tuple[HintRow, ...]
    recommendations: tuple[tuple[str, int], ...]
    """How often each was chosen, in the form's order."""
    finished: int
    mine: int
    """Projects of this round that have a sheet of this expert."""


ComparedKind = Literal[
    "basic", "score", "indicator", "fact", "check", "answer", "finding", "words", "section"
]


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One thing said of each project. ``long`` texts take lines of their own below the label."""

    kind: ComparedKind
    item: str
    label: str
    values: tuple[str, ...]
    differs: bool
    long: bool = False
    full_text: str = ""
    open: tuple[bool, ...] = ()
    """For points: which of the projects take them."""


@dataclass(frozen=True, slots=True)
class ComparedPart:
    """Rows that belong together, under a heading."""

    heading: str
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True, slots=True)
class CompareView:
    """Two or three projects side by side."""

    keys: tuple[ReviewKey, ...]
    names: tuple[str, ...]
    parts: tuple[ComparedPart, ...]
    problems: tuple[str, ...]
    """Why the papers of a project are not shown; empty where they are."""
