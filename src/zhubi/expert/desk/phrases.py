"""常用语: own phrases to put into comments and opinions. They stay on this machine."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from zhubi.core.model.text import clean_text
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.sheetviews import PhraseRow

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

LONGEST: Final = 2_000
"""How many characters a phrase may have."""


def phrases(desk: Desk, part: str = "") -> tuple[PhraseRow, ...]:
    """The phrases that contain ``part``, the most used first; width and case of letters and digits do not matter."""
    wanted = _folded(part)
    return tuple(
        PhraseRow(each.id, each.words, each.used)
        for each in desk.store.phrases.all()
        if wanted in _folded(each.words)
    )


def add_phrase(desk: Desk, words: str) -> int:
    """Keeps words as a phrase and gives its id. ``phrases.empty``, ``phrases.too-long``, ``phrases.too-many``."""
    cleaned = clean_text(words).strip()
    if not cleaned:
        raise DeskError("phrases.empty", "a phrase has words")
    if len(cleaned) > LONGEST:
        raise DeskError(
            "phrases.too-long", "the phrase is too long", expected=str(LONGEST), found=str(len(cleaned))
        )
    return desk.store.phrases.add(cleaned, desk.clock())


def use_phrase(desk: Desk, phrase: int) -> str:
    """The words of a phrase, which counts as one more use of it. ``phrases.unknown``."""
    words = desk.store.phrases.use(phrase, desk.clock())
    if words is None:
        raise DeskError("phrases.unknown", "there is no such phrase", item=str(phrase))
    return words


def remove_phrase(desk: Desk, phrase: int) -> None:
    """Takes a phrase away."""
    desk.store.phrases.remove(phrase)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
