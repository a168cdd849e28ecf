"""Evidence gathered here: its ciphertext among the blobs, what is known of it, and whether the office has accepted it.

A sealed file is written whole beside the blobs before any row names it, and moved among them once a row does: whatever
kills the app in between leaves either nothing, or a file that the next opening puts where it belongs.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Final, Self

from zhubi.expert.store.blobs import Blobs
from zhubi.expert.store.database import Connection, Database
from zhubi.expert.store.errors import StoreError, fault_of_file
from zhubi.expert.store.records import record_of
from zhubi.expert.store.values import AssignmentKey, Key, SiteEvidence, from_micros, to_micros

if TYPE_CHECKING:
    from zhubi.core.model.sheet import EvidenceRef
    from zhubi.core.trust.receipts import Receipt

_FOLDER: Final = "evidence"
_TOLD: Final = ("digest", "size", "plain", "plain_size", "name", "media_type", "about", "taken_at")
_COLUMNS: Final = f"office, round, dossier, {', '.join(_TOLD)}, noted_at, received, accepted_at, acceptance"


class EvidenceRoom:
    """The room of evidence."""

    def __init__(self, database: Database, blobs: Blobs, directory: Path) -> None:
        self._database = database
        self._blobs = blobs
        self._folder = directory / _FOLDER

    def sealing(self) -> Sealing:
        """A file to write ciphertext into; it is gone after the block unless ``keep`` was given it."""
        return Sealing(self._folder)

    def keep(
        self, key: Key, ref: EvidenceRef, *, plain: str, plain_size: int, noted_at: datetime, sealed: Sealing
    ) -> None:
        """Notes a piece of evidence, inside the transaction that also names it in the sheet; then call ``settle``."""
        sealed.name_by_digest()
        with self._database.writing() as connection:
            connection.execute(
                f"INSERT INTO site_evidence ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,0,NULL,NULL)",
                (
                    key.office, key.round, key.dossier, ref.digest, ref.size, plain, plain_size, ref.name,
                    ref.media_type, ref.about, ref.taken_at, to_micros(noted_at),
                ),
            )  # fmt: skip
            connection.execute(
                "INSERT OR REPLACE INTO blobs (digest, size) VALUES (?, ?)", (ref.digest, ref.size)
            )

    def settle(self) -> None:
        """Moves among the blobs what a row names, and deletes what none does; for what a crash left, too."""
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.iterdir()):
            try:
                if len(path.name) == 64 and self._named(path.name):
                    target = self._blobs.file(path.name)
                    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    path.replace(target)
                    _sync_folder(target.parent)
                else:
                    path.unlink(missing_ok=True)
            except OSError as problem:
                raise fault_of_file(problem, directory=str(self._folder.parent)) from problem

    def of(self, key: Key) -> tuple[SiteEvidence, ...]:
        """What was gathered for one review, in the order it was; also what is on its sheet no more."""
        return self._read(
            "WHERE office = ? AND round = ? AND dossier = ? ORDER BY id", key.office, key.round, key.dossier
        )

    def get(self, key: Key, digest: str) -> SiteEvidence | None:
        """One piece of evidence; None when it is not here."""
        return next((each for each in self.of(key) if each.digest == digest), None)

    def waiting(self, office: str) -> tuple[SiteEvidence, ...]:
        """What a logged review of one's own names and the office has not accepted, in the order it was gathered."""
        found = self._read("WHERE office = ? AND accepted_at IS NULL ORDER BY id", office)
        if not found:
            return ()
        with self._database.reading() as connection:
            named = _named_by_records(connection, office, {each.key.round for each in found}, logged=True)
        return tuple(each for each in found if each.digest in named)

    def reviews(self) -> tuple[AssignmentKey, ...]:
        """The reviews for which anything was gathered."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT DISTINCT office, round, dossier FROM site_evidence").fetchall()
        return tuple(AssignmentKey(*row) for row in found)

    def named(self, key: Key, *, logged: bool = False) -> frozenset[str]:
        """What signed reviews of one's own in this round name; ``logged``: only of those that the log holds."""
        with self._database.reading() as connection:
            return _named_by_records(connection, key.office, {key.round}, logged=logged)

    def acceptances(self, digests: Sequence[str]) -> frozenset[str]:
        """Those of several pieces of evidence whose acceptance the log holds."""
        with self._database.reading() as connection:
            return accepted_among(connection, digests)

    def received(self, digest: str, count: int) -> None:
        """The office holds so many bytes of it from the beginning."""
        with self._database.writing() as connection:
            connection.execute("UPDATE site_evidence SET received = ? WHERE digest = ?", (count, digest))

    def accepted(self, digest: str, receipt: Receipt, now: datetime) -> None:
        """The office accepted it, as a receipt that was verified proves. Of a purged round only that stays."""
        text = json.dumps([receipt.proof, receipt.acceptance, receipt.staff_key])
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE site_evidence SET accepted_at = ?, acceptance = ?, received = size"
                " WHERE digest = ? AND accepted_at IS NULL",
                (to_micros(now), text, digest),
            )
            purged = connection.execute(
                "SELECT 1 FROM site_evidence e WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM site_evidence o"
                " WHERE o.digest = ?1 AND NOT EXISTS (SELECT 1 FROM purges p WHERE p.office = o.office"
                " AND p.round = o.round))",
                (digest,),
            ).fetchone()
        if purged is not None:
            self._blobs.remove(digest)
            with self._database.writing() as connection:
                connection.execute("DELETE FROM blobs WHERE digest = ?", (digest,))

    def receipt(self, key: Key, digest: str) -> Receipt | None:
        """What proved that the office holds it; None before."""
        from zhubi.core.trust.receipts import Receipt

        found = self.get(key, digest)
        return None if found is None or found.acceptance is None else Receipt(*json.loads(found.acceptance))

    def forget_unnamed(self, key: Key, on_sheet: set[str]) -> int:
        """Deletes what neither the sheet nor a signed record of one's own names; gives how many pieces."""
        with self._database.reading() as connection:
            named = _named_by_records(connection, key.office, {key.round}, logged=False)
        gone = [each.digest for each in self.of(key) if each.digest not in named | on_sheet]
        with self._database.writing() as connection:
            connection.executemany(
                "DELETE FROM site_evidence WHERE office = ? AND round = ? AND dossier = ? AND digest = ?",
                [(key.office, key.round, key.dossier, digest) for digest in gone],
            )
            still = {row[0] for row in connection.execute("SELECT digest FROM site_evidence").fetchall()}
            gone = [digest for digest in gone if digest not in still]
            connection.executemany("DELETE FROM blobs WHERE digest = ?", [(digest,) for digest in gone])
        for digest in gone:
            self._blobs.remove(digest)
        return len(gone)

    def open(self, digest: str) -> IO[bytes]:
        """The ciphertext, not looked at; ``store.blob-missing``. Evidence that is damaged is never deleted for it."""
        try:
            return self._blobs.file(digest).open("rb")
        except FileNotFoundError as problem:
            raise StoreError(
                "store.blob-missing", f"the sealed file {digest[:12]} is not here", blob=digest
            ) from problem
        except OSError as problem:
            raise fault_of_file(problem, directory=str(self._folder.parent)) from problem

    def _named(self, digest: str) -> bool:
        with self._database.reading() as connection:
            found = connection.execute("SELECT 1 FROM site_evidence WHERE digest = ?", (digest,)).fetchone()
        return found is not None

    def _read(self, clause: str, *given: str) -> tuple[SiteEvidence, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM site_evidence {clause}", given).fetchall()
        return tuple(_piece(row) for row in rows)


def _piece(row: Sequence[Any]) -> SiteEvidence:
    office, round, dossier, *told, noted_at, received, accepted_at, acceptance = row
    known: dict[str, Any] = dict(zip(_TOLD, told, strict=True))
    return SiteEvidence(
        AssignmentKey(office, round, dossier), **known, noted_at=from_micros(noted_at), received=received,
        accepted_at=None if accepted_at is None else from_micros(accepted_at), acceptance=acceptance,
    )  # fmt: skip


class Sealing:
    """Ciphertext on its way to the disk: written, hashed and counted."""

    def __init__(self, folder: Path) -> None:
        from zhubi.core.trust.chance import random_bytes

        self._folder = folder
        self._path = folder / random_bytes(12).hex()
        self._hash = hashlib.sha256()
        self._file: IO[bytes] | None = None
        self.size = 0

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self._path.open("xb")
        except OSError as problem:
            raise self._fault(problem) from problem
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            return  # the next opening deletes it

    def write(self, data: bytes) -> int:
        """Takes the next bytes; ``store.disk-full``."""
        assert self._file is not None
        try:
            self._file.write(data)
        except OSError as problem:
            raise self._fault(problem) from problem
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """What is held back goes with the end."""

    def name_by_digest(self) -> None:
        """Makes it durable, under the name by which a row is about to speak of it."""
        assert self._file is not None
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._close()
            self._path = self._path.replace(self._folder / self.digest)
            _sync_folder(self._folder)
        except OSError as problem:
            raise self._fault(problem) from problem

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as problem:
                raise self._fault(problem) from problem

    def _fault(self, problem: OSError) -> StoreError:
        return fault_of_file(problem, directory=str(self._folder.parent))


def named_by_records(connection: Connection, office: str, round: str) -> frozenset[str]:
    """The evidence that signed reviews of one's own name, where they are logged or still on their way."""
    return _named_by_records(connection, office, {round}, logged=False)


def _named_by_records(
    connection: Connection, office: str, rounds: set[str], *, logged: bool
) -> frozenset[str]:
    # What the office refused is no more than typed: its evidence is asked for by no record that counts.
    on_the_way = "" if logged else " OR EXISTS (SELECT 1 FROM outbox o WHERE o.digest = r.digest)"
    rows = connection.execute(
        "SELECT r.digest, r.kid, r.compact, r.log_index FROM records r"
        " WHERE r.office = ?1 AND r.type = 'review' AND r.compact IS NOT NULL"
        " AND r.round IN (SELECT value FROM json_each(?2))"
        f" AND r.author = (SELECT person FROM offices WHERE office = ?1) AND (r.log_index IS NOT NULL{on_the_way})",
        (office, json.dumps(sorted(rounds))),
    ).fetchall()
    return frozenset(each.digest for row in rows for each in evidence_of(*row))


def evidence_of(digest: str, kid: str, compact: str, index: int | None) -> tuple[EvidenceRef, ...]:
    """What a review that is kept here names."""
    from zhubi.core.model.records import ReviewBody

    body = record_of(digest, kid, compact, index).body
    return body.sheet.evidence if isinstance(body, ReviewBody) else ()


def accepted_among(connection: Connection, digests: Iterable[str]) -> frozenset[str]:
    """Those of several pieces of evidence whose acceptance the log holds."""
    found = connection.execute(
        "SELECT about FROM records WHERE type = 'acceptance' AND log_index IS NOT NULL"
        " AND about IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(digests)),),
    )
    return frozenset(row[0] for row in found)


def _sync_folder(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # Windows opens no directories
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
