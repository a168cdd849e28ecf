"""Settings and the expert's own profile, inside the encrypted store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from zhubi.expert.store.database import Database

_PROFILE: Final = "own-profile"


class Settings:
    """The room of named JSON values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, default: Any = None) -> Any:
        """A setting's value, or ``default``."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return default if found is None else json.loads(found[0])

    def set(self, name: str, value: Any) -> None:
        """Keeps a value that JSON can hold."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)",
                (name, json.dumps(value, ensure_ascii=False)),
            )


class OwnProfile:
    """What matching needs to know of the expert: units, former units, aliases. It never leaves this machine."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self) -> dict[str, Any]:
        """The profile; empty when none was saved."""
        found: dict[str, Any] = self._settings.get(_PROFILE, {})
        return found

    def save(self, profile: Mapping[str, Any]) -> None:
        """Keeps the profile in place of the one before."""
        self._settings.set(_PROFILE, dict(profile))
