"""A cut that a condition of the policy offers, taken over into the suggested cuts of a budget line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.core.model.sheet import Cuts
from zhubi.core.rules.cuts import cuttable
from zhubi.expert.desk import review
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.working import Work, work_on
from zhubi.locale import language

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.sheetviews import SheetState
    from zhubi.expert.desk.views import ReviewKey


def take_offer(desk: Desk, key: ReviewKey, check: str, line: str) -> SheetState:
    """Cuts so much of a line that all suggested cuts together reach what the check offers, as far as the line goes.

    Its reason stays the expert's to write. ``review.no-offer`` where the check offers nothing, or the other lines'
    cuts reach it already; ``rules.cut-not-foreseen`` for a line that cannot be cut.
    """
    work = work_on(desk, key)
    lines = work.opened.content.budget if work.opened is not None else ()
    found = next((each for each in cuttable(work.form.kind, lines) if each.id == line), None)
    if found is None:
        raise DeskError("rules.cut-not-foreseen", "this line cannot be cut", item=line)
    cuts = work.sheet.cuts or Cuts()
    others = sum(each.amount for each in cuts.lines if each.line != line)
    amount = min(_offered(work, check) - others, found.fiscal)
    if amount <= 0:
        raise DeskError("review.no-offer", "nothing is offered", item=_name(work, check))
    reason = next((each.reason for each in cuts.lines if each.line == line), "")
    return review.set_cut(desk, key, line, str(amount), reason)


def _offered(work: Work, check: str) -> int:
    # Some rules offer what is still to be cut, some all of it: of a sheet without cuts both say the same.
    bare = work.sheet.model_copy(update={"cuts": None})
    return next((each.offer or 0 for each in work.results(bare) if each.check == check), 0)


def _name(work: Work, check: str) -> str:
    return next((each.name.said(language()) for each in work.form.kind.checks if each.id == check), check)
