"""The round as a table: made from the index, drafts and signed reviews alone, without opening what is sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from zhubi.core.model.records import ReviewBody
from zhubi.core.model.sheet import Score, Sheet
from zhubi.core.rules.completeness import wants_comment
from zhubi.core.rules.lifecycle import Stage
from zhubi.core.rules.ranking import Place, places
from zhubi.core.rules.scoring import band_ranges, is_scored, points_text, progress, total
from zhubi.expert.desk import review
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import Form, form_begun, form_of, form_signed
from zhubi.expert.desk.roundviews import CellState, GridCell, GridColumn, GridRow, GridView
from zhubi.expert.desk.sheetviews import ChoiceView
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.desk.working import takes_edits
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.core.model.rulebook import Criterion, ReviewKind
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.sheetviews import SheetState
    from zhubi.expert.store.values import AssignmentRow

_NOT_BEGUN = frozenset(
    {
        Stage.COMMIT,
        Stage.CARD_WAITING,
        Stage.DECLARE,
        Stage.AWAITING,
        Stage.SEALED,
        Stage.RECUSED,
        Stage.DECLINED,
    }
)
_FINDINGS = ("yes", "no", "unknown")


def grid(desk: Desk, office: str, round: str) -> GridView:
    """The table of a round. ``desk.unknown-round``, ``desk.rules-missing``."""
    form = form_of(desk, office, round)
    now = desk.clock()
    found = desk.store.assignments.rows(
        round, 0, desk.store.assignments.count(round, office), now=now, office=office
    )
    drafted = {each.dossier for each in desk.store.drafts.all(office, round) if each.signed_as is None}
    sheets = [_sheet_of(desk, form, each, drafted) for each in found]
    columns = _columns([form.kind, *(kind for kind, _ in sheets if kind is not None)])
    rows = tuple(
        _row(form, columns, row, kind, sheet, drafted=row.dossier in drafted)
        for row, (kind, sheet) in zip(found, sheets, strict=True)
    )
    said = language()
    return GridView(
        office, round, form.view.title, form.kind.name.said(said), form.kind.scale is not None,
        form.kind.subjects == "several", columns, rows, places_of(rows), len({each.role for each in found}),
    )  # fmt: skip


def _sheet_of(
    desk: Desk, form: Form, row: AssignmentRow, drafted: Iterable[str]
) -> tuple[ReviewKind | None, Sheet | None]:
    """The form and the sheet of a row: its draft, else what was signed, else an empty one; or neither."""
    key = ReviewKey(row.office, row.round, row.dossier)
    if row.dossier in drafted:
        draft = desk.store.drafts.read(key)
        if draft is not None:
            begun = form_begun(desk, key.office, key.round, draft)
            return begun.kind, draft.sheet
    if row.review is not None:
        kept = desk.store.records.get(row.review)
        if kept is not None and isinstance(kept.record.body, ReviewBody):
            body = kept.record.body
            return form_signed(desk, key.office, key.round, kept.record, body.rulebook).kind, body.sheet
    if Stage(row.stage) in _NOT_BEGUN or not row.unsealed:
        return None, None
    return form.kind, Sheet()


def _columns(kinds: Iterable[ReviewKind]) -> tuple[GridColumn, ...]:
    """What any of the forms asks: doors first, then points, or else questions and findings; the recommendation last."""
    said = language()
    columns: dict[tuple[str, str], GridColumn] = {}
    recommendations: dict[str, ChoiceView] = {}
    for kind in kinds:
        for asked in kind.questions:
            # On a scored form only the doors stand here: the table is for scoring.
            if asked.asks == "text" or (kind.scale is not None and not asked.gate):
                continue
            choices = tuple(ChoiceView(each.id, each.name.said(said)) for each in asked.choices)
            if asked.asks == "yes-no":
                choices = _named(("yes", "no"))
            column = GridColumn("question", asked.id, asked.name.said(said), "", choices, asked.required)
            columns.setdefault(("question", asked.id), column)
        if kind.scale is None:
            for finding in kind.findings:
                column = GridColumn(
                    "finding", finding.id, finding.name.said(said), "", _named(_FINDINGS), finding.required
                )
                columns.setdefault(("finding", finding.id), column)
        for item in kind.criteria:
            column = GridColumn("score", item.id, item.name.said(said), points_text(kind, item.full))
            columns.setdefault(("score", item.id), column)
        for each in kind.recommendations:
            recommendations.setdefault(each.id, ChoiceView(each.id, each.name.said(said)))
    last = GridColumn(
        "recommendation", "recommendation", say("desk.recommendation"), "", tuple(recommendations.values())
    )
    return (*columns.values(), last) if recommendations else tuple(columns.values())


def _named(values: Iterable[str]) -> tuple[ChoiceView, ...]:
    return tuple(ChoiceView(each, say(f"grid.value.{each}")) for each in values)


def _row(
    form: Form,
    columns: tuple[GridColumn, ...],
    row: AssignmentRow,
    kind: ReviewKind | None,
    sheet: Sheet | None,
    *,
    drafted: bool,
) -> GridRow:
    said = language()
    editable = (
        kind is not None
        and row.unsealed
        and takes_edits(Stage(row.stage), drafted=drafted, ended=form.view.ended)
    )
    roles = {each.id: each.name.said(said) for each in form.kind.roles}
    bare = GridRow(
        ReviewKey(row.office, row.round, row.dossier), row.order, row.code, row.title, row.stage, row.role,
        roles.get(row.role, row.role), editable, (), None, "", "", row.missing, "", None, kind, sheet,
    )  # fmt: skip
    return _filled(columns, bare, sheet)


def _filled(columns: tuple[GridColumn, ...], row: GridRow, sheet: Sheet | None) -> GridRow:
    """The row with what this sheet says."""
    kind, role = row.kind, row.role
    if kind is None or sheet is None:
        return replace(row, cells=tuple(GridCell("", "", "none") for _ in columns))
    done, summed = progress(kind, sheet, role), total(kind, sheet, role)
    given = points_text(kind, done.given) if done.done else ""
    chosen = next((each for each in kind.recommendations if each.id == sheet.recommendation), None)
    return replace(
        row,
        cells=tuple(_cell(each, kind, role, sheet, editable=row.editable) for each in columns),
        total=summed.points if summed is not None else None,
        total_text=points_text(kind, summed.points) if summed is not None else given,
        maximum_text=points_text(kind, done.full) if done.items else "",
        recommendation=chosen.name.said(language()) if chosen is not None else "",
        affirmative=chosen.affirmative if chosen is not None else None,
        sheet=sheet,
    )


def _cell(column: GridColumn, kind: ReviewKind, role: str, sheet: Sheet, *, editable: bool) -> GridCell:
    if column.kind == "score":
        criterion = next((each for each in kind.criteria if each.id == column.item), None)
        if criterion is None:
            return GridCell("", "", "none")
        score = next((each for each in sheet.scores if each.criterion == column.item), None)
        return _points_cell(kind, criterion, role, score, editable=editable)
    found = _choice(column, kind, sheet)
    if found is None:
        return GridCell("", "", "none")
    roles, value = found
    if roles and role not in roles:
        return GridCell("", "", "other-role")
    text = next((each.name for each in column.choices if each.id == value), value)
    hint = "  ".join(f"{number} {each.name}" for number, each in enumerate(column.choices, 1))
    return GridCell(
        value, text, "open" if editable else "locked", "", hint, missing=column.required and not value
    )


def _choice(column: GridColumn, kind: ReviewKind, sheet: Sheet) -> tuple[tuple[str, ...], str] | None:
    """Whom a question or finding is put to, and what this sheet says to it; None where the form does not have it."""
    if column.kind == "question":
        asked = next((each for each in kind.questions if each.id == column.item), None)
        answers = (each.value for each in sheet.answers if each.question == column.item)
        return None if asked is None else (asked.roles, next(answers, ""))
    if column.kind == "finding":
        finding = next((each for each in kind.findings if each.id == column.item), None)
        findings = (each.value for each in sheet.findings if each.finding == column.item)
        return None if finding is None else (finding.roles, next(findings, ""))
    return ((), sheet.recommendation or "") if kind.recommendations else None


def _points_cell(
    kind: ReviewKind, criterion: Criterion, role: str, score: Score | None, *, editable: bool
) -> GridCell:
    full = points_text(kind, criterion.full)
    if criterion.roles and role not in criterion.roles:
        return GridCell("", "", "other-role", full)
    said = language()
    hint = " ".join(
        f"{band.name.said(said)}{points_text(kind, low)}-{points_text(kind, high)}"
        for band, low, high in band_ranges(kind, criterion)
    )
    value = "" if score is None or score.points is None else points_text(kind, score.points)
    without = score is not None and score.not_applicable
    state: CellState = "locked" if not editable else "not-applicable" if without else "open"
    comment = score.comment if score is not None else ""
    return GridCell(
        value, say("grid.not-applicable") if without else value, state, full, hint, criterion.may_not_apply,
        not is_scored(criterion, score), comment, wants_comment(criterion, score) and not comment.strip(),
    )  # fmt: skip


def places_of(rows: Iterable[GridRow]) -> dict[str, Place]:
    """The places by dossier. Each role is ranked by itself: their maxima are not the same."""
    listed = list(rows)
    found: dict[str, Place] = {}
    for role in {each.role for each in listed}:
        found |= places({each.key.dossier: each.total for each in listed if each.role == role})
    return found


# What is typed into the table


def set_cell(desk: Desk, row: GridRow, column: GridColumn, typed: str) -> SheetState:
    """Points or a number as typed, or a choice by its id; empty takes it back. Journaled when it returns.

    The faults are those of the act behind it: ``rules.points-…``, ``desk.bad-answer``, ``desk.not-editable``.
    """
    if row.sheet is None or not row.editable:
        raise DeskError("desk.not-editable", "this sheet is signed, or there is none yet")
    if column.kind == "score":
        return review.set_score(desk, row.key, column.item, typed)
    if column.kind == "question":
        return review.set_answer(desk, row.key, column.item, typed)
    if column.kind == "finding":
        words = next((each.words for each in row.sheet.findings if each.finding == column.item), "")
        return review.set_finding(desk, row.key, column.item, typed, words)
    return review.set_recommendation(desk, row.key, typed, row.sheet.recommendation_words)


def toggle_cell(desk: Desk, row: GridRow, column: GridColumn, cell: GridCell) -> SheetState | None:
    """What space does: a criterion does not apply, or does again; a choice gives way to the next. None: nothing."""
    if cell.state not in ("open", "not-applicable"):
        return None
    if column.kind == "score":
        if not cell.may_not_apply:
            return None
        return review.set_not_applicable(desk, row.key, column.item, cell.state != "not-applicable")
    ids = [each.id for each in column.choices]
    if not ids:
        return None
    following = ids.index(cell.value) + 1 if cell.value in ids else 0
    return set_cell(desk, row, column, ids[following] if following < len(ids) else "")


def after_edit(view: GridView, row: GridRow, state: SheetState) -> GridView:
    """The table with one sheet as it now stands: that row made anew, and all places; nothing is read for it."""
    required = sum(each.required for each in state.missing)
    stage = row.stage
    if stage in (Stage.READY, Stage.DRAFTING, Stage.COMPLETE):
        stage = (Stage.DRAFTING if required else Stage.COMPLETE).value
    changed = replace(_filled(view.columns, row, state.sheet), missing=required, stage=stage)
    rows = tuple(changed if each.key == row.key else each for each in view.rows)
    return replace(view, rows=rows, places=places_of(rows))
