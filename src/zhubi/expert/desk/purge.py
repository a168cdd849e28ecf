"""材料清退: a round's material leaves this machine, and the office is told so by a signed record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.core.model.records import PurgeBody, RecordType
from zhubi.expert.desk import reading
from zhubi.expert.desk.composing import compose
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import office_of_round, view_of
from zhubi.expert.desk.unlock import signing_key
from zhubi.expert.desk.views import PurgeReport
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import PurgePlan


def plan(desk: Desk, round: str) -> PurgePlan:
    """What a purge of this round would take and leave; nothing changes."""
    return desk.store.purge.plan(office_of_round(desk, round).office, round)


def purge_round(desk: Desk, round: str, pin: str) -> PurgeReport:
    """Takes an ended round's material from this machine and signs that; blocking, and not to be undone.

    ``desk.round-not-ended``; ``desk.purge-unsent``: something of this round has no receipt yet; the faults of
    ``unlock`` and of the store. A purge that is cut short goes on when the desk is opened next.
    """
    office = office_of_round(desk, round)
    view = view_of(desk, office.office, round)
    if not view.ended:
        raise DeskError("desk.round-not-ended", "the round has not ended", title=view.title)
    planned = desk.store.purge.plan(office.office, round)
    if planned.unsent:
        raise DeskError("desk.purge-unsent", "something has not arrived yet", count=planned.unsent)
    pen = signing_key(desk, office.office, pin)
    reading.wipe_outside(desk)
    desk.session.contents.clear()
    desk.session.histories.clear()
    now = desk.clock()
    outcome = desk.store.purge.purge_round(office.office, round, now)
    body = PurgeBody(device=office.device, dossiers=outcome.dossiers, blobs=outcome.blobs, kept=outcome.kept)
    compact, record = compose(
        desk, office, pen, RecordType.PURGE, body, round=round, relies_on=(view.record,), now=now
    )
    desk.store.outbox.put(office.office, compact, record, now=now)
    remarks = [say("desk.purge-beyond")]
    if outcome.kept:
        remarks.insert(0, say("desk.purge-kept", count=outcome.kept))
    return PurgeReport(outcome.dossiers, outcome.blobs, outcome.kept, tuple(remarks))
