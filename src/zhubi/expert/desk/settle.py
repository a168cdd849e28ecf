"""Two of one's own reviews side by side, from two devices: the author says which one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.core.model.records import RecordType, ReviewBody
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.lifecycle import Stage
from zhubi.core.rules.scoring import points_text
from zhubi.expert.desk.composing import compose
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import form_signed, office_of
from zhubi.expert.desk.unlock import signing_key
from zhubi.expert.desk.views import ReviewKey, RivalRow
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.core.model.records import Record
    from zhubi.expert.desk.opening import Desk


def rivals(desk: Desk, key: ReviewKey) -> tuple[RivalRow, ...]:
    """The records that stand side by side; none where nothing is disputed."""
    return tuple(_row(desk, key, each) for each in _rivals(desk, key))


def _rivals(desk: Desk, key: ReviewKey) -> tuple[Record, ...]:
    view = desk.store.assignments.view(key, now=desk.clock())
    if view is None:
        raise DeskError("desk.unknown-row", "no such assignment is known here")
    return view.rivals if view.stage is Stage.DISPUTED else ()


def _row(desk: Desk, key: ReviewKey, record: Record) -> RivalRow:
    made_at = parse_instant(record.payload.made_at)
    what = say(f"desk.record-{record.type.value}")
    body = record.body
    if not isinstance(body, ReviewBody):
        outcome = getattr(body, "outcome", None)
        name = say(f"desk.outcome.{outcome.value}") if outcome is not None else ""
        return RivalRow(record.digest, made_at, what, "", name, getattr(body, "words", ""))
    kind = form_signed(desk, key.office, key.round, record, body.rulebook).kind
    chosen = next((each for each in kind.recommendations if each.id == body.sheet.recommendation), None)
    total = body.sheet.total
    return RivalRow(
        record.digest,
        made_at,
        what,
        points_text(kind, total.points) if total is not None else "",
        chosen.name.said(language()) if chosen is not None else "",
        body.sheet.opinion,
    )


def settle(desk: Desk, key: ReviewKey, keep: str, pin: str) -> None:
    """Signs once more what one of them says, naming all of them as superseded; it waits in the outbox.

    ``desk.nothing-to-settle``; the faults of ``unlock``.
    """
    found = _rivals(desk, key)
    chosen = next((each for each in found if each.digest == keep), None)
    if chosen is None:
        raise DeskError("desk.nothing-to-settle", "no such record is disputed here")
    pen = signing_key(desk, key.office, pin)
    now = desk.clock()
    body = chosen.body
    if isinstance(body, ReviewBody):
        body = body.model_copy(update={"reason": say("desk.settled-reason")})
    compact, record = compose(
        desk, office_of(desk, key.office), pen, RecordType(chosen.type), body,
        round=key.round, subjects=chosen.payload.subjects, relies_on=chosen.payload.relies_on,
        supersedes=sorted(each.digest for each in found), now=now,
    )  # fmt: skip
    desk.store.outbox.put(key.office, compact, record, now=now)
