"""常用语: the expert's own phrases. They stay on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zhubi.expert.store.database import Database
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.values import from_micros, to_micros

MOST: Final = 500
"""How many phrases are kept at most."""


@dataclass(frozen=True, slots=True)
class KeptPhrase:
    """One phrase, how often it was used, and when last; ``used_at`` is when it was added where it never was."""

    id: int
    words: str
    used: int
    used_at: datetime


class Phrases:
    """The room of phrases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[KeptPhrase, ...]:
        """All phrases, the most used first, among equals the newest."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT id, words, used, used_at FROM phrases ORDER BY used DESC, used_at DESC, id DESC"
            ).fetchall()
        return tuple(KeptPhrase(row[0], row[1], row[2], from_micros(row[3])) for row in found)

    def add(self, words: str, now: datetime) -> int:
        """Keeps a phrase and gives its id; one that is here already stays as it is. ``phrases.too-many``."""
        with self._database.writing() as connection:
            found = connection.execute("SELECT id FROM phrases WHERE words = ?", (words,)).fetchone()
            if found is not None:
                return int(found[0])
            if connection.execute("SELECT count(*) FROM phrases").fetchone()[0] >= MOST:
                raise StoreError("phrases.too-many", f"no more than {MOST} phrases are kept", most=MOST)
            made = connection.execute(
                "INSERT INTO phrases (words, used, used_at) VALUES (?, 0, ?) RETURNING id",
                (words, to_micros(now)),
            ).fetchone()
        return int(made[0])

    def use(self, phrase: int, now: datetime) -> str | None:
        """Counts one use and gives the words; None when there is no such phrase."""
        with self._database.writing() as connection:
            found = connection.execute(
                "UPDATE phrases SET used = used + 1, used_at = ? WHERE id = ? RETURNING words",
                (to_micros(now), phrase),
            ).fetchone()
        return None if found is None else str(found[0])

    def remove(self, phrase: int) -> None:
        """Takes a phrase away; nothing happens when there is none of that id."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM phrases WHERE id = ?", (phrase,))
