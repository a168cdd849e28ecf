"""A keyring for measuring with: where no desktop runs there is none, and a passphrase would wait for a person."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class KeyringInFile(KeyringBackend):
    """Keeps secrets readable in the file that ``BENCH_KEYRING`` names: for stores that hold nothing of anyone."""

    priority = 0.1

    def get_password(self, service: str, username: str) -> str | None:
        return _read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        _write(_read() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = _read()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError(username)
        _write(kept)


def _file() -> Path:
    return Path(os.environ["BENCH_KEYRING"])


def _read() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _write(kept: dict[str, str]) -> None:
    _file().write_text(json.dumps(kept), encoding="utf-8")
