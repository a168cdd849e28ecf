"""Purging: a round's sealed material leaves this machine, and the database is written anew under a new key.

What is taken: the bodies of key releases and of colleagues' reviews, the blobs, drafts and their journal, answers,
notes on what was read and where reading was left, accepted evidence, and old backups. Signed records stay: they are the
expert's own words and the proof of them. So does evidence that they name, until the office has accepted it. Sheets that
were never signed go only when the expert says so; what a machine deletes by itself leaves them and their evidence.
Three steps, each of which may be repeated, so that a crash at any moment is mended at the next opening.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from zhubi.expert.store.blobs import Blobs
from zhubi.expert.store.database import Connection, Database, remove_database
from zhubi.expert.store.errors import StoreError, fault_of_file
from zhubi.expert.store.evidence import named_by_records
from zhubi.expert.store.letters import leave_receipts
from zhubi.expert.store.migration import BACKUPS
from zhubi.expert.store.records import LIVES, record_of
from zhubi.expert.store.search import Search, remove_indexes
from zhubi.expert.store.storefile import StoreFile, read_store_file, write_store_file
from zhubi.expert.store.touched import Touched
from zhubi.expert.store.values import PurgeOutcome, PurgePlan, to_micros

_MINE: Final = (
    "SELECT a.dossier FROM assignments a JOIN rounds r ON r.id = a.round WHERE r.office = ?1 AND r.round = ?2"
)
_NEEDED: Final = (
    "SELECT a.dossier FROM assignments a JOIN rounds r ON r.id = a.round WHERE r.office = ?1 AND r.round <> ?2"
    f" AND {LIVES}"
)
_VERSIONS: Final = (
    "SELECT r.digest FROM records r JOIN record_subjects s ON s.record = r.id WHERE r.office = ?1"
    " AND r.type = 'dossier' AND s.dossier IN (SELECT value FROM json_each(?2))"
)

_TYPED: Final = (
    "EXISTS (SELECT 1 FROM drafts d WHERE d.office = e.office AND d.round = e.round AND d.dossier = e.dossier"
    " AND d.signed_as IS NULL)"
)
"""Of a row ``e`` of one review: whether a sheet is under way there that nobody signed."""


class Purge:
    """The room from which nothing comes back."""

    def __init__(
        self,
        database: Database,
        touched: Touched,
        blobs: Blobs,
        search: Search,
        directory: Path,
        secret: bytes,
    ) -> None:
        self._database = database
        self._touched = touched
        self._blobs = blobs
        self._directory = directory
        self._secret = secret
        self._search = search

    def __repr__(self) -> str:
        return "Purge()"

    def plan(self, office: str, round: str) -> PurgePlan:
        """What a purge of this round would take and leave; nothing changes."""
        with self._database.reading() as connection:
            return _plan(connection, office, round)[0]

    def due(self) -> tuple[tuple[str, str], ...]:
        """The rounds, by office and id, that have ended and of which nothing was deleted yet."""
        with self._database.reading() as connection:
            return tuple(connection.execute(
                "SELECT r.office, r.round FROM rounds r WHERE r.ended AND r.total > 0 AND NOT EXISTS"
                " (SELECT 1 FROM purges p WHERE p.office = r.office AND p.round = r.round) ORDER BY r.id"
            ))  # fmt: skip

    def taken(self, office: str, round: str) -> PurgeOutcome | None:
        """What was taken of a round so far, all times together; None before the first."""
        with self._database.reading() as connection:
            times = connection.execute(
                "SELECT dossiers, blobs, bytes, kept FROM purges WHERE office = ? AND round = ? ORDER BY id",
                (office, round),
            ).fetchall()
        if not times:
            return None
        return PurgeOutcome(
            max(each[0] for each in times), sum(each[1] for each in times), sum(each[2] for each in times),
            times[-1][3],
        )  # fmt: skip

    def unconfirmed(self, office: str | None = None) -> tuple[tuple[str, str], ...]:
        """The rounds, by office and id, whose material went from this machine and of which no signed record says so."""
        with self._database.reading() as connection:
            return tuple(connection.execute(
                "SELECT DISTINCT p.office, p.round FROM purges p JOIN offices o ON o.office = p.office"
                " WHERE (?1 IS NULL OR p.office = ?1) AND p.done AND NOT EXISTS (SELECT 1 FROM records r"
                "  WHERE r.office = p.office AND r.round = p.round AND r.type = 'purge' AND r.kid = o.device)"
                " ORDER BY p.id",
                (office,),
            ))  # fmt: skip

    def purge_round(self, office: str, round: str, now: datetime, *, drafts: bool = True) -> PurgeOutcome:
        """Takes a round's material from this machine; when it returns, it is done. ``store.round-not-ended``.

        ``drafts`` False leaves sheets that were typed and not signed, and what was gathered for them. Interrupted, it
        is finished when the store is opened next.
        """
        with self._database.writing() as connection:
            ended = connection.execute(
                "SELECT ended FROM rounds WHERE office = ? AND round = ?", (office, round)
            ).fetchone()
            if ended is None or not ended[0]:
                raise StoreError(
                    "store.round-not-ended", "only a round that has ended is purged", round=round
                )
            plan, dossiers, blobs = _plan(connection, office, round, drafts=drafts)
            _take(connection, office, round, dossiers, blobs, drafts=drafts)
            connection.execute(
                "INSERT INTO purges (office, round, begun_at, dossiers, blobs, bytes, kept) VALUES (?,?,?,?,?,?,?)",
                (office, round, to_micros(now), plan.dossiers, plan.blobs, plan.bytes, plan.kept),
            )
            self._touched.round(office, round)
            for dossier in dossiers:
                self._touched.matter(office, None, (dossier,))
        self.finish()
        return PurgeOutcome(plan.dossiers, plan.blobs, plan.bytes, plan.kept)

    def unfinished(self) -> bool:
        """Whether a purge was cut short and has not been finished since."""
        return self._begun() is not None

    def _begun(self) -> int | None:
        with self._database.reading() as connection:
            found: int | None = connection.execute("SELECT max(id) FROM purges WHERE NOT done").fetchone()[0]
        return found

    def finish(self) -> None:
        """Finishes what a purge began: deletes its files, and writes the database anew under a new key."""
        begun = self._begun()
        if begun is None:
            return
        with self._database.reading() as connection:
            doomed = connection.execute("SELECT digest FROM doomed_blobs").fetchall()
        for (digest,) in doomed:
            self._blobs.remove(digest)
        record_of.cache_clear()
        # Whoever searches makes an index of what is left, under the new key; this one holds what was just deleted.
        self._search.remove()
        self._remove_backups()
        self._renew_key()
        with self._database.writing() as connection:
            connection.execute("DELETE FROM doomed_blobs")
            connection.execute("UPDATE purges SET done = 1 WHERE id <= ?", (begun,))
        self._database.truncate_log()

    def _remove_backups(self) -> None:
        # They hold what was just deleted, under the old key.
        try:
            for path in (self._directory / BACKUPS).glob("*"):
                path.unlink(missing_ok=True)
        except OSError as problem:
            raise fault_of_file(problem, directory=str(self._directory)) from problem

    def _renew_key(self) -> None:
        from zhubi.core.trust.chance import random_bytes

        old = read_store_file(self._directory, self._secret)
        new = StoreFile(old.generation + 1, random_bytes(32))
        path = self._directory / new.database
        remove_database(path)
        with self._database.replaced() as switch:
            self._database.copy_to(path, new.key(self._secret))
            _make_durable(path)
            # From this line on the new file is the store; before it, the old one is, untouched.
            write_store_file(self._directory, new, self._secret)
            switch(path, new.key(self._secret))
        remove_database(self._directory / old.database)


def remove_others(directory: Path, current: StoreFile) -> None:
    """Deletes databases and search indexes that a cut-short renewal left beside the current ones."""
    for path in directory.glob("store-*.db"):
        if path.name != current.database:
            remove_database(path)
    remove_indexes(directory, but=current.search_index)


def _make_durable(path: Path) -> None:
    try:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as problem:
        raise fault_of_file(problem, directory=str(path.parent)) from problem


def _plan(
    connection: Connection, office: str, round: str, *, drafts: bool = True
) -> tuple[PurgePlan, list[str], list[tuple[str, int]]]:
    mine = {row[0] for row in connection.execute(_MINE, (office, round))}
    needed = {row[0] for row in connection.execute(_NEEDED, (office, round))}
    dossiers = sorted(mine - needed)
    blobs = connection.execute(
        f"SELECT DISTINCT v.digest, v.size FROM version_blobs v WHERE v.version IN ({_VERSIONS})"
        " AND v.digest NOT IN (SELECT o.digest FROM version_blobs o JOIN assignments a ON a.version = o.version"
        "  JOIN rounds r ON r.id = a.round WHERE a.dossier NOT IN (SELECT value FROM json_each(?2)) AND NOT r.ended)",
        (office, json.dumps(dossiers)),
    ).fetchall()
    here = {
        row[0]
        for row in connection.execute(
            "SELECT digest FROM blobs WHERE digest IN (SELECT value FROM json_each(?))",
            (json.dumps([digest for digest, _ in blobs]),),
        )
    }
    taken, left = _evidence(connection, office, round, drafts)
    blobs += taken
    here |= {digest for digest, _ in taken}
    unsent = connection.execute(
        "SELECT count(*) FROM outbox o JOIN records r ON r.digest = o.digest WHERE r.office = ? AND r.round = ?",
        (office, round),
    ).fetchone()[0]
    typed = connection.execute(
        "SELECT count(*) FROM drafts WHERE office = ? AND round = ? AND signed_as IS NULL", (office, round)
    ).fetchone()[0]
    plan = PurgePlan(
        dossiers=len(dossiers),
        blobs=len(here),
        bytes=sum(size for digest, size in blobs if digest in here),
        kept=len(mine & needed),
        unsent=unsent,
        drafts=typed,
        evidence=left,
    )
    return plan, dossiers, blobs


def _evidence(
    connection: Connection, office: str, round: str, drafts: bool
) -> tuple[list[tuple[str, int]], int]:
    """The sealed files of a round's evidence that go: accepted, or named by nothing signed; and how many stay.

    ``drafts`` False: what was gathered for a sheet that is not signed stays with it.
    """
    named = named_by_records(connection, office, round)
    found = connection.execute(
        f"SELECT digest, size, accepted_at IS NOT NULL, {_TYPED} FROM site_evidence e WHERE office = ? AND round = ?",
        (office, round),
    ).fetchall()
    elsewhere = {
        row[0]
        for row in connection.execute(
            "SELECT digest FROM site_evidence WHERE office <> ?1 OR round <> ?2", (office, round)
        )
    }
    needed = {digest for digest, _, accepted, typed in found if typed and not drafts and not accepted}
    goes = {
        digest: size
        for digest, size, accepted, _ in found
        if digest not in elsewhere | needed and (accepted or digest not in named)
    }
    return list(goes.items()), len({each[0] for each in found} - goes.keys() - elsewhere)


def _take(
    connection: Connection,
    office: str,
    round: str,
    dossiers: list[str],
    blobs: list[tuple[str, int]],
    *,
    drafts: bool,
) -> None:
    listed = json.dumps(dossiers)
    connection.execute(
        "UPDATE records SET compact = NULL WHERE office = ?1 AND type = 'key-release' AND id IN"
        " (SELECT record FROM record_subjects WHERE dossier IN (SELECT value FROM json_each(?2)))",
        (office, listed),
    )
    # One's own words stay; what colleagues wrote of the material goes with it.
    connection.execute(
        "UPDATE records SET compact = NULL WHERE office = ?1 AND round = ?2 AND type = 'review'"
        " AND author <> (SELECT person FROM offices WHERE office = ?1)",
        (office, round),
    )
    # What is signed and has not arrived stays, with its draft.
    connection.execute(
        "DELETE FROM drafts WHERE office = ?1 AND round = ?2"
        " AND (CASE WHEN signed_as IS NULL THEN ?3 ELSE signed_as NOT IN (SELECT digest FROM outbox) END)",
        (office, round, drafts),
    )
    connection.execute("DELETE FROM answers WHERE office = ? AND round = ?", (office, round))
    connection.execute(
        f"DELETE FROM earlier_sheets AS e WHERE office = ?1 AND round = ?2 AND (?3 OR NOT {_TYPED})",
        (office, round, drafts),
    )
    leave_receipts(connection, office)
    # Notes quote the papers. Those on papers that another live round needs stay with them.
    for table in ("notes", "reading_places"):
        connection.execute(
            f"DELETE FROM {table} WHERE office = ?1 AND dossier IN (SELECT value FROM json_each(?2))",
            (office, listed),
        )
    connection.executemany(
        "INSERT OR IGNORE INTO doomed_blobs (digest) VALUES (?)", [(each[0],) for each in blobs]
    )
    connection.executemany("DELETE FROM blobs WHERE digest = ?", [(each[0],) for each in blobs])
    # What proves that the office holds a file outlives the file.
    connection.executemany(
        "DELETE FROM site_evidence WHERE office = ? AND round = ? AND digest = ? AND acceptance IS NULL",
        [(office, round, each[0]) for each in blobs],
    )
