"""Reading foreign documents: page by page as they are parsed, or whole. Whatever it is, the answer is a state."""

from __future__ import annotations

import dataclasses
import json
import signal
from collections.abc import Generator
from contextlib import closing
from typing import BinaryIO, Final

from zhubi.expert.reading.document import Document, Event, Finished, Kind, Page, ReadingState, Started
from zhubi.expert.reading.limits import DEFAULT, Limits
from zhubi.expert.reading.messages import MessageError, decode, longest_line
from zhubi.expert.reading.process import Child

# In lines of JSON: four of UTF-8, a share of the marks around cells, and the second copy in a table.
_BYTES_A_CHARACTER: Final = 10


def iter_pages(
    data: bytes | BinaryIO, name: str = "", media_type: str = "", limits: Limits = DEFAULT
) -> Generator[Event, None, None]:
    """Read a document in a child process: ``Started`` once it is open, each ``Page`` when parsed, ``Finished`` last.

    ``data`` is the plaintext, or an open binary stream of it, read to its end; it goes to the child through a pipe
    and never to disk. What it is, is told by its content; ``name`` and ``media_type`` only tell Markdown from other
    text. A document refused before it could be opened gives ``Finished`` alone. Closing the iterator ends the child.

    Raises nothing for any document. ReadingError ``reading.cannot-start`` where this system starts no process;
    errors of ``data.read`` pass through.
    """
    if isinstance(data, bytes) and len(data) > limits.input_bytes:
        yield Finished("unknown", ReadingState.TOO_LARGE, "input")
        return
    request = {"name": name[:1000], "media_type": media_type[:200], "limits": dataclasses.asdict(limits)}
    most = _BYTES_A_CHARACTER * limits.output_characters + longest_line(limits)
    child = Child(limits.seconds, longest_line(limits), most)
    kind: Kind = "unknown"
    last: Finished | None = None
    try:
        if child.feed(json.dumps(request).encode(), data, limits.input_bytes):
            pages = 0
            for line in child.lines():
                event = decode(line, limits)
                pages += isinstance(event, Page)
                if pages > limits.pages:
                    raise MessageError("the reading process sent more pages than it may")
                if isinstance(event, Finished):
                    last = event
                    break
                if isinstance(event, str):
                    kind = event
                else:
                    yield event
        else:
            last = Finished(kind, ReadingState.TOO_LARGE, "input")
    except MessageError:
        last = Finished(kind, ReadingState.DAMAGED, "reader")
    finally:
        code = child.end()
    yield last or _died(child, code, kind)


def read_document(
    data: bytes | BinaryIO, name: str = "", media_type: str = "", limits: Limits = DEFAULT
) -> Document:
    """The whole document, as ``iter_pages`` reads it; blocks for up to ``limits.seconds``, and raises as it does."""
    started: Started | None = None
    pages: list[Page] = []
    finished = Finished("unknown", ReadingState.DAMAGED)
    with closing(iter_pages(data, name, media_type, limits)) as events:
        for event in events:
            match event:
                case Started():
                    started = event
                case Page():
                    pages.append(event)
                case Finished():
                    finished = event
    return Document(
        kind=finished.kind,
        pages=tuple(pages),
        outline=started.outline if started else (),
        total_pages=started.total_pages if started else 0,
        state=finished.state,
        detail=finished.detail,
    )


def _died(child: Child, code: int, kind: Kind) -> Finished:
    """What a child's end without a last word means: our deadline, its own limits, or a document that felled it."""
    if child.overdue or code == -getattr(signal, "SIGXCPU", 0x7FFF):
        return Finished(kind, ReadingState.TOO_SLOW)
    if child.overflowed:
        return Finished(kind, ReadingState.TOO_LARGE, "output")
    # C++ and Rust abort or trap where an allocation fails; SIGKILL that is not ours comes from a system out of memory.
    out_of_memory = {-getattr(signal, name, 0x7FFF) for name in ("SIGABRT", "SIGTRAP", "SIGILL", "SIGKILL")}
    return (
        Finished(kind, ReadingState.TOO_LARGE, "memory")
        if code in out_of_memory
        else Finished(kind, ReadingState.DAMAGED, "reader")
    )
