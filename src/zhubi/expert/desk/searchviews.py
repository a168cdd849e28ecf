"""What a search gives, ready to be drawn; as light as the other views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhubi.expert.desk.passages import Passage
from zhubi.expert.desk.views import ReviewKey

HitKind = Literal["material", "attachment", "note", "words"]
"""材料, 附件, 笔记, 本人意见."""

Span = tuple[int, int]
"""Where something stands in a text: from, and to before which place."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One place where all that was typed was found.

    ``passage`` is the place in the papers; None for the expert's own words, whose ``line`` (kind, item) of the sheet
    is given instead.
    """

    key: ReviewKey
    code: str
    title: str
    kind: HitKind
    where: str
    """The section, or the attachment and its page, in words."""
    passage: Passage | None
    line: tuple[str, str] | None
    context: str
    """The place in one line of text, beginning not far before the first of the words."""
    marks: tuple[Span, ...]
    """Where the words stand in ``context``."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """How much of what may be read is in the index. ``bytes`` is what it takes on the disk."""

    done: int
    total: int
    pages: int
    bytes: int
    working: bool

    @property
    def whole(self) -> bool:
        """Whether everything that may be read is searched."""
        return self.done >= self.total


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was found for ``text``: in the order of the desk. ``more``: there is more than what is given here."""

    text: str
    asked: bool
    """Whether there was anything to search for: marks alone ask for nothing."""
    hits: tuple[SearchHit, ...]
    more: bool
    seconds: float
    state: IndexState

    @property
    def total(self) -> int:
        """How many places are given."""
        return len(self.hits)
