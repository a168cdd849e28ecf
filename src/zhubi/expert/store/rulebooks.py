"""Rulebooks as they were compiled, by digest, and what rows need of them."""

from __future__ import annotations

from collections.abc import Mapping

from zhubi.expert.store.database import Database
from zhubi.expert.store.touched import Touched
from zhubi.expert.store.values import KindSummary


class Rulebooks:
    """The room of pinned rulebooks."""

    def __init__(self, database: Database, touched: Touched) -> None:
        self._database = database
        self._touched = touched

    def put(self, digest: str, data: bytes, *, kinds: Mapping[str, KindSummary]) -> None:
        """Keeps a rulebook's canonical JSON, whose digest was checked, and a summary of each review kind."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO rulebooks (digest, data) VALUES (?, ?)", (digest, data)
            )
            connection.executemany(
                "INSERT OR REPLACE INTO rulebook_kinds (digest, kind, name, steps_a_point) VALUES (?,?,?,?)",
                [(digest, kind, each.name, each.steps_a_point) for kind, each in kinds.items()],
            )
            rounds = connection.execute("SELECT office, round FROM rounds WHERE rulebook = ?", (digest,))
            for office, round_id in rounds.fetchall():
                self._touched.round(office, round_id)

    def get(self, digest: str) -> bytes | None:
        """A rulebook's canonical JSON; None while it is not here."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT data FROM rulebooks WHERE digest = ?", (digest,)).fetchone()
        return None if found is None else bytes(found[0])

    def wanted(self, office: str) -> tuple[str, ...]:
        """The rulebooks that rounds of this office pin and that are not here."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT DISTINCT rulebook FROM rounds WHERE office = ? AND rulebook NOT IN"
                " (SELECT digest FROM rulebooks) ORDER BY rulebook",
                (office,),
            ).fetchall()
        return tuple(row[0] for row in found)
