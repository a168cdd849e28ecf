"""How long the smallest command takes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from settings import Settings
from table import Row
from timing import medians, process


def zhubi() -> str:
    """The installed command that belongs to the Python which runs this."""
    return str(Path(sys.executable).with_name("zhubi"))


def version(settings: Settings) -> Iterator[Row]:
    """``zhubi --version`` beside a Python that does nothing."""
    ours, bare = medians(
        settings.few(31, 5), process((zhubi(), "--version")), process((sys.executable, "-c", "pass"))
    )
    yield Row("zhubi --version", ours, "ms", 2.5, "python -c pass", bare)
