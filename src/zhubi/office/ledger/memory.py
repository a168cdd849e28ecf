"""What one process remembers of the log between transactions; right whoever else writes, for the log only grows."""

from __future__ import annotations

import copy
import threading
from bisect import bisect_right
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from zhubi.core.trust.records import read
from zhubi.core.trust.registry import LEARNED, Registry
from zhubi.office.ledger.tables import checkpoints, records


@dataclass(slots=True)
class Memory:
    """The times of stored checkpoints, and the registry as of some size of the log."""

    origin: str
    root: str
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sizes: list[int] = field(default_factory=list)
    _times: list[int] = field(default_factory=list)
    _registry: Registry | None = None
    _learned: int = 0

    def logged_at(self, connection: Connection, index: int) -> int | None:
        """Unix seconds of the earliest stored checkpoint that holds the leaf; ``None`` while there is none."""
        with self._lock:
            if not self._sizes or self._sizes[-1] <= index:
                newest = self._sizes[-1] if self._sizes else -1
                rows = connection.execute(
                    select(checkpoints.c.size, checkpoints.c.time)
                    .where(checkpoints.c.size > newest)
                    .order_by(checkpoints.c.size)
                )
                for size, time in rows:
                    self._sizes.append(size)
                    self._times.append(time)
            place = bisect_right(self._sizes, index)
            return self._times[place] if place < len(self._times) else None

    def registry(self, connection: Connection) -> Registry:
        """Whose key is whose, as the committed log says; never changed after it is given."""
        size = connection.execute(select(func.max(records.c.log_index))).scalar()
        size = -1 if size is None else size
        with self._lock:
            if self._registry is not None and self._learned > size:
                return self._registry
            rows = connection.execute(
                select(records.c.log_index, records.c.compact)
                .where(records.c.log_index >= self._learned, records.c.type.in_(sorted(LEARNED)))
                .order_by(records.c.log_index)
            ).all()
            known = self._registry or Registry(self.root, self.origin)
            if rows:
                # Others may be reading the one given before.
                known = copy.deepcopy(known)
            for index, compact in rows:
                payload, kid = read(compact, known.public_for)
                known.learn(payload, kid, index)
            self._registry, self._learned = known, size + 1
            return known
