"""The review of one project: opened, edited one thing at a time, each edit durable before the next is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from pydantic import ValidationError

from zhubi.core.model.records import ReturnBody
from zhubi.core.model.rulebook import FactRule
from zhubi.core.model.sheet import (
    Answer,
    CheckSeen,
    Cut,
    Cuts,
    FactReading,
    FactValue,
    Finding,
    IndicatorJudgement,
    Score,
    Sheet,
)
from zhubi.core.model.text import clean_line, clean_text, fold_digits
from zhubi.core.rules.scoring import PointsFault, parse_points
from zhubi.expert.desk import overview
from zhubi.expert.desk.basis import basis_view
from zhubi.expert.desk.changes import news
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.reading import content_view
from zhubi.expert.desk.sheetstate import sheet_state
from zhubi.expert.desk.sheetviews import BasisView, MissingRow, RecoveredDraft, ReviewView, SheetState
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.desk.working import Work, begin, keep, refused_words, work_on
from zhubi.locale import explain, language

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

_WORDS = 20_000
_Item = TypeVar("_Item")


def open_review(desk: Desk, key: ReviewKey) -> ReviewView:
    """Everything the review screen shows. ``desk.unknown-row``, ``desk.rules-missing``.

    Where the sealed content is not here, the sheet cannot be edited and ``content_problem`` says why.
    """
    work = work_on(desk, key)
    row = overview.row(desk, key)
    assert row is not None
    kind, said = work.form.kind, language()
    recovered = desk.store.drafts.recovered(key) if work.draft is not None else None
    sheet, results = work.completed(work.sheet) if work.editable else (work.sheet, work.results(work.sheet))
    returned = work.view.returned.body if work.view.returned is not None else None
    return ReviewView(
        key,
        row,
        work.view.role,
        next((each.name.said(said) for each in kind.roles if each.id == work.view.role), work.view.role),
        work.form.view.title,
        f"{work.form.policy.short.said(said)} {work.form.rulebook[:8]}",
        kind,
        content_view(desk, work.opened, kind) if work.opened is not None else None,
        "" if work.problem is None else explain(work.problem),
        sheet_state(work, sheet, results, work.draft.saved_at if work.draft is not None else None),
        None if recovered is None else RecoveredDraft(recovered.at, recovered.edits),
        not work.editable,
        work.view.stage.value,
        returned.words if isinstance(returned, ReturnBody) else "",
        refused_words(work.view),
        work.draft is not None and bool(work.draft.corrects),
        work.draft.reason if work.draft is not None else "",
        row.flags | news(desk, work),
    )


def accept_recovered(desk: Desk, key: ReviewKey) -> None:
    """Goes on with what a crash left."""
    desk.store.drafts.keep_recovered(key)


def discard_recovered(desk: Desk, key: ReviewKey) -> None:
    """Goes back to the sheet as it was last left in order."""
    recovered = desk.store.drafts.recovered(key)
    if recovered is None:
        return
    work = work_on(desk, key)
    sheet, results = work.completed(recovered.before)
    required = sum(each.severity == "block" for each in work.missing(sheet, results))
    desk.store.drafts.discard_recovered(key, missing=required, score_text=work.score_text(sheet))


def leave_review(desk: Desk, key: ReviewKey) -> None:
    """Leaves a sheet in order: what it says now is the draft, and no recovery of it will be offered."""
    draft = desk.store.drafts.read(key)
    if draft is not None and draft.signed_as is None and desk.store.drafts.recovered(key) is None:
        desk.store.drafts.settle(key)


def begin_correction(desk: Desk, key: ReviewKey, reason: str) -> ReviewView:
    """Opens a signed review for a correction that will take its place, and says why. ``desk.not-correctable``."""
    work = work_on(desk, key)
    if work.draft is None:
        if work.opened is None or work.form.view.ended or work.view.review is None:
            raise DeskError(
                "desk.not-correctable", "there is no signed review to correct, or the round ended"
            )
        sheet, results = work.completed(work.sheet)
        required = sum(each.severity == "block" for each in work.missing(sheet, results))
        words = clean_text(reason, _WORDS)
        begin(desk, work, sheet, required, work.score_text(sheet), reason=words, now=desk.clock())
    return open_review(desk, key)


def next_missing(desk: Desk, key: ReviewKey, after: str | None = None) -> MissingRow | None:
    """The next missing item behind the one named, from the top when there is none behind it."""
    work = work_on(desk, key)
    sheet, results = work.completed(work.sheet)
    missing = sheet_state(work, sheet, results, None).missing
    places = [place for place, each in enumerate(missing) if each.item == after]
    start = places[0] + 1 if places else 0
    return next(iter((*missing[start:], *missing[:start])), None)


def basis_of(desk: Desk, key: ReviewKey, item: str) -> BasisView:
    """What an item of the form rests on: the clause in our own words, or that it is a default. ``desk.no-basis``."""
    return basis_view(work_on(desk, key).form, item)


def start_opinion(desk: Desk, key: ReviewKey) -> str:
    """A beginning of the opinion out of one's own comments, criterion by criterion; nothing is kept yet."""
    work = work_on(desk, key)
    comments = {each.criterion: each.comment for each in work.sheet.scores if each.comment.strip()}
    said = language()
    return "\n".join(
        f"{each.name.said(said)}：{comments[each.id].strip()}"
        for each in work.form.kind.criteria
        if each.id in comments
    )


