"""A document that is open: its pages as they come, and a picture of any page as long as it stays open."""

from __future__ import annotations

import dataclasses
import json
import signal
import threading
from collections.abc import Generator
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from zhubi.expert.reading.document import Event, Finished, Kind, Page, ReadingState
from zhubi.expert.reading.limits import DEFAULT, Limits
from zhubi.expert.reading.messages import Ask, Drawn, MessageError, NotDrawn, decode
from zhubi.expert.reading.pictures import Picture, PictureError, proven
from zhubi.expert.reading.process import Child, TooManyBytesError
from zhubi.expert.reading.unsealing import Pour

_MOST_FELLED: Final = 3
"""How many times a page that fells the process may cost another one before no more is drawn."""

NO_PICTURE: Final = frozenset({"none", "slow", "memory", "large", "damaged", "reader"})
"""Why a page has no picture: there is none to have; or it would cost too much, or what it costs is the process."""
_OUT_OF_TIME: Final = -getattr(signal, "SIGXCPU", 0x7FFF)
# C++ and Rust abort or trap where an allocation fails; SIGKILL that is not ours comes from a system out of memory.
_OUT_OF_MEMORY: Final = frozenset(
    -getattr(signal, name, 0x7FFF) for name in ("SIGABRT", "SIGTRAP", "SIGILL", "SIGKILL")
)


class AttachmentReading:
    """One document, read in a process of its own that lives until ``close``, or until the document fells it.

    ``events`` belongs to one thread, ``picture`` may be asked from any, also while pages still come. Leaving the
    ``with`` block closes it. Raises ReadingError ``reading.cannot-start`` where this system starts no process.
    """

    def __init__(
        self, pour: Pour, name: str = "", media_type: str = "", *, first: int = 1, limits: Limits = DEFAULT
    ) -> None:
        self._pour = pour
        self._request = {
            "name": name[:1000],
            "media_type": media_type[:200],
            "first": first,
            "limits": dataclasses.asdict(limits),
        }
        self._limits = limits
        self._closed = False
        self._asking = threading.Lock()
        self._changing = threading.Lock()
        self._questions = 0
        self._felled = 0
        self._without: dict[int, str] = {}
        self._fault: Exception | None = None
        self._refused: Finished | None = None
        self._text_child = self._child = Child(limits)
        self._feeder = self._feed(self._child, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process. ``events`` ends where it is, and no picture is given any more."""
        with self._changing:
            self._closed = True
        self._child.end()
        self._text_child.end()
        self._feeder.join()

    def events(self) -> Generator[Event, None, None]:
        """``Started`` once it is open, each ``Page`` when parsed, ``Finished`` last; once, and for one listener.

        The page that was asked for as ``first`` comes first, then those beside it, then the others from the beginning.
        A document refused before it could be opened gives ``Finished`` alone. What the document's own source raises is
        raised here, before any page.
        """
        kind: Kind = "unknown"
        pages = 0
        child = self._text_child
        try:
            for line in child.lines():
                event = decode(line, self._limits)
                if isinstance(event, str):
                    kind = event
                    continue
                pages += isinstance(event, Page)
                if pages > self._limits.pages:
                    raise MessageError("the reading process sent more pages than it may")
                yield event
                if isinstance(event, Finished):
                    return
        except MessageError:
            child.end()
            yield Finished(kind, ReadingState.DAMAGED, "reader")
            return
        code = child.end()
        self._feeder.join()
        if self._fault is not None:
            raise self._fault
        if not self._closed:
            yield self._refused or _died(child, code, kind)

    def picture(self, number: int, width: int, height: int) -> Picture | None:
        """Page ``number``, from 1, as large as fits into ``width`` × ``height`` pixels.

        Waits for it, for up to ``picture_seconds`` after those that were asked for before; None where there is none,
        and ``no_picture`` says why. A photograph is never larger than it is. What the source raises is raised
        here too; for no document anything else.
        """
        with self._asking:
            if number in self._without:
                return None
            child = self._alive()
            if child is None:
                return None
            self._questions += 1
            width, height = (max(1, min(side, self._limits.picture_side)) for side in (width, height))
            answer = child.ask(Ask(self._questions, number, width, height))
            match answer:
                case (Drawn(_, wide, high), png):
                    with suppress(PictureError):
                        return proven(png, wide, high)
                    child.stop()
                    reason = "reader"
                case (NotDrawn(_, reason), _):
                    pass
                case _ if self._closed:
                    return None
                case _:
                    reason = _fell(child)
            self._without[number] = reason if reason in NO_PICTURE else "damaged"
            return None

    def no_picture(self, number: int) -> str:
        """The key of the sentence that says why a page gave no picture; empty where it gave one, or was not asked."""
        reason = self._without.get(number, "")
        return f"reading.no-picture.{reason}" if reason else ""

    def _feed(self, child: Child, *, text: bool) -> threading.Thread:
        """Send the document to a child beside everything else; ``text``: whether it is to give the text of it."""

        def feed() -> None:
            try:
                child.feed(json.dumps(self._request | {"text": text}).encode(), self._pour)
            except TooManyBytesError:
                self._refused = Finished("unknown", ReadingState.TOO_LARGE, "input")
                child.stop()
            except Exception as fault:  # noqa: BLE001 - it is raised to whoever asks for what the document holds
                self._fault = fault
                child.stop()

        feeder = threading.Thread(target=feed, name="feeding", daemon=True)
        feeder.start()
        return feeder

    def _alive(self) -> Child | None:
        """A child that has the document; another one where a page felled the last, until that happened too often."""
        with self._changing:
            if self._child.gone.is_set() and not self._closed:
                self._child.end()
                self._feeder.join()
                if self._fault is None and self._refused is None and self._felled < _MOST_FELLED:
                    self._felled += 1
                    self._child = Child(self._limits)
                    self._feeder = self._feed(self._child, text=False)
        self._feeder.join()
        if self._fault is not None:
            raise self._fault
        return None if self._closed or self._child.gone.is_set() else self._child


def _fell(child: Child) -> str:
    """Why a child that was asked for a picture is gone."""
    code = child.end()
    if child.overdue or code == _OUT_OF_TIME:
        return "slow"
    return "memory" if code in _OUT_OF_MEMORY and not child.broken else "reader"


def _died(child: Child, code: int, kind: Kind) -> Finished:
    """What a child's end without a last word means: our deadline, its own limits, or a document that felled it."""
    if child.overdue or code == _OUT_OF_TIME:
        return Finished(kind, ReadingState.TOO_SLOW)
    if child.overflowed:
        return Finished(kind, ReadingState.TOO_LARGE, "output")
    return (
        Finished(kind, ReadingState.TOO_LARGE, "memory")
        if code in _OUT_OF_MEMORY and not child.broken
        else Finished(kind, ReadingState.DAMAGED, "reader")
    )
