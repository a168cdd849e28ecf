"""现场核验: what an expert has before them on site, and the ways of working they note. The sheet is the review's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from zhubi.core.model.sheet import METHODS_LIMIT, MethodUsed, Sheet
from zhubi.core.model.text import clean_line, clean_text
from zhubi.expert.desk import attendance, review
from zhubi.expert.desk.attendance import AttendanceView
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import form_of
from zhubi.expert.desk.sheetstate import sheet_state
from zhubi.expert.desk.sheetviews import MethodRow, ReviewView, SheetState
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.desk.working import keep, work_on
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.core.model.rulebook import ReviewKind
    from zhubi.expert.desk.opening import Desk

_NAME: Final = 60
_WORDS: Final = 2_000


@dataclass(frozen=True, slots=True)
class OnSiteView:
    """What the on-site screen shows: the review as everywhere, and who is there."""

    review: ReviewView
    attendance: AttendanceView


def open_on_site(desk: Desk, key: ReviewKey) -> OnSiteView:
    """Everything the on-site screen shows; the faults of ``open_review``."""
    return OnSiteView(review.open_review(desk, key), attendance.attendance(desk, key))


def is_on_site(desk: Desk, key: ReviewKey) -> bool:
    """Whether a project is worked on where it is: its kind meets nowhere else, or one has signed in there."""
    kind = form_of(desk, key.office, key.round).kind
    if "onsite" not in kind.modes:
        return False
    return kind.modes == ("onsite",) or any(
        each.mine and each.mode == "site" for each in attendance.attendance(desk, key).people
    )


def offered_methods(kind: ReviewKind, state: SheetState) -> tuple[MethodRow, ...]:
    """The ways of working to choose from: the policy's and those used; our own usual ones where it names none."""
    rows = list(state.methods)
    if not kind.methods and kind.methods_open:
        known = {each.name for each in rows}
        usual = say("onsite.usual-methods").split()
        rows = [MethodRow(each, each, False, "", "") for each in usual if each not in known] + rows
        rows.sort(key=lambda each: usual.index(each.name) if each.name in usual else len(usual))
    return tuple(rows)


def set_method(desk: Desk, key: ReviewKey, method: str, done: bool, words: str = "") -> SheetState:
    """Notes a way of working, by its id in the rules or by a name of its own; takes it back when not ``done``.

    ``desk.no-other-methods``, ``desk.too-many-methods``, ``desk.not-editable``.
    """
    work = work_on(desk, key)
    kind = work.form.kind
    rule = next((each for each in kind.methods if each.id == method), None)
    name = rule.name.said(language()) if rule is not None else clean_line(method, _NAME)
    # One that is called what a rule calls its own is that one.
    rule = rule or next((each for each in kind.methods if name in (each.name.zh, each.name.en)), None)
    if not name or (rule is None and not kind.methods_open):
        raise DeskError("desk.no-other-methods", "the form takes no other ways of working", item=name)
    words = clean_text(words, _WORDS).strip()
    used = MethodUsed(method=rule.id if rule is not None else "", name=name, done=done, words=words)
    others = [each for each in work.sheet.methods if each.key != used.key]
    listed = [*others, used] if done or words else others
    if len(listed) > METHODS_LIMIT:
        raise DeskError("desk.too-many-methods", "the sheet lists no more", limit=METHODS_LIMIT)
    order = [each.id for each in kind.methods]
    before = [each.key for each in work.sheet.methods]
    listed.sort(
        key=lambda each: (
            order.index(each.key) if each.key in order else len(order),
            before.index(each.key) if each.key in before else len(before),
        )
    )
    try:
        changed = Sheet.model_validate(
            {**work.sheet.model_dump(), "methods": [each.model_dump() for each in listed]}
        )
    except ValidationError as problem:
        raise DeskError("desk.bad-answer", "not something a sheet can hold", item=name) from problem
    sheet, results, saved_at = keep(desk, work, changed)
    return sheet_state(work, sheet, results, saved_at)


def set_observed(desk: Desk, key: ReviewKey, indicator: str, typed: str, state: SheetState) -> SheetState:
    """The value seen on site, as typed; a bare number gets the unit of the indicator. Empty takes it back."""
    row = next((each for each in state.indicators if each.id == indicator), None)
    if row is None:
        raise DeskError("desk.bad-answer", "no such indicator", item=indicator)
    judged = row.judgement
    value = clean_line(typed, 200)
    if value and row.unit and value[-1].isdigit():
        value = f"{value}{row.unit}"
    if not value and not row.words and judged == "not-checked":
        judged = ""
    return review.set_indicator(desk, key, indicator, value, judged, row.words)


def typed_value(observed: str, unit: str) -> str:
    """A value that was seen as it is typed: without the unit that is kept."""
    bare = observed.removesuffix(unit) if unit else observed
    return bare if bare and bare[-1].isdigit() else observed


def evidence_count(state: SheetState, about: str) -> int:
    """How many pieces of evidence support one thing of the sheet (``indicator:ID``)."""
    return sum(each.about == about for each in state.sheet.evidence)
