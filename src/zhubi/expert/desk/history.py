"""What can be taken back: the edits of one sheet, typing in one place being one of them, until the app is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Cuts, Sheet

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey

PAUSE: Final = timedelta(seconds=2)
"""How long a pause in typing may be before what follows is another edit."""
_STEPS_KEPT: Final = 500
_TYPED_PARTS: Final = frozenset(
    {"points", "comment", "words", "observed", "amount", "reason", "reading", "text"}
)


@dataclass(frozen=True, slots=True)
class Touch:
    """Where two sheets differ first: a line of the sheet by its sort and item, and which part of it."""

    line: str
    item: str
    part: str


@dataclass(frozen=True, slots=True)
class Step:
    """One edit, or one burst of typing: the sheet before it and after it."""

    touch: Touch
    before: Sheet
    after: Sheet
    at: datetime


@dataclass(slots=True)
class History:
    """The steps of one sheet, oldest first, and those that were taken back, the next to be done again last."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    def last(self, now: Sheet) -> Step | None:
        """The step to take back; None when there is none, or when the sheet has become another meanwhile."""
        return self.done[-1] if self.done and same(self.done[-1].after, now) else None

    def next(self, now: Sheet) -> Step | None:
        """The step to do again, on the same condition."""
        return self.undone[-1] if self.undone and same(self.undone[-1].before, now) else None

    def back(self) -> None:
        """The last step was taken back."""
        self.undone.append(self.done.pop())

    def forth(self) -> None:
        """The step taken back last was done again."""
        self.done.append(self.undone.pop())


def history_of(desk: Desk, key: ReviewKey) -> History:
    """The steps of a sheet in this session."""
    found: History = desk.session.histories.setdefault((key.office, key.round, key.dossier), History())
    return found


def remember(
    desk: Desk, key: ReviewKey, kind: ReviewKind, before: Sheet, after: Sheet, now: datetime
) -> None:
    """Adds an edit that was kept. It cuts off what could have been done again."""
    touch = touched(kind, before, after)
    if touch is None:
        return
    history = history_of(desk, key)
    if history.done and not same(history.done[-1].after, before):
        # The sheet became another by no edit: a form adopted, a recovery refused. What was before it is gone.
        history.done.clear()
    pause_since = history.done[-1].at if history.done else None
    goes_on = (
        pause_since is not None
        and not history.undone
        and touch.part in _TYPED_PARTS
        and history.done[-1].touch == touch
        and timedelta() <= now - pause_since <= PAUSE
    )
    history.undone.clear()
    if not goes_on:
        history.done.append(Step(touch, before, after, now))
        del history.done[:-_STEPS_KEPT]
        return
    burst = history.done.pop()
    if not same(burst.before, after):
        history.done.append(Step(touch, burst.before, after, now))


def same(one: Sheet, other: Sheet) -> bool:
    """Whether two sheets say the same, whatever follows from it (total, outcomes of checks)."""
    return _said(one) == _said(other)


def _said(sheet: Sheet) -> tuple[Any, ...]:
    words = {each.check: each.words for each in sheet.checks if each.words}
    return (
        sheet.scores, sheet.answers, sheet.findings, sheet.facts, words, sheet.indicators, sheet.cuts,
        sheet.recommendation, sheet.recommendation_words, sheet.opinion, sheet.citations, sheet.methods,
        sheet.evidence,
    )  # fmt: skip


def touched(kind: ReviewKind, before: Sheet, after: Sheet) -> Touch | None:
    """Where an edit was made; None when the sheets say the same."""
    if before.opinion != after.opinion:
        return Touch("opinion", "opinion", "words")
    score = _first(before.scores, after.scores, lambda each: each.criterion)
    if score is not None:
        return Touch("score", score[0], _part(score, "comment", "not_applicable", "points"))
    answer = _first(before.answers, after.answers, lambda each: each.question)
    if answer is not None:
        asks = next((each.asks for each in kind.questions if each.id == answer[0]), "")
        return Touch("question", answer[0], "text" if asks in ("text", "number") else "value")
    finding = _first(before.findings, after.findings, lambda each: each.finding)
    if finding is not None:
        return Touch("finding", finding[0], _part(finding, "value", "words"))
    fact = _first(before.facts, after.facts, lambda each: each.fact)
    if fact is not None:
        return Touch("fact", fact[0], _part(fact, "value", "confirmed").replace("value", "reading"))
    indicator = _first(before.indicators, after.indicators, lambda each: each.indicator)
    if indicator is not None:
        return Touch("indicator", indicator[0], _part(indicator, "words", "observed", "judgement"))
    return _touched_late(before, after)


def _touched_late(before: Sheet, after: Sheet) -> Touch | None:
    check = _first(
        [each for each in before.checks if each.words],
        [each for each in after.checks if each.words],
        lambda each: each.check,
        lambda each: each.words,
    )
    if check is not None:
        return Touch("check", check[0], "words")
    one, other = before.cuts or Cuts(), after.cuts or Cuts()
    cut = _first(one.lines, other.lines, lambda each: each.line)
    if cut is not None:
        return Touch("cut", cut[0], _part(cut, "amount", "reason"))
    for name in ("core_indicators_stand", "total_follows"):
        if getattr(one, name) != getattr(other, name):
            return Touch("cuts", name.replace("_", "-"), "value")
    if before.recommendation != after.recommendation:
        return Touch("recommendation", "recommendation", "value")
    if before.recommendation_words != after.recommendation_words:
        return Touch("recommendation", "recommendation", "words")
    if before.citations != after.citations:
        return Touch("citation", "", "value")
    evidence = _first(before.evidence, after.evidence, lambda each: each.digest)
    if evidence is not None:
        return Touch("evidence", evidence[0], _part(evidence, "name", "about"))
    method = _first(before.methods, after.methods, lambda each: each.key)
    if method is not None:
        return Touch("method", method[0], _part(method, "words", "done"))
    return None if same(before, after) else Touch("cuts", "core-indicators-stand", "value")


_Pair = tuple[str, Any, Any]


def _first(
    before: Iterable[Any],
    after: Iterable[Any],
    name_of: Callable[[Any], str],
    said: Callable[[Any], Any] = lambda each: each,
) -> _Pair | None:
    """The first item that is not the same in both: its name, what it was, what it became."""
    if before == after:
        return None
    one = {name_of(each): each for each in before}
    other = {name_of(each): each for each in after}
    for name in (*other, *(each for each in one if each not in other)):
        was, became = one.get(name), other.get(name)
        if was is None or became is None or said(was) != said(became):
            return name, was, became
    return None


def _part(pair: _Pair, *parts: str) -> str:
    """Which of these parts of an item differs, the last of them when none that can be told does."""
    _, was, became = pair
    for part in parts:
        # An item that is not there yet, or no more, says nothing in any part.
        one = getattr(was, part, None) or None
        other = getattr(became, part, None) or None
        if one != other:
            return part
    return parts[-1]
