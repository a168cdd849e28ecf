"""What was verified of each office's log: the newest checkpoint, tiles, the feed's cursor, and contradictions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from zhubi.expert.store.database import Database
from zhubi.expert.store.values import Evidence, KeptCheckpoint, from_micros, to_micros


class Log:
    """The room of the log's own words. Whoever keeps something here has verified it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def checkpoint(self, office: str) -> KeptCheckpoint | None:
        """The newest checkpoint that extends all before it; None before the first."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT text, size, root, time FROM checkpoints WHERE office = ?", (office,)
            ).fetchone()
        return None if found is None else KeptCheckpoint(*found)

    def advance(self, office: str, text: str, *, size: int, root: str, time: int, now: datetime) -> None:
        """Keeps a checkpoint in place of the one it extends. ``root`` in hexadecimal, ``time`` in Unix seconds."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO checkpoints (office, text, size, root, time, saved_at) VALUES (?,?,?,?,?,?)",
                (office, text, size, root, time, to_micros(now)),
            )

    def tile(self, office: str, path: str) -> bytes | None:
        """A tile that was kept; None when it was not."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT data FROM tiles WHERE office = ? AND path = ?", (office, path)
            ).fetchone()
        return None if found is None else bytes(found[0])

    def keep_tiles(self, office: str, tiles: Mapping[str, bytes]) -> None:
        """Keeps tiles by their path."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO tiles (office, path, data) VALUES (?, ?, ?)",
                [(office, path, data) for path, data in tiles.items()],
            )

    def forget_tiles(self, office: str) -> None:
        """Drops every tile of an office: they can be fetched again."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM tiles WHERE office = ?", (office,))

    def cursor(self, office: str) -> str | None:
        """Where the feed goes on; None before the first page."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT cursor FROM offices WHERE office = ?", (office,)).fetchone()
        return None if found is None else found[0]

    def move_cursor(self, office: str, cursor: str) -> None:
        """Notes how far the feed was read: in the transaction that keeps what it brought."""
        with self._database.writing() as connection:
            connection.execute("UPDATE offices SET cursor = ? WHERE office = ?", (cursor, office))

    def keep_evidence(self, office: str, kind: str, kept: str, found: str, now: datetime) -> None:
        """Keeps two checkpoints that contradict each other; the same pair is kept once."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO evidence (office, kind, kept, found, saved_at) VALUES (?,?,?,?,?)"
                " ON CONFLICT DO NOTHING",
                (office, kind, kept, found, to_micros(now)),
            )

    def evidence(self, office: str) -> tuple[Evidence, ...]:
        """The contradictions seen in an office's log, oldest first."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT kind, kept, found, saved_at FROM evidence WHERE office = ? ORDER BY id", (office,)
            ).fetchall()
        return tuple(Evidence(*(*row[:3], from_micros(row[3]))) for row in found)
