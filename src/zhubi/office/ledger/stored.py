"""Records as the ledger holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Row

from zhubi.core.model.records import Body, Payload, Record, RecordType, parse_record
from zhubi.core.trust.records import peek
from zhubi.office.ledger.errors import malformed

_SHORT: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """A logged record: typed, with its place in the log, and as the compact JWS that was signed.

    ``digest`` is its name, SHA-256 of the compact bytes. ``logged_at`` is the time, in Unix seconds, of the earliest
    stored checkpoint that holds it; ``None`` until one is stored, as for what the same ``Writing`` has just appended.
    """

    digest: str
    index: int
    compact: str
    logged_at: int | None
    _record: Record | None = field(default=None, compare=False, repr=False)

    @property
    def record(self) -> Record:
        """What it says, typed. Most records only pass through, so that it is read when it is asked for."""
        if self._record is None:
            object.__setattr__(self, "_record", _record_of(self.digest, self.index, self.compact))
        assert self._record is not None
        return self._record

    @property
    def type(self) -> RecordType:
        """What kind of act it is."""
        return self.record.payload.type

    @property
    def payload(self) -> Payload:
        """What it says before its body."""
        return self.record.payload

    @property
    def body(self) -> Body:
        """What it says."""
        return self.record.body


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A record visible to one person, listed at the index of the record that made it so, in order of position."""

    at: int
    position: int
    stored: Stored


@dataclass(frozen=True, slots=True)
class FeedSlice:
    """Feed entries after a cursor; ``next`` is the cursor to go on from, ``more`` whether there is more now."""

    entries: tuple[FeedEntry, ...]
    next: tuple[int, int]
    more: bool


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An expert the office knows; ``enrolled`` once a device of theirs is."""

    person: str
    name: str
    unit: str
    enrolled: bool


def typed(digest: str, kid: str, payload: Any, index: int | None) -> Record:
    """The typed record of a verified payload; ``ledger.malformed``."""
    try:
        return parse_record(digest, kid, payload, index)
    except ValidationError as problem:
        raise malformed(problem) from problem


def _logged(digest: str, index: int, compact: str) -> Record:
    # The signature was verified before it was appended; here only the database stands between.
    payload, kid = peek(compact)
    return typed(digest, kid, payload, index)


_remembered = lru_cache(maxsize=4096)(_logged)


def _record_of(digest: str, index: int, compact: str) -> Record:
    # Long records are read anew for each request, so that what is remembered stays within bounds.
    return (_remembered if len(compact) <= _SHORT else _logged)(digest, index, compact)


def stored_of(row: Row[Any], logged_at: int | None) -> Stored:
    """The stored record of a row of ``records``."""
    return Stored(row.digest, row.log_index, row.compact, logged_at)
