"""The log: one sequence of records, its checkpoints, and who may write next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from zhubi.core.trust.checkpoints import Cosigner, LogSigner, PinnedLog, make_checkpoint, read_checkpoint
from zhubi.core.trust.merkle import empty_root, perfect_subtrees, root_from_nodes
from zhubi.core.trust.registry import Registry
from zhubi.office.ledger.database import Database
from zhubi.office.ledger.errors import LedgerConflict, LedgerError
from zhubi.office.ledger.leaves import leaves_and_signed
from zhubi.office.ledger.memory import Memory
from zhubi.office.ledger.reading import Reading
from zhubi.office.ledger.stored import FeedEntry, FeedSlice, KnownPerson, Stored
from zhubi.office.ledger.tables import checkpoints, nodes
from zhubi.office.ledger.writing import Writing

__all__ = [
    "FeedEntry",
    "FeedSlice",
    "KnownPerson",
    "Ledger",
    "LedgerConflict",
    "LedgerError",
    "LogKeys",
    "Reading",
    "Stored",
    "Writing",
]


@dataclass(frozen=True, slots=True)
class LogKeys:
    """What signs the log's checkpoints: the log itself, and the office's cosigner with a key of its own."""

    log: LogSigner
    cosigner: Cosigner

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.log.name

    @property
    def pins(self) -> PinnedLog:
        """What readers pin of it."""
        return PinnedLog(self.origin, self.log.verifier_key, self.cosigner.verifier_key)


class Ledger:
    """The office's log over a database. Any number of threads and processes may use the same database.

    ``root`` is the office's public root key; ``clock`` gives an aware time, read when a checkpoint is cosigned.
    """

    def __init__(self, database: Database, keys: LogKeys, root: str, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.origin = keys.origin
        self.root = root
        self.pins = keys.pins
        self._keys = keys
        self._clock = clock
        self._memory = Memory(keys.origin, root)
        # A process that was killed may have left the newest records without their checkpoint.
        self.checkpoint()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """A turn of the sequencer: commits when the block ends, or leaves nothing when it raises.

        A checkpoint over the committed tree is stored before the block is left, so what was appended is proven by
        the next ``reading``. ``ledger.nested`` inside another turn of the same thread; ``ledger.busy``.
        """
        with self.database.turn():
            with self.database.transaction() as connection:
                writing = Writing(connection, self._memory)
                yield writing
                writing.flush()
            if writing.appended:
                self._seal()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """One unchanging view of the committed log, its newest checkpoint signed if a crash had left it out."""
        with self.database.reading() as connection:
            size, newest = _sizes(connection)
            if self.database.mine or newest == size:
                yield Reading(connection, self._memory)
                return
        with self.database.turn():
            self._seal()
        with self.database.reading() as connection:
            yield Reading(connection, self._memory)

    def checkpoint(self) -> str:
        """The newest stored checkpoint: a signed note over the whole committed tree."""
        with self.reading() as reading:
            return reading.checkpoint()

    def registry(self) -> Registry:
        """Whose key is whose, as the committed log says. Shared: never teach it anything."""
        with self.reading() as reading:
            return reading.registry()

    def _seal(self) -> None:
        """Cosigns the committed tree unless its newest checkpoint is stored; the thread has its turn."""
        with self.database.transaction() as connection:
            size, newest = _sizes(connection)
            if newest == size:
                return
            time = int(self._clock().timestamp())
            if newest is not None:
                time = max(time, self._check_grown(connection, newest))
            text = make_checkpoint(
                self.origin, size, _root(connection, size), self._keys.log, self._keys.cosigner, time
            )
            connection.execute(insert(checkpoints).values(size=size, time=time, text=text))

    def _check_grown(self, connection: Connection, newest: int) -> int:
        """The time of the newest checkpoint, once the tree is known to continue it: nothing signed is contradicted."""
        row = connection.execute(select(checkpoints).where(checkpoints.c.size == newest)).one()
        found = read_checkpoint(row.text, self.pins)
        if _root(connection, newest) != found.root or found.time != row.time:
            raise _damaged(newest)
        return found.time


def _sizes(connection: Connection) -> tuple[int, int | None]:
    """Leaves committed, and the size of the newest stored checkpoint; ``ledger.tree-damaged`` when that is larger."""
    size, newest = leaves_and_signed(connection)
    if newest is not None and newest > size:
        raise _damaged(newest)
    return size, newest


def _damaged(signed: int) -> LedgerError:
    return LedgerError(
        "ledger.tree-damaged",
        f"the database no longer holds the {signed} records that its checkpoint signed",
        size=signed,
    )


def _root(connection: Connection, size: int) -> bytes:
    if size == 0:
        return empty_root()
    known: dict[tuple[int, int], bytes] = {}
    for level, position in perfect_subtrees(size):
        found = connection.execute(
            select(nodes.c.hash).where(nodes.c.level == level, nodes.c.position == position)
        ).scalar()
        if found is None:
            raise _damaged(size)
        known[level, position] = bytes(found)
    return root_from_nodes(size, lambda level, position: known[level, position])
