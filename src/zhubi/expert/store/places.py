"""Where reading was left: of every document of a dossier, and which of them was read last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhubi.expert.store.database import Database
from zhubi.expert.store.values import to_micros


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """A place in a sealed blob: ``page`` counts from 1, ``row`` counts the lines of that page's text from 0."""

    blob: str
    page: int
    row: int


class ReadingPlaces:
    """The room of places."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, office: str, dossier: str, place: ReadingPlace, now: datetime) -> None:
        """Remembers where reading stands, in place of what was remembered of the same document."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO reading_places (office, dossier, blob, page, row, at) VALUES (?,?,?,?,?,?)",
                (office, dossier, place.blob, place.page, place.row, to_micros(now)),
            )

    def of(self, office: str, dossier: str) -> tuple[ReadingPlace, ...]:
        """The places in a dossier's documents, the one read last first."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT blob, page, row FROM reading_places WHERE office = ? AND dossier = ? ORDER BY at DESC, blob",
                (office, dossier),
            ).fetchall()
        return tuple(ReadingPlace(*each) for each in found)
