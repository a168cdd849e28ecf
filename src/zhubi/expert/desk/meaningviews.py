"""What the text says the expert's own findings mean, in sentences; and what in the sheet speaks against itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zhubi.core.model.sheet import Sheet
from zhubi.core.rules.conditions import Outcome
from zhubi.core.rules.meaning import FindingMeaning, Meaning, Supposed, meaning
from zhubi.expert.desk.sheetviews import ContradictionRow, MeaningView, SupposedRow
from zhubi.expert.desk.working import Work
from zhubi.locale import language, say

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMED: Final = 3
"""How many missing findings are named; of more, the first ones and how many there are."""


def meaning_view(work: Work, sheet: Sheet) -> MeaningView | None:
    """What the sheet's findings mean by the rules of its form; None where those conclude nothing from them."""
    kind = work.form.kind
    if work.opened is None or not (kind.findings or kind.contradictions or kind.conclusions):
        return None
    papers = work.opened.content
    found = meaning(
        kind, sheet, papers.facts_by_name(), papers.materials(), role=work.view.role,
        indicators=papers.indicators,
    )  # fmt: skip
    said = language()
    return MeaningView(
        found.verdict,
        _verdict(work, found) if kind.findings else "",
        tuple(_supposed(work, each, sheet) for each in found.findings),
        tuple(
            ContradictionRow(each.id, say(each.key, **each.details(said)), each.touches)
            for each in found.contradictions
        ),
    )


def _verdict(work: Work, found: Meaning) -> str:
    said = language()
    holding = [each.conclusion for each in found.branches if each.outcome is Outcome.MET]
    if found.verdict == "open":
        return ""
    if found.verdict == "undecided":
        missing = dict.fromkeys(name for each in found.branches for name in each.missing)
        names = _joined([_finding_name(work, name) for name in missing][:_NAMED])
        if len(missing) > _NAMED:
            names = say("review.and-more", names=names, count=len(missing))
        if not holding:
            return say("review.meaning-undecided", missing=names)
        holds = _joined(each.name.said(said) for each in holding)
        return say("review.meaning-so-far", conclusion=holds, missing=names)
    if found.verdict == "one":
        only = holding[0]
        return say("review.meaning-one", basis=str(only.basis), conclusion=only.name.said(said))
    if found.verdict == "conflict":
        names = _joined(f"{each.name.said(said)}（{each.basis}）" for each in holding)
        return say("review.meaning-conflict", conclusions=names)
    return say("review.meaning-uncovered")


def _supposed(work: Work, found: FindingMeaning, sheet: Sheet) -> SupposedRow:
    given = next((each.value for each in sheet.findings if each.finding == found.finding), "")
    sentences = {
        each.value: "" if each.value == given else _change(work, each) for each in (found.yes, found.no)
    }
    return SupposedRow(found.finding, sentences["yes"], sentences["no"])


def _change(work: Work, supposed: Supposed) -> str:
    parts = []
    for key, names in (("holds", supposed.holds), ("opens", supposed.opens), ("closes", supposed.closes)):
        if names:
            parts.append(
                say(f"review.then-{key}", conclusions=_joined(_conclusion_name(work, each) for each in names))
            )
    if supposed.verdict == "conflict":
        parts.append(say("review.then-conflict"))
    elif supposed.verdict == "uncovered":
        parts.append(say("review.then-uncovered"))
    what = say("review.then-nothing") if not parts else _joined(parts)
    return say(f"review.if-{supposed.value}", what=what)


def _conclusion_name(work: Work, conclusion: str) -> str:
    return next(
        (each.name.said(language()) for each in work.form.kind.conclusions if each.id == conclusion),
        conclusion,
    )


def _finding_name(work: Work, name: str) -> str:
    said, plain = language(), name.partition(".")[2] or name
    kind = work.form.kind
    for group in (kind.findings, kind.facts, kind.questions, kind.materials):
        for each in group:
            if plain in (each.id, each.id.replace("-", "_")):
                return str(each.name.said(said))
    return name


def _joined(parts: Iterable[str]) -> str:
    return say("review.comma").join(parts)
