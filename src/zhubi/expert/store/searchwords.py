"""The words of a search: how text is folded, what of it the index keeps, and where a typed word stands in a text.

Compatibility forms and case are folded (NFKC), a stretch of text at a time, so that every place in the folded text is
known in the original. Of Chinese, Japanese and Korean the index keeps single characters and pairs: whatever part of a
sentence is typed, the pairs in it are in the index too. Line breaks inside such text are no borders.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

FORM: Final = f"1 {unicodedata.unidata_version}"
"""Changes whenever the same text would be folded or parted in another way: an index of another form is made anew."""

Span = tuple[int, int]
"""Where something stands in a text: from, and to before which place."""

_EACH: Final = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_EACH_ONE: Final = re.compile(f"[{_EACH}]")
_GAP: Final = re.compile(f"(?<=[{_EACH}])\\s+(?=[{_EACH}])")
_STRETCH: Final = re.compile(f"[{_EACH}]+|[^\\W_{_EACH}]+")
# Characters that fold one for one, whatever stands beside them: most text is made of nothing else.
_SIMPLE: Final = "\t\n -~\u00b7\u00d7\u2014\u2018-\u201d\u3000-\u3029\u4e00-\u9fff\uff01-\uff5e"
_NOT_SIMPLE: Final = re.compile(f"[{_SIMPLE}]?[^{_SIMPLE}]+")
_WIDE_MARKS: Final = tuple((wide, unicodedata.normalize("NFKC", wide)) for wide in "，：；（）！？％．　")
_JOINS: Final = re.compile("[\u1160-\u11ff\uff9e\uff9f]")
_PAIR: Final = 2
_MOST_WORDS: Final = 12
_MOST_LETTERS: Final = 200


def fold(text: str) -> str:
    """The text as it is compared: compatibility forms made one, case folded."""
    if _NOT_SIMPLE.search(text) is None:
        return _folded_simple(text)
    pieces = []
    end = 0
    for match in _NOT_SIMPLE.finditer(text):
        pieces.append(_folded_simple(text[end : match.start()]))
        pieces += [_folded(unit) for unit in _units(match.group())]
        end = match.end()
    pieces.append(_folded_simple(text[end:]))
    return "".join(pieces)


def _folded_simple(text: str) -> str:
    for wide, narrow in _WIDE_MARKS:
        text = text.replace(wide, narrow)
    # Asking is a hundred times as fast as normalising, and the marks above are all that most Chinese text has.
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return text.casefold()


def _fold_with_places(text: str) -> tuple[str, list[int]]:
    """``fold(text)``, and for each of its letters, and its end, the place in ``text`` that it comes from."""
    folded: list[str] = []
    places: list[int] = []
    at = 0
    for unit in _units(text):
        piece = _folded(unit)
        folded.append(piece)
        places += [at] * len(piece)
        at += len(unit)
    places.append(at)
    return "".join(folded), places


def _units(text: str) -> Iterator[str]:
    """The text in pieces that fold alone: a character with the marks that join it."""
    unit = ""
    for letter in text:
        if unit and (unicodedata.combining(letter) or _JOINS.match(letter)):
            unit += letter
            continue
        if unit:
            yield unit
        unit = letter
    if unit:
        yield unit


@lru_cache(maxsize=8192)
def _folded(unit: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", unit).casefold())


def words_of(text: str) -> str:
    """What the index keeps of a text: each word, character and pair of characters once, parted by spaces."""
    kept: dict[str, None] = {}
    for stretch in _stretches(fold(text)):
        if not _is_each(stretch[0]):
            kept[stretch] = None
            continue
        for place, letter in enumerate(stretch):
            kept[letter] = None
            if place:
                kept[stretch[place - 1 : place + 1]] = None
    return " ".join(kept)


def _stretches(folded: str) -> list[str]:
    """Words, and unbroken stretches of characters that are each kept."""
    found: list[str] = _STRETCH.findall(_GAP.sub("", folded))
    return found


def _is_each(letter: str) -> bool:
    return _EACH_ONE.match(letter) is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for: the terms that the index must have, and a pattern for each word that was typed."""

    terms: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    exact: bool
    """Whether a page that has the terms has every word as it was typed, so that its text need not be looked at."""

    @property
    def query(self) -> str:
        """The question to the index, every term quoted: nothing that is typed is ever taken for an operator."""
        return " AND ".join(self.terms)

    def holds(self, folded: str) -> bool:
        """Whether a folded text has every word as it was typed."""
        return all(pattern.search(folded) for pattern in self.patterns)

    def spans(self, text: str) -> tuple[Span, ...]:
        """Where the words stand in a text as it is shown, in order, none over another; empty when one is missing."""
        folded, places = _fold_with_places(text)
        found: list[Span] = []
        for pattern in self.patterns:
            here = [match.span() for match in pattern.finditer(folded)]
            if not here:
                return ()
            found += [(places[start], _end(places, end)) for start, end in here]
        return _apart(found)


def _end(places: list[int], end: int) -> int:
    # The letter after the last may come from the same character: it is marked whole.
    here = places[end - 1]
    while places[end] == here:
        end += 1
    return places[end]


def _apart(found: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def wanted(typed: str) -> Wanted | None:
    """What a typed line asks for; None when it has no letter and no digit.

    Words parted by spaces must all be there. The last word of a script with letters may be typed in part.
    """
    words = fold(typed)[:_MOST_LETTERS].split()[:_MOST_WORDS]
    terms: dict[str, None] = {}
    exact = True
    for word in words:
        stretches = _stretches(word)
        exact = exact and stretches == [word] and (len(word) <= _PAIR or not _is_each(word[0]))
        for stretch in stretches:
            for term in _terms(stretch):
                terms[term] = None
    if not terms:
        return None
    return Wanted(tuple(terms), tuple(_pattern(word) for word in words), exact)


def _terms(stretch: str) -> Iterator[str]:
    if not _is_each(stretch[0]):
        # What follows in the same word may not have been typed yet.
        yield f'"{stretch}"*'
    elif len(stretch) == 1:
        yield f'"{stretch}"'
    else:
        for place in range(1, len(stretch)):
            yield f'"{stretch[place - 1 : place + 1]}"'


def _pattern(word: str) -> re.Pattern[str]:
    parts: list[str] = []
    for place, letter in enumerate(word):
        if place and _is_each(letter) and _is_each(word[place - 1]):
            parts.append(r"\s*")
        elif place == 0 and letter.isalnum() and not _is_each(letter):
            # The index knows where words begin, and only there.
            parts.append(f"(?<![^\\W_{_EACH}])")
        parts.append(re.escape(letter))
    return re.compile("".join(parts))
