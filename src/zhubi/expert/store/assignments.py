"""The desk's list, read from an index: any window of it at the same cost, whether it has ten rows or ten thousand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from zhubi.expert.store.database import Connection, Database
from zhubi.expert.store.touched import Touched
from zhubi.expert.store.values import AssignmentRow, Key, KeyWanted, RoundRow, from_micros, to_micros

if TYPE_CHECKING:
    from zhubi.core.rules.lifecycle import AssignmentView, RoundView

CLOSING: Final = frozenset({"commit", "declare", "sealed", "ready", "drafting", "complete"})
"""The stages that turn into ``overdue`` when the round closes."""

_OVERDUE: Final = "overdue"
_FIELDS: Final = (
    "r.office, r.round, a.dossier, a.agenda, a.code, a.title, a.units, a.stage, a.role, a.seat, a.tags,"
    " a.score_text, a.missing, a.receipt_code, r.closes_at, a.flags, a.may_unseal, a.unsealed, a.committed,"
    " a.review, a.manifest, a.position"
)
_FROM: Final = f"SELECT {_FIELDS} FROM assignments a JOIN rounds r ON r.id = a.round"


class Assignments:
    """The room of derived rows. What depends on the clock is said for the ``now`` that is asked about."""

    def __init__(self, database: Database, touched: Touched) -> None:
        self._database = database
        self._touched = touched

    def rows(
        self, round: str | None, offset: int, limit: int, *, now: datetime, office: str | None = None
    ) -> tuple[AssignmentRow, ...]:
        """A window of one round's rows, or of all: by closing time of the round, then as on the agenda."""
        with self._database.reading() as connection:
            if round is None and office is None:
                found = connection.execute(
                    f"{_FROM} WHERE a.position >= ? AND a.position < ? ORDER BY a.position",
                    (offset, offset + limit),
                ).fetchall()
            else:
                found = []
                for first, total in self._spans(connection, round, office):
                    if offset < total and limit > 0:
                        last = min(offset + limit, total)
                        found += connection.execute(
                            f"{_FROM} WHERE a.position >= ? AND a.position < ? ORDER BY a.position",
                            (first + offset, first + last),
                        ).fetchall()
                        limit -= last - offset
                    offset = max(0, offset - total)
        return _rows(found, now)

    def _spans(self, connection: Connection, round: str | None, office: str | None) -> list[tuple[int, int]]:
        return list(
            connection.execute(
                "SELECT first, total FROM rounds WHERE (?1 IS NULL OR round = ?1) AND (?2 IS NULL OR office = ?2)"
                " ORDER BY first, id",
                (round, office),
            )
        )

    def row(self, key: Key, *, now: datetime) -> AssignmentRow | None:
        """One row; None when there is no such assignment."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"{_FROM} WHERE r.office = ? AND r.round = ? AND a.dossier = ?",
                (key.office, key.round, key.dossier),
            ).fetchall()
        return next(iter(_rows(found, now)), None)

    def count(self, round: str | None = None, office: str | None = None) -> int:
        """How many rows ``rows`` has."""
        with self._database.reading() as connection:
            return sum(total for _, total in self._spans(connection, round, office))

    def index_of(self, key: Key, round: str | None = None) -> int | None:
        """The offset of a row in ``rows(round, …)`` of its office, or in all rows; None when there is none."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT a.position, r.first FROM assignments a JOIN rounds r ON r.id = a.round"
                " WHERE r.office = ? AND r.round = ? AND a.dossier = ?",
                (key.office, key.round, key.dossier),
            ).fetchone()
        if found is None:
            return None
        return int(found[0]) if round is None else int(found[0]) - int(found[1])

    def rounds(self, now: datetime) -> tuple[RoundRow, ...]:
        """All rounds, the one that closes first before the others."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT r.office, r.round, r.title, r.kind, coalesce(k.name, ''), r.rulebook, r.organiser,"
                " r.opens_at, r.closes_at, r.ended, r.committed_at, r.committed_proven, r.total, r.stages, r.record"
                " FROM rounds r LEFT JOIN rulebook_kinds k ON k.digest = r.rulebook AND k.kind = r.kind"
                " ORDER BY r.closes_at, r.office, r.round"
            ).fetchall()
        moment = to_micros(now)
        return tuple(
            RoundRow(*(
                *row[:7], from_micros(row[7]), from_micros(row[8]), bool(row[9]),
                None if row[10] is None else from_micros(row[10]), bool(row[11]), row[12],
                _at(json.loads(row[13]), closed=row[8] <= moment), row[14],
            ))
            for row in found
        )  # fmt: skip

    def with_stage(
        self, stages: Iterable[str], *, now: datetime, round: str | None = None, limit: int | None = None
    ) -> tuple[AssignmentRow, ...]:
        """The rows at one of these stages at ``now``, in the order of ``rows``, at most ``limit``."""
        wanted = {str(stage) for stage in stages}
        moment = to_micros(now)
        places: list[int] = []
        with self._database.reading() as connection:
            spans = connection.execute(
                "SELECT first, total, closes_at FROM rounds WHERE ?1 IS NULL OR round = ?1 ORDER BY first, id",
                (round,),
            ).fetchall()
            for first, total, closes_at in spans:
                stored = wanted
                if closes_at <= moment:
                    stored = wanted - CLOSING | (CLOSING if _OVERDUE in wanted else frozenset())
                left = -1 if limit is None else limit - len(places)
                if left:
                    here = _places(connection, stored, first, first + total, left)
                    places += here if left < 0 else here[:left]
            found = connection.execute(
                f"{_FROM} WHERE a.position IN (SELECT value FROM json_each(?)) ORDER BY a.position",
                (json.dumps(places),),
            ).fetchall()
        return _rows(found, now)

    def stage_counts(self, now: datetime) -> dict[str, int]:
        """How many assignments are at each stage, over all rounds."""
        counts: dict[str, int] = {}
        for each in self.rounds(now):
            for stage, number in each.stages.items():
                counts[stage] = counts.get(stage, 0) + number
        return counts

    def view(self, key: Key, *, now: datetime) -> AssignmentView | None:
        """Where an assignment stands, from its records and with them; None when there is none."""
        from zhubi.expert.store.derivation import matters, round_state, view_of

        with self._database.reading() as connection:
            state = round_state(connection, key.office, key.round)
            if state is None:
                return None
            found = next(matters(connection, state, [key.dossier]), None)
        return None if found is None else view_of(state, key.dossier, found[1], now)

    def round_view(self, office: str, round: str) -> RoundView | None:
        """A round as its records leave it; None before its ``round`` record is here."""
        from zhubi.expert.store.derivation import round_state

        with self._database.reading() as connection:
            state = round_state(connection, office, round)
        return None if state is None else state.view

    def keys_wanted(self, office: str) -> tuple[KeyWanted, ...]:
        """The versions that may be unsealed and whose key this device does not have."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT r.round, a.dossier, a.manifest FROM assignments a JOIN rounds r ON r.id = a.round"
                " WHERE r.office = ? AND a.may_unseal AND NOT a.unsealed AND NOT r.ended AND a.manifest IS NOT NULL"
                " ORDER BY a.position",
                (office,),
            ).fetchall()
        return tuple(KeyWanted(*row) for row in found)

    def rebuild(self) -> None:
        """Forgets every derived row and makes all of them anew from records, receipts and drafts."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM assignments")
            connection.execute("DELETE FROM rounds")
            for office, round_id in connection.execute(
                "SELECT DISTINCT office, round FROM records WHERE round IS NOT NULL"
            ).fetchall():
                self._touched.round(office, round_id)


def _places(connection: Connection, stages: Iterable[str], first: int, end: int, limit: int) -> list[int]:
    # One stage at a time: the index then gives the first few without looking at the others.
    found: list[int] = []
    for stage in stages:
        found += [
            row[0]
            for row in connection.execute(
                "SELECT position FROM assignments WHERE stage = ? AND position >= ? AND position < ?"
                " ORDER BY position LIMIT ?",
                (stage, first, end, limit),
            )
        ]
    return sorted(found)


def _at(stages: dict[str, int], *, closed: bool) -> dict[str, int]:
    if not closed:
        return stages
    late = sum(number for stage, number in stages.items() if stage in CLOSING)
    kept = {stage: number for stage, number in stages.items() if stage not in CLOSING}
    return {**kept, _OVERDUE: kept.get(_OVERDUE, 0) + late} if late else kept


def _rows(found: Sequence[Sequence[Any]], now: datetime) -> tuple[AssignmentRow, ...]:
    moment = to_micros(now)
    return tuple(
        AssignmentRow(*(
            *row[:7], _OVERDUE if row[14] <= moment and row[7] in CLOSING else row[7], row[8], row[9],
            tuple(row[10].split()), row[11], row[12], row[13], from_micros(row[14]), frozenset(row[15].split()),
            bool(row[16]), bool(row[17]), bool(row[18]), *row[19:],
        ))
        for row in found
    )  # fmt: skip
