"""Writing to the log: everything that happens in one turn of the sequencer, committed together or not at all."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Executable, Row, and_, bindparam, delete, func, insert, or_, select, update

from zhubi.core.model.records import (
    AcceptanceBody,
    ConclusionBody,
    DecisionBody,
    DossierBody,
    EnrolmentBody,
    InvitationBody,
    KeyReleaseBody,
    Record,
    RefusalBody,
    ReturnBody,
    ReviewBody,
)
from zhubi.core.trust.canonical import sha256_hex
from zhubi.core.trust.merkle import leaf_hash, new_nodes, perfect_subtrees
from zhubi.core.trust.records import peek, read, record_digest
from zhubi.core.trust.registry import LEARNED, Registry
from zhubi.office.ledger.authority import check_author
from zhubi.office.ledger.errors import LedgerConflict, LedgerError
from zhubi.office.ledger.leaves import places_of
from zhubi.office.ledger.memory import Memory
from zhubi.office.ledger.reading import Reading
from zhubi.office.ledger.shape import check_shape
from zhubi.office.ledger.stored import Stored, stored_of, typed
from zhubi.office.ledger.tables import (
    dossiers,
    feed,
    letters,
    links,
    nodes,
    pending,
    people,
    record_subjects,
    records,
)
from zhubi.office.ledger.visibility import Disclosure

HELD_PER_AUTHOR: Final = 2000
"""How many records of one author may wait for others."""
_FLUSH_AT: Final = 4000
_THE_SAME: Final = select(records).where(
    or_(
        records.c.digest == bindparam("digest"),
        and_(records.c.author == bindparam("author"), records.c.id == bindparam("id")),
    )
)


class Writing(Reading):
    """One turn of the sequencer. What is appended is seen by its own reads, and by nobody else before it commits."""

    def __init__(self, connection: Connection, memory: Memory) -> None:
        super().__init__(connection, memory)
        self._edge: dict[tuple[int, int], bytes] | None = None
        self._new: dict[str, Stored] = {}
        self._by_id: dict[tuple[str, str], str] = {}
        self._rows_to_come: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (records, record_subjects, links, nodes, feed)
        }
        self._shown: set[tuple[str, int]] = set()
        self._last_position: dict[tuple[str, int], int] = {}
        self._keys: Registry | None = None
        self._keys_are_own = False
        self._any_held: bool | None = None
        self._disclosure = Disclosure(self)
        self._first = self._size = super().size()

    @property
    def conn(self) -> Connection:
        """The transaction's connection; what was appended so far is in its tables."""
        self.flush()
        return self._connection

    @property
    def appended(self) -> int:
        """How many leaves this turn has appended."""
        return self._size - self._first

    def size(self) -> int:
        """How many leaves there are, those of this turn included."""
        return self._size

    def registry(self) -> Registry:
        """Whose key is whose by now, records of this turn included."""
        if self._keys is None:
            self._keys = self._memory.registry(self._connection)
        return self._keys

    def record(self, digest: str) -> Stored | None:
        """The record of that digest, if the log holds it or this turn has appended it."""
        return self._new.get(digest) or super().record(digest)

    def append(self, compact: str) -> Stored:
        """Logs a record at the next index, and lists it in the feed of everyone entitled to see it.

        The same record again gives what is stored and changes nothing. ``LedgerConflict``: its author has said
        something else under its id. ``ledger.malformed``, the faults of ``check_author``, and those of
        ``zhubi.core.trust`` where the signature, or what it says about keys, does not stand.
        """
        digest = record_digest(compact)
        known = self._new.get(digest)
        if known is not None:
            return known
        payload, kid = read(compact, self.registry().public_for)
        record = typed(digest, kid, payload, self._size)
        held = self._said(digest, record)
        if held is not None:
            return held
        check_shape(record.payload)
        check_author(record, self.registry(), self._memory.origin)
        if record.type in LEARNED:
            self._own_keys().learn(payload, kid, self._size)
        stored = Stored(digest, self._size, compact, None, record)
        self._take(stored)
        self._disclosure.reveal(stored)
        return stored

    def append_letter(self, sealed: bytes) -> str:
        """Logs a sealed letter at the next index, and gives its digest; the same bytes again change nothing.

        Nothing else is kept of it, and nobody's feed lists it.
        """
        digest = sha256_hex(sealed)
        if not places_of(self.conn, [digest]):
            row = {"log_index": self._size, "digest": digest, "sealed": sealed}
            self._connection.execute(insert(letters).values(row))
            self._grow(bytes.fromhex(digest))
            self._size += 1
        return digest

    def show(self, person: str, digest: str) -> None:
        """Lists a record in a person's feed, at the newest index; nothing changes when it is listed already.

        ``append`` does so by itself for everyone the rules of visibility name. ``ledger.unknown-record``;
        ``ledger.shown-by-nothing``: visibility changes only by a record, and this turn has appended none.
        """
        stored = self.record(digest)
        if stored is None:
            raise LedgerError("ledger.unknown-record", "the log does not hold this record", digest=digest)
        self.show_all(person, [stored])

    def show_all(self, person: str, found: Sequence[Stored]) -> None:
        """Lists several records in a person's feed, as ``show`` does, at the price of one query."""
        older = [each.index for each in found if each.index < self._first]
        self._shown |= {(person, index) for index in self.listed_among(person, older)}
        at = self._size - 1
        for stored in found:
            if (person, stored.index) in self._shown:
                continue
            if not self.appended:
                raise LedgerError("ledger.shown-by-nothing", "only a new record makes another one visible")
            position = self._last_position.get((person, at), 0) + 1
            self._last_position[person, at] = position
            self._shown.add((person, stored.index))
            self._rows_to_come[feed].append(
                {"person": person, "at": at, "position": position, "log_index": stored.index}
            )

    def hold(self, compact: str, waits_for: str) -> None:
        """Keeps a record, whose signature the caller has verified, until the digest it waits for arrives.

        ``ledger.too-many-waiting`` above ``HELD_PER_AUTHOR``.
        """
        payload, _ = peek(compact)
        digest, author = record_digest(compact), str(payload.get("author"))
        if self.held(digest) is not None:
            self._connection.execute(
                update(pending).where(pending.c.digest == digest).values(waits_for=waits_for)
            )
            return
        count = self._rows(select(func.count()).select_from(pending).where(pending.c.author == author))[0][0]
        if count >= HELD_PER_AUTHOR:
            raise LedgerError(
                "ledger.too-many-waiting",
                f"{count} records of this author wait for others already",
                limit=HELD_PER_AUTHOR,
            )
        self._connection.execute(
            insert(pending).values(digest=digest, waits_for=waits_for, author=author, compact=compact)
        )
        self._any_held = True

    def let_go(self, digest: str) -> None:
        """Holds a waiting record no longer: it was refused. One that is appended is let go by itself."""
        self._connection.execute(delete(pending).where(pending.c.digest == digest))

    def flush(self) -> None:
        """Sends what was appended to the database, still uncommitted."""
        # In this order, for the others refer to records.
        for table, rows in self._rows_to_come.items():
            if rows:
                self._connection.execute(insert(table), rows)
                rows.clear()

    def _said(self, digest: str, record: Record) -> Stored | None:
        """What is held under this author and id: the same record, nothing, or a conflict."""
        author, name = record.payload.author, record.payload.id
        here = self._by_id.get((author, name))
        if here is not None:
            raise LedgerConflict(author, name, here)
        # What waits to be flushed is in the two dictionaries, so the tables may be asked as they are.
        rows = self._connection.execute(_THE_SAME, {"digest": digest, "author": author, "id": name}).all()
        for row in rows:
            if row.digest != digest:
                raise LedgerConflict(author, name, row.digest)
            return stored_of(row, self.logged_at(row.log_index))
        return None

    def _own_keys(self) -> Registry:
        # Others share the registry, and this turn may yet be rolled back.
        if not self._keys_are_own:
            self._keys, self._keys_are_own = copy.deepcopy(self.registry()), True
        return self.registry()

    def _take(self, stored: Stored) -> None:
        payload, index = stored.payload, stored.index
        self._rows_to_come[records].append(
            {
                "log_index": index,
                "digest": stored.digest,
                "kid": stored.record.kid,
                "type": payload.type.value,
                "round": payload.round,
                "author": payload.author,
                "id": payload.id,
                "person": getattr(stored.body, "person", None),
                "compact": stored.compact,
            }
        )
        self._rows_to_come[record_subjects].extend(
            {"subject": subject, "log_index": index} for subject in dict.fromkeys(payload.subjects)
        )
        self._rows_to_come[links].extend(
            {"target": target, "log_index": index} for target in dict.fromkeys(_targets(stored.record))
        )
        self._grow(bytes.fromhex(stored.digest))
        self._new[stored.digest] = stored
        self._remembered.pop(payload.type, None)
        self._by_id[payload.author, payload.id] = stored.digest
        self._size += 1
        self._index(stored)
        if self._holding():
            self.let_go(stored.digest)
        if len(self._rows_to_come[nodes]) > _FLUSH_AT:
            self.flush()

    def _grow(self, entry: bytes) -> None:
        if self._edge is None:
            self._edge = self.nodes(perfect_subtrees(self._size))
        edge = self._edge
        made = new_nodes(self._size, leaf_hash(entry), lambda level, position: edge[level, position])
        for level, position, value in made:
            edge[level, position] = value
            self._rows_to_come[nodes].append({"level": level, "position": position, "hash": value})

    def _index(self, stored: Stored) -> None:
        body = stored.body
        if isinstance(body, InvitationBody):
            known = self.person(body.person)
            self._know(body.person, body.name, body.unit, enrolled=known is not None and known.enrolled)
        elif isinstance(body, EnrolmentBody):
            # People are called as the office invited them; what they wrote themselves stands in their enrolment.
            known = self.person(body.person)
            name = known.name if known is not None else body.name
            self._know(body.person, name, body.unit, enrolled=True)
        elif isinstance(body, DossierBody):
            row = {
                "dossier": stored.payload.subjects[0],
                "code": body.card.code,
                "version": body.version,
                "digest": stored.digest,
            }
            older = self._rows(select(dossiers.c.version).where(dossiers.c.dossier == row["dossier"]))
            if not older:
                self._connection.execute(insert(dossiers).values(row))
            elif older[0].version < body.version:
                self._connection.execute(
                    update(dossiers).where(dossiers.c.dossier == row["dossier"]).values(row)
                )

    def _know(self, person: str, name: str, unit: str, *, enrolled: bool) -> None:
        row = {"name": name, "unit": unit, "enrolled": enrolled}
        done = self._connection.execute(update(people).where(people.c.person == person).values(row))
        if not done.rowcount:
            self._connection.execute(insert(people).values(person=person, **row))

    def _holding(self) -> bool:
        if self._any_held is None:
            self._any_held = bool(self._connection.execute(select(pending.c.digest).limit(1)).all())
        return self._any_held

    def _rows(self, query: Executable, given: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        self.flush()
        return super()._rows(query, given)


def _targets(record: Record) -> tuple[str, ...]:
    """Every digest a record names: what it supersedes, relies on, and is about."""
    body = record.body
    about: tuple[str, ...] = ()
    if isinstance(body, AcceptanceBody | RefusalBody):
        about = (body.record,)
    elif isinstance(body, DecisionBody):
        about = (body.about,)
    elif isinstance(body, ReturnBody):
        about = (body.review,)
    elif isinstance(body, EnrolmentBody):
        about = (body.invitation,)
    elif isinstance(body, ReviewBody):
        about = (body.dossier, body.manifest_digest, *(each.digest for each in body.sheet.evidence))
    elif isinstance(body, KeyReleaseBody):
        about = (body.dossier, body.manifest_digest)
    elif isinstance(body, ConclusionBody):
        about = (body.dossier, body.manifest_digest, *body.reviews)
    return (*record.payload.supersedes, *record.payload.relies_on, *about)
