"""Citations: which passages the words of a sheet point at, and which nobody's words mention any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from zhubi.core.model.sheet import Sheet

HIGHEST: Final = 999
"""The highest number that a citation may have."""

# Only this form is written by the app. ［1］ and 【1】 stand in lists and titles, and mean themselves.
_MENTION: Final = re.compile(r"\[([1-9][0-9]{0,2})\]")


def mentions(text: str) -> tuple[int, ...]:
    """The numbers that a text mentions as ``[1]``, in the order of the text, each once."""
    return tuple(dict.fromkeys(int(number) for number in _MENTION.findall(text)))


def mention_at(text: str, place: int) -> int | None:
    """The number of the mention that covers or touches a place in the text; None where there is none."""
    for found in _MENTION.finditer(text):
        if found.start() <= place <= found.end():
            return int(found.group(1))
    return None


def mentioned(sheet: Sheet) -> frozenset[int]:
    """The numbers that any words of the sheet mention."""
    return frozenset(number for text in _words(sheet) for number in mentions(text))


def tidy(sheet: Sheet) -> Sheet:
    """The sheet without the citations that no words mention; numbers stay as they are, for words name them."""
    wanted = mentioned(sheet)
    kept = tuple(each for each in sheet.citations if each.number in wanted)
    return sheet if kept == sheet.citations else sheet.model_copy(update={"citations": kept})


def free_number(sheet: Sheet) -> int | None:
    """A number for one more citation that no words mention already; None when there is none left.

    It is higher than all others as long as there is such a one: words that come back must not find another passage.
    """
    taken = {each.number for each in sheet.citations} | mentioned(sheet)
    highest = max(taken, default=0)
    if highest < HIGHEST:
        return highest + 1
    return next((number for number in range(1, HIGHEST + 1) if number not in taken), None)


def _words(sheet: Sheet) -> Iterator[str]:
    yield sheet.opinion
    yield sheet.recommendation_words
    yield from (each.comment for each in sheet.scores)
    yield from (each.value for each in sheet.answers)
    yield from (each.words for each in sheet.findings)
    yield from (each.words for each in sheet.checks)
    for judged in sheet.indicators:
        yield judged.observed
        yield judged.words
    if sheet.cuts is not None:
        yield from (each.reason for each in sheet.cuts.lines)
