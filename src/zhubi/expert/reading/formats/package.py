"""Zip packages: which of them is a document this room reads."""

from __future__ import annotations

from collections.abc import Iterator

from zhubi.expert.reading.document import Event, Kind
from zhubi.expert.reading.formats import docx, xlsx
from zhubi.expert.reading.formats.archive import Archive
from zhubi.expert.reading.formats.pages import Request


def read(data: bytes, request: Request) -> Iterator[Event | Kind]:
    """Its kind, then its events. Raises RefusalError for any other package."""
    archive = Archive(data, request.limits)
    kind, main_part = archive.main_part()
    yield kind
    yield from (docx if kind == "docx" else xlsx).read(archive, main_part, request)
