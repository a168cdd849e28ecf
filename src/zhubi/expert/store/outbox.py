"""What is signed and not yet proven to have arrived, and the receipts of what is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from zhubi.expert.store.database import Connection, Database
from zhubi.expert.store.drafts import mark_signed
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.records import Arrival, Records
from zhubi.expert.store.touched import Touched
from zhubi.expert.store.values import Key, Outgoing, from_micros, to_micros

if TYPE_CHECKING:
    from zhubi.core.model.records import Record
    from zhubi.core.trust.receipts import Receipt

_OWN_TYPES: Final = "('commitment', 'declaration', 'review', 'purge', 'conclusion')"


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """A receipt that was verified here. ``index``: place in the log; ``logged_at``: log time in Unix seconds."""

    digest: str
    receipt: Receipt
    code: str
    index: int
    logged_at: int
    verified_at: datetime
    office: str
    type: str
    round: str | None
    subjects: tuple[str, ...]


class Receipts:
    """The room of receipts."""

    def __init__(self, database: Database, touched: Touched) -> None:
        self._database = database
        self._touched = touched

    def put(
        self, digest: str, receipt: Receipt, *, code: str, index: int, logged_at: int, now: datetime
    ) -> None:
        """Keeps a verified receipt of a record that is here; the record leaves the outbox, its draft goes."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO receipt_keys (compact) VALUES (?) ON CONFLICT DO NOTHING", (receipt.staff_key,)
            )
            connection.execute(
                "INSERT INTO receipts (digest, proof, acceptance, staff_key, code, verified_at)"
                " VALUES (?, ?, ?, (SELECT id FROM receipt_keys WHERE compact = ?), ?, ?)"
                " ON CONFLICT (digest) DO NOTHING",
                (digest, receipt.proof, receipt.acceptance, receipt.staff_key, code, to_micros(now)),
            )
            connection.execute(
                "UPDATE records SET log_index = coalesce(log_index, ?), logged_at = coalesce(logged_at, ?)"
                " WHERE digest = ?",
                (index, logged_at, digest),
            )
            connection.execute("DELETE FROM outbox WHERE digest = ?", (digest,))
            connection.execute("DELETE FROM drafts WHERE signed_as = ?", (digest,))
            touch(connection, self._touched, digest)

    def get(self, digest: str) -> KeptReceipt | None:
        """The receipt of a record; None while there is none."""
        found = self._read("WHERE p.digest = ?", (digest,))
        return found[0] if found else None

    def all(self, office: str | None = None) -> tuple[KeptReceipt, ...]:
        """All receipts, or those of one office, in log order."""
        return self._read("WHERE ?1 IS NULL OR r.office = ?1 ORDER BY r.office, r.log_index", (office,))

    def unproven(self, office: str) -> tuple[str, ...]:
        """My own records that the log holds and that have no receipt here."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT r.digest FROM records r JOIN offices o ON o.office = r.office AND o.person = r.author"
                f" WHERE r.office = ? AND r.type IN {_OWN_TYPES} AND r.log_index IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM receipts p WHERE p.digest = r.digest) ORDER BY r.log_index",
                (office,),
            ).fetchall()
        return tuple(row[0] for row in found)

    def _read(self, clause: str, given: Sequence[Any]) -> tuple[KeptReceipt, ...]:
        from zhubi.core.trust.receipts import Receipt

        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT p.digest, p.proof, p.acceptance, k.compact, p.code, r.log_index, r.logged_at, p.verified_at,"
                " r.office, r.type, r.round, r.subjects FROM receipts p JOIN receipt_keys k ON k.id = p.staff_key"
                f" JOIN records r ON r.digest = p.digest {clause}",
                tuple(given),
            ).fetchall()
        return tuple(
            KeptReceipt(
                row[0], Receipt(row[1], row[2], row[3]), row[4], row[5], row[6], from_micros(row[7]), row[8], row[9],
                row[10], tuple(json.loads(row[11])),
            )
            for row in found
        )  # fmt: skip


class Outbox:
    """The room of records on their way."""

    def __init__(self, database: Database, touched: Touched, records: Records) -> None:
        self._database = database
        self._touched = touched
        self._records = records

    def put(
        self, office: str, compact: str, record: Record, *, now: datetime, key: Key | None = None
    ) -> None:
        """Keeps a record just signed and queues it; with ``key``, that draft became it. Doing it again is nothing."""
        with self._database.writing() as connection:
            self._records.add(office, (Arrival(compact, record),), now)
            connection.execute(
                "INSERT INTO outbox (digest, office, put_at) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING",
                (record.digest, office, to_micros(now)),
            )
            if key is not None:
                mark_signed(connection, key, record.digest)
                self._touched.matter(key.office, key.round, (key.dossier,))

    def pending(self, office: str | None = None) -> tuple[Outgoing, ...]:
        """What is not proven yet, in the order it was signed."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT o.office, o.digest, r.compact, r.type, r.round, r.subjects, o.put_at, o.waiting_for,"
                " o.problem, o.problem_details FROM outbox o JOIN records r ON r.digest = o.digest"
                " WHERE ?1 IS NULL OR o.office = ?1 ORDER BY o.id",
                (office,),
            ).fetchall()
        return tuple(
            Outgoing(
                *(*row[:5], tuple(json.loads(row[5])), from_micros(row[6]), *row[7:9], json.loads(row[9]))
            )
            for row in found
        )

    def unsent(self, office: str | None = None) -> int:
        """How many records are not proven yet."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT count(*) FROM outbox WHERE ?1 IS NULL OR office = ?1", (office,)
            ).fetchone()
        return int(found[0])

    def waiting(self, digest: str, waiting_for: str) -> None:
        """The office holds the record back until another one arrives."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE outbox SET waiting_for = ?, problem = NULL, problem_details = '{}' WHERE digest = ?",
                (waiting_for, digest),
            )

    def problem(self, digest: str, kind: str, details: Mapping[str, str | int | bool] | None = None) -> None:
        """The last attempt failed for a reason that may pass; the record stays."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE outbox SET problem = ?, problem_details = ? WHERE digest = ?",
                (kind, json.dumps(dict(details or {}), ensure_ascii=False), digest),
            )

    def refused(self, digest: str, refusal: Arrival, now: datetime) -> None:
        """The office refused the record, and signed why: both are kept, and its draft can be edited again."""
        with self._database.writing() as connection:
            found = connection.execute("SELECT office FROM records WHERE digest = ?", (digest,)).fetchone()
            if found is None:
                raise StoreError("store.no-record", "a refusal of a record that is not here", record=digest)
            self._records.add(found[0], (refusal,), now)
            self._take_back(connection, digest)

    def conflicted(self, digest: str) -> None:
        """The office holds another record under this one's id: this one cannot be logged and goes; its draft stays."""
        with self._database.writing() as connection:
            self._take_back(connection, digest)
            connection.execute(
                "DELETE FROM record_subjects WHERE record = (SELECT id FROM records WHERE digest = ?)",
                (digest,),
            )
            connection.execute("DELETE FROM records WHERE digest = ? AND log_index IS NULL", (digest,))

    def _take_back(self, connection: Connection, digest: str) -> None:
        connection.execute("DELETE FROM outbox WHERE digest = ?", (digest,))
        connection.execute("UPDATE drafts SET signed_as = NULL WHERE signed_as = ?", (digest,))
        touch(connection, self._touched, digest)


def touch(connection: Connection, touched: Touched, digest: str) -> None:
    """Notes that what follows from this record may have changed."""
    found = connection.execute(
        "SELECT office, round, subjects FROM records WHERE digest = ?", (digest,)
    ).fetchone()
    if found is not None:
        touched.matter(found[0], found[1], json.loads(found[2]))
