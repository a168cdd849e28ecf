"""What a review is worked on with: the form it was begun with, the papers, the role, and the sheet so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RefusalBody, ReviewBody
from zhubi.core.model.sheet import Sheet
from zhubi.core.rules.carrying import still_open
from zhubi.core.rules.checks import CheckResult, check_results, checks_seen
from zhubi.core.rules.completeness import Missing, missing_items
from zhubi.core.rules.difference import sheet_changes
from zhubi.core.rules.lifecycle import AssignmentView, Stage
from zhubi.core.rules.scoring import points_text, progress, total
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import Form, form_begun, form_of, form_signed
from zhubi.expert.desk.history import remember
from zhubi.expert.desk.overview import problem_text
from zhubi.expert.desk.sealed import Opened, open_sealed

if TYPE_CHECKING:
    from datetime import datetime

    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.store.drafts import Draft

_OVER = frozenset(
    {Stage.RECUSED, Stage.DECLINED, Stage.REPLACED, Stage.WITHDRAWN, Stage.VOID, Stage.CLOSED, Stage.PURGED}
)
_EDITABLE = frozenset(
    {Stage.READY, Stage.DRAFTING, Stage.COMPLETE, Stage.RETURNED, Stage.REFUSED, Stage.OVERDUE}
)


@dataclass(frozen=True, slots=True)
class Work:
    """One review under way, or as it was signed. ``draft`` None: nothing typed since the last signature."""

    key: ReviewKey
    form: Form
    view: AssignmentView
    opened: Opened | None
    problem: ZhubiError | None
    draft: Draft | None
    sheet: Sheet

    @property
    def editable(self) -> bool:
        """Whether the sheet takes edits: late ones too, for late is a state and not a loss."""
        if self.opened is None:
            return False
        return takes_edits(self.view.stage, drafted=self.draft is not None, ended=self.form.view.ended)

    def results(self, sheet: Sheet) -> tuple[CheckResult, ...]:
        """The checks against the papers and this sheet; none while the papers are not here."""
        if self.opened is None:
            return ()
        papers = self.opened.content
        return check_results(
            self.form.kind, papers.facts_by_name(), sheet, materials=papers.materials(), role=self.view.role,
            budget=papers.budget,
        )  # fmt: skip

    def completed(self, sheet: Sheet) -> tuple[Sheet, tuple[CheckResult, ...]]:
        """The sheet with the total and the check outcomes that follow from it."""
        summed = total(self.form.kind, sheet, self.view.role)
        if self.opened is None:
            return sheet.model_copy(update={"total": summed}), ()
        # A check may read the total, so the total comes first.
        sheet = sheet.model_copy(update={"total": summed})
        results = self.results(sheet)
        return sheet.model_copy(update={"checks": checks_seen(results, sheet.checks)}), results

    def missing(self, sheet: Sheet, results: tuple[CheckResult, ...]) -> tuple[Missing, ...]:
        """What the sheet lacks, in the order of the form."""
        return missing_items(self.form.kind, sheet, self.view.role, results)

    def look_again(self, sheet: Sheet) -> tuple[str, ...]:
        """The places that still ask for another look, since the form or the papers changed, once this is the sheet."""
        if self.draft is None or not self.draft.look_again:
            return ()
        return still_open(self.draft.look_again, sheet_changes(self.form.kind, self.sheet, sheet))

    def score_text(self, sheet: Sheet) -> str:
        """The total as written; while items are open, what was given so far; empty before the first."""
        done = progress(self.form.kind, sheet, self.view.role)
        if sheet.total is not None:
            return points_text(self.form.kind, sheet.total.points)
        return points_text(self.form.kind, done.given) if done.done else ""


def takes_edits(stage: Stage, *, drafted: bool, ended: bool) -> bool:
    """Whether a sheet takes edits at this stage, its papers being here; ``drafted``: one is under way, unsigned."""
    if ended or stage in _OVER:
        return False
    return drafted or stage in _EDITABLE


def work_on(desk: Desk, key: ReviewKey, *, papers: bool = True) -> Work:
    """The review of an assignment as it stands; ``desk.unknown-row``, ``desk.rules-missing``.

    ``papers`` False leaves them sealed: enough for what was checked against them when it was typed.
    """
    view = desk.store.assignments.view(key, now=desk.clock())
    if view is None:
        raise DeskError("desk.unknown-row", "no such assignment is known here")
    draft = desk.store.drafts.read(key)
    if draft is not None and draft.signed_as is not None:
        draft = None
    review = view.review
    if draft is not None:
        form = form_begun(desk, key.office, key.round, draft)
        sheet = draft.sheet
    elif review is not None and isinstance(review.body, ReviewBody):
        form = form_signed(desk, key.office, key.round, review, review.body.rulebook)
        sheet = review.body.sheet
    else:
        form, sheet = form_of(desk, key.office, key.round), Sheet()
    opened: Opened | None = None
    problem: ZhubiError | None = None
    if papers:
        try:
            opened = open_sealed(desk, key, view)
        except ZhubiError as fault:
            problem = fault
    return Work(key, form, view, opened, problem, draft, sheet)


def keep(
    desk: Desk, work: Work, sheet: Sheet, *, remembered: bool = True
) -> tuple[Sheet, tuple[CheckResult, ...], datetime]:
    """Journals an edited sheet; durable when it returns. The first edit begins the draft.

    It can be taken back afterwards; ``remembered`` False is for taking back itself.
    """
    if not work.editable:
        raise DeskError("desk.not-editable", "this sheet is signed, or the round has ended")
    sheet, results = work.completed(sheet)
    required = sum(each.severity == "block" for each in work.missing(sheet, results))
    score = work.score_text(sheet)
    now = desk.clock()
    if work.draft is None:
        begin(desk, work, sheet, required, score, reason="", before=work.sheet, now=now)
        saved = now
    else:
        left = work.look_again(sheet) if work.draft.look_again else None
        saved = desk.store.drafts.write(
            work.key, sheet, missing=required, score_text=score, look_again=left, now=now
        )
    if remembered:
        remember(desk, work.key, work.form.kind, work.sheet, sheet, now)
    return sheet, results, saved


def begin(
    desk: Desk,
    work: Work,
    sheet: Sheet,
    required: int,
    score: str,
    *,
    reason: str,
    before: Sheet | None = None,
    now: datetime,
) -> None:
    """Starts the draft of a review, or of the correction of one that was signed.

    Where an edit starts it, ``before`` is the sheet that was edited.
    """
    assert work.opened is not None
    desk.store.drafts.begin(
        work.key,
        sheet,
        rulebook=work.form.rulebook,
        version=work.opened.version.digest,
        missing=required,
        score_text=score,
        corrects=superseded(work.view),
        reason=reason,
        begun_as=work.form.begun.record,
        before=before,
        now=now,
    )


def superseded(view: AssignmentView) -> tuple[str, ...]:
    """The digests of the signed reviews that the next one takes the place of.

    A refused one is not in the log, and nor is what it said of those before it: they are named again.
    """
    found = view.rivals if view.stage is Stage.DISPUTED else filter(None, (view.review,))
    names: dict[str, None] = {}
    for each in found:
        names[each.digest] = None
        if view.stage is Stage.REFUSED:
            names.update(dict.fromkeys(each.payload.supersedes))
    return tuple(names)


def refused_words(view: AssignmentView) -> str:
    """Why the office refused, in a sentence; empty where it did not."""
    body = view.refusal.body if view.refusal is not None else None
    return problem_text(body.kind, dict(body.details)) if isinstance(body, RefusalBody) else ""
