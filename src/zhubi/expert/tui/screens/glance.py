"""全场一览: one's own round at a glance, before anything is signed. Nothing of it leaves this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from zhubi.expert.desk import glance as glancing
from zhubi.expert.tui import routes
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.bars import bar, span
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.measure import wrap
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.roundviews import GlanceView, RankedRow, SpreadRow
    from zhubi.expert.desk.views import ReviewKey

_RANK, _CODE, _POINTS = 5, 11, 10


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: what it is about, and the project it leads to; heads and blanks lead nowhere."""

    kind: str
    about: Any = None
    key: ReviewKey | None = None
    look: str = ""


class GlanceRows(Rows):
    """Ranks, spread, recommendations and hints, one below the other."""

    def __init__(self) -> None:
        super().__init__()
        self._listed: tuple[_Line, ...] = ()
        self._view: GlanceView | None = None

    def show(self, view: GlanceView) -> None:
        """Show another state of the round."""
        self._view = view
        self._listed = tuple(_lines(view, max(20, self.scrollable_content_region.width - 2)))
        self.reload()

    def on_resize(self, event: Any) -> None:
        if self._view is not None:
            self.show(self._view)
        super().on_resize(event)

    def count_lines(self) -> int:
        return len(self._listed)

    def selectable(self, line: int) -> bool:
        return 0 <= line < len(self._listed) and self._listed[line].kind not in ("head", "blank")

    @property
    def key(self) -> ReviewKey | None:
        """The project that the line under the cursor is about."""
        return self._listed[self.cursor].key if self.selectable(self.cursor) else None

    def pieces(self, line: int, width: int) -> list[Piece]:
        found = self._listed[line]
        plain = bool(self.app.plain)  # type: ignore[attr-defined]
        if found.kind == "rank":
            return _rank(found.about, width, plain=plain)
        if found.kind == "spread":
            return _spread(found.about, width)
        if found.kind == "counts":
            return [column(_counts(found.about), width, "quiet")]
        return [column(str(found.about or ""), width, found.look)]


def _lines(view: GlanceView, width: int) -> Iterator[_Line]:
    if view.scored:
        yield _Line("head", say("glance.ranks"), look="head")
        for ranked in view.ranked:
            yield _Line("rank", ranked, ranked.key)
        yield _Line("blank")
    if view.spreads:
        yield _Line("head", say("glance.spread"), look="head")
        for spread in view.spreads:
            yield _Line("spread", spread)
            yield _Line("counts", spread)
        yield _Line("blank")
    if view.recommendations:
        yield _Line("head", say("glance.recommendations"), look="head")
        yield _Line("text", "  " + "  ".join(f"{name} {times}" for name, times in view.recommendations))
        yield _Line("blank")
    yield _Line("head", say("glance.hints"), look="head")
    if not view.hints:
        yield _Line("text", "  " + say("glance.no-hints"), look="good")
    for hint in view.hints:
        look = "warn" if hint.what in ("against-rank", "comment") else ""
        for place, text in enumerate(wrap(hint.sentence, max(10, width - 2))):
            yield _Line("text", ("- " if place == 0 else "  ") + text, hint.key, look)


def _rank(ranked: RankedRow, width: int, *, plain: bool) -> list[Piece]:
    recommendation = 12 if width < 100 else 18
    length = max(10, (width - _RANK - _CODE - _POINTS - recommendation) // 2)
    title = max(8, width - _RANK - _CODE - _POINTS - recommendation - length - 2)
    look = "" if ranked.finished else "quiet"
    points = f"{ranked.total_text or '--'}/{ranked.maximum_text}"
    return [
        column(ranked.place or "--", _RANK - 1, "strong" if ranked.place else "quiet", right=True),
        (" ", ""),
        column(ranked.code or "--", _CODE - 1, look),
        (" ", ""),
        column(f"{ranked.title} {ranked.role_name}".strip(), title - 1, look),
        column(points, _POINTS, look, right=True),
        ("  ", ""),
        *bar(ranked.share, length, plain=plain),
        (" ", ""),
        column(ranked.recommendation, recommendation, look),
    ]


def _spread(spread: SpreadRow, width: int) -> list[Piece]:
    length = max(12, width // 3)
    mean, ends = say("glance.mean", mean=spread.mean), say("glance.range", low=spread.low, high=spread.high)
    name = max(10, width - length - 26)
    return [
        column(f"  {spread.name}", name - 1),
        (" ", ""),
        column(spread.full_text, 5, "quiet", right=True),
        ("  ", ""),
        column(mean, 10),
        column(ends, 9),
        span(spread.low_share, spread.mean_share, spread.high_share, length),
    ]


def _counts(spread: SpreadRow) -> str:
    bands = " ".join(say("glance.band", name=name, count=times) for name, times in spread.bands)
    points = " ".join(say("glance.times", points=points, count=times) for points, times in spread.counts)
    return "    " + " | ".join(each for each in (bands, points) if each)


class GlanceScreen(Page[None]):
    """One round at a glance; Enter opens a project."""

    NAME = "glance"
    CSS_PATH: ClassVar[Any] = [FIELDS, "glance.tcss"]
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("tab", "grid", "grid", priority=True),
        bound("ctrl+g", "submit", "submit", priority=True),
        bound("escape,f5", "back", "back"),
    ]

    def __init__(self, office: str, round_id: str) -> None:
        super().__init__()
        self._office, self._round = office, round_id

    def body(self) -> ComposeResult:
        yield OneLine(id="about")
        yield Prose((say("tui.review.opening"), "quiet"), id="waiting")
        yield GlanceRows()

    @property
    def rows(self) -> GlanceRows:
        """What is shown."""
        return self.query_one(GlanceRows)

    def on_mount(self) -> None:
        self.set_focus(self.rows)
        self._read()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._read()

    def desk_changed(self) -> None:
        if self.is_mounted:
            self._read()

    def _read(self) -> None:
        desk, office, round_id = self.desk, self._office, self._round
        self.errand(
            lambda: glancing.glance(desk, office, round_id), self._show, self._not_read, group="glance"
        )

    def _not_read(self, sentence: str) -> None:
        self._say_waiting(say("glance.unreadable", reason=sentence), "bad")

    def _say_waiting(self, sentence: str, look: str = "quiet") -> None:
        waiting = self.query_one("#waiting", Prose)
        waiting.display = bool(sentence)
        waiting.say((sentence, look))

    def _show(self, view: GlanceView) -> None:
        self._say_waiting("" if view.mine else say("glance.empty"))
        title = view.title if view.kind_name in view.title else f"{view.kind_name} {view.title}"
        counted = say("glance.info", finished=view.finished, count=view.mine)
        self.query_one("#about", OneLine).say(title, f"{counted} | {say('glance.local')}")
        if view.mine:
            self.rows.show(view)
        self.rows.display = bool(view.mine)

    def on_rows_chosen(self, _message: Rows.Chosen) -> None:
        key = self.rows.key
        if key is not None:
            routes.open_review(self.zhubi, key)

    def action_grid(self) -> None:
        """The same round as a table to score in."""
        key = self.rows.key
        self.app.pop_screen()
        if getattr(self.app.screen, "NAME", "") != "grid":
            routes.open_grid(self.zhubi, self._office, self._round, key.dossier if key is not None else None)

    def action_submit(self) -> None:
        """Sign and hand in."""
        routes.open_submit(self.zhubi, self._round)

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.app.pop_screen()
