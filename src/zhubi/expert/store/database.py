"""The encrypted database: one writing connection behind a lock, a pool of reading ones, every fault named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import apsw

from zhubi.expert.store.errors import StoreError, damaged, fault_of, fault_of_file

_CIPHER: Final = "chacha20"
_KEY_BYTES: Final = 32
_SMALLEST_PAGE: Final = 512
_PLAIN_HEADER: Final = b"SQLite format 3\x00"
_WAIT_MS: Final = 5000


class Connection(Protocol):
    """What rooms see of a connection. Rows are tuples of what the schema's columns hold."""

    def execute(self, statements: str, bindings: Any = ...) -> Any: ...
    def executemany(self, statements: str, sequenceofbindings: Any) -> Any: ...
    def pragma(self, name: str, value: Any = ...) -> Any: ...


BeforeCommit = Callable[[Connection], None]
Mode = Literal["create", "write", "read"]


class Database:
    """One encrypted file. ``newest_backup`` is asked for a name when a page is found damaged."""

    def __init__(self, path: Path, key: bytes, mode: Mode, newest_backup: Callable[[], str]) -> None:
        self.path = path
        self.read_only = mode == "read"
        self.before_commit: list[BeforeCommit] = []
        self.after_rollback: list[Callable[[], None]] = []
        self.commits = 0
        """How many transactions this process has committed: what was read before may be remembered until it grows."""
        self._key = key
        self._newest_backup = newest_backup
        self._lock = threading.RLock()
        self._depth = 0
        self._owner = 0
        self._idle: list[apsw.Connection] = []
        self._leased = 0
        self._gate = threading.Condition()
        self.closed = False
        if mode != "create" and not (path.exists() and path.stat().st_size >= _SMALLEST_PAGE):
            # What is shorter than a page opens under any key; taking it for a new store would hide that all is lost.
            raise damaged(str(path.parent), newest_backup())
        with self._faults():
            self._writer = connect(path, key, mode)

    def __repr__(self) -> str:
        return "Database()"

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as problem:
            raise fault_of(
                problem, directory=str(self.path.parent), backup=self._newest_backup()
            ) from problem

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, all or nothing, durable when the block ends. Inside another one it is a part of that.

        Raises ``store.opened-for-reading``, and the faults of ``fault_of``.
        """
        if self.read_only:
            raise StoreError("store.opened-for-reading", "the store was opened for reading only")
        with self._lock, self._faults():
            self._check_open()
            if self._depth:
                with self._writer:  # a savepoint: what fails inside is undone, whoever catches the fault
                    yield self._writer
                return
            self._writer.execute("BEGIN IMMEDIATE")
            self._depth, self._owner = 1, threading.get_ident()
            try:
                yield self._writer
                for hook in self.before_commit:
                    hook(self._writer)
                self._writer.execute("COMMIT")
                self.commits += 1
            except BaseException:
                self._undo()
                raise
            finally:
                self._depth = self._owner = 0

    def _undo(self) -> None:
        # A full disk may have ended the transaction already.
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        for hook in self.after_rollback:
            hook()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with; in a thread that is writing, the one that sees what was just written."""
        if self._owner == threading.get_ident() or self.read_only:
            with self._lock, self._faults():
                self._check_open()
                yield self._writer
            return
        connection = self._lease()
        try:
            with self._faults():
                yield connection
        finally:
            with self._gate:
                self._leased -= 1
                self._idle.append(connection)
                self._gate.notify_all()

    def _lease(self) -> apsw.Connection:
        with self._gate:
            self._check_open()
            self._leased += 1
            if self._idle:
                return self._idle.pop()
        try:
            with self._faults():
                return connect(self.path, self._key, "read")
        except BaseException:
            with self._gate:
                self._leased -= 1
                self._gate.notify_all()
            raise

    def _check_open(self) -> None:
        if self.closed:
            raise StoreError("store.closed", "the store was closed")

    def copy_to(self, path: Path, key: bytes | None = None) -> None:
        """Writes all that is alive into a new file, under another key or the same; nothing deleted goes along.

        Every page is read and authenticated on the way: a damaged database gives ``store.damaged``, never a copy.
        """
        key = key or self._key
        _check_key(key)
        target = f"{path.as_uri()}?cipher={_CIPHER}&key=raw:{key.hex()}"
        with self._lock, self._faults():
            self._check_open()
            self._writer.execute("VACUUM INTO ?", (target,))
        _check_encrypted(path)

    @contextmanager
    def replaced(self) -> Iterator[Callable[[Path, bytes], None]]:
        """Keeps everyone else out while the file behind this database is exchanged for another.

        The block is given ``switch``, which closes all connections and goes on with another file and key.
        """
        with self._lock, self._gate:
            while self._leased:
                self._gate.wait()
            with self._faults():
                yield self._switch

    def _switch(self, path: Path, key: bytes) -> None:
        successor = connect(path, key, "write")
        self._close_connections()
        self.path, self._key, self._writer = path, key, successor

    def truncate_log(self) -> None:
        """Moves the write-ahead log into the database and empties it."""
        with self._lock, self._faults():
            self._check_open()
            self._writer.pragma("wal_checkpoint", "TRUNCATE")

    def _close_connections(self) -> None:
        while self._idle:
            self._idle.pop().close()
        self._writer.close()

    def close(self) -> None:
        """Waits for readers and closes; nothing happens when it is closed."""
        with self._lock, self._gate:
            if self.closed:
                return
            self.closed = True
            while self._leased:
                self._gate.wait()
            with self._faults():
                self._close_connections()