# Edits. Each is journaled before it returns the sheet as it then stands.


def set_score(desk: Desk, key: ReviewKey, criterion: str, typed: str) -> SheetState:
    """The points as typed; empty takes them back. ``rules.points-…`` when they cannot stand, and nothing is changed."""
    work = work_on(desk, key)
    item = next((each for each in work.form.kind.criteria if each.id == criterion), None)
    if item is None or (item.roles and work.view.role not in item.roles):
        raise DeskError("desk.not-your-criterion", "this criterion is another role's", item=criterion)
    points = None
    if typed.strip():
        parsed = parse_points(work.form.kind, item, typed)
        if isinstance(parsed, PointsFault):
            raise DeskError(
                parsed.key, f"{parsed.key}: {parsed.found}", full=parsed.full, found=clean_line(parsed.found)
            )
        points = parsed
    return _score(desk, work, criterion, points=points, not_applicable=False)


def set_not_applicable(desk: Desk, key: ReviewKey, criterion: str, value: bool) -> SheetState:
    """Marks a criterion as not applying to this project, or takes that back; ``desk.always-applies``."""
    work = work_on(desk, key)
    item = next((each for each in work.form.kind.criteria if each.id == criterion), None)
    if item is None or (value and not item.may_not_apply):
        raise DeskError("desk.always-applies", "this criterion always applies", item=criterion)
    return _score(desk, work, criterion, not_applicable=value, **({"points": None} if value else {}))


def set_comment(desk: Desk, key: ReviewKey, criterion: str, text: str) -> SheetState:
    """What is written beside a criterion's points."""
    return _score(desk, work_on(desk, key), criterion, comment=clean_text(text, _WORDS))


def _score(desk: Desk, work: Work, criterion: str, **changes: Any) -> SheetState:
    before = next(
        (each for each in work.sheet.scores if each.criterion == criterion), Score(criterion=criterion)
    )
    after = before.model_copy(update=changes)
    empty = after.points is None and not after.not_applicable and not after.comment
    order = [each.id for each in work.form.kind.criteria]
    scores = _put(work.sheet.scores, criterion, None if empty else after, lambda each: each.criterion, order)
    return _kept(desk, work, work.sheet.model_copy(update={"scores": scores}))


def set_answer(desk: Desk, key: ReviewKey, question: str, value: str) -> SheetState:
    """The answer to a question; empty takes it back. ``desk.bad-answer`` when it is none the question allows."""
    work = work_on(desk, key)
    item = next((each for each in work.form.kind.questions if each.id == question), None)
    text = clean_text(value, _WORDS)
    if item is None:
        raise DeskError("desk.bad-answer", "no such question", item=question)
    if item.asks == "number":
        text = fold_digits(text).replace(",", "").strip()
    allowed = {"yes-no": {"yes", "no"}, "choice": {each.id for each in item.choices}}.get(item.asks)
    sound = (
        text in allowed if allowed is not None else item.asks == "text" or text.removeprefix("-").isdecimal()
    )
    if text and not sound:
        raise DeskError("desk.bad-answer", "not an answer to this question", item=item.name.said(language()))
    answer = Answer(question=question, value=text) if text else None
    order = [each.id for each in work.form.kind.questions]
    answers = _put(work.sheet.answers, question, answer, lambda each: each.question, order)
    return _kept(desk, work, work.sheet.model_copy(update={"answers": answers}))


