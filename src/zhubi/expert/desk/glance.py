"""One's own round at a glance: ranks, spread, consistency. Made from own sheets on this machine; none of it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from zhubi.core.rules.completeness import wants_comment
from zhubi.core.rules.ranking import against_rank, ordered, ties
from zhubi.core.rules.scoring import band_for, criteria_for, points_text, progress
from zhubi.core.rules.spread import spread_of, tenths
from zhubi.expert.desk.grid import grid
from zhubi.expert.desk.roundviews import (
    GlanceView,
    GridColumn,
    GridRow,
    GridView,
    HintRow,
    RankedRow,
    SpreadRow,
)
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.core.model.rulebook import Criterion, ReviewKind
    from zhubi.core.model.sheet import Sheet
    from zhubi.expert.desk.opening import Desk


def glance(desk: Desk, office: str, round: str) -> GlanceView:
    """The round at a glance; the faults of ``grid``."""
    return glance_of(grid(desk, office, round))


def glance_of(view: GridView) -> GlanceView:
    """What follows from a table: nothing else is read."""
    rows = [each for each in view.rows if each.kind is not None]
    chosen = Counter(each.recommendation for each in rows if each.recommendation)
    offered = next((each.choices for each in view.columns if each.kind == "recommendation"), ())
    return GlanceView(
        view.title,
        view.kind_name,
        view.scored,
        _ranked(view, rows),
        tuple(
            each
            for column in view.columns
            if column.kind == "score" and (each := _spread(column, rows)) is not None
        ),
        tuple(_hints(view, rows)),
        tuple((each.name, chosen[each.name]) for each in offered),
        sum(_finished(view, each) for each in rows),
        len(rows),
    )


def _finished(view: GridView, row: GridRow) -> bool:
    return row.total is not None if view.scored else not row.missing


def _ranked(view: GridView, rows: Sequence[GridRow]) -> tuple[RankedRow, ...]:
    by_dossier = {each.key.dossier: each for each in rows}
    ranked = []
    for dossier in ordered(by_dossier, view.places):
        row = by_dossier[dossier]
        kind, sheet = _form(row)
        done = progress(kind, sheet, row.role)
        points = row.total if row.total is not None else done.given
        place = view.places.get(dossier)
        ranked.append(
            RankedRow(
                row.key, str(place) if place is not None else "", row.code, row.title,
                row.role_name if view.roles > 1 else "", row.total_text, row.maximum_text,
                _thousandths(points, done.full), row.recommendation, row.stage, _finished(view, row),
            )
        )  # fmt: skip
    return tuple(ranked)


def _form(row: GridRow) -> tuple[ReviewKind, Sheet]:
    assert row.kind is not None and row.sheet is not None
    return row.kind, row.sheet


def _thousandths(points: int, full: int) -> int:
    return 1000 * points // full if full else 0


def _given(column: GridColumn, rows: Sequence[GridRow]) -> list[tuple[ReviewKind, Criterion, int]]:
    """The points given for one criterion, each with the form it was given on."""
    found = []
    for row in rows:
        kind, sheet = _form(row)
        item = next((each for each in kind.criteria if each.id == column.item), None)
        score = next((each for each in sheet.scores if each.criterion == column.item), None)
        if item is not None and score is not None and score.points is not None and not score.not_applicable:
            found.append((kind, item, score.points))
    return found


def _spread(column: GridColumn, rows: Sequence[GridRow]) -> SpreadRow | None:
    given = _given(column, rows)
    if not given:
        return None
    kind, item, _ = given[0]
    # A form that was changed on the way may have had other full points: those are not counted together.
    points = [each for _, same, each in given if same.full == item.full]
    found = spread_of(points, item.full)
    assert found is not None
    steps, said = kind.scale.steps_a_point if kind.scale else 1, language()
    bands = Counter(band.id for each in points if (band := band_for(kind, item, each)) is not None)
    best_first = sorted(kind.bands, key=lambda band: -band.from_percent)
    named = tuple((each.name.said(said), bands[each.id]) for each in best_first)
    return SpreadRow(
        item.id, item.name.said(said), points_text(kind, item.full), found.given, points_text(kind, found.low),
        tenths(found.mean, steps), points_text(kind, found.high), _thousandths(found.low, item.full),
        int(1000 * found.mean / item.full), _thousandths(found.high, item.full),
        tuple((points_text(kind, each), times) for each, times in found.counts),
        named,
        found.closeness,
    )  # fmt: skip


def _hints(view: GridView, rows: Sequence[GridRow]) -> Iterator[HintRow]:
    for role in dict.fromkeys(each.role for each in rows):
        mine = [each for each in rows if each.role == role]
        yield from _against_rank(view, mine)
        yield from _ties(view, mine)
    for column in view.columns:
        found = _spread(column, rows) if column.kind == "score" else None
        if found is not None and found.closeness != "apart":
            sentence = say(
                f"glance.{found.closeness}",
                name=found.name,
                count=found.given,
                low=found.low,
                high=found.high,
            )
            yield HintRow("alike", sentence, None, found.item)
    for row in rows:
        yield from _comments(row)
    open_rows = [each for each in rows if not _finished(view, each)]
    if open_rows:
        yield HintRow("missing", say("glance.unfinished", count=len(open_rows)), open_rows[0].key)


def _against_rank(view: GridView, rows: Sequence[GridRow]) -> Iterator[HintRow]:
    named = {each.key.dossier: each for each in rows}
    said = {each.key.dossier: each.affirmative for each in rows if each.affirmative is not None}
    places = {name: place for name, place in view.places.items() if name in named}
    for above, below in against_rank(places, said):
        sentence = say(
            "glance.against-rank", place=places[above], code=named[above].code,
            recommendation=named[above].recommendation, other_place=places[below], other=named[below].code,
            other_recommendation=named[below].recommendation,
        )  # fmt: skip
        yield HintRow("against-rank", sentence, named[above].key)


def _ties(view: GridView, rows: Sequence[GridRow]) -> Iterator[HintRow]:
    named = {each.key.dossier: each for each in rows}
    for together in ties({each.key.dossier: each.total for each in rows}):
        first = named[together[0]]
        codes = say("tui.list-comma").join(named[each].code for each in together)
        place = view.places[together[0]].rank
        yield HintRow("tie", say("glance.tie", place=place, points=first.total_text, codes=codes), first.key)


def _comments(row: GridRow) -> Iterator[HintRow]:
    kind, sheet = _form(row)
    scores = {each.criterion: each for each in sheet.scores}
    for item in criteria_for(kind, row.role):
        score = scores.get(item.id)
        if score is None or score.points is None or score.comment.strip():
            continue
        if wants_comment(item, score):
            sentence = say(
                "glance.comment", code=row.code, name=item.name.said(language()),
                points=points_text(kind, score.points), full=points_text(kind, item.full),
            )  # fmt: skip
            yield HintRow("comment", sentence, row.key, item.id)
