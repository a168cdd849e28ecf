"""The child process: takes one document through its standard input, gives its pages as lines of JSON, and ends.

It limits itself before it looks at a foreign byte. It writes no file, starts no process, and leaves no memory image
behind when it dies; its standard error goes nowhere.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import math
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Final

from zhubi.expert.reading.document import Event, Kind
from zhubi.expert.reading.formats.pages import Reckoning, Request
from zhubi.expert.reading.formats.recognise import recognise
from zhubi.expert.reading.limits import Limits
from zhubi.expert.reading.messages import encode

_CHUNK: Final = 1024 * 1024
_OPEN_FILES: Final = 32
_SET_DUMPABLE: Final = 4  # prctl(2): no core image, whatever collects them, and no other process looks in


def main() -> None:
    """Read the request line and the document from standard input; write events to standard output."""
    line = sys.stdin.buffer.readline()
    if not line:
        return
    asked = json.loads(line)
    request = Request(asked["name"], asked["media_type"], Limits(**asked["limits"]))
    limit_memory_and_time(request.limits)
    for event in Reckoning(request.limits).watch(_events(request)):
        sys.stdout.buffer.write(encode(event))
        sys.stdout.buffer.flush()


def _events(request: Request) -> Iterator[Event | Kind]:
    data = _document()
    reader = importlib.import_module(f"zhubi.expert.reading.formats.{recognise(data)}")
    # Only now: Python may first have to write what it compiles of its own modules.
    limit_files()
    yield from reader.read(data, request)


def _document() -> bytes:
    """Standard input to its end. The parent counts what it sends; BytesIO hands its bytes over without a copy."""
    taken = BytesIO()
    while chunk := sys.stdin.buffer.read(_CHUNK):
        taken.write(chunk)
    return taken.getvalue()


def limit_memory_and_time(limits: Limits) -> None:
    """Bound address space and processor time, and make this process leave no memory image."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    with suppress(ImportError):
        import resource

        seconds = math.ceil(limits.seconds) + 1
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_CPU, seconds, seconds + 1)  # SIGXCPU first, which says what it was
        _limit(resource.RLIMIT_AS, limits.memory_bytes)


def limit_files() -> None:
    """From now on write no byte to any file, open few, and start no process (which the superuser still may)."""
    with suppress(ImportError):
        import resource

        _limit(resource.RLIMIT_FSIZE, 0)
        _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
        _limit(resource.RLIMIT_NPROC, 0)


def _limit(what: int, most: int, at_last: int | None = None) -> None:
    import resource

    with suppress(ValueError, OSError):  # macOS refuses some; what holds where is told in limits.py
        resource.setrlimit(what, (most, most if at_last is None else at_last))
