"""Sheets as they stood before their draft moved to another form or version: nothing typed is lost by moving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from zhubi.expert.store.database import Database
from zhubi.expert.store.values import Key, from_micros, to_micros

if TYPE_CHECKING:
    from zhubi.core.model.sheet import Sheet
    from zhubi.expert.store.drafts import Draft


@dataclass(frozen=True, slots=True)
class EarlierSheet:
    """A sheet, when it was set aside, and the form and version it was filled in on; see ``Draft``."""

    number: int
    at: datetime
    sheet: Sheet
    rulebook: str
    version: str
    begun_as: str
    begun_at: datetime


class EarlierSheets:
    """The room of what drafts were before. It goes with its draft's round when that is purged."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, key: Key, draft: Draft, now: datetime) -> None:
        """Keeps a draft's sheet as it stands."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO earlier_sheets (office, round, dossier, at, sheet, rulebook, version, begun_as, begun_at)"
                " VALUES (?,?,?,?,?,?,?,?,?)",
                (
                    key.office, key.round, key.dossier, to_micros(now), draft.sheet.model_dump_json(),
                    draft.rulebook, draft.version, draft.begun_as, to_micros(draft.begun_at),
                ),
            )  # fmt: skip

    def all(self, key: Key) -> tuple[EarlierSheet, ...]:
        """What was set aside of one review, the newest first."""
        from zhubi.core.model.sheet import Sheet

        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT id, at, sheet, rulebook, version, begun_as, begun_at FROM earlier_sheets"
                " WHERE office = ? AND round = ? AND dossier = ? ORDER BY id DESC",
                (key.office, key.round, key.dossier),
            ).fetchall()
        return tuple(
            EarlierSheet(
                row[0], from_micros(row[1]), Sheet.model_validate_json(row[2]), row[3], row[4], row[5],
                from_micros(row[6]),
            )
            for row in found
        )  # fmt: skip

    def drop(self, number: int) -> None:
        """Forgets one: it is the draft again."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM earlier_sheets WHERE id = ?", (number,))
