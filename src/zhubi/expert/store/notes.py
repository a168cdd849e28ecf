"""Notes on what is read: kept on this machine only, never sent, gone when the dossier they are on is purged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhubi.expert.store.database import Database
from zhubi.expert.store.values import from_micros, to_micros

_COLUMNS = "id, office, dossier, blob, page, row, quotation, words, made_at, changed_at"


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a passage of a sealed blob.

    ``page`` counts from 1 (0: the document as a whole), ``row`` counts the lines of that page's text from 0.
    """

    id: int
    office: str
    dossier: str
    blob: str
    page: int
    row: int
    quotation: str
    words: str
    made_at: datetime
    changed_at: datetime


class Notes:
    """The room of notes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        office: str,
        dossier: str,
        blob: str,
        *,
        page: int,
        row: int,
        quotation: str,
        words: str,
        now: datetime,
    ) -> Note:
        """Keeps a new note."""
        moment = to_micros(now)
        with self._database.writing() as connection:
            found = connection.execute(
                "INSERT INTO notes (office, dossier, blob, page, row, quotation, words, made_at, changed_at)"
                f" VALUES (?,?,?,?,?,?,?,?,?) RETURNING {_COLUMNS}",
                (office, dossier, blob, page, row, quotation, words, moment, moment),
            ).fetchone()
        return _note(found)

    def change(self, number: int, words: str, now: datetime) -> Note | None:
        """Other words for a note; None when there is no such note."""
        with self._database.writing() as connection:
            found = connection.execute(
                f"UPDATE notes SET words = ?, changed_at = ? WHERE id = ? RETURNING {_COLUMNS}",
                (words, to_micros(now), number),
            ).fetchone()
        return _note(found) if found is not None else None

    def remove(self, number: int) -> bool:
        """Forgets a note; False when there is no such note."""
        with self._database.writing() as connection:
            gone = connection.execute("DELETE FROM notes WHERE id = ? RETURNING id", (number,)).fetchone()
        return gone is not None

    def get(self, number: int) -> Note | None:
        """One note; None when there is no such note."""
        with self._database.reading() as connection:
            found = connection.execute(f"SELECT {_COLUMNS} FROM notes WHERE id = ?", (number,)).fetchone()
        return _note(found) if found is not None else None

    def of(self, office: str, dossier: str) -> tuple[Note, ...]:
        """The notes on a dossier, in the order of its pages."""
        return self._all("WHERE office = ? AND dossier = ? ORDER BY blob, page, row, id", (office, dossier))

    def all(self) -> tuple[Note, ...]:
        """Every note on this machine, the newest first."""
        return self._all("ORDER BY changed_at DESC, id DESC", ())

    def _all(self, where: str, bindings: Iterable[Any]) -> tuple[Note, ...]:
        with self._database.reading() as connection:
            found = connection.execute(f"SELECT {_COLUMNS} FROM notes {where}", tuple(bindings)).fetchall()
        return tuple(_note(each) for each in found)


def _note(row: Any) -> Note:
    return Note(*(*row[:8], from_micros(row[8]), from_micros(row[9])))