def set_finding(desk: Desk, key: ReviewKey, finding: str, value: str, words: str = "") -> SheetState:
    """What the expert holds to be the fact: yes, no, unknown; empty takes it back with its words."""
    work = work_on(desk, key)
    if finding not in {each.id for each in work.form.kind.findings} or value not in (
        "yes",
        "no",
        "unknown",
        "",
    ):
        raise DeskError("desk.bad-answer", "no such finding or value", item=finding)
    said = cast("Literal['yes', 'no', 'unknown']", value)
    found = Finding(finding=finding, value=said, words=clean_text(words, _WORDS)) if value else None
    order = [each.id for each in work.form.kind.findings]
    findings = _put(work.sheet.findings, finding, found, lambda each: each.finding, order)
    return _kept(desk, work, work.sheet.model_copy(update={"findings": findings}))


def confirm_fact(
    desk: Desk, key: ReviewKey, fact: str, typed: str | None, confirmed: bool = True
) -> SheetState:
    """Confirms a fact as the papers state it (``typed`` None) or as the expert read it; not confirmed takes it back.

    ``desk.bad-fact`` when what was typed is not of the fact's type.
    """
    work = work_on(desk, key)
    rule = next((each for each in work.form.kind.facts if each.id == fact), None)
    if rule is None:
        raise DeskError("desk.bad-fact", "no rule reads this fact", item=fact, found=typed or "")
    reading = None
    if typed is not None or confirmed:
        stated = work.opened.content.facts_by_name().get(fact) if work.opened is not None else None
        value = stated if typed is None else _fact_value(rule, typed)
        reading = FactReading(fact=fact, value=value, confirmed=confirmed)
    order = [each.id for each in work.form.kind.facts]
    facts = _put(work.sheet.facts, fact, reading, lambda each: each.fact, order)
    return _kept(desk, work, work.sheet.model_copy(update={"facts": facts}))


def _fact_value(rule: FactRule, typed: str) -> FactValue | None:
    text = clean_line(typed)
    if not text:
        return None
    folded = fold_digits(text).strip().lower()
    if rule.type == "bool" and folded in ("是", "yes", "y", "1", "否", "no", "n", "0"):
        return folded in ("是", "yes", "y", "1")
    number = folded.replace(",", "").removesuffix("元").removesuffix(rule.unit.lower())
    if rule.type == "int" and number.removeprefix("-").isdecimal() and len(number) <= 14:
        return int(number)
    if rule.type in ("text", "day"):
        choice = next(
            (each.id for each in rule.choices if text in (each.id, each.name.zh, each.name.en)), None
        )
        if choice is not None or not rule.choices:
            return choice or text
    raise DeskError(
        "desk.bad-fact", "not a value of this fact", item=rule.name.said(language()), found=text[:40]
    )


def set_indicator(
    desk: Desk, key: ReviewKey, indicator: str, observed: str, judgement: str, words: str = ""
) -> SheetState:
    """One indicator as the expert saw it: met, partly, not-met, not-checked; empty takes it back."""
    work = work_on(desk, key)
    known = [each.id for each in work.opened.content.indicators] if work.opened is not None else []
    if indicator not in known or judgement not in ("met", "partly", "not-met", "not-checked", ""):
        raise DeskError("desk.bad-answer", "no such indicator or judgement", item=indicator)
    found = None
    if judgement or observed.strip() or words.strip():
        found = IndicatorJudgement(
            indicator=indicator,
            observed=clean_text(observed, 500),
            judgement=cast("Literal['met', 'partly', 'not-met', 'not-checked']", judgement or "not-checked"),
            words=clean_text(words, _WORDS),
        )
    indicators = _put(work.sheet.indicators, indicator, found, lambda each: each.indicator, known)
    return _kept(desk, work, work.sheet.model_copy(update={"indicators": indicators}))


