"""Where two versions of a text differ: the places in order, each with a little of what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_AROUND: Final = 12
_FINE: Final = 400
"""Characters up to which two passages are compared one by one; beyond, the time would grow with the square."""
_PIECES: Final = 2000
_PARAGRAPH: Final = re.compile(r"[^\n]*\n|[^\n]+")
_SENTENCE: Final = re.compile(r"[^。！？；.!?;\n]*[。！？；.!?;\n]+|[^。！？；.!?;\n]+")

Span = tuple[int, int, int, int]
"""A stretch of the text before, and of the text after: start and end of each, in characters."""


@dataclass(frozen=True, slots=True)
class TextChange:
    """One place: ``removed`` gave way to ``added``, between ``lead`` and ``tail``, which both versions have."""

    lead: str
    removed: str
    added: str
    tail: str


def text_changes(before: str, after: str) -> tuple[TextChange, ...]:
    """The places where ``after`` differs from ``before``; none where they are equal.

    Taken together they turn one text into the other: paragraphs are compared, then sentences, then characters.
    """
    if before == after:
        return ()
    return tuple(
        TextChange(
            before[max(0, start - _AROUND) : start],
            before[start:end],
            after[first:last],
            before[end : end + _AROUND],
        )
        for start, end, first, last in changed_spans(before, after)
    )


def changed_spans(before: str, after: str) -> tuple[Span, ...]:
    """The same places as stretches of both texts, in order and apart from each other."""
    spans: list[Span] = []
    for span in _narrowed(before, after):
        # Two letters between two changes say nothing; one place is read more easily than two.
        if spans and span[0] - spans[-1][1] <= 2 and span[2] - spans[-1][3] <= 2:
            spans[-1] = (spans[-1][0], span[1], spans[-1][2], span[3])
        else:
            spans.append(span)
    return tuple(spans)


def _narrowed(before: str, after: str) -> Iterator[Span]:
    for start, end, first, last in _between(_cut(_PARAGRAPH, before), _cut(_PARAGRAPH, after)):
        for span in _between(_cut(_SENTENCE, before[start:end]), _cut(_SENTENCE, after[first:last])):
            one, two = before[start + span[0] : start + span[1]], after[first + span[2] : first + span[3]]
            fine = _between(one, two) if one and two and max(len(one), len(two)) <= _FINE else None
            for inner in fine if fine is not None else [(0, len(one), 0, len(two))]:
                yield (
                    start + span[0] + inner[0],
                    start + span[0] + inner[1],
                    first + span[2] + inner[2],
                    first + span[2] + inner[3],
                )


def _cut(pattern: re.Pattern[str], text: str) -> list[str]:
    return pattern.findall(text)


def _between(before: Sequence[str], after: Sequence[str]) -> list[Span]:
    """The stretches, in characters, where two rows of passages differ."""
    lengths_before, lengths_after = _places(before), _places(after)
    if max(len(before), len(after)) > _PIECES:
        return [(0, lengths_before[-1], 0, lengths_after[-1])]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        (lengths_before[a], lengths_before[b], lengths_after[c], lengths_after[d])
        for what, a, b, c, d in matcher.get_opcodes()
        if what != "equal"
    ]


def _places(passages: Sequence[str]) -> list[int]:
    places = [0]
    for each in passages:
        places.append(places[-1] + len(each))
    return places
