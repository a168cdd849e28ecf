"""A photograph without its place: read and rewritten in a process of its own, its picture untouched."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zhubi.expert.reading.errors import ReadingError
from zhubi.expert.reading.formats.phototags import is_photo
from zhubi.expert.reading.limits import DEFAULT, Limits

__all__ = ["Cleaned", "cleaned", "is_photo"]

_ROOT: Final = str(Path(__file__).resolve().parents[3])
_BEGIN: Final = (
    "import sys\n"
    "if sys.argv[1] not in sys.path: sys.path.insert(0, sys.argv[1])\n"
    "from zhubi.expert.reading.photo_child import main\n"
    "main()"
)
_COMMAND: Final = (sys.executable, "-I", "-c", _BEGIN, _ROOT)
_SURROUNDINGS: Final = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_LINE: Final = 500
_GROWTH: Final = 200  # bytes: the time and which way is up, where they were noted otherwise before
_TAKEN: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A photograph without its notes. ``taken_at`` by the camera's clock, or empty; ``located``: a place was noted."""

    data: bytes
    taken_at: str
    located: bool


def cleaned(data: bytes, name: str, limits: Limits = DEFAULT) -> Cleaned:
    """The photograph as it is and without its notes: only when it was taken and which way is up stay with it.

    ``reading.location-stays``: it is not built as its format is, too large or too slow, and nobody can say what it
    gives away; ``reading.cannot-start``.
    """
    if len(data) > limits.input_bytes:
        raise _stays(name)
    answer, kept = _ask(data, limits)
    taken_at, located = answer.get("taken_at"), answer.get("located")
    whole = answer.get("size") == len(kept) and 0 < len(kept) <= len(data) + _GROWTH
    if not whole or not isinstance(taken_at, str) or not isinstance(located, bool):
        raise _stays(name)
    if taken_at and not _TAKEN.fullmatch(taken_at):
        raise _stays(name)
    return Cleaned(kept, taken_at, located)


def _ask(data: bytes, limits: Limits) -> tuple[dict[str, object], bytes]:
    try:
        process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={each: os.environ[each] for each in _SURROUNDINGS if each in os.environ}
            | {"MALLOC_ARENA_MAX": "1"},
            start_new_session=True,
        )
    except OSError as problem:
        raise ReadingError(
            "reading.cannot-start", f"no reading process could be started: {problem}", reason=str(problem)
        ) from problem
    assert process.stdin is not None and process.stdout is not None
    request = json.dumps({"size": len(data), "limits": dataclasses.asdict(limits)}).encode()
    deadline = threading.Timer(limits.seconds, process.kill)
    feeder = threading.Thread(target=_feed, args=(process, request + b"\n", data), daemon=True)
    try:
        deadline.start()
        feeder.start()
        line = process.stdout.readline(_LINE)
        kept = process.stdout.read(len(data) + _GROWTH + 1)
    finally:
        deadline.cancel()
        process.kill()
        process.wait()
        feeder.join()
        process.stdout.close()
    try:
        answer = json.loads(line)
    except ValueError:
        return {}, b""
    return (answer, kept) if isinstance(answer, dict) else ({}, b"")


def _feed(process: subprocess.Popen[bytes], request: bytes, data: bytes) -> None:
    assert process.stdin is not None
    # A child that died meanwhile says so by saying nothing.
    with suppress(OSError):
        process.stdin.write(request)
        process.stdin.write(data)
    with suppress(OSError):
        process.stdin.close()


def _stays(name: str) -> ReadingError:
    return ReadingError("reading.location-stays", f"the place cannot be taken out of {name}", name=name)
