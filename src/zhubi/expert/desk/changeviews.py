"""What the screen of changes shows: each difference as a line, what carries over, and what asks for another look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from zhubi.expert.desk.views import ReviewKey

Sign = Literal["", "+", "-", "*", "!"]
"""What a line is: plain; came; went; changed; asks for attention. Printed before the line, so never colour alone."""
Adopted = Literal["rules", "version"]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line in words; ``inner`` lines belong to the one above them."""

    sign: Sign
    text: str
    inner: bool = False


@dataclass(frozen=True, slots=True)
class ChangeSection:
    """The differences of one sort. ``kept``: seen, and decided against."""

    id: Literal["rules", "dates", "version", "card", "correction"]
    title: str
    lines: tuple[ChangeLine, ...]
    kept: bool = False


@dataclass(frozen=True, slots=True)
class CarriedView:
    """What moving the sheet would bring along: how many places; what is dropped; what asks for another look."""

    what: Adopted
    kept: int
    dropped: tuple[ChangeLine, ...]
    look_again: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookAgain:
    """A place of the sheet that asks for another look, and its name."""

    place: str
    name: str


@dataclass(frozen=True, slots=True)
class EarlierView:
    """The sheet as it was before a move: when it was set aside, and what of it is on the sheet no more."""

    number: int
    at: datetime
    lines: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class ChangesView:
    """Everything that became new since a sheet was begun or signed, and what can be done about it."""

    key: ReviewKey
    code: str
    title: str
    sections: tuple[ChangeSection, ...]
    carried: tuple[CarriedView, ...]
    look_again: tuple[LookAgain, ...]
    earlier: tuple[EarlierView, ...]
    may_adopt: frozenset[Adopted]
    may_keep: bool
    problem: str = ""
    """Why something could not be compared, in a sentence; empty when all could."""
