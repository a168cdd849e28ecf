"""Packets that came in or went out, so that the same one twice is seen for what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from zhubi.expert.store.database import Database
from zhubi.expert.store.values import from_micros, to_micros

Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class KnownPacket:
    """A packet by its digest: when it came in or was made, and what it held, in words."""

    digest: str
    office: str
    direction: str
    at: datetime
    summary: str


class Packets:
    """The room of packets; the packets themselves lie where people put them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, digest: str, office: str, direction: Direction, summary: str, now: datetime) -> None:
        """Notes a packet that was made, or all of which was taken in; the first time is kept."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO packets (digest, office, direction, at, summary) VALUES (?,?,?,?,?)"
                " ON CONFLICT (digest) DO NOTHING",
                (digest, office, direction, to_micros(now), summary),
            )

    def get(self, digest: str) -> KnownPacket | None:
        """One packet; None when it was never seen here."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT digest, office, direction, at, summary FROM packets WHERE digest = ?", (digest,)
            ).fetchone()
        return None if found is None else _known(found)

    def all(self) -> tuple[KnownPacket, ...]:
        """Every packet, the newest first."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT digest, office, direction, at, summary FROM packets ORDER BY at DESC, digest"
            ).fetchall()
        return tuple(_known(row) for row in found)


def _known(row: Sequence[Any]) -> KnownPacket:
    return KnownPacket(row[0], row[1], row[2], from_micros(row[3]), row[4])
