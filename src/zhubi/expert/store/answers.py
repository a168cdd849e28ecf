"""Declarations as they are answered, before they are signed: kept as typed, on this machine only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhubi.expert.store.database import Database
from zhubi.expert.store.values import Key, to_micros


class Answers:
    """The room of unsigned answers: one JSON object an assignment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, key: Key, answer: Mapping[str, Any], now: datetime) -> None:
        """Keeps an answer in place of the one before."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO answers (office, round, dossier, answer, saved_at) VALUES (?,?,?,?,?)",
                (key.office, key.round, key.dossier, json.dumps(answer, ensure_ascii=False), to_micros(now)),
            )

    def all(self, office: str, round: str) -> dict[str, dict[str, Any]]:
        """The answers of a round by dossier."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT dossier, answer FROM answers WHERE office = ? AND round = ?", (office, round)
            ).fetchall()
        return {dossier: json.loads(answer) for dossier, answer in found}

    def drop(self, key: Key) -> None:
        """Forgets an answer: it was signed, or taken back."""
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM answers WHERE office = ? AND round = ? AND dossier = ?",
                (key.office, key.round, key.dossier),
            )
