"""A whole sheet, filled in through the desk as an expert would: plausible, and different from project to project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zhubi.expert.desk import review
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.sheetviews import ReviewView, SheetState
    from zhubi.expert.desk.views import ReviewKey

_SHARES: Final = (86, 82, 78, 90, 84, 80, 88)  # percent of the full points, turn by turn
_ADVERSE: Final = (
    "subjective",
    "missed",
    "unauthorised",
    "overdue",
    "refuses",
    "violation",
    "poor",
    "force",
    "extension",
)


def fill(desk: Desk, key: ReviewKey) -> None:
    """Fill in everything that the sheet asks for, until nothing is missing that holds back signing."""
    view = review.open_review(desk, key)
    _scores(desk, key, view)
    for question in view.state.questions:
        review.set_answer(desk, key, question.id, _answer(question.asks, question.choices))
    for finding in view.state.findings:
        adverse = any(word in finding.id for word in _ADVERSE)
        review.set_finding(desk, key, finding.id, "no" if adverse else "yes")
    for indicator in view.state.indicators:
        review.set_indicator(desk, key, indicator.id, indicator.reported or indicator.target, "met")
    declared = {each.id for each in view.kind.facts}
    for fact in view.state.facts:
        if fact.value_text and fact.name in declared:
            review.confirm_fact(desk, key, fact.name, None)
    state = _recommend(desk, key)
    for check in state.checks:
        if check.needs_words:
            review.set_words(desk, key, check.id, say("demo.words"))
    review.set_recommendation(desk, key, _chosen(state), say("demo.words"))
    review.set_opinion(desk, key, say("demo.opinion"))


def _scores(desk: Desk, key: ReviewKey, view: ReviewView) -> None:
    turn = sum(view.row.code.encode())
    for number, criterion in enumerate(each for each in view.state.criteria if each.mine):
        full = int(float(criterion.full_text))
        points = full * _SHARES[(turn + number) % len(_SHARES)] // 100
        review.set_score(desk, key, criterion.id, str(points))
        review.set_comment(desk, key, criterion.id, say("demo.comment"))


def _answer(asks: str, choices: tuple[object, ...]) -> str:
    if asks == "yes-no":
        return "yes"
    if asks == "number":
        return "1"
    if asks == "choice" and choices:
        return str(getattr(choices[0], "id", ""))
    return say("demo.comment")


def _recommend(desk: Desk, key: ReviewKey) -> SheetState:
    view = review.open_review(desk, key)
    return review.set_recommendation(desk, key, view.state.recommendations[0].id, "")


def _chosen(state: SheetState) -> str:
    return next(each.id for each in state.recommendations if each.chosen)