def _check_key(key: bytes) -> None:
    # A raw key of another length would be taken for a passphrase without a word.
    if len(key) != _KEY_BYTES:
        raise StoreError("store.wrong-key", f"a key of {_KEY_BYTES} bytes was expected, this has {len(key)}")


def _check_encrypted(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_PLAIN_HEADER)) == _PLAIN_HEADER:
            raise StoreError("store.not-encrypted", f"{path.name} is not encrypted", file=path.name)


def connect(path: Path, key: bytes, mode: Mode) -> apsw.Connection:
    """A connection to an encrypted file: made (``create``), for writing, or for reading only; faults of apsw."""
    _check_key(key)
    if mode != "create":
        _check_encrypted(path)
    if mode == "read":
        connection = _reader(path)
    else:
        create = apsw.SQLITE_OPEN_CREATE if mode == "create" else 0
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI | create
        connection = apsw.Connection(str(path), flags=flags)
    try:
        connection.set_busy_timeout(_WAIT_MS)
        connection.pragma("cipher", _CIPHER)
        connection.pragma("key", f"raw:{key.hex()}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        connection.pragma("temp_store", 2)
        connection.pragma("foreign_keys", True)
        if mode != "read":
            connection.pragma("journal_mode", "wal")
            # FULL: an edit is safe from power loss when the call returns, at well under two bare fsyncs.
            connection.pragma("synchronous", "FULL")
            connection.pragma("secure_delete", True)
            _check_cipher(connection)
    except BaseException:
        connection.close()
        raise
    if mode == "create":
        _check_encrypted(path)
    return connection


def remove_database(path: Path) -> None:
    """Deletes a database file and the logs beside it; the faults of ``fault_of_file``."""
    try:
        for ending in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
    except OSError as problem:
        raise fault_of_file(problem, directory=str(path.parent)) from problem


def _reader(path: Path) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    log = path.with_name(path.name + "-wal")
    if not log.exists() and not _writable(path.parent):
        # Without a log beside it and with no way to make one, the file can only be read as it lies.
        return apsw.Connection(f"{path.as_uri()}?immutable=1", flags=flags)
    return apsw.Connection(str(path), flags=flags)


def _writable(directory: Path) -> bool:
    import os

    return os.access(directory, os.W_OK)


def _check_cipher(connection: apsw.Connection) -> None:
    if connection.pragma("cipher") != _CIPHER:
        raise StoreError("store.not-encrypted", f"this build of SQLite lacks the cipher {_CIPHER}", file="")
