"""From a line of the sheet to what the editor says about it and lets people write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.expert.tui.widgets.editor import Subject
from zhubi.expert.tui.widgets.sheetlines import SheetLine, money
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import CriterionRow, SheetState

Guide = tuple[tuple[str, str], ...]


def subject_of(line: SheetLine | None, state: SheetState) -> Subject:
    """What can be said about this line, and what is said already."""
    if line is None:
        return Subject("", "")
    maker = _MAKERS.get(line.kind)
    return maker(line, state) if maker else Subject(line.kind, line.item)


def _score(line: SheetLine, state: SheetState) -> Subject:
    row = next(each for each in state.criteria if each.id == line.item)
    guide = (*_criterion_guide(row), *_comment_length(row), *_against(state, "score", line.item))
    return Subject(line.kind, line.item, guide, words_label=say("tui.edit.comment"), words=row.comment)


def _comment_length(row: CriterionRow) -> Guide:
    """The characters of a comment that the points ask for, while they are too few."""
    length = len("".join(row.comment.split()))
    if not row.comment_minimum or length >= row.comment_minimum:
        return ()
    return ((say("tui.edit.comment-length", count=length, least=row.comment_minimum), "warn"),)


def _against(state: SheetState, what: str, item: str) -> Guide:
    """What in the sheet speaks against this item."""
    found = state.meaning.contradictions if state.meaning is not None else ()
    return tuple(
        (say("tui.sheet.contradiction", what=each.sentence), "warn")
        for each in found
        if (what, item) in each.touches
    )


def _supposed(state: SheetState, finding: str) -> Guide:
    """What the answers to a finding would change."""
    found = state.meaning.supposed if state.meaning is not None else ()
    row = next((each for each in found if each.finding == finding), None)
    said = "  ".join(each for each in (row.if_yes, row.if_no) if each) if row is not None else ""
    standing = state.meaning.sentence if state.meaning is not None else ""
    answered = any(each.value for each in state.findings)
    return tuple((each, "") for each in (standing if answered else "", said) if each)


def _criterion_guide(row: CriterionRow) -> Guide:
    bands = "  ".join(each.text for each in row.bands)
    meaning = next((each.words for each in row.bands if each.text.startswith(row.band) and row.band), "")
    said = [row.guide, meaning]
    guide = [("  ".join(part for part in said if part), "")] if any(said) else []
    tail = say("tui.edit.basis", basis=row.basis)
    if row.may_not_apply:
        tail += "  " + say("tui.edit.may-not-apply")
    guide.append((f"{bands}    {tail}".strip(), "quiet"))
    return tuple(guide)


def _question(line: SheetLine, state: SheetState) -> Subject:
    row = next(each for each in state.questions if each.id == line.item)
    guide = _guide(row.guide, row.basis)
    if row.asks == "choice":
        options = "  ".join(f"{number} {each.name}" for number, each in enumerate(row.choices, 1))
        guide = ((options, ""), *guide)
    if row.asks == "text":
        return Subject(line.kind, line.item, guide, words_label=say("tui.edit.answer"), words=row.value)
    return Subject(line.kind, line.item, guide)


def _finding(line: SheetLine, state: SheetState) -> Subject:
    row = next(each for each in state.findings if each.id == line.item)
    if not row.value:
        # Words belong to an answer: without one there is nothing yet that they could be kept with.
        first = (say("tui.edit.finding-first"), "quiet")
        return Subject(
            line.kind,
            line.item,
            (*_supposed(state, line.item), *_guide(row.guide, row.basis), first),
        )
    return Subject(
        line.kind,
        line.item,
        (
            *_against(state, "finding", line.item),
            *_supposed(state, line.item),
            *_guide(row.guide, row.basis),
        ),
        words_label=say("tui.edit.grounds"),
        words=row.words,
    )


def _indicator(line: SheetLine, state: SheetState) -> Subject:
    row = next(each for each in state.indicators if each.id == line.item)
    options = "  ".join(
        f"{number} {say(f'tui.sheet.judgement.{each}')}"
        for number, each in enumerate(("met", "partly", "not-met", "not-checked"), 1)
    )
    target = say("tui.edit.indicator", target=f"{row.target}{row.unit}", reported=row.reported or "--")
    return Subject(
        line.kind, line.item, (*_against(state, "indicator", line.item), (target, ""), (options, "quiet")),
        line_label=say("tui.edit.observed"), line=row.observed,
        words_label=say("tui.edit.grounds"), words=row.words,
    )  # fmt: skip


def _fact(line: SheetLine, state: SheetState) -> Subject:
    row = next(each for each in state.facts if each.name == line.item)
    stated = row.value_text or say("tui.sheet.fact-missing")
    guide = ((say("tui.edit.fact", stated=stated), ""), (say("tui.edit.fact-how"), "quiet"))
    return Subject(line.kind, line.item, guide, line_label=say("tui.edit.reading"), line=row.reading_text)


def _check(line: SheetLine, state: SheetState) -> Subject:
    row = next(each for each in state.checks if each.id == line.item)
    guide = [(row.name, "strong"), (row.sentence, "")] if row.sentence != row.name else [(row.name, "")]
    if row.missing:
        guide.append((say("tui.edit.check-missing", facts=say("tui.list-comma").join(row.missing)), "warn"))
    if row.offers_cut:
        guide.append((say("tui.edit.offers-cut", amount=money(row.offers_cut)), "warn"))
    guide.append((say("tui.edit.basis", basis=row.basis), "quiet"))
    return Subject(
        line.kind, line.item, tuple(guide), words_label=say("tui.edit.check-words"), words=row.words
    )


def _cut(line: SheetLine, state: SheetState) -> Subject:
    row = next(each for each in state.budget if each.id == line.item)
    said = say("tui.edit.cut", total=money(row.total), fiscal=money(row.fiscal))
    guide = [(f"{said}  {row.note}".strip(), ""), (say("tui.edit.basis", basis=state.cuts.basis), "quiet")]
    if not row.cut:
        # A reason belongs to an amount: without one there is nothing yet that it could be kept with.
        return Subject(line.kind, line.item, tuple(guide))
    return Subject(
        line.kind, line.item, tuple(guide), words_label=say("tui.edit.cut-reason"), words=row.cut_reason
    )


def _recommendation(line: SheetLine, state: SheetState) -> Subject:
    options = "  ".join(f"{number} {each.name}" for number, each in enumerate(state.recommendations, 1))
    basis = next((each.basis for each in state.recommendations), "")
    guide = (
        *_against(state, "recommendation", "recommendation"),
        (options, ""),
        (say("tui.edit.basis", basis=basis), "quiet"),
    )
    return Subject(
        line.kind, line.item, guide, words_label=say("tui.edit.recommendation-words"),
        words=state.recommendation_words,
    )  # fmt: skip


def _opinion(line: SheetLine, state: SheetState) -> Subject:
    enough = state.opinion_length >= state.opinion_minimum
    counted = say("tui.edit.opinion", count=state.opinion_length, least=state.opinion_minimum)
    guide = ((counted, "quiet" if enough else "warn"),)
    return Subject(
        line.kind, line.item, guide, words_label=say("tui.edit.opinion-hint"), words=state.opinion, tall=True
    )


def _guide(guide: str, basis: str) -> Guide:
    tail = (say("tui.edit.basis", basis=basis), "quiet")
    return ((guide, ""), tail) if guide else (tail,)


_MAKERS = {
    "score": _score, "question": _question, "finding": _finding, "indicator": _indicator, "fact": _fact,
    "check": _check, "cut": _cut, "recommendation": _recommendation, "opinion": _opinion,
}  # fmt: skip
