"""Which of one author's records on one matter counts: the one that no other of theirs supersedes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zhubi.core.model.records import Record


@dataclass(frozen=True, slots=True)
class Heads:
    """The records that nothing supersedes, in log order; unsent ones last."""

    records: tuple[Record, ...]

    @property
    def one(self) -> Record | None:
        """The record that counts: the only head. With two heads neither counts."""
        return self.records[0] if len(self.records) == 1 else None

    @property
    def disputed(self) -> bool:
        """Whether two heads stand side by side, so that the author must settle it with a record naming both."""
        return len(self.records) > 1


def heads(records: Iterable[Record]) -> Heads:
    """The heads among records of one type, author, round and set of subjects.

    The order in which records arrive makes no difference, nor does seeing one twice.
    """
    by_digest = {record.digest: record for record in records}
    gone = {digest for record in by_digest.values() for digest in record.payload.supersedes}
    left = [record for digest, record in by_digest.items() if digest not in gone]
    left.sort(key=lambda record: (record.index is None, record.index or 0, record.digest))
    return Heads(tuple(left))
