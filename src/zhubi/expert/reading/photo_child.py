"""The child process that takes the notes out of one photograph: bytes in, one line and bytes out, and nothing else."""

from __future__ import annotations

import json
import sys

from zhubi.expert.reading.child import limit_files, limit_memory_and_time
from zhubi.expert.reading.limits import Limits


def main() -> None:
    """Read the request line and the photograph from standard input; answer with a line, then the photograph."""
    asked = json.loads(sys.stdin.buffer.readline())
    limit_memory_and_time(Limits(**asked["limits"]))
    data = sys.stdin.buffer.read(asked["size"])
    if len(data) != asked["size"]:
        return
    from PIL import Image  # noqa: F401 - loaded before no file may be opened any more

    from zhubi.expert.reading.formats.phototags import PhotoError, without_notes

    limit_files()
    try:
        photo = without_notes(data)
    except (PhotoError, MemoryError) as problem:
        _say({"problem": type(problem).__name__})
        return
    kept = b"".join(photo.parts)
    _say({"taken_at": photo.taken_at, "located": photo.located, "size": len(kept)})
    sys.stdout.buffer.write(kept)
    sys.stdout.buffer.flush()


def _say(answer: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()
