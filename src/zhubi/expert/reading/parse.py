"""Reading foreign documents: page by page as they are parsed, or whole. Whatever it is, the answer is a state."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import BinaryIO, Final

from zhubi.core.trust.sealing import Sink
from zhubi.expert.reading.document import Document, Event, Finished, Page, ReadingState, Started
from zhubi.expert.reading.limits import DEFAULT, Limits
from zhubi.expert.reading.opened import AttachmentReading
from zhubi.expert.reading.unsealing import Pour

_CHUNK: Final = 256 * 1024


def iter_pages(
    data: bytes | BinaryIO | Pour, name: str = "", media_type: str = "", limits: Limits = DEFAULT
) -> Generator[Event, None, None]:
    """Read a document in a child process: ``Started`` once it is open, each ``Page`` when parsed, ``Finished`` last.

    ``data`` is the plaintext, an open binary stream of it, read to its end, or what pours it; it goes to the child
    through a pipe and never to disk, and the child looks at none of it before all of it came. What it is, is told by
    its content; ``name`` and ``media_type`` only tell Markdown from other text. A document refused before it could be
    opened gives ``Finished`` alone. Closing the iterator ends the child.

    Raises nothing for any document. ReadingError ``reading.cannot-start`` where this system starts no process;
    errors of ``data`` pass through.
    """
    with AttachmentReading(_pour_of(data), name, media_type, limits=limits) as reading:
        yield from reading.events()


def _pour_of(data: bytes | BinaryIO | Pour) -> Pour:
    if callable(data):
        return data

    def pour(sink: Sink) -> None:
        if isinstance(data, bytes):
            for start in range(0, len(data), _CHUNK):
                sink.write(data[start : start + _CHUNK])
        else:
            while chunk := data.read(_CHUNK):
                sink.write(chunk)

    return pour


def read_document(
    data: bytes | BinaryIO | Pour, name: str = "", media_type: str = "", limits: Limits = DEFAULT
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
