"""The sheet as it is shown: every row with what follows from all the others, made anew after each edit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zhubi.core.model.rulebook import Basis, Criterion, Material, ReviewKind, spelled
from zhubi.core.model.sheet import Score, Sheet
from zhubi.core.rules.checks import MATERIAL, CheckResult
from zhubi.core.rules.completeness import (
    Advice,
    Missing,
    advice,
    missing_items,
    opinion_length,
    wants_comment,
)
from zhubi.core.rules.conditions import Outcome
from zhubi.core.rules.cuts import after_cuts, cut_faults
from zhubi.core.rules.scoring import band_for, band_ranges, points_text, progress
from zhubi.expert.desk.meaningviews import meaning_view
from zhubi.expert.desk.reading import budget_rows, fact_rows, indicator_rows
from zhubi.expert.desk.sheetviews import (
    BandView,
    CheckRow,
    ChoiceView,
    CriterionRow,
    CutsView,
    FindingRow,
    MethodRow,
    MissingRow,
    QuestionRow,
    RecommendationRow,
    SheetState,
    TotalView,
)
from zhubi.expert.desk.working import Work
from zhubi.locale import language, say


def sheet_state(
    work: Work, sheet: Sheet, results: tuple[CheckResult, ...], saved_at: datetime | None
) -> SheetState:
    """Everything the sheet shows. ``sheet`` and ``results`` as ``Work.completed`` gives them."""
    kind, role, said = work.form.kind, work.view.role, language()
    papers = work.opened.content if work.opened is not None else None
    missing = work.missing(sheet, results)
    readings = {each.fact: each for each in sheet.facts}
    judged = {each.indicator: each for each in sheet.indicators}
    answers = {each.question: each.value for each in sheet.answers}
    return SheetState(
        sheet,
        saved_at,
        _criteria(kind, role, sheet),
        _total(work, sheet),
        tuple(_check(kind, sheet, each, missing) for each in results),
        tuple(
            QuestionRow(
                each.id, each.name.said(said), each.asks,
                tuple(ChoiceView(choice.id, choice.name.said(said)) for choice in each.choices), each.unit,
                each.guide.said(said), each.required, each.gate, answers.get(each.id, ""), basis_text(each.basis),
            )
            for each in kind.questions
            if not each.roles or role in each.roles
        ),
        _findings(kind, role, sheet),
        fact_rows(kind, papers, readings) if papers is not None else (),
        budget_rows(kind, papers.budget, sheet.cuts) if papers is not None else (),
        _cuts(work, sheet),
        indicator_rows(papers.indicators, judged) if papers is not None and kind.judges_indicators else (),
        _recommendations(kind, role, sheet, results),
        tuple(_missing(kind, each) for each in missing),
        tuple(_advice(kind, each) for each in advice(kind, sheet, role, results)),
        sheet.opinion,
        opinion_length(sheet.opinion),
        kind.opinion_minimum,
        sheet.recommendation_words,
        work.look_again(sheet),
        meaning_view(work, sheet),
        _methods(kind, sheet),
    )  # fmt: skip


def basis_text(basis: Basis) -> str:
    """The clause an item rests on, or that it is a default."""
    return say("rules.basis-default") if basis.is_default else str(basis)


def _criteria(kind: ReviewKind, role: str, sheet: Sheet) -> tuple[CriterionRow, ...]:
    scores = {each.criterion: each for each in sheet.scores}
    return tuple(_criterion(kind, role, each, scores.get(each.id)) for each in kind.criteria)


def _criterion(kind: ReviewKind, role: str, item: Criterion, score: Score | None) -> CriterionRow:
    said = language()
    points = score.points if score is not None else None
    band = band_for(kind, item, points) if points is not None else None
    anchors = {each.band: each.words.said(said) for each in item.anchors}
    names = {each.id: each.name.said(said) for each in kind.roles}
    comment = score.comment if score is not None else ""
    wanted = wants_comment(item, score)
    asked = wanted and not comment.strip()
    return CriterionRow(
        item.id,
        item.name.said(said),
        points_text(kind, item.full),
        "" if points is None else points_text(kind, points),
        band.name.said(said) if band is not None else "",
        comment,
        not item.roles or role in item.roles,
        "、".join(names.get(each, each) for each in item.roles),
        item.guide.said(said),
        basis_text(item.full_basis),
        tuple(
            BandView(
                each.id,
                f"{each.name.said(said)}{points_text(kind, low)}-{points_text(kind, high)}",
                anchors.get(each.id, ""),
            )
            for each, low, high in band_ranges(kind, item)
        ),
        item.may_not_apply,
        score is not None and score.not_applicable,
        asked,
        asked and item.comment_severity == "block",
        item.comment_minimum if wanted else 0,
    )


def _total(work: Work, sheet: Sheet) -> TotalView:
    done = progress(work.form.kind, sheet, work.view.role)
    return TotalView(
        work.score_text(sheet),
        points_text(work.form.kind, done.full),
        sheet.total is not None and sheet.total.rescaled,
    )


def _check(kind: ReviewKind, sheet: Sheet, result: CheckResult, missing: tuple[Missing, ...]) -> CheckRow:
    said = language()
    item = result.item
    assert item is not None
    name = item.name.said(said)
    absent = tuple(_named(kind, each) for each in result.missing)
    if result.outcome is Outcome.UNKNOWN:
        # What the papers leave out is named as theirs; what the sheet has not said yet, as still to be said.
        stated = [shown for each, shown in zip(result.missing, absent, strict=True) if "." not in each]
        key = "missing-own" if absent and not stated else "missing-fact"
        sentence = say(f"rules.{key}", item="、".join(stated or absent) or name)
    elif isinstance(item, Material):
        sentence = say(f"desk.material-{result.outcome.value}", name=name)
    else:
        consequence = item.consequence.said(said) if result.outcome is Outcome.UNMET else ""
        sentence = say(f"desk.check-{result.outcome.value}", name=name)
        sentence = f"{sentence}：{consequence}" if consequence else sentence
    seen = {each.check: each.words for each in sheet.checks}
    return CheckRow(
        result.check, name, result.outcome.value, result.severity, sentence, absent, basis_text(item.basis),
        seen.get(result.check, ""),
        any(each.what == "words" and each.item == result.check for each in missing),
        result.offer,
    )  # fmt: skip


def _named(kind: ReviewKind, name: str) -> str:
    """A fact, finding, answer or score by its own name, where the rules give it one."""
    said = language()
    if name in ("sheet.recommendation", "sheet.affirmative"):
        return say("desk.recommendation")
    if name == "sheet.total":
        return say("rules.sheet-total")
    plain = name.removeprefix("sheet.").partition(".")[2] or name
    groups: tuple[tuple[Any, ...], ...] = (kind.facts, kind.findings, kind.questions)
    for group in (kind.criteria,) if name.startswith("sheet.points.") else groups:
        for each in group:
            if each.id in (name, plain) or spelled(each.id) == plain:
                return str(each.name.said(said))
    return name


def _findings(kind: ReviewKind, role: str, sheet: Sheet) -> tuple[FindingRow, ...]:
    said = language()
    found = {each.finding: each for each in sheet.findings}
    return tuple(
        FindingRow(
            each.id, each.name.said(said), each.guide.said(said), each.required,
            found[each.id].value if each.id in found else "",
            found[each.id].words if each.id in found else "",
            basis_text(each.basis),
        )
        for each in kind.findings
        if not each.roles or role in each.roles
    )  # fmt: skip


def _methods(kind: ReviewKind, sheet: Sheet) -> tuple[MethodRow, ...]:
    """Those the policy names, in its order, whether used or not; then the others."""
    used = {each.key: each for each in sheet.methods}
    named = {each.id: each for each in kind.methods}
    rows = [
        MethodRow(
            each.id, each.name.said(language()), each.id in used and used[each.id].done,
            used[each.id].words if each.id in used else "", basis_text(each.basis),
        )
        for each in kind.methods
    ]  # fmt: skip
    rows += [
        MethodRow(key, each.name, each.done, each.words, "") for key, each in used.items() if key not in named
    ]
    return tuple(rows)


def _cuts(work: Work, sheet: Sheet) -> CutsView:
    kind = work.form.kind
    lines = work.opened.content.budget if work.opened is not None else ()
    after = after_cuts(sheet.cuts, lines)
    names = {each.id: each.subject for each in lines}
    cuts = sheet.cuts
    return CutsView(
        kind.cuts is not None,
        after.cut,
        after.fiscal_before,
        after.fiscal,
        cuts.core_indicators_stand if cuts is not None else True,
        cuts.total_follows if cuts is not None else False,
        kind.cuts is not None and kind.cuts.total_may_follow,
        basis_text(kind.cuts.basis) if kind.cuts is not None else "",
        tuple(
            say(
                each.key,
                item=names.get(each.line, each.line),
                expected=f"{each.limit:,}",
                found=f"{each.found:,}",
            )
            for each in cut_faults(kind, cuts, lines)
        ),
        after.total_before,
        after.total,
    )


def _recommendations(
    kind: ReviewKind, role: str, sheet: Sheet, results: tuple[CheckResult, ...]
) -> tuple[RecommendationRow, ...]:
    rows = []
    for each in kind.recommendations:
        supposed = sheet.model_copy(update={"recommendation": each.id, "recommendation_words": ""})
        asks = any(lack.what == "words" for lack in missing_items(kind, supposed, role, results))
        rows.append(
            RecommendationRow(
                each.id,
                each.name.said(language()),
                each.affirmative,
                sheet.recommendation == each.id,
                asks,
                basis_text(each.basis),
            )
        )
    return tuple(rows)


def lack_name(kind: ReviewKind, lack: Missing) -> str:
    """What a sheet lacks, in words."""
    return say(f"rules.missing-{lack.what}", item=_item_name(kind, lack.item))


def _missing(kind: ReviewKind, lack: Missing) -> MissingRow:
    return MissingRow(
        lack.what,
        lack.item,
        lack_name(kind, lack),
        lack.severity == "block",
    )


def _advice(kind: ReviewKind, hint: Advice) -> str:
    return say(
        f"rules.advice-{hint.what}", item=_item_name(kind, hint.item), found=hint.found, wanted=hint.wanted
    )


def _item_name(kind: ReviewKind, item: str) -> str:
    said = language()
    if item == "recommendation":
        return say("desk.recommendation")
    plain = item.removeprefix(MATERIAL)
    groups: tuple[tuple[Any, ...], ...] = (
        kind.criteria, kind.questions, kind.findings, kind.checks, kind.materials, kind.facts,
    )  # fmt: skip
    for group in groups:
        for each in group:
            if each.id == plain:
                return str(each.name.said(said))
    return item
