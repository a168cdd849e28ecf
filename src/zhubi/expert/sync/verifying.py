"""Is it theirs to say: a record's signature, author, role, and that it belongs to this log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from zhubi.core.model.records import Record, RecordType, parse_record
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.records import peek, read, record_digest
from zhubi.core.trust.registry import LEARNED, SERVICE, Registry
from zhubi.core.trust.rights import wrong_signer
from zhubi.expert.sync.errors import SyncError, bad_record

if TYPE_CHECKING:
    from zhubi.expert.store.store import Store
    from zhubi.expert.store.values import Office

_KNOWN: Final = frozenset(RecordType)
_WRONG: Final = {
    "origin": "it belongs to another log",
    "key": "the key that signed it did not act then",
    "author": "its author does not hold the key that signed it",
    "role": "a {role} signs no {type} records",
    "chair": "its author did not chair the round",
}


class Unknown(Exception):
    """A record, rightly signed, of a type that this version has no word for."""


class Verifier:
    """Reads records of one office as its own log's registry entitles their signers."""

    def __init__(self, store: Store, office: Office) -> None:
        self._origin = office.office
        self.registry = Registry(office.root_key, office.office)
        for kept in store.records.by_type(office.office, sorted(LEARNED)):
            if kept.record.index is not None:
                payload, kid = peek(kept.compact)
                self.registry.learn(payload, kid, kept.record.index)

    def read(self, compact: str, index: int | None) -> Record:
        """The typed record, its signature and its signer's right to say it verified; keys it states are learned.

        ``index``: its place in the log, None where it has none yet. ``sync.bad-record``; ``Unknown``.
        """
        digest = record_digest(compact)
        try:
            payload, kid = read(compact, self.registry.public_for)
            if payload.get("type") not in _KNOWN:
                raise Unknown
            record = parse_record(digest, kid, dict(payload), index)
            self._check_right(record)
            if index is not None and record.type in LEARNED:
                self.registry.learn(payload, kid, index)
        except TrustError as problem:
            raise bad_record(digest, str(problem), problem.kind) from problem
        except ValidationError as problem:
            raise bad_record(digest, f"it is no {payload.get('type')} record", "form") from problem
        return record

    def is_service(self, kid: str) -> bool:
        """Whether this key belongs to the office's service, and was not revoked."""
        holder = self.registry.holder(kid)
        return holder is not None and holder.role == SERVICE

    def _check_right(self, record: Record) -> None:
        wrong = wrong_signer(record, self.registry, self._origin)
        if wrong is not None:
            holder = self.registry.known(record.kid)
            role = holder.role if holder is not None else ""
            words = _WRONG[wrong].format(role=role, type=record.type.value)
            raise bad_record(record.digest, words, wrong)


def expect_answer(record: Record, type: RecordType, about: str, member: str) -> None:
    """Returns when a record is of this type and answers that other record; ``sync.answer-elsewhere``."""
    if record.type is not type or getattr(record.body, member) != about:
        raise SyncError(
            "sync.answer-elsewhere", "the office answered about something else", record=about[:12]
        )
