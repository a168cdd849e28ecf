"""What this machine remembers: one door to all its rooms."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from zhubi import __version__
from zhubi.expert.store.answers import Answers
from zhubi.expert.store.assignments import Assignments
from zhubi.expert.store.blobs import Blobs
from zhubi.expert.store.database import Connection, Database, Mode
from zhubi.expert.store.drafts import Drafts
from zhubi.expert.store.earlier import EarlierSheets
from zhubi.expert.store.errors import StoreError, damaged, fault_of_file
from zhubi.expert.store.evidence import EvidenceRoom
from zhubi.expert.store.letters import Letters
from zhubi.expert.store.log import Log
from zhubi.expert.store.migration import (
    back_up_daily,
    check_version,
    known_version,
    migrate,
    newest_backup,
    version_of,
)
from zhubi.expert.store.notes import Notes
from zhubi.expert.store.offices import Offices
from zhubi.expert.store.outbox import Outbox, Receipts
from zhubi.expert.store.packets import Packets
from zhubi.expert.store.phrases import Phrases
from zhubi.expert.store.places import ReadingPlaces
from zhubi.expert.store.processlock import ProcessLock
from zhubi.expert.store.purge import Purge, remove_others
from zhubi.expert.store.records import Records
from zhubi.expert.store.rulebooks import Rulebooks
from zhubi.expert.store.search import Search
from zhubi.expert.store.settings import OwnProfile, Settings
from zhubi.expert.store.storefile import NAME, StoreFile, read_store_file, write_store_file
from zhubi.expert.store.touched import Touched
from zhubi.expert.store.values import DiskUse
from zhubi.expert.store.vault import Vaults

if TYPE_CHECKING:
    from zhubi.core.trust.secretstore import SecretStore

_LOCK: Final = "store.lock"
_DERIVED_BY: Final = "derived-by"


class Store:
    """The encrypted memory of one device directory, open. Every write is durable when its call returns.

    Calls may come from any thread. Several writes that belong together go into one ``with store.writing():``.
    """

    def __init__(self, directory: Path, database: Database, secret: bytes, lock: ProcessLock) -> None:
        self.directory = directory
        self._database = database
        self._lock = lock
        touched = Touched()

        def derive(connection: Connection) -> None:
            if touched:
                from zhubi.expert.store.derivation import refresh

                refresh(connection, touched)
                touched.clear()

        database.before_commit.append(derive)
        database.after_rollback.append(touched.clear)
        self.offices = Offices(database, touched)
        self.records = Records(database, touched)
        self.assignments = Assignments(database, touched)
        self.drafts = Drafts(database, touched)
        self.answers = Answers(database)
        self.earlier = EarlierSheets(database)
        self.notes = Notes(database)
        self.places = ReadingPlaces(database)
        self.receipts = Receipts(database, touched)
        self.outbox = Outbox(database, touched, self.records)
        self.log = Log(database)
        self.rulebooks = Rulebooks(database, touched)
        self.blobs = Blobs(database, directory)
        self.evidence = EvidenceRoom(database, self.blobs, directory)
        self.packets = Packets(database)
        self.letters = Letters(database, directory)
        self.phrases = Phrases(database)
        self.settings = Settings(database)
        self.profile = OwnProfile(self.settings)
        self.search = Search(database, directory, secret)
        self.purge = Purge(database, touched, self.blobs, self.search, directory, secret)
        self.vaults = Vaults(directory, secret)

    def __repr__(self) -> str:
        return f"Store({str(self.directory)!r})"

    @staticmethod
    def exists(directory: Path) -> bool:
        """Whether there is a store: cheap, nothing is opened."""
        return (directory / NAME).is_file()

    @classmethod
    def create(cls, directory: Path, secret_store: SecretStore) -> Store:
        """A new store, under the machine's secret or a new one that ``secret_store`` keeps.

        ``store.exists``, ``store.read-only``, ``store.disk-full``, ``store.in-use``; the faults of ``secret_store``.
        """
        from zhubi.core.trust.chance import random_bytes

        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise fault_of_file(problem, directory=str(directory)) from problem
        lock = ProcessLock(directory / _LOCK)
        lock.take()
        try:
            if cls.exists(directory):
                raise StoreError("store.exists", f"there is a store in {directory}", directory=str(directory))
            secret = secret_store.load()
            if secret is None:
                secret = random_bytes(32)
                secret_store.save(secret)
            file = StoreFile(1, random_bytes(32))
            remove_others(directory, StoreFile(0, file.salt))
            database = _database(directory, file, secret, "create")
            migrate(database)
            # Last, so that a store is either there with all it needs or not there at all.
            write_store_file(directory, file, secret)
        except BaseException:
            lock.drop()
            raise
        store = cls(directory, database, secret, lock)
        store.settings.set(_DERIVED_BY, __version__)
        return store

    @classmethod
    def open(cls, directory: Path, secret_store: SecretStore, *, read_only: bool = False) -> Store:
        """The store of a directory. ``read_only`` works beside another copy and changes nothing.

        ``store.not-enrolled``, ``no-secret``, ``wrong-key``, ``in-use``, ``damaged``, ``newer-schema``, ``read-only``,
        ``disk-full``. Finishes a migration or a purge that was cut short.
        """
        if not cls.exists(directory):
            raise StoreError(
                "store.not-enrolled", f"there is no store in {directory}", directory=str(directory)
            )
        lock = ProcessLock(directory / _LOCK)
        if not read_only:
            lock.take()
        try:
            secret = secret_store.load()
            if secret is None:
                raise StoreError(
                    "store.no-secret", "the secret that opens this store is gone", directory=str(directory)
                )
            file = read_store_file(directory, secret)
            database = _database(directory, file, secret, "read" if read_only else "write")
            try:
                _make_current(database)
                store = cls(directory, database, secret, lock)
                if not read_only:
                    store._renew_rows()
                    remove_others(directory, file)
                    # A purge that still cannot finish (a full disk) must not keep the expert from the work.
                    with contextlib.suppress(StoreError):
                        store.evidence.settle()
                        store.purge.finish()
            except BaseException:
                database.close()
                raise
        except BaseException:
            lock.drop()
            raise
        return store

    def _renew_rows(self) -> None:
        # Another version may draw other conclusions from the same records.
        if self.settings.get(_DERIVED_BY) != __version__:
            with self.writing():
                self.assignments.rebuild()
                self.settings.set(_DERIVED_BY, __version__)

    @property
    def read_only(self) -> bool:
        """Whether this store was opened for reading only."""
        return self._database.read_only

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Makes everything written in the block one transaction: all of it, or nothing."""
        with self._database.writing():
            yield

    def disk_use(self) -> DiskUse:
        """Bytes on disk of the database, of the sealed blobs, and of the search index."""
        database = sum(path.stat().st_size for path in self.directory.glob("store-*.db*"))
        return DiskUse(database, self.blobs.bytes_used(), self.search.bytes_used())

    def close(self) -> None:
        """Leaves every sheet in order, makes the backup of the day, waits for readers, and lets another copy in."""
        try:
            if not self.read_only and not self._database.closed:
                # A full disk must not keep the app from being left: the next start then offers what was typed.
                with contextlib.suppress(StoreError):
                    self.drafts.settle_all()
                    back_up_daily(self._database)
        finally:
            self.search.close()
            self._database.close()
            self._lock.drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _database(directory: Path, file: StoreFile, secret: bytes, mode: Mode) -> Database:
    path = directory / file.database
    return Database(path, file.key(secret), mode, lambda: newest_backup(path))


def _make_current(database: Database) -> None:
    found, known = version_of(database), known_version()
    if found == 0:
        raise damaged(str(database.path.parent), newest_backup(database.path))
    if database.read_only:
        check_version(found, known)
        if found < known:
            raise StoreError(
                "store.older-schema",
                f"the store is at version {found}; open it once for writing",
                found=str(found),
                known=str(known),
            )
    else:
        migrate(database)
