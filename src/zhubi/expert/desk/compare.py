"""Projects side by side: what each of their papers and own sheets says of the same things, item by item."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from zhubi.expert.desk import overview, review
from zhubi.expert.desk.forms import form_of
from zhubi.expert.desk.roundviews import ComparedKind, ComparedPart, ComparedRow, CompareView
from zhubi.expert.desk.sheetviews import IndicatorRow, ReviewView, SectionView
from zhubi.expert.desk.views import ReviewKey
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

MOST: Final = 3
"""More than these cannot be read side by side."""
_NUMBERING: Final = re.compile(r"^[（(]?[0-9一二三四五六七八九十百]+(?:[.．][0-9]+)*[)）、.．\s]+")
_WITHOUT_PAPERS: Final = frozenset(
    {"commit", "card-waiting", "declare", "awaiting", "sealed", "recused", "declined"}
)

Item = TypeVar("Item")


def chosen(desk: Desk, ticked: Sequence[ReviewKey], at: ReviewKey) -> tuple[ReviewKey, ...]:
    """What to show: two or more that are ticked; the only one ticked, and ``at``; the rivals of ``at``; or none."""
    known = tuple(each for each in ticked if overview.row(desk, each) is not None)
    if len(known) >= 2:
        return known
    if known and known[0] != at:
        return (*known, at)
    rivals = rivals_of(desk, at.office, at.round)
    return rivals if at in rivals and len(rivals) >= 2 else ()


def rivals_of(desk: Desk, office: str, round: str) -> tuple[ReviewKey, ...]:
    """The open projects of a round whose form sets them against each other, in agenda order; of any other, none."""
    if form_of(desk, office, round).kind.subjects != "several":
        return ()
    rows = overview.rows(desk, round, 0, overview.row_count(desk, round))
    return tuple(each.key for each in rows if each.stage not in _WITHOUT_PAPERS)


def opened(desk: Desk, keys: Iterable[ReviewKey]) -> tuple[ReviewView, ...]:
    """The reviews to be shown side by side; the faults of ``open_review``."""
    return tuple(review.open_review(desk, each) for each in keys)


def compared(views: Sequence[ReviewView]) -> CompareView:
    """What these reviews say, aligned: facts, indicators and items by their ids, sections by their headings."""
    parts = (
        ComparedPart(say("compare.part.basic"), tuple(_basics(views))),
        ComparedPart(say("compare.part.scores"), tuple(_scores(views))),
        ComparedPart(say("compare.part.answers"), tuple(_answers(views))),
        ComparedPart(say("compare.part.indicators"), tuple(_indicators(views))),
        ComparedPart(say("compare.part.facts"), tuple(_facts(views))),
        ComparedPart(say("compare.part.checks"), tuple(_checks(views))),
        ComparedPart(say("compare.part.sections"), tuple(_sections(views))),
    )
    return CompareView(
        tuple(each.key for each in views),
        tuple(f"{each.row.code} {each.row.title}".strip() for each in views),
        tuple(each for each in parts if each.rows),
        tuple(each.content_problem for each in views),
    )


def _made(
    kind: ComparedKind, item: str, label: str, values: Iterable[str], *, long: bool = False
) -> ComparedRow:
    said = tuple(values)
    return ComparedRow(kind, item, label, said, len({each.strip() for each in said}) > 1, long)


def _basics(views: Sequence[ReviewView]) -> Iterator[ComparedRow]:
    yield _made("basic", "units", say("compare.units"), (each.row.units for each in views))
    yield _made("basic", "stage", say("compare.stage"), (say(f"desk.stage.{each.stage}") for each in views))
    if any(each.state.criteria for each in views):
        totals = (f"{each.state.total.text or '--'}/{each.state.total.my_maximum_text}" for each in views)
        yield _made("basic", "total", say("compare.total"), totals)
    if any(each.state.recommendations for each in views):
        names = (next((row.name for row in each.state.recommendations if row.chosen), "") for each in views)
        yield _made("basic", "recommendation", say("compare.recommendation"), names)
    if any(each.state.budget for each in views):
        money = (
            say(
                "compare.money", total=f"{sum(line.total for line in each.state.budget):,}",
                fiscal=f"{sum(line.fiscal for line in each.state.budget):,}",
            )
            for each in views
        )  # fmt: skip
        yield _made("basic", "budget", say("compare.budget"), money)
    if any(each.state.opinion for each in views):
        yield _made(
            "words", "opinion", say("compare.opinion"), (each.state.opinion for each in views), long=True
        )


def _aligned(
    views: Sequence[ReviewView], items: Callable[[ReviewView], Iterable[Item]], name: Callable[[Item], str]
) -> Iterator[tuple[str, Item, tuple[Item | None, ...]]]:
    """Each name once, in the order of the first project that has it: the first found, and that of every project."""
    tables = [{name(each): each for each in items(view)} for view in views]
    names: dict[str, Item] = {}
    for table in tables:
        for key, item in table.items():
            names.setdefault(key, item)
    for key, item in names.items():
        yield key, item, tuple(table.get(key) for table in tables)


def _scores(views: Sequence[ReviewView]) -> Iterator[ComparedRow]:
    for item, first, found in _aligned(views, lambda view: view.state.criteria, lambda each: each.id):
        values = tuple(
            "" if each is None
            else say("compare.not-mine") if not each.mine
            else say("grid.not-applicable") if each.not_applicable
            else each.points_text
            for each in found
        )  # fmt: skip
        takes = tuple(
            each is not None and each.mine and not view.read_only
            for each, view in zip(found, views, strict=True)
        )
        label = f"{first.name} {first.full_text}"
        differs = len(set(values)) > 1
        yield ComparedRow("score", item, label, values, differs, full_text=first.full_text, open=takes)
        comments = tuple("" if each is None else each.comment for each in found)
        if any(comments):
            yield _made("words", item, say("compare.comment", name=first.name), comments, long=True)


def _answers(views: Sequence[ReviewView]) -> Iterator[ComparedRow]:
    for item, asked, answers in _aligned(views, lambda view: view.state.questions, lambda each: each.id):
        names = {each.id: each.name for each in asked.choices}
        if asked.asks == "yes-no":
            names = {each: say(f"grid.value.{each}") for each in ("yes", "no")}
        values = ("" if each is None else names.get(each.value, each.value) for each in answers)
        yield _made("answer", item, asked.name, values, long=asked.asks == "text")
    for item, finding, found in _aligned(views, lambda view: view.state.findings, lambda each: each.id):
        said = (say(f"grid.value.{each.value}") if each is not None and each.value else "" for each in found)
        yield _made("finding", item, finding.name, said)


def _indicators(views: Sequence[ReviewView]) -> Iterator[ComparedRow]:
    def of(view: ReviewView) -> Iterable[IndicatorRow]:
        return view.state.indicators or (view.content.indicators if view.content is not None else ())

    # Two projects name the same indicator by its words, hardly ever by the same id.
    for item, first, found in _aligned(views, of, lambda each: each.name):
        values = ("" if each is None else _indicator(each) for each in found)
        yield _made("indicator", item, first.name, values)


def _indicator(row: IndicatorRow) -> str:
    """What was promised, what is reported and seen, how it was judged: as far as there is any."""
    judged = say(f"tui.sheet.judgement.{row.judgement}") if row.judgement else ""
    told = (
        ("target", f"{row.target}{row.unit}"),
        ("reported", row.reported),
        ("observed", row.observed),
        ("judged", judged),
    )
    return say("compare.between").join(
        say(f"compare.indicator.{name}", said=text) for name, text in told if text
    )


def _facts(views: Sequence[ReviewView]) -> Iterator[ComparedRow]:
    for item, first, found in _aligned(views, lambda view: view.state.facts, lambda each: each.name):
        values = ("" if each is None else each.reading_text or each.value_text for each in found)
        yield _made("fact", item, first.label, values)


def _checks(views: Sequence[ReviewView]) -> Iterator[ComparedRow]:
    for item, first, found in _aligned(views, lambda view: view.state.checks, lambda each: each.id):
        values = ("" if each is None else say(f"tui.sheet.outcome.{each.outcome}") for each in found)
        yield _made("check", item, f"{first.name}（{first.basis}）", values)


def _sections(views: Sequence[ReviewView]) -> Iterator[ComparedRow]:
    def of(view: ReviewView) -> Iterable[SectionView]:
        return view.content.sections if view.content is not None else ()

    for item, first, found in _aligned(views, of, lambda each: _plain_heading(each.heading)):
        yield _made(
            "section", item, first.heading, ("" if each is None else each.text for each in found), long=True
        )


def _plain_heading(heading: str) -> str:
    """A heading without its number: one application's third chapter is another's fourth."""
    return _NUMBERING.sub("", heading).strip() or heading