def set_cut(desk: Desk, key: ReviewKey, line: str, typed_yuan: str, reason: str = "") -> SheetState:
    """A suggested cut of a budget line in 元; empty or 0 takes it back. ``desk.bad-amount``, ``rules.cut-…``."""
    work = work_on(desk, key)
    budget = {each.id: each for each in work.opened.content.budget} if work.opened is not None else {}
    if work.form.kind.cuts is None or line not in budget:
        raise DeskError("rules.cut-not-foreseen", "no cuts here", item=line)
    text = fold_digits(typed_yuan).replace(",", "").strip().removesuffix("元")
    if text and (not text.isdecimal() or len(text) > 13):
        raise DeskError("desk.bad-amount", "whole yuan were expected", found=clean_line(typed_yuan, 40))
    amount = int(text or 0)
    if amount > budget[line].fiscal:
        raise DeskError(
            "rules.cut-over-fiscal", "deeper than the fiscal part", item=budget[line].subject,
            expected=f"{budget[line].fiscal:,}", found=f"{amount:,}",
        )  # fmt: skip
    before = work.sheet.cuts or Cuts()
    cut = Cut(line=line, amount=amount, reason=clean_text(reason, _WORDS)) if amount else None
    lines = _put(before.lines, line, cut, lambda each: each.line, list(budget))
    return _kept(
        desk, work, work.sheet.model_copy(update={"cuts": before.model_copy(update={"lines": lines})})
    )


def set_cuts_statement(
    desk: Desk, key: ReviewKey, core_indicators_stand: bool, total_follows: bool
) -> SheetState:
    """What stands after the cuts: the core indicators, and whether the total shrinks with them."""
    work = work_on(desk, key)
    before = work.sheet.cuts or Cuts()
    changes = {"core_indicators_stand": core_indicators_stand, "total_follows": total_follows}
    return _kept(desk, work, work.sheet.model_copy(update={"cuts": before.model_copy(update=changes)}))


def set_recommendation(desk: Desk, key: ReviewKey, recommendation: str, words: str) -> SheetState:
    """What the expert recommends, and the words to it; an empty id takes the choice back. Never blocked."""
    work = work_on(desk, key)
    if recommendation and recommendation not in {each.id for each in work.form.kind.recommendations}:
        raise DeskError("desk.bad-answer", "no such recommendation", item=recommendation)
    changes = {"recommendation": recommendation or None, "recommendation_words": clean_text(words, _WORDS)}
    return _kept(desk, work, work.sheet.model_copy(update=changes))


def set_opinion(desk: Desk, key: ReviewKey, text: str) -> SheetState:
    """The opinion; paragraphs are kept."""
    work = work_on(desk, key)
    return _kept(desk, work, work.sheet.model_copy(update={"opinion": clean_text(text, _WORDS)}))


def set_words(desk: Desk, key: ReviewKey, check: str, text: str) -> SheetState:
    """What the expert writes about a check."""
    work = work_on(desk, key)
    sheet, _ = work.completed(work.sheet)
    if check not in {each.check for each in sheet.checks}:
        raise DeskError("desk.bad-answer", "no such check", item=check)
    words = clean_text(text, _WORDS)
    checks = tuple(
        each if each.check != check else CheckSeen.model_validate({**each.model_dump(), "words": words})
        for each in sheet.checks
    )
    return _kept(desk, work, sheet.model_copy(update={"checks": checks}))


def _put(
    items: Iterable[_Item], name: str, item: _Item | None, name_of: Callable[[_Item], str], order: list[str]
) -> tuple[_Item, ...]:
    """The items with one put in place, or taken out, in the form's own order."""
    kept = [each for each in items if name_of(each) != name]
    if item is not None:
        kept.append(item)
    places = {each: place for place, each in enumerate(order)}
    return tuple(sorted(kept, key=lambda each: places.get(name_of(each), len(places))))


def _kept(desk: Desk, work: Work, sheet: Sheet) -> SheetState:
    try:
        # model_copy does not look at what it is given; what is journaled must be a sheet.
        sheet = Sheet.model_validate(sheet.model_dump())
    except ValidationError as problem:
        raise DeskError("desk.bad-answer", "not something a sheet can hold", item="") from problem
    sheet, results, saved_at = keep(desk, work, sheet)
    return sheet_state(work, sheet, results, saved_at)
