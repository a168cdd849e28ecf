"""Reading the log: one unchanging view of it, from one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Executable, Row, Select, and_, bindparam, func, or_, select

from zhubi.core.model.records import RecordType
from zhubi.core.trust.merkle import inclusion_proof
from zhubi.core.trust.proofs import make_proof
from zhubi.core.trust.registry import Registry
from zhubi.core.trust.tiles import HEIGHT, WIDTH, encode_entries
from zhubi.office.ledger.errors import LedgerError
from zhubi.office.ledger.leaves import count_leaves, digests_between, places_of
from zhubi.office.ledger.memory import Memory
from zhubi.office.ledger.stored import FeedEntry, FeedSlice, KnownPerson, Stored, stored_of
from zhubi.office.ledger.tables import (
    checkpoints,
    dossiers,
    feed,
    links,
    nodes,
    pending,
    people,
    record_subjects,
    records,
    rulebooks,
)

_AT_ONCE: Final = 500  # values in one IN list
_TOP: Final = 7  # the level of the last tile that a tree of 2**62 leaves has
UNLED: Final = {name: func.coalesce(records.c[name], "") for name in ("type", "round", "author", "person")}
"""Columns of ``records`` that no index leads by, empty for none: a dossier has few records, a person or a type has
thousands, and a database that has not counted them yet may take the long way."""

# Asked for with every record of a batch, so that putting the question must not cost more than the answer.
_BY_DIGEST: Final = select(records).where(records.c.digest == bindparam("digest"))
_BY_ID: Final = select(records).where(
    records.c.author == bindparam("author"), records.c.id == bindparam("id")
)
_LINKED: Final = (
    select(records)
    .join(links, links.c.log_index == records.c.log_index)
    .where(links.c.target == bindparam("target"), UNLED["type"] == bindparam("type"))
    .order_by(records.c.log_index)
)
_OF_SEAT: Final = (
    select(records)
    .join(record_subjects, record_subjects.c.log_index == records.c.log_index)
    .where(
        record_subjects.c.subject == bindparam("subject"),
        UNLED["round"].in_([bindparam("round"), ""]),
        or_(
            UNLED["author"] == bindparam("person"),
            UNLED["person"] == bindparam("person"),
            UNLED["type"] == RecordType.DOSSIER,
            and_(UNLED["type"] == RecordType.ASSIGNMENT, UNLED["person"] == ""),
        ),
    )
    .order_by(records.c.log_index)
)
_NEWEST: Final = (
    select(records)
    .join(dossiers, dossiers.c.digest == records.c.digest)
    .where(dossiers.c.dossier == bindparam("dossier"))
)
_A_SEAT: Final = (
    select(records.c.log_index)
    .where(
        records.c.type == RecordType.ASSIGNMENT,
        records.c.round == bindparam("round"),
        records.c.person == bindparam("person"),
    )
    .limit(1)
)
_RULEBOOK: Final = select(rulebooks.c.policy).where(rulebooks.c.digest == bindparam("digest"))
_REMEMBERED: Final = frozenset(
    {
        RecordType.STAFF_KEY,
        RecordType.ROUND,
        RecordType.ROUND_CHANGE,
        RecordType.CHAIR,
        RecordType.COMMITMENT,
        RecordType.PURGE,
    }
)
"""Types that every record of a batch asks for again, and that few turns of the sequencer add to."""


class Reading:
    """The log as one transaction sees it. Not for use after its ``with`` block, nor by two threads."""

    def __init__(self, connection: Connection, memory: Memory) -> None:
        self._connection = connection
        self._memory = memory
        self._newest: tuple[int, str] | None = None
        self._remembered: dict[RecordType, dict[tuple[tuple[str, str], ...], list[Stored]]] = {}
        self._seated: set[tuple[str, str]] = set()
        self._rulebooks: dict[str, bytes] = {}

    @property
    def conn(self) -> Connection:
        """The transaction's connection, for the tables beside the log."""
        return self._connection

    def size(self) -> int:
        """How many leaves are committed."""
        return count_leaves(self.conn)

    def covered(self) -> int:
        """How many leaves the newest stored checkpoint holds: what may be proven, listed and served."""
        return self._checkpoint()[0]

    def checkpoint(self) -> str:
        """The newest stored checkpoint, a signed note; empty before the first."""
        return self._checkpoint()[1]

    def registry(self) -> Registry:
        """Whose key is whose by now. Shared: never teach it anything."""
        return self._memory.registry(self._connection)

    def record(self, digest: str) -> Stored | None:
        """The record of that digest, if the log holds it."""
        return self._one(_BY_DIGEST, {"digest": digest})

    def said(self, author: str, id: str) -> Stored | None:
        """What a person has said under an id."""
        return self._one(_BY_ID, {"author": author, "id": id})

    def named(self, beginning: str, limit: int) -> list[Stored]:
        """The records whose digest begins with these hexadecimal digits, in log order, at most ``limit``."""
        wanted = records.c.digest.startswith(beginning, autoescape=True)
        return self._stored(
            self._rows(select(records).where(wanted).order_by(records.c.log_index).limit(limit))
        )

    def digests(self) -> list[str]:
        """The digests of all records, in log order."""
        return [row.digest for row in self._rows(select(records.c.digest).order_by(records.c.log_index))]

    def at(self, index: int) -> Stored | None:
        """The record at an index of the log."""
        return self._one(select(records).where(records.c.log_index == index))

    def by_type(
        self,
        type: RecordType,
        round: str | None = None,
        subject: str | None = None,
        author: str | None = None,
        person: str | None = None,
    ) -> list[Stored]:
        """Records of one type in log order, narrowed by what is given.

        ``subject`` is a dossier they name; ``person`` whom their body is about (assignment, enrolment, decision…).
        """
        named = {"type": type, "round": round, "author": author, "person": person, "subject": subject}
        given = {name: value for name, value in named.items() if value is not None}
        if subject is not None or type not in _REMEMBERED:
            return self._stored(self._rows(_narrowed(tuple(given)), given))
        here, key = self._remembered.setdefault(type, {}), tuple(given.items())
        if key not in here:
            here[key] = self._stored(self._rows(_narrowed(tuple(given)), given))
        return list(here[key])

    def of_seat(self, round: str, dossier: str, person: str) -> list[Stored]:
        """What one assignment follows from that names its dossier: of the round, or of none; in log order."""
        return self._stored(self._rows(_OF_SEAT, {"round": round, "subject": dossier, "person": person}))

    def ever_seated(self, round: str, person: str) -> bool:
        """Whether a person was ever assigned anything in a round."""
        here = (round, person)
        # One seat tells; reading all of them for each record of a batch would be most of the work.
        if here not in self._seated and self._rows(_A_SEAT, {"round": round, "person": person}):
            self._seated.add(here)
        return here in self._seated

    def rulebook(self, digest: str) -> bytes | None:
        """The canonical JSON of a kept policy; it never changes under its digest."""
        if digest not in self._rulebooks:
            rows = self._rows(_RULEBOOK, {"digest": digest})
            if not rows:
                return None
            self._rulebooks[digest] = bytes(rows[0].policy)
        return self._rulebooks[digest]

    def matching(self, *wanted: ColumnElement[bool], subject: str | None = None) -> list[Stored]:
        """Records that meet conditions on the table ``records``, in log order; beside a subject, on ``UNLED``."""
        query = select(records).where(*wanted).order_by(records.c.log_index)
        if subject is not None:
            query = query.join(record_subjects, record_subjects.c.log_index == records.c.log_index).where(
                record_subjects.c.subject == subject
            )
        return self._stored(self._rows(query))

    def links_to(self, digest: str, type: RecordType) -> list[Stored]:
        """Records of one type that supersede, rely on, or are about a digest; in log order."""
        return self._stored(self._rows(_LINKED, {"target": digest, "type": type}))

    def logged_at(self, index: int) -> int | None:
        """Log time of a leaf: Unix seconds of the earliest stored checkpoint that holds it."""
        return self._memory.logged_at(self._connection, index)

    def proof(self, digest: str) -> str | None:
        """The log proof of a record in the newest stored checkpoint; ``None`` when that does not hold it."""
        return self.proofs([digest]).get(digest)

    def proofs(self, digests: Sequence[str]) -> dict[str, str]:
        """Log proofs of many leaves at the price of a few queries; those not provable yet are left out."""
        size, text = self._checkpoint()
        places: dict[str, int] = {}
        for some in _batches(digests):
            found = places_of(self.conn, some)
            places.update((digest, index) for digest, index in found.items() if index < size)
        needed: set[tuple[int, int]] = set()

        def note(level: int, position: int) -> bytes:
            needed.add((level, position))
            return b""

        for index in places.values():
            inclusion_proof(index, size, note)
        known = self.nodes(needed)
        read = _reader(known)
        return {
            digest: make_proof(index, inclusion_proof(index, size, read), text)
            for digest, index in places.items()
        }

    def nodes(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """The hashes of complete subtrees by (level, position); those the log does not have are left out."""
        by_level: dict[int, list[int]] = {}
        for level, position in places:
            by_level.setdefault(level, []).append(position)
        found: dict[tuple[int, int], bytes] = {}
        for level, positions in by_level.items():
            for some in _batches(positions):
                rows = self._rows(
                    select(nodes.c.position, nodes.c.hash).where(
                        nodes.c.level == level, nodes.c.position.in_(some)
                    )
                )
                found.update(((level, row.position), bytes(row.hash)) for row in rows)
        return found

    def tile(self, level: int, index: int, width: int = WIDTH) -> bytes:
        """A tile's hashes, 32 bytes each (C2SP tlog-tiles); ``ledger.no-such-tile`` beyond the newest checkpoint."""
        first = index * WIDTH
        if not 0 <= level <= _TOP or not self._reaches(HEIGHT * level, index, width):
            raise _no_tile(str(level), index, width)
        rows = self._rows(
            select(nodes.c.hash)
            .where(
                nodes.c.level == HEIGHT * level,
                nodes.c.position >= first,
                nodes.c.position < first + width,
            )
            .order_by(nodes.c.position)
        )
        return b"".join(bytes(row.hash) for row in rows)

    def entries(self, index: int, width: int = WIDTH) -> bytes:
        """An entry bundle: the 32-byte digests of ``width`` leaves; ``ledger.no-such-tile``."""
        first = index * WIDTH
        if not self._reaches(0, index, width):
            raise _no_tile("entries", index, width)
        found = digests_between(self.conn, first, first + width)
        return encode_entries([bytes.fromhex(digest) for digest in found])

    def _reaches(self, level: int, index: int, width: int) -> bool:
        """Whether the signed tree has ``width`` complete subtrees of a level, from the tile's first on."""
        return index >= 0 and 0 < width <= WIDTH and (index * WIDTH + width) << level <= self.covered()

    def feed(self, person: str, after: tuple[int, int], limit: int) -> FeedSlice:
        """What is visible to a person after a cursor ``(at, position)``; (0, 0) is before everything.

        Only what the newest stored checkpoint covers is listed.
        """
        at, position = after
        query = (
            select(feed.c.at, feed.c.position, records)
            .join(records, records.c.log_index == feed.c.log_index)
            .where(
                feed.c.person == person,
                feed.c.at < self.covered(),
                feed.c.at >= at,
                or_(feed.c.at > at, and_(feed.c.at == at, feed.c.position > position)),
            )
            .order_by(feed.c.at, feed.c.position)
            .limit(limit + 1)
        )
        rows = self._rows(query)
        entries = tuple(
            FeedEntry(row.at, row.position, stored)
            for row, stored in zip(rows[:limit], self._stored(rows[:limit]), strict=True)
        )
        end = (entries[-1].at, entries[-1].position) if entries else after
        return FeedSlice(entries, end, len(rows) > limit)

    def listed(self, person: str, digest: str) -> bool:
        """Whether a record is visible to a person."""
        rows = self._rows(
            select(feed.c.at)
            .join(records, records.c.log_index == feed.c.log_index)
            .where(feed.c.person == person, records.c.digest == digest)
        )
        return bool(rows)

    def listed_among(self, person: str, indexes: Iterable[int]) -> set[int]:
        """Those of several records, by index, that are visible to a person."""
        found: set[int] = set()
        for some in _batches(indexes):
            rows = self._rows(
                select(feed.c.log_index).where(feed.c.person == person, feed.c.log_index.in_(some))
            )
            found |= {row.log_index for row in rows}
        return found

    def person(self, person: str) -> KnownPerson | None:
        """An expert by id, as their newest invitation or enrolment names them."""
        found = self.people(people.c.person == person)
        return found[0] if found else None

    def people(self, *wanted: ColumnElement[bool]) -> list[KnownPerson]:
        """The experts the office knows, by name; narrowed by conditions on the table ``people``."""
        rows = self._rows(select(people).where(*wanted).order_by(people.c.name, people.c.person))
        return [KnownPerson(row.person, row.name, row.unit, row.enrolled) for row in rows]

    def dossier(self, dossier: str) -> Stored | None:
        """The record of a dossier's newest version."""
        return self._one(_NEWEST, {"dossier": dossier})

    def newest_versions(self, names: Iterable[str]) -> list[Stored]:
        """The records of the newest versions of several dossiers, in log order."""
        rows: list[Row[Any]] = []
        for some in _batches(names):
            rows += self._versions(dossiers.c.dossier.in_(some))
        return self._stored(sorted(rows, key=lambda row: int(row.log_index)))

    def dossier_by_code(self, code: str) -> Stored | None:
        """The record of the newest version of the dossier whose card bears this code."""
        found = self._stored(self._versions(dossiers.c.code == code))
        return found[-1] if found else None

    def waiting_on(self, digest: str) -> list[str]:
        """The held records that wait for a digest, compact."""
        rows = self._rows(
            select(pending.c.compact).where(pending.c.waits_for == digest).order_by(pending.c.digest)
        )
        return [row.compact for row in rows]

    def held(self, digest: str) -> str | None:
        """The digest that a held record waits for; ``None`` when it is not held."""
        rows = self._rows(select(pending.c.waits_for).where(pending.c.digest == digest))
        return rows[0].waits_for if rows else None

    def _versions(self, wanted: ColumnElement[bool]) -> Sequence[Row[Any]]:
        return self._rows(
            select(records)
            .join(dossiers, dossiers.c.digest == records.c.digest)
            .where(wanted)
            .order_by(records.c.log_index)
        )

    def _checkpoint(self) -> tuple[int, str]:
        if self._newest is None:
            rows = self._rows(
                select(checkpoints.c.size, checkpoints.c.text).order_by(checkpoints.c.size.desc()).limit(1)
            )
            self._newest = (rows[0].size, rows[0].text) if rows else (0, "")
        return self._newest

    def _one(self, query: Executable, given: Mapping[str, Any] | None = None) -> Stored | None:
        rows = self._rows(query, given)
        return self._stored(rows)[0] if rows else None

    def _rows(self, query: Executable, given: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        return self._connection.execute(query, given).all()

    def _stored(self, rows: Iterable[Row[Any]]) -> list[Stored]:
        return [stored_of(row, self.logged_at(row.log_index)) for row in rows]


@lru_cache(maxsize=64)
def _narrowed(names: tuple[str, ...]) -> Select[Any]:
    """The question for records by columns of these names, a subject perhaps among them."""
    column = UNLED if "subject" in names else records.c
    query = select(records).order_by(records.c.log_index)
    for name in names:
        if name == "subject":
            query = query.join(record_subjects, record_subjects.c.log_index == records.c.log_index)
            query = query.where(record_subjects.c.subject == bindparam("subject"))
        else:
            query = query.where(column[name] == bindparam(name))
    return query


def _reader(known: dict[tuple[int, int], bytes]) -> Any:
    return lambda level, position: known[level, position]


def _batches(values: Iterable[Any]) -> Iterable[list[Any]]:
    everything = list(values)
    return (everything[start : start + _AT_ONCE] for start in range(0, len(everything), _AT_ONCE))


def _no_tile(level: str, index: int, width: int) -> LedgerError:
    return LedgerError(
        "ledger.no-such-tile",
        f"the log has no tile {level}/{index} of width {width}",
        level=level,
        index=index,
    )
