"""Notes and citations: what an expert marks in the papers, and the passages that the words of a sheet point at.

Notes never leave this machine. A citation is a part of the sheet, and is signed with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from zhubi.core.model.sheet import Citation, Sheet
from zhubi.core.model.text import clean_line, clean_text
from zhubi.core.rules.citations import free_number, tidy
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.passages import Passage, PassageView, passage_view
from zhubi.expert.desk.sheetstate import sheet_state
from zhubi.expert.desk.working import keep, work_on
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.sealed import Opened
    from zhubi.expert.desk.sheetviews import SheetState
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.store.notes import Note

QUOTED: Final = 60
"""How many characters of a passage are quoted."""
_CITATIONS: Final = 300
_WORDS: Final = 20_000


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note: the place it is on with what it quotes, and what the expert wrote."""

    id: int
    at: PassageView
    words: str
    made_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CitationRow:
    """A citation of a sheet by its number, and the place it points at with what it quotes."""

    number: int
    at: PassageView


def notes(desk: Desk, key: ReviewKey) -> tuple[NoteRow, ...]:
    """The notes on a dossier: those on the version in hand in the order of its papers, then the others."""
    opened = _opened(desk, key)
    rows = [_row(desk, key, opened, each) for each in desk.store.notes.of(key.office, key.dossier)]
    order = {each: place for place, each in enumerate(_documents(opened))}
    last = len(order)
    rows.sort(
        key=lambda row: (order.get(row.at.passage.document, last), row.at.passage.page, row.at.passage.row)
    )
    return tuple(rows)


def add(desk: Desk, key: ReviewKey, passage: Passage, words: str = "") -> NoteRow:
    """Keeps a note on a place; without words it is a mark. ``desk.no-document`` where the papers have no such one."""
    opened = _opened(desk, key)
    _must_be_here(opened, passage)
    made = desk.store.notes.add(
        key.office, key.dossier, passage.document, page=passage.page, row=passage.row,
        quotation=quotation(passage.words), words=clean_text(words, _WORDS), now=desk.clock(),
    )  # fmt: skip
    return _row(desk, key, opened, made)


def change(desk: Desk, key: ReviewKey, note: int, words: str) -> NoteRow:
    """Other words for a note; ``desk.no-note``."""
    _mine(desk, key, note)
    changed = desk.store.notes.change(note, clean_text(words, _WORDS), desk.clock())
    assert changed is not None
    return _row(desk, key, _opened(desk, key), changed)


def remove(desk: Desk, key: ReviewKey, note: int) -> None:
    """Forgets a note; ``desk.no-note``."""
    _mine(desk, key, note)
    desk.store.notes.remove(note)


def place_of(desk: Desk, key: ReviewKey, passage: Passage) -> PassageView:
    """A place by name."""
    return passage_view(desk, key, _opened(desk, key), passage)


def quotation(text: str) -> str:
    """A passage as it is quoted: one clean line, at most ``QUOTED`` characters."""
    return clean_line(clean_line(text, 10 * QUOTED), QUOTED)


# Citations


def cite(desk: Desk, key: ReviewKey, passage: Passage) -> tuple[SheetState, int]:
    """Puts a place into the sheet's citations, and gives the number that its words name as ``[1]``; journaled.

    The same passage keeps its one number. Tables behind the content's sections are cited as the content as a whole.
    ``desk.no-document``, ``desk.not-editable``, ``desk.too-many-citations``.
    """
    work = work_on(desk, key)
    _must_be_here(work.opened, passage)
    assert work.opened is not None
    page = passage.page
    if passage.document == work.opened.body.manifest.content.digest and page > len(
        work.opened.content.sections
    ):
        page = 0
    said = quotation(passage.words)
    for each in work.sheet.citations:
        if (each.document, each.page, each.quotation) == (passage.document, page, said):
            sheet, results = work.completed(work.sheet)
            saved = work.draft.saved_at if work.draft is not None else None
            return sheet_state(work, sheet, results, saved), each.number
    before = work.sheet if len(work.sheet.citations) < _CITATIONS else tidy(work.sheet)
    number = free_number(before)
    if number is None or len(before.citations) >= _CITATIONS:
        raise DeskError("desk.too-many-citations", "the sheet holds no more citations", limit=_CITATIONS)
    added = Citation(number=number, document=passage.document, page=page, quotation=said)
    listed = tuple(sorted((*before.citations, added), key=lambda each: each.number))
    sheet, results, saved_at = keep(desk, work, before.model_copy(update={"citations": listed}))
    return sheet_state(work, sheet, results, saved_at), number


def cited(desk: Desk, key: ReviewKey) -> tuple[CitationRow, ...]:
    """The citations that the words of the sheet mention: of the draft, else of what was signed."""
    work = work_on(desk, key)
    return _cited(desk, key, work.opened, work.sheet)


def cited_in(desk: Desk, key: ReviewKey, sheet: Sheet) -> tuple[CitationRow, ...]:
    """The citations of any sheet on this dossier, by name."""
    return _cited(desk, key, _opened(desk, key), sheet)


def citation_lines(rows: tuple[CitationRow, ...]) -> tuple[str, ...]:
    """Citations in words, one a line: number, document, page, and the quotation."""
    lines = []
    for each in rows:
        gone = "" if each.at.here else f" {say('notes.gone')}"
        quoted = f" {say('notes.quoted', words=each.at.passage.words)}" if each.at.passage.words else ""
        lines.append(f"[{each.number}] {each.at.name}{gone}{quoted}")
    return tuple(lines)


def _cited(desk: Desk, key: ReviewKey, opened: Opened | None, sheet: Sheet) -> tuple[CitationRow, ...]:
    rows = []
    for each in tidy(sheet).citations:
        passage = Passage(each.document, each.page, 0, each.quotation)
        rows.append(CitationRow(each.number, passage_view(desk, key, opened, passage)))
    return tuple(rows)


def _opened(desk: Desk, key: ReviewKey) -> Opened | None:
    return work_on(desk, key).opened


def _documents(opened: Opened | None) -> tuple[str, ...]:
    if opened is None:
        return ()
    return (opened.body.manifest.content.digest, *(each.blob for each in opened.content.attachments))


def _must_be_here(opened: Opened | None, passage: Passage) -> None:
    if passage.document not in _documents(opened):
        raise DeskError("desk.no-document", "the papers in hand have no such document")


def _mine(desk: Desk, key: ReviewKey, note: int) -> None:
    found = desk.store.notes.get(note)
    if found is None or (found.office, found.dossier) != (key.office, key.dossier):
        raise DeskError("desk.no-note", "there is no such note")


def _row(desk: Desk, key: ReviewKey, opened: Opened | None, note: Note) -> NoteRow:
    passage = Passage(note.blob, note.page, note.row, note.quotation)
    return NoteRow(
        note.id, passage_view(desk, key, opened, passage), note.words, note.made_at, note.changed_at
    )
