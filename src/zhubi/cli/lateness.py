"""Late reviews in words, for the people who decide whether they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.office.opening import Office
    from zhubi.office.rounds.lateness import LateReview
    from zhubi.office.rounds.status import RoundStatus


def late_lines(office: Office, found: RoundStatus) -> list[str]:
    """What came late in a round, line by line: whose, what is proven of its time, and what was decided of it."""
    from zhubi.expert.desk.words import signing_text
    from zhubi.office.rounds.lateness import late_reviews

    late = late_reviews(office, found)
    if not late:
        return []
    lines = [say("timing.listed", count=len(late))]
    for each in late:
        lines.append(f"    {each.code} {each.name}\t{_outcome(each)}")
        lines += [f"        {sentence}" for sentence in signing_text(each.when)]
    if any(each.counts is None for each in late):
        lines.append(say("timing.decide-with"))
    return lines


def decided_line(code: str, name: str, *, granted: bool) -> str:
    """What was decided of a late review."""
    return say("timing.decided", code=code, name=name, outcome=_word(granted))


def _outcome(late: LateReview) -> str:
    word = say("timing.waits") if late.counts is None else _word(late.counts)
    return f"{word} {late.words}".strip()


def _word(granted: bool) -> str:
    return say("timing.counted" if granted else "timing.not-counted")
