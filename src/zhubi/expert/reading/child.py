"""The child process: takes one document through its standard input, gives its pages, and then what is asked of it.

It limits itself before it looks at a foreign byte. It writes no file, starts no process, and leaves no memory image
behind when it dies; its standard error goes nowhere.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import math
import os
import queue
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any, Final

from zhubi.expert.reading.document import Event, Finished, Kind, ReadingState
from zhubi.expert.reading.formats.pages import Reckoning, Request
from zhubi.expert.reading.formats.recognise import recognise
from zhubi.expert.reading.limits import Limits
from zhubi.expert.reading.messages import Ask, Drawn, NotDrawn, decode_ask, encode, encode_answer

_LONGEST_FRAME: Final = 1024 * 1024
_OPEN_FILES: Final = 32
_STACK: Final = 256 * 1024
_PICTURES_SECONDS: Final = 900  # of processor time for all pictures together
_SET_DUMPABLE: Final = 4  # prctl(2): no core image, whatever collects them, and no other process looks in


def main() -> None:
    """Read the request line and the document from standard input; write events, and answers, to standard output."""
    line = sys.stdin.buffer.readline()
    if not line:
        return
    asked = json.loads(line)
    request = Request(asked["name"], asked["media_type"], Limits(**asked["limits"]), asked["first"])
    limit_memory_and_time(request.limits)
    data = _document()
    if data is None:
        return
    work = _Work(data, request)
    work.listen()
    for event in Reckoning(request.limits).watch(work.events(text=asked["text"])):
        sys.stdout.buffer.write(encode(event))
        sys.stdout.buffer.flush()
        work.answer_waiting()
    work.answer_all()
    # The listening thread may stand in the middle of a read, and an orderly end would wait for it.
    os._exit(0)


def _document() -> bytes | None:
    """The document, in frames of four bytes of length; None where the sender broke off, and it may be anything.

    BytesIO hands its bytes over without a copy.
    """
    taken, source = BytesIO(), sys.stdin.buffer
    while len(size := source.read(4)) == 4:
        expected = int.from_bytes(size, "big")
        if expected == 0:
            return taken.getvalue()
        if expected > _LONGEST_FRAME or taken.write(source.read(expected)) != expected:
            break
    return None


class _Work:
    """What is done with one document: its text first, and between its pages whatever picture is asked for."""

    def __init__(self, data: bytes, request: Request) -> None:
        self._data = data
        self._request = request
        self._asks: queue.SimpleQueue[Ask | None] = queue.SimpleQueue()
        self._reader = ""
        self._pictures: Any = None

    def listen(self) -> None:
        """Take questions beside everything else, until there are no more."""
        threading.stack_size(_STACK)

        def listen() -> None:
            while line := sys.stdin.buffer.readline():
                self._asks.put(decode_ask(line))
            self._asks.put(None)

        threading.Thread(target=listen, daemon=True).start()

    def events(self, *, text: bool) -> Iterator[Event | Kind]:
        """What the document's reader says of it; without ``text`` nothing but that it is there."""
        self._reader = recognise(self._data)
        reader = importlib.import_module(f"zhubi.expert.reading.formats.{self._reader}")
        # Only now: Python may first have to write what it compiles of its own modules.
        limit_files()
        if text:
            yield from reader.read(self._data, self._request)
        else:
            yield Finished("unknown", ReadingState.READ)

    def answer_waiting(self) -> None:
        """Answer what was asked until now. Where nobody is there any more, end."""
        with suppress(queue.Empty):
            while True:
                self._answer(self._asks.get_nowait())

    def answer_all(self) -> None:
        """Answer whatever is asked, for as long as somebody may ask."""
        while True:
            self._answer(self._asks.get())

    def _answer(self, ask: Ask | None) -> None:
        if ask is None:
            os._exit(0)
        limits = self._request.limits
        limit_processor_time(limits.picture_seconds)
        answer, png = self._draw(ask, limits)
        sys.stdout.buffer.write(encode_answer(answer))
        sys.stdout.buffer.write(png)
        sys.stdout.buffer.flush()

    def _draw(self, ask: Ask, limits: Limits) -> tuple[Drawn | NotDrawn, bytes]:
        from zhubi.expert.reading.formats import drawing

        try:
            if self._pictures is None:
                self._pictures = drawing.open_pictures(self._reader, self._data, limits)
            made = drawing.fit(self._pictures.draw(ask.page, ask.width, ask.height), limits)
        except drawing.NoPictureError as none:
            return NotDrawn(ask.number, none.reason), b""
        except MemoryError:
            return NotDrawn(ask.number, "memory"), b""
        except Exception:  # noqa: BLE001 - whatever a decoder says about hostile bytes, the document is what is at fault
            return NotDrawn(ask.number, "damaged"), b""
        return Drawn(ask.number, made.width, made.height, len(made.png)), made.png


def limit_memory_and_time(limits: Limits) -> None:
    """Bound address space and processor time, and make this process leave no memory image."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    with suppress(ImportError):
        import resource

        _limit(resource.RLIMIT_CORE, 0)
        _limit(
            resource.RLIMIT_CPU, math.ceil(limits.seconds) + 1, math.ceil(limits.seconds) + _PICTURES_SECONDS
        )
        _limit(resource.RLIMIT_AS, limits.memory_bytes)


def limit_processor_time(seconds: float) -> None:
    """Allow this process so much more processor time than it has had, up to what it was given at its start."""
    with suppress(ImportError):
        import resource

        had = resource.getrusage(resource.RUSAGE_SELF)
        allowed, at_last = resource.getrlimit(resource.RLIMIT_CPU)
        more = math.ceil(had.ru_utime + had.ru_stime + seconds) + 1
        _limit(resource.RLIMIT_CPU, min(max(allowed, more), at_last), at_last)


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
