"""Pages for what has none of its own: a new one at headings of level 1, and after about 3,000 characters.

A heading does not turn a page that has hardly begun: a one-page letter with six headings stays one page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from zhubi.expert.reading.document import Event, Kind, Outline, ReadingState, Started
from zhubi.expert.reading.formats.pages import PAGE_LENGTH, RefusalError, make_outline, make_page
from zhubi.expert.reading.limits import Limits

_HARDLY_BEGUN: Final = 1000


class Paginator:
    """Takes blocks of text in document order; gives them back as pages, each named after the heading above it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._room = limits.output_characters
        self._pages: list[tuple[str, str]] = []
        self._outline: list[Outline] = []
        self._blocks: list[str] = []
        self._length = 0
        self._label = ""
        self._heading = ""

    def add(self, block: str, level: int = 0) -> bool:
        """Add one block; ``level`` from 1 makes it a heading. False once there is more than may come out."""
        if not block.strip():
            return True
        self._room -= len(block)
        if (level == 1 and self._length > _HARDLY_BEGUN) or self._length + len(block) > PAGE_LENGTH:
            self._turn()
        if level and len(self._outline) < self._limits.outline_entries:
            entry = make_outline(block, level, len(self._pages) + 1)
            if entry is not None:
                self._outline.append(entry)
        if level:
            self._heading = block
        if not self._blocks:
            self._label = self._heading
        for start in range(0, len(block), PAGE_LENGTH):
            if start:
                self._turn()
                self._label = self._heading
            piece = block[start : start + PAGE_LENGTH]
            self._blocks.append(piece)
            self._length += len(piece) + 1
        return self._room >= 0

    def events(self, kind: Kind) -> Iterator[Event]:
        """All pages. Raises RefusalError, TOO_LARGE, after the last one that is within the limits."""
        self._turn()
        total = min(len(self._pages), self._limits.pages)
        outline = tuple(entry for entry in self._outline if entry.page <= total)
        yield Started(kind, total, outline)
        for number, (label, text) in enumerate(self._pages[:total], start=1):
            yield make_page(number, label, text, self._limits)
        if len(self._pages) > total:
            raise RefusalError(ReadingState.TOO_LARGE, "pages")
        if self._room < 0:
            raise RefusalError(ReadingState.TOO_LARGE, "output")

    def _turn(self) -> None:
        if self._blocks:
            self._pages.append((self._label, "\n".join(self._blocks)))
        self._blocks = []
        self._length = 0
