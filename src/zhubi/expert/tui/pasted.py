"""What people paste, or the file whose path they give instead."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from zhubi.core.model.text import clean_line

_PATH: Final = 400
_LIMIT: Final = 200_000


def pasted(text: str, mark: str = "zhubi") -> str:
    """The text itself, or what the file holds whose path it is; ``OSError``. A message begins with ``mark``."""
    if len(text) >= _PATH or "\n" in text.strip() or text.strip()[: len(mark)].lower() == mark:
        return text
    path = Path(clean_line(text, _PATH).strip("'\"")).expanduser()
    return path.read_bytes()[:_LIMIT].decode("utf-8", "replace") if path.is_file() else text
