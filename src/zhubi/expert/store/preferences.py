"""How the app looks, readable before anything is unlocked: a plain file that holds nothing of anyone's work."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from zhubi.expert.store.errors import fault_of_file

NAME: Final = "preferences.json"
_MAX_BYTES: Final = 64 * 1024


def read(directory: Path) -> dict[str, Any]:
    """The preferences; empty when there are none, or when the file is not what was written: they are only looks."""
    try:
        with (directory / NAME).open("rb") as file:
            found = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write(directory: Path, preferences: Mapping[str, Any]) -> None:
    """Replaces the preferences atomically; ``store.read-only``, ``store.disk-full``."""
    from zhubi.core.trust.errors import TrustError
    from zhubi.core.trust.privatefile import write_private

    data = json.dumps(dict(preferences), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(directory / NAME, data.encode())
    except OSError as problem:
        raise fault_of_file(problem, directory=str(directory)) from problem
    except TrustError as problem:
        if isinstance(problem.__cause__, OSError):
            raise fault_of_file(problem.__cause__, directory=str(directory)) from problem
        raise
