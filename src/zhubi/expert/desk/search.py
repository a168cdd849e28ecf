"""One search over everything on this machine: material, attachments, own notes, and one's own words.

Nothing here leaves the machine. Only what may be read now is found, whatever the index still holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk.indexing import searching
from zhubi.expert.desk.ownwords import OwnWords
from zhubi.expert.desk.passages import Passage
from zhubi.expert.desk.searchviews import HitKind, IndexState, SearchHit, SearchResults, Span
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.store.searchwords import Wanted, fold, wanted
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.search import Readable
    from zhubi.expert.store.searchindex import PageHit

_BEFORE = 16
_AFTER = 160
_MOST_SECONDS = 1.0
_LINES = {"comment": "score", "answer": "question"}
_ORDER: tuple[HitKind, ...] = ("material", "attachment", "note", "words")


def search(
    desk: Desk,
    text: str,
    *,
    round: str | None = None,
    limit: int = 50,
    stale: Callable[[], bool] = lambda: False,
) -> SearchResults:
    """The places where all words of ``text`` stand together, of one round or of all, in the order of the desk.

    At most ``limit`` of the papers and as many of one's own. ``stale`` is asked now and then: when nobody waits for
    the answer any more it ends early. Nothing that is typed is a fault.
    """
    begun = time.perf_counter()
    asked = wanted(text)
    if asked is None:
        return SearchResults(text, False, (), False, time.perf_counter() - begun, index_state(desk))
    mine = searching(desk)
    places = mine.places(desk, round)

    def stop() -> bool:
        return stale() or time.perf_counter() - begun > _MOST_SECONDS

    pages, more = _pages(desk, asked, places.by_blob.keys(), limit, stop)
    found = [(place, _of_page(place, hit, asked)) for hit in pages for place in (places.by_blob[hit.blob],)]
    own: list[tuple[Readable, SearchHit]] = []
    for place, hit in _own(desk, asked, places.by_dossier, round, mine.own_words):
        if len(own) == limit:
            more = True
            break
        own.append((place, hit))
    found += own
    found.sort(key=lambda each: (each[0].position, _ORDER.index(each[1].kind), each[0].place))
    hits = tuple(hit for _, hit in found)
    return SearchResults(text, True, hits, more, time.perf_counter() - begun, index_state(desk))


def index_state(desk: Desk) -> IndexState:
    """How much of what may be read is searched, and what the index takes on the disk."""
    return searching(desk).state(desk)


def _pages(
    desk: Desk, asked: Wanted, allowed: Iterable[str], limit: int, stop: Callable[[], bool]
) -> tuple[tuple[PageHit, ...], bool]:
    try:
        reader = desk.store.search.reader()
        if reader is None:
            return (), False
        found = reader.find(asked, frozenset(allowed), limit, stop)
    except ZhubiError as problem:
        if problem.kind != "store.search-damaged":
            raise
        searching(desk).damaged(desk)
        return (), False
    return found.hits, found.more


def _of_page(place: Readable, hit: PageHit, asked: Wanted) -> SearchHit:
    page = hit.page
    kind: HitKind = "attachment" if page.part in ("name", "page") else "material"
    where = say(f"search.where.{page.part}", label=_page_label(page.label, page.number), title=hit.title)
    context, marks = _context(page.text, asked)
    words = context[slice(*marks[0])] if marks and page.number else ""
    return _hit(place, kind, where, context, marks, Passage(hit.blob, page.number, 0, words))


def _page_label(label: str, number: int) -> str:
    # A sheet or a heading names its page; a bare number is called a page.
    if label and not label.isdigit():
        return label
    return say("search.where.number", number=label or number)


def _hit(
    place: Readable,
    kind: HitKind,
    where: str,
    context: str,
    marks: tuple[Span, ...],
    passage: Passage | None = None,
    line: tuple[str, str] | None = None,
) -> SearchHit:
    key = ReviewKey(place.office, place.round, place.dossier)
    return SearchHit(key, place.code, place.title, kind, where, passage, line, context, marks)


def _own(
    desk: Desk,
    asked: Wanted,
    places: dict[tuple[str, str], Readable],
    round: str | None,
    words: OwnWords,
) -> Iterable[tuple[Readable, SearchHit]]:
    """One's own notes, the newest first, and what one wrote in sheets."""
    for note in desk.store.notes.all():
        place = places.get((note.office, note.dossier))
        said = f"{note.words} {note.quotation}".strip()
        if place is None or not asked.holds(fold(said)):
            continue
        context, marks = _context(said, asked)
        where = say("search.where.note")
        passage = Passage(note.blob, note.page, note.row, note.quotation)
        yield place, _hit(place, "note", where, context, marks, passage)
    for written in words.all(desk):
        if round in (None, written.place.round) and asked.holds(written.folded):
            context, marks = _context(written.text, asked)
            where = say(f"search.where.own-{written.sort}")
            line = (_LINES.get(written.sort, written.sort), written.item)
            yield written.place, _hit(written.place, "words", where, context, marks, line=line)


def _context(text: str, asked: Wanted) -> tuple[str, tuple[Span, ...]]:
    """A stretch of the text around the first of the words, in one line, and where the words stand in it."""
    marks = asked.spans(text)
    first = marks[0][0] if marks else 0
    start, end = max(0, first - _BEFORE), min(len(text), first + _AFTER)
    shown: list[str] = []
    places: dict[int, int] = {}
    size = 0
    for at in range(start, end):
        places[at] = size
        letter = " " if text[at].isspace() else text[at]
        if letter == " " and (not shown or shown[-1] == " "):
            continue
        shown.append(letter)
        size += 1
    places[end] = size
    here = [(places[max(a, start)], places[min(b, end)]) for a, b in marks if a < end and b > start]
    return "".join(shown), tuple((a, b) for a, b in here if a < b)
