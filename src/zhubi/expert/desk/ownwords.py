"""What the expert has written in sheets, drafts and signed reviews alike, remembered folded for searching."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zhubi.core.model.records import ReviewBody
from zhubi.expert.store.search import Readable
from zhubi.expert.store.searchwords import fold

if TYPE_CHECKING:
    from zhubi.core.model.sheet import Sheet
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import AssignmentRow

Sort = Literal["comment", "answer", "finding", "indicator", "cut", "check", "recommendation", "opinion"]
Words = tuple[Sort, str, str]
"""What sort of words, the item of the sheet they are on, and the words."""


@dataclass(frozen=True, slots=True)
class Written:
    """One text of a sheet."""

    place: Readable
    sort: Sort
    item: str
    text: str
    folded: str


class OwnWords:
    """The words of every sheet on this machine; a sheet is read again only when it was written again."""

    def __init__(self) -> None:
        self._at = -1
        self._sheets: dict[str, tuple[tuple[Sort, str, str, str], ...]] = {}
        self._all: tuple[Written, ...] = ()

    def __repr__(self) -> str:
        return "OwnWords()"

    def all(self, desk: Desk) -> tuple[Written, ...]:
        """Every text, in the order of the desk."""
        state = desk.store.search.state
        if state != self._at or desk.store.read_only:
            self._read(desk)
            self._at = state
        return self._all

    def _read(self, desk: Desk) -> None:
        rows = desk.store.assignments.rows(None, 0, desk.store.assignments.count(), now=desk.clock())
        drafts = {(each.office, each.round, each.dossier): each for each in desk.store.drafts.all()}
        kept: dict[str, tuple[tuple[Sort, str, str, str], ...]] = {}
        found: list[Written] = []
        for row in rows:
            draft = drafts.get((row.office, row.round, row.dossier))
            if draft is not None:
                name = f"{row.office} {row.round} {row.dossier} {draft.saved_at.timestamp()}"
            elif row.review is not None:
                name = row.review
            else:
                continue
            texts = self._sheets.get(name)
            if texts is None:
                texts = _folded(_sheet(desk, row, drafted=draft is not None))
            kept[name] = texts
            place = Readable(row.office, row.round, row.dossier, row.code, row.title, "", 0, 0, row.position)
            found += [Written(place, *each) for each in texts]
        self._sheets, self._all = kept, tuple(found)


def _sheet(desk: Desk, row: AssignmentRow, *, drafted: bool) -> Sheet | None:
    if drafted:
        draft = desk.store.drafts.read(row)
        return None if draft is None else draft.sheet
    kept = desk.store.records.get(row.review or "")
    body = None if kept is None else kept.record.body
    return body.sheet if isinstance(body, ReviewBody) else None


def _folded(sheet: Sheet | None) -> tuple[tuple[Sort, str, str, str], ...]:
    if sheet is None:
        return ()
    return tuple((sort, item, text, fold(text)) for sort, item, text in _texts(sheet) if text.strip())


def _texts(sheet: Sheet) -> Iterator[Words]:
    for score in sheet.scores:
        yield "comment", score.criterion, score.comment
    for answer in sheet.answers:
        if not answer.value.isascii():  # the id of a choice is nobody's words
            yield "answer", answer.question, answer.value
    for finding in sheet.findings:
        yield "finding", finding.finding, finding.words
    for indicator in sheet.indicators:
        yield "indicator", indicator.indicator, indicator.words
    for cut in sheet.cuts.lines if sheet.cuts is not None else ():
        yield "cut", cut.line, cut.reason
    for check in sheet.checks:
        yield "check", check.check, check.words
    yield "recommendation", "", sheet.recommendation_words
    yield "opinion", "", sheet.opinion
