"""How a run was asked for, and the places it works in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Settings:
    """``place`` is a directory for offices and stores; ``quick`` asks for small sizes and few runs."""

    place: Path
    quick: bool = False
    pdf: Path | None = None
    """A long PDF to read, in place of the one that is made here."""

    def few(self, number: int, quick: int) -> int:
        """A size or a number of runs: the whole one, or the one for a quick look."""
        return quick if self.quick else number


def environment() -> dict[str, str]:
    """What every child process gets: a modern terminal, a keyring in a file, and no settings of whoever measures."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ZHUBI_", "TEXTUAL", "XDG_"))
    }
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        kept.pop(name, None)
    return kept | {
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHON_KEYRING_BACKEND": "keyringinfile.KeyringInFile",
    }
