"""Pages and outlines as the parsers make them: cleaned and bounded here, once, for every format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from zhubi.core.model.text import clean_line, clean_text
from zhubi.expert.reading.document import Event, Finished, Kind, Outline, Page, ReadingState
from zhubi.expert.reading.limits import Limits

PAGE_LENGTH: Final = 3000  # characters of a page of what has no pages of its own: about two printed sides
_LABEL_LENGTH: Final = 80
_TITLE_LENGTH: Final = 200
_TRAILING_SPACE: Final = re.compile(r"[ \u3000\u00a0]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be read: the name and the media type are claims, and only decide between kinds of plain text.

    ``first`` is the number of the page that is wanted first, where pages can be had in any order.
    """

    name: str
    media_type: str
    limits: Limits
    first: int = 1


class RefusalError(Exception):
    """The document will not be read (further): the state it ends with and a slug that says why."""

    def __init__(self, state: ReadingState, detail: str = "") -> None:
        super().__init__(f"{state}: {detail}")
        self.state = state
        self.detail = detail


def make_page(
    number: int, label: str, text: str, limits: Limits, table: tuple[tuple[str, ...], ...] = ()
) -> Page:
    """A page of foreign text, clean; ``table`` is clean already, cell by cell."""
    clean = _TRAILING_SPACE.sub("", clean_text(text, limits.page_characters)).strip("\n")
    return Page(number, clean_line(label, _LABEL_LENGTH) or str(number), clean, bool(clean.strip()), table)


def make_outline(title: str, level: int, page: int) -> Outline | None:
    """An entry of the outline, clean; None where nothing of its title is left."""
    clean = clean_line(title, _TITLE_LENGTH)
    return Outline(clean, max(1, level), max(1, page)) if clean else None


class Reckoning:
    """Passes a parser's events on while they stay within the limits, and says at the end how the reading went."""

    def __init__(self, limits: Limits) -> None:
        self._kind: Kind = "unknown"
        self._room = limits.output_characters
        self._page_room = limits.page_characters
        self._with_text = 0
        self._without_text = 0

    def watch(self, events: Iterator[Event | Kind]) -> Iterator[Event | Kind]:
        """The events, and always one ``Finished`` as the last."""
        try:
            for event in events:
                if isinstance(event, str):
                    self._kind = event
                elif isinstance(event, Page):
                    self._count(event)
                yield event
                if isinstance(event, Finished):
                    return
                if isinstance(event, Page) and len(event.text) >= self._page_room:
                    raise RefusalError(ReadingState.TOO_LARGE, "output")
        except RefusalError as refusal:
            yield Finished(self._kind, refusal.state, refusal.detail)
        except MemoryError:
            yield Finished(self._kind, ReadingState.TOO_LARGE, "memory")
        except Exception:  # noqa: BLE001 - whatever a parser says about hostile bytes, the document is what is at fault
            yield Finished(self._kind, ReadingState.DAMAGED)
        else:
            yield Finished(self._kind, self._state())

    def _count(self, page: Page) -> None:
        self._room -= len(page.text) + sum(len(cell) for row in page.table for cell in row)
        if self._room < 0:
            raise RefusalError(ReadingState.TOO_LARGE, "output")
        if page.has_text:
            self._with_text += 1
        else:
            self._without_text += 1

    def _state(self) -> ReadingState:
        if self._with_text == 0:
            return ReadingState.SCAN if self._kind in ("pdf", "image") else ReadingState.EMPTY
        if self._without_text and self._kind == "pdf":
            return ReadingState.PARTIAL
        return ReadingState.READ
