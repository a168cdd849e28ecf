"""The leaves of the log, whatever they are the digests of: records, and letters that nobody here can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from zhubi.office.ledger.tables import checkpoints, letters, records

# Asked each by itself: the maximum over a union would read every row.
_LAST: Final = tuple(select(func.max(table.c.log_index)).scalar_subquery() for table in (records, letters))
_COUNT: Final = select(*_LAST)
_SIZES: Final = select(select(func.max(checkpoints.c.size)).scalar_subquery(), *_LAST)


def count_leaves(connection: Connection) -> int:
    """How many leaves the database holds."""
    return _counted(connection.execute(_COUNT).one())


def leaves_and_signed(connection: Connection) -> tuple[int, int | None]:
    """How many leaves the database holds, and how many the newest stored checkpoint signed, seen at one moment."""
    newest, *last = connection.execute(_SIZES).one()
    return _counted(last), newest


def _counted(last: Iterable[int | None]) -> int:
    return max((index + 1 for index in last if index is not None), default=0)


def digests_between(connection: Connection, first: int, end: int) -> list[str]:
    """The digests of the leaves from ``first`` to before ``end``, in their order."""
    found: dict[int, str] = {}
    for table in (records, letters):
        found.update(
            (row.log_index, row.digest)
            for row in connection.execute(
                select(table.c.log_index, table.c.digest).where(
                    table.c.log_index >= first, table.c.log_index < end
                )
            )
        )
    return [found[index] for index in sorted(found)]


def places_of(connection: Connection, digests: Sequence[str]) -> Mapping[str, int]:
    """The index of each of a few hundred digests; those that are no leaf are left out."""
    found: dict[str, int] = {}
    for table in (records, letters):
        if len(found) < len(digests):
            found.update(
                (row.digest, row.log_index)
                for row in connection.execute(
                    select(table.c.digest, table.c.log_index).where(table.c.digest.in_(digests))
                )
            )
    return found


def letters_in(connection: Connection) -> list[tuple[int, str, bytes]]:
    """Every sealed letter, in log order: its index, its digest, its bytes."""
    rows = connection.execute(select(letters).order_by(letters.c.log_index))
    return [(row.log_index, row.digest, bytes(row.sealed)) for row in rows]
