"""The offices this machine is enrolled with, what their invitations pinned, and how the last sync went."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from zhubi.expert.store.database import Database
from zhubi.expert.store.touched import Touched
from zhubi.expert.store.values import Office, from_micros, to_micros

_FIELDS: Final = (
    "office, url, organiser, log_key, cosigner_key, root_key, tls_anchor, person, name, unit, device, invitation,"
    " enrolled_at, synced_at, problem, problem_details"
)


class Offices:
    """The room of offices, each by its log's origin."""

    def __init__(self, database: Database, touched: Touched) -> None:
        self._database = database
        self._touched = touched

    def put(self, office: Office) -> None:
        """Keeps an office in place of what was known of it: after an enrolment, or another one with a new device."""
        synced = None if office.synced_at is None else to_micros(office.synced_at)
        with self._database.writing() as connection:
            connection.execute(
                f"INSERT INTO offices ({_FIELDS}) VALUES ({', '.join('?' * 16)}) ON CONFLICT (office) DO UPDATE SET "
                + ", ".join(f"{name} = excluded.{name}" for name in _FIELDS.split(", ")[1:]),
                (
                    office.office, office.url, office.organiser, office.log_key, office.cosigner_key,
                    office.root_key, office.tls_anchor, office.person, office.name, office.unit, office.device,
                    office.invitation, to_micros(office.enrolled_at), synced, office.problem,
                    json.dumps(dict(office.problem_details), ensure_ascii=False),
                ),
            )  # fmt: skip
            rounds = connection.execute(
                "SELECT DISTINCT round FROM records WHERE office = ? AND round IS NOT NULL", (office.office,)
            )
            for (round_id,) in rounds.fetchall():
                self._touched.round(office.office, round_id)

    def get(self, office: str) -> Office | None:
        """One office; None when this machine is not enrolled there."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT {_FIELDS} FROM offices WHERE office = ?", (office,)
            ).fetchone()
        return None if found is None else _office(found)

    def all(self) -> tuple[Office, ...]:
        """Every office, in the order of enrolment."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT {_FIELDS} FROM offices ORDER BY enrolled_at, office"
            ).fetchall()
        return tuple(_office(row) for row in found)

    def synced(self, office: str, at: datetime) -> None:
        """Notes that a sync went well."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE offices SET synced_at = ?, problem = NULL, problem_details = '{}' WHERE office = ?",
                (to_micros(at), office),
            )

    def failed(self, office: str, kind: str, details: Mapping[str, str | int | bool]) -> None:
        """Notes what ended a sync: the kind of the fault and what fills its sentence."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE offices SET problem = ?, problem_details = ? WHERE office = ?",
                (kind, json.dumps(dict(details), ensure_ascii=False), office),
            )


def _office(row: Sequence[Any]) -> Office:
    synced = None if row[13] is None else from_micros(row[13])
    return Office(*(*row[:12], from_micros(row[12]), synced, row[14], json.loads(row[15])))
