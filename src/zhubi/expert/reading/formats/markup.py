"""XML parts of Office files, read as a stream: no document types, no entities, no depth without end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol
from xml.parsers import expat

from zhubi.expert.reading.document import ReadingState
from zhubi.expert.reading.formats.pages import RefusalError

_DEPTH: Final = 256


class Listener(Protocol):
    """Told of a part's elements in document order. Names are local: the prefix is the sender's choice."""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class EnoughReadError(Exception):
    """Raised by a listener that needs no more of the part."""


def parse(chunks: Iterable[bytes], listener: Listener) -> None:
    """Tell ``listener`` of the part that ``chunks`` make up.

    Raises RefusalError, DAMAGED: a document type (``dtd``: Office writes none, and entities live there), more than 256
    levels (``depth``), or what is not well-formed.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise RefusalError(ReadingState.DAMAGED, "depth")
        listener.begin(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        listener.end(_local(name))

    def refuse_document_type(*_: object) -> None:
        raise RefusalError(ReadingState.DAMAGED, "dtd")

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = listener.text
    parser.StartDoctypeDeclHandler = refuse_document_type
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except EnoughReadError:
        return
    except expat.ExpatError as error:
        raise RefusalError(ReadingState.DAMAGED) from error


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
