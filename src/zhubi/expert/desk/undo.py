"""撤销、重做: the edits of a sheet taken back one by one, and done again. Each is journaled like any other edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zhubi.core.model.sheet import Sheet
from zhubi.core.rules.completeness import opinion_length
from zhubi.core.rules.scoring import points_text
from zhubi.expert.desk.history import Step, history_of
from zhubi.expert.desk.sheetstate import sheet_state
from zhubi.expert.desk.sheetviews import SheetState, UndoneView
from zhubi.expert.desk.words import yuan_text
from zhubi.expert.desk.working import Work, keep, work_on
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey

_WORDS_SHOWN: Final = 16


def undo(desk: Desk, key: ReviewKey) -> tuple[SheetState, UndoneView | None]:
    """Takes back the last edit of this session; the view says which, and is None when there is none left.

    ``desk.not-editable`` when the sheet was signed since.
    """
    work = work_on(desk, key)
    history = history_of(desk, key)
    step = history.last(work.sheet)
    if step is None:
        return _standing(work), None
    state = _put(desk, work, step.before)
    history.back()
    return state, _view(work, state, step, "review.undone")


def redo(desk: Desk, key: ReviewKey) -> tuple[SheetState, UndoneView | None]:
    """Does again what was taken back last, as long as nothing else was edited since."""
    work = work_on(desk, key)
    history = history_of(desk, key)
    step = history.next(work.sheet)
    if step is None:
        return _standing(work), None
    state = _put(desk, work, step.after)
    history.forth()
    return state, _view(work, state, step, "review.redone")


def _put(desk: Desk, work: Work, sheet: Sheet) -> SheetState:
    sheet, results, saved_at = keep(desk, work, sheet, remembered=False)
    return sheet_state(work, sheet, results, saved_at)


def _standing(work: Work) -> SheetState:
    sheet, results = work.completed(work.sheet) if work.editable else (work.sheet, work.results(work.sheet))
    return sheet_state(work, sheet, results, work.draft.saved_at if work.draft is not None else None)


def _view(work: Work, state: SheetState, step: Step, sentence: str) -> UndoneView:
    touch = step.touch
    name = _name(state, touch.line, touch.item)
    value = _value(work, step)
    part = say(f"review.part.{touch.line}-{touch.part}")
    what = " ".join(each for each in (name, part, value) if each)
    return UndoneView(touch.line, touch.item, touch.part, say(sentence, what=what))


def _name(state: SheetState, line: str, item: str) -> str:
    rows: dict[str, tuple[Any, ...]] = {
        "score": state.criteria, "question": state.questions, "finding": state.findings, "check": state.checks,
        "indicator": state.indicators,
    }  # fmt: skip
    if line == "fact":
        return next((each.label for each in state.facts if each.name == item), item)
    if line == "cut":
        return next((each.subject for each in state.budget if each.id == item), item)
    if line == "method":
        return next((each.name for each in state.methods if each.id == item), item)
    return next((str(each.name) for each in rows.get(line, ()) if each.id == item), "")


def _value(work: Work, step: Step) -> str:
    """What the edit had put there, or that it had emptied the place."""
    touch = step.touch
    was, became = _at(step.before, step), _at(step.after, step)
    if touch.part in ("comment", "words", "observed", "reason", "text"):
        return _changed_words(str(was or ""), str(became or ""))
    if became is None or became == "":
        return say("review.emptied")
    if touch.part == "points":
        return points_text(work.form.kind, int(became))
    if touch.part == "amount":
        return yuan_text(int(became))
    if isinstance(became, bool):
        return say("review.value.yes" if became else "review.value.no")
    return _value_name(work, step, str(became))


def _at(sheet: Sheet, step: Step) -> Any:
    touch = step.touch
    if touch.line == "opinion":
        return sheet.opinion
    if touch.line == "recommendation":
        return sheet.recommendation if touch.part == "value" else sheet.recommendation_words
    if touch.line == "cuts":
        return bool(sheet.cuts and getattr(sheet.cuts, touch.item.replace("-", "_")))
    groups: dict[str, tuple[tuple[Any, ...], str]] = {
        "score": (sheet.scores, "criterion"), "question": (sheet.answers, "question"),
        "finding": (sheet.findings, "finding"), "fact": (sheet.facts, "fact"),
        "indicator": (sheet.indicators, "indicator"), "check": (sheet.checks, "check"),
        "method": (sheet.methods, "key"),
        "evidence": (sheet.evidence, "digest"),
        "cut": (sheet.cuts.lines if sheet.cuts is not None else (), "line"),
    }  # fmt: skip
    items, name = groups.get(touch.line, ((), ""))
    found = next((each for each in items if getattr(each, name) == touch.item), None)
    return getattr(found, {"text": "value", "reading": "value"}.get(touch.part, touch.part), None)


def _value_name(work: Work, step: Step, value: str) -> str:
    kind, touch = work.form.kind, step.touch
    if touch.line == "recommendation":
        found = next((each.name for each in kind.recommendations if each.id == value), None)
    elif touch.line == "question":
        choices = next((each.choices for each in kind.questions if each.id == touch.item), ())
        found = next((each.name for each in choices if each.id == value), None)
    else:
        found = None
    if found is not None:
        return found.said(language())
    if touch.line in ("question", "finding", "indicator"):
        return say(f"review.value.{value}")
    return value


def _changed_words(was: str, became: str) -> str:
    """The words that an edit put in; where it only took some out, how many."""
    front = 0
    while front < min(len(was), len(became)) and was[front] == became[front]:
        front += 1
    back = 0
    while back < min(len(was), len(became)) - front and was[-1 - back] == became[-1 - back]:
        back += 1
    put = " ".join(became[front : len(became) - back].split())
    if put:
        return put if len(put) <= _WORDS_SHOWN else f"{put[:_WORDS_SHOWN]}.."
    return say("review.taken-out", count=opinion_length(was[front : len(was) - back]))
