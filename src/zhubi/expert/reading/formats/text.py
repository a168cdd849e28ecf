"""Plain text and Markdown, in the encodings Chinese offices send: UTF-8, UTF-16 with its mark, GB 18030."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from zhubi.expert.reading.document import Event, Kind, ReadingState
from zhubi.expert.reading.formats.pages import RefusalError, Request
from zhubi.expert.reading.formats.paginate import Paginator

_BYTES_A_CHARACTER: Final = 4
_MARKED: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADING: Final = re.compile(r"(#{1,6})[ \t\u3000]+(.+?)[ \t#]*$")
_FENCE: Final = re.compile(r" {0,3}(```|~~~)")


def read(data: bytes, request: Request) -> Iterator[Event | Kind]:
    """Its pages. Raises RefusalError, UNSUPPORTED, for bytes that are no text in these encodings."""
    text = _decode(data, request.limits.output_characters)
    yield "text"
    pages = Paginator(request.limits)
    markdown = request.name.lower().endswith((".md", ".markdown")) or request.media_type == "text/markdown"
    in_code = False
    for line in re.split(r"\r\n?|\n", text):
        if markdown and _FENCE.match(line):
            in_code = not in_code
        heading = _HEADING.match(line) if markdown and not in_code else None
        added = pages.add(heading[2], len(heading[1])) if heading else pages.add(line)
        if not added:
            break
    yield from pages.events("text")


def _decode(data: bytes, characters: int) -> str:
    whole = len(data) <= characters * _BYTES_A_CHARACTER
    data = data[: characters * _BYTES_A_CHARACTER]
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return codecs.getincrementaldecoder(encoding)("replace").decode(data[len(mark) :], whole)
    if b"\0" not in data:
        for encoding in ("utf-8", "gb18030"):
            try:
                return codecs.getincrementaldecoder(encoding)("strict").decode(data, whole)
            except UnicodeDecodeError:
                continue
    raise RefusalError(ReadingState.UNSUPPORTED)
