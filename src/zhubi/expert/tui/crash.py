"""When the app itself fails: one sentence for the person, and a log without anything a dossier says."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path


def write_crash(directory: Path, error: BaseException) -> Path | None:
    """Append what failed and where to ``zhubi.log`` in the directory; None when it cannot be written.

    Only exception types and places in the code are written. Messages and local variables stay out: they may hold
    what is sealed.
    """
    target = directory / "zhubi.log"
    lines = [f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} unhandled"]
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"  {type(seen).__module__}.{type(seen).__qualname__}")
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        seen = seen.__cause__ or seen.__context__
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with target.open("a", encoding="utf-8") as log:
            log.write("\n".join(lines) + "\n")
    except OSError:
        return None
    return target
