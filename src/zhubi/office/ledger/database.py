"""The office's database: SQLite in a file, or PostgreSQL, with one writer at a time across threads and processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url, text

from zhubi.office.ledger.errors import LedgerError

WAIT_SECONDS: Final = 60
"""How long a writer waits for its turn before it gives up with ``ledger.busy``."""
_SEQUENCER: Final = 0x7A687562695F6C67  # "zhubi_lg": the advisory lock that is the sequencer's
_POOL: Final = {"pool_size": 8, "max_overflow": 40, "pool_timeout": WAIT_SECONDS}


class Database:
    """An open database. ``sqlite:///PATH`` or ``postgresql://…`` (psycopg).

    ``ledger.bad-url`` for another kind; ``ledger.unreachable``, ``ledger.busy``, ``ledger.disk-full``,
    ``ledger.read-only``, ``ledger.database-damaged`` come from the statements themselves.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except exc.ArgumentError as problem:
            raise _bad_url() from problem
        self.is_sqlite = parsed.drivername in ("sqlite", "sqlite+pysqlite")
        if self.is_sqlite:
            self.engine = _sqlite_engine(url)
        elif parsed.drivername in ("postgresql", "postgresql+psycopg"):
            self.engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **_POOL
            )
        else:
            raise _bad_url()
        self._turn = threading.Lock()
        self._whose: int | None = None

    @property
    def mine(self) -> bool:
        """Whether this thread is writing now."""
        return self._whose == threading.get_ident()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """This thread's turn among the threads of this process; ``ledger.nested`` when it has it already."""
        if self.mine:
            raise LedgerError("ledger.nested", "this thread is already writing to the ledger")
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            raise _busy()
        self._whose = threading.get_ident()
        try:
            yield
        finally:
            self._whose = None
            self._turn.release()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that writes, alone among all processes; the caller holds the ``turn``."""
        assert self.mine
        with _told(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection = connection.execution_options(zhubi_begin="BEGIN IMMEDIATE")
                with connection.begin():
                    yield connection
                return
            with connection.begin():
                connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SEQUENCER})
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A turn with one transaction: for what is written beside the log."""
        with self.turn(), self.transaction() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database from beginning to end."""
        with _told(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False}, **_POOL)

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _: object) -> None:
        # The driver would begin transactions by its own lights; here they begin as the handler below says.
        raw.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("zhubi_begin", "BEGIN"))

    return engine


@contextmanager
def _told() -> Iterator[None]:
    """Turns the faults of the database itself into sentences; faults of a statement stay what they are."""
    try:
        yield
    except exc.TimeoutError as problem:
        raise _busy() from problem
    except exc.DBAPIError as problem:
        raise _fault(problem) or problem from problem


def _fault(problem: exc.DBAPIError) -> LedgerError | None:
    said = (
        str(problem.orig).strip().splitlines()[0]
        if str(problem.orig).strip()
        else type(problem.orig).__name__
    )
    lower = said.lower()
    if "locked" in lower or "lock timeout" in lower or "busy" in lower:
        return _busy()
    if "disk is full" in lower or "no space left" in lower:
        return LedgerError("ledger.disk-full", f"the disk of the database is full: {said}", reason=said)
    if "readonly" in lower or "read-only" in lower:
        return LedgerError("ledger.read-only", f"the database cannot be written: {said}", reason=said)
    if "malformed" in lower or "not a database" in lower or "corrupt" in lower:
        return LedgerError("ledger.database-damaged", f"the database file is damaged: {said}", reason=said)
    if isinstance(problem, (exc.OperationalError, exc.InterfaceError)):
        return LedgerError("ledger.unreachable", f"the database cannot be used: {said}", reason=said)
    return None


def _busy() -> LedgerError:
    return LedgerError(
        "ledger.busy", f"the ledger was busy for {WAIT_SECONDS} seconds; try again", seconds=WAIT_SECONDS
    )


def _bad_url() -> LedgerError:
    return LedgerError(
        "ledger.bad-url", "a database address like sqlite:///office.db or postgresql://… was expected"
    )
