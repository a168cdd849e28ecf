"""What reading a foreign document gives: pages of clean text, an outline, and how the reading ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Kind = Literal["pdf", "docx", "xlsx", "text", "image", "unknown"]
KINDS: Final[tuple[Kind, ...]] = ("pdf", "docx", "xlsx", "text", "image", "unknown")


class ReadingState(StrEnum):
    """How the reading ended. Only the last six mean that nothing, or not everything, could be read."""

    READ = "read"
    SCAN = "scan"  # a text layer nowhere: a normal state of stamped papers
    PARTIAL = "partial"  # some pages have no text
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: a page of a PDF, a stretch of a docx or text, a sheet of an xlsx, a picture.

    ``number`` counts from 1. ``label`` is what the document itself calls the page: its printed number, the heading
    it starts under, the sheet's name, the picture's format and size. ``table`` has the cells of a sheet, every
    row equally long; rows and columns that hold nothing are left out.
    """

    number: int
    label: str
    text: str
    has_text: bool
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """An entry of the document's own table of contents: ``level`` from 1, ``page`` the number of a page."""

    title: str
    level: int
    page: int


@dataclass(frozen=True, slots=True)
class Started:
    """The document opened: what it is, how many pages will come, and its outline."""

    kind: Kind
    total_pages: int
    outline: tuple[Outline, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """The reading ended. ``detail`` is a slug that says why, where the state alone does not; else empty."""

    kind: Kind
    state: ReadingState
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The key of the sentence for people: ``reading.detail.…`` where there is one, else ``reading.state.…``."""
        return _sentence(self.state, self.detail)


Event = Started | Page | Finished


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document as far as it could be read: where the state is TOO_LARGE or TOO_SLOW, the pages until then."""

    kind: Kind
    pages: tuple[Page, ...]
    outline: tuple[Outline, ...]
    total_pages: int
    state: ReadingState
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The key of the sentence for people: ``reading.detail.…`` where there is one, else ``reading.state.…``."""
        return _sentence(self.state, self.detail)


def _sentence(state: ReadingState, detail: str) -> str:
    return f"reading.detail.{detail}" if detail else f"reading.state.{state}"
