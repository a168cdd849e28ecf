"""From what was typed on the sheet to the desk's acts. Every one of them is kept the moment it is done."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from zhubi.core.model.text import clean_line, clean_text, fold_digits
from zhubi.expert.desk import review
from zhubi.expert.tui.widgets.editor import Subject
from zhubi.expert.tui.widgets.sheetlines import SheetLine

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.sheetviews import SheetState
    from zhubi.expert.desk.views import ReviewKey


def type_value(desk: Desk, key: ReviewKey, line: SheetLine, state: SheetState, text: str) -> SheetState:
    """Points, a number or an amount as typed. Raises ``ZhubiError`` when it cannot stand."""
    if line.kind == "score":
        return review.set_score(desk, key, line.item, text)
    if line.kind == "question":
        return review.set_answer(desk, key, line.item, text)
    reason = next(each.cut_reason for each in state.budget if each.id == line.item)
    return review.set_cut(desk, key, line.item, in_yuan(text), reason)


def in_yuan(text: str) -> str:
    """``20万`` as ``200000``: amounts are typed as budgets write them; what is no such amount stays as typed."""
    plain = fold_digits(text).strip().removesuffix("元")
    if not plain.endswith("万"):
        return plain
    try:
        amount = Decimal(plain.removesuffix("万")) * 10_000
    except InvalidOperation:
        return text
    return str(int(amount)) if amount == int(amount) else text


def pick(desk: Desk, key: ReviewKey, line: SheetLine, state: SheetState, value: str) -> SheetState:
    """One of the choices that a line offers; the one that stands already is taken back."""
    if line.kind == "question":
        standing = next(each.value for each in state.questions if each.id == line.item)
        return review.set_answer(desk, key, line.item, "" if standing == value else value)
    if line.kind == "finding":
        finding = next(each for each in state.findings if each.id == line.item)
        return review.set_finding(
            desk, key, line.item, "" if finding.value == value else value, finding.words
        )
    if line.kind == "indicator":
        row = next(each for each in state.indicators if each.id == line.item)
        value = "" if row.judgement == value else value
        return review.set_indicator(desk, key, line.item, row.observed, value, row.words)
    if line.kind == "cuts":
        stands, follows = state.cuts.core_indicators_stand, state.cuts.total_follows
        if line.item == "core-indicators-stand":
            stands = value == "yes"
        else:
            follows = value == "yes"
        return review.set_cuts_statement(desk, key, stands, follows)
    chosen = next((each.id for each in state.recommendations if each.chosen), "")
    return review.set_recommendation(desk, key, "" if chosen == value else value, state.recommendation_words)


def toggle(desk: Desk, key: ReviewKey, line: SheetLine, state: SheetState) -> SheetState | None:
    """Space: a criterion that does not apply, a fact that was confirmed; None where it means nothing."""
    if line.kind == "score":
        row = next(each for each in state.criteria if each.id == line.item)
        if row.may_not_apply:
            return review.set_not_applicable(desk, key, line.item, not row.not_applicable)
    elif line.kind == "fact":
        fact = next(each for each in state.facts if each.name == line.item)
        return review.confirm_fact(desk, key, line.item, fact.reading_text or None, not fact.confirmed)
    return None


def write(
    desk: Desk, key: ReviewKey, subject: Subject, state: SheetState, line: str, words: str
) -> SheetState | None:
    """What was written in the editor about its subject; None where nothing is written about such a thing."""
    words = clean_text(words)
    kind, item = subject.kind, subject.item
    if kind == "score":
        return review.set_comment(desk, key, item, words)
    if kind == "question":
        return review.set_answer(desk, key, item, words)
    if kind == "finding":
        value = next(each.value for each in state.findings if each.id == item)
        return review.set_finding(desk, key, item, value, words)
    if kind == "indicator":
        judgement = next(each.judgement for each in state.indicators if each.id == item)
        return review.set_indicator(desk, key, item, clean_line(line), judgement, words)
    if kind == "fact":
        reading = clean_line(line)
        return review.confirm_fact(desk, key, item, reading or None, bool(reading))
    if kind == "check":
        return review.set_words(desk, key, item, words)
    if kind == "cut":
        cut = next(each.cut for each in state.budget if each.id == item)
        return review.set_cut(desk, key, item, str(cut) if cut else "", words)
    if kind == "recommendation":
        chosen = next((each.id for each in state.recommendations if each.chosen), "")
        return review.set_recommendation(desk, key, chosen, words)
    if kind == "opinion":
        return review.set_opinion(desk, key, words)
    return None
