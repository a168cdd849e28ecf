"""Records as they came: kept for good, found by what they are about. Whoever adds them has verified them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from zhubi.expert.store.database import Connection, Database
from zhubi.expert.store.touched import Touched
from zhubi.expert.store.values import from_micros, to_micros

if TYPE_CHECKING:
    from zhubi.core.model.records import Record

_COLUMNS: Final = "r.digest, r.kid, r.compact, r.log_index, r.logged_at, r.received_at"
_LOG_ORDER: Final = "ORDER BY r.log_index IS NULL, r.log_index, r.id"
_ABOUT: Final = {
    "acceptance": "record",
    "refusal": "record",
    "decision": "about",
    "return": "review",
}
LIVES: Final = (
    "NOT r.ended AND a.stage NOT IN ('recused', 'declined', 'replaced', 'withdrawn', 'void', 'purged')"
)
"""Of an assignment ``a`` in a round ``r``: whether what is sealed in its dossier is still needed."""
_REMEMBERED: Final = 256
"""Every act on a sheet reads the round's records and the project's again; they are never another."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified record on its way into the store.

    ``record.index`` is None while the log does not hold it. ``logged_at``: log time in Unix seconds. ``at``: the feed
    index that showed it.
    """

    compact: str
    record: Record
    logged_at: int | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A record of the store; ``logged_at`` is log time in Unix seconds, None while unknown."""

    digest: str
    compact: str
    record: Record
    logged_at: int | None
    received_at: datetime


class Records:
    """The room of records."""

    def __init__(self, database: Database, touched: Touched) -> None:
        self._database = database
        self._touched = touched

    def add(self, office: str, arrivals: Iterable[Arrival], now: datetime) -> tuple[str, ...]:
        """Keeps records; gives the digests that were new, or that now have their place in the log."""
        changed: list[str] = []
        with self._database.writing() as connection:
            for arrival in arrivals:
                if self._add(connection, office, arrival, to_micros(now)):
                    changed.append(arrival.record.digest)
                    payload = arrival.record.payload
                    self._touched.matter(office, payload.round, payload.subjects)
        return tuple(changed)

    def _add(self, connection: Connection, office: str, arrival: Arrival, now: int) -> bool:
        record = arrival.record
        payload = record.payload
        known = connection.execute(
            "SELECT id, log_index, logged_at, compact IS NULL FROM records WHERE digest = ?", (record.digest,)
        ).fetchone()
        if known is not None:
            return _complete(connection, office, known, arrival)
        number = connection.execute(
            "INSERT INTO records (digest, office, type, round, author, kid, subjects, about, compact, log_index,"
            " logged_at, feed_at, received_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING id",
            (
                record.digest, office, record.type.value, payload.round, payload.author, record.kid,
                json.dumps(payload.subjects), _about(record), arrival.compact, record.index, arrival.logged_at,
                arrival.at, now,
            ),
        ).fetchone()[0]  # fmt: skip
        connection.executemany(
            "INSERT OR IGNORE INTO record_subjects (dossier, record) VALUES (?, ?)",
            [(dossier, number) for dossier in payload.subjects],
        )
        if record.type.value == "dossier":
            _keep_manifest(connection, record)
        return True

    def get(self, digest: str) -> Kept | None:
        """One record by its digest; None when it is not here, or when a purge took its body."""
        found = self._read("WHERE r.digest = ?", (digest,))
        return found[0] if found else None

    def by_type(
        self, office: str, types: Iterable[str], *, round: str | None = None, author: str | None = None
    ) -> tuple[Kept, ...]:
        """An office's records of these types in log order, those the log does not hold yet last."""
        clause = "WHERE r.office = ? AND r.type IN (SELECT value FROM json_each(?))"
        given: list[str] = [office, json.dumps([str(each) for each in types])]
        if round is not None:
            clause, given = clause + " AND r.round = ?", [*given, round]
        if author is not None:
            clause, given = clause + " AND r.author = ?", [*given, author]
        return self._read(clause, given)

    def of_round(self, office: str, round: str) -> tuple[Kept, ...]:
        """The records of a round that name no dossier, in log order."""
        return self._read("WHERE r.office = ? AND r.round = ? AND r.subjects = '[]'", (office, round))

    def of_dossier(self, office: str, dossier: str, round: str | None = None) -> tuple[Kept, ...]:
        """The records that name a dossier, of this round and of none, in log order."""
        return self._read(
            "JOIN record_subjects s ON s.record = r.id"
            " WHERE s.dossier = ? AND r.office = ? AND (r.round IS NULL OR r.round = ?)",
            (dossier, office, round or ""),
        )

    def by_relation(self, digests: Iterable[str]) -> tuple[Kept, ...]:
        """The acceptances, refusals, decisions and returns that are about one of these records."""
        return self._read("WHERE r.about IN (SELECT value FROM json_each(?))", (json.dumps(list(digests)),))

    def _read(self, clause: str, given: Sequence[Any]) -> tuple[Kept, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM records r {clause} {_LOG_ORDER}", tuple(given)
            ).fetchall()
        return tuple(
            Kept(digest, compact, record_of(digest, kid, compact, index), logged_at, from_micros(received))
            for digest, kid, compact, index, logged_at, received in rows
            if compact is not None
        )


@lru_cache(maxsize=_REMEMBERED)
def record_of(digest: str, kid: str, compact: str, index: int | None) -> Record:
    """The typed record of a compact that was verified before it was kept. The newest ones read are remembered."""
    from zhubi.core.model.records import parse_record

    return parse_record(digest, kid, _payload_of(compact), index)


def _payload_of(compact: str) -> dict[str, Any]:
    middle = compact.split(".", 2)[1]
    payload: dict[str, Any] = json.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return payload


def _about(record: Record) -> str | None:
    member = _ABOUT.get(record.type.value)
    return None if member is None else str(getattr(record.body, member))


def _complete(connection: Connection, office: str, known: Sequence[Any], arrival: Arrival) -> bool:
    number, index, logged_at, bodiless = known
    record = arrival.record
    key = record.type.value == "key-release"
    if bodiless and key and any(is_needed(connection, office, each) for each in record.payload.subjects):
        # A purge took this key; a round that lives needs it again.
        connection.execute("UPDATE records SET compact = ? WHERE id = ?", (arrival.compact, number))
    elif (index is not None or record.index is None) and (logged_at is not None or arrival.logged_at is None):
        return False
    connection.execute(
        "UPDATE records SET log_index = coalesce(log_index, ?), logged_at = coalesce(logged_at, ?),"
        " feed_at = coalesce(feed_at, ?) WHERE id = ?",
        (record.index, arrival.logged_at, arrival.at, number),
    )
    return True


def is_needed(connection: Connection, office: str, dossier: str) -> bool:
    """Whether a round that lives still needs what is sealed in a dossier."""
    found = connection.execute(
        "SELECT 1 FROM assignments a JOIN rounds r ON r.id = a.round WHERE a.dossier = ? AND r.office = ?"
        f" AND {LIVES}",
        (dossier, office),
    ).fetchone()
    return found is not None


def _keep_manifest(connection: Connection, record: Record) -> None:
    from zhubi.core.model.records import DossierBody

    body = record.body
    assert isinstance(body, DossierBody)
    connection.executemany(
        "INSERT OR IGNORE INTO version_blobs (version, place, digest, size) VALUES (?,?,?,?)",
        [(record.digest, place, blob.digest, blob.size) for place, blob in enumerate(body.manifest.blobs())],
    )
