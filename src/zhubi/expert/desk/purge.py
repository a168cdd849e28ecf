"""材料清退: a round's material leaves this machine as soon as the round has ended, and a signed record says so.

Deleting needs nobody: it happens in the background, at the sync that brings the end of the round. The record needs the
PIN: it is signed with whatever the PIN is typed for next. Sheets that were typed and never signed wait for the expert.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhubi.expert.desk.actviews import PurgeReport
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import office_of, office_of_round, view_of
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.core.trust.keys import SigningKey
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office, PurgeOutcome


@dataclass(frozen=True, slots=True)
class PurgeView:
    """How far the purge of a round is.

    ``dossiers`` and ``blobs`` are gone where ``deleted`` says so, else they would go; ``kept`` dossiers stay for
    another live round. ``drafts`` were never signed and go when the expert says so; ``unsent`` records and ``evidence``
    that is not accepted stay until they have arrived. ``signed``: the record says that the material is gone.
    """

    title: str
    ended: bool
    dossiers: int
    blobs: int
    kept: int
    drafts: int
    unsent: int
    evidence: int
    deleted: bool
    signed: bool


def plan(desk: Desk, round: str) -> PurgeView:
    """What of a round is gone already, and what a purge would still take and leave; nothing changes."""
    office = office_of_round(desk, round)
    left = desk.store.purge.plan(office.office, round)
    taken = desk.store.purge.taken(office.office, round)
    waits = (office.office, round) in desk.store.purge.unconfirmed(office.office)
    view = view_of(desk, office.office, round)
    return PurgeView(
        view.title,
        view.ended,
        left.dossiers if taken is None else taken.dossiers,
        left.blobs if taken is None else taken.blobs,
        left.kept, left.drafts, left.unsent, left.evidence, taken is not None, taken is not None and not waits,
    )  # fmt: skip


def delete_ended(desk: Desk) -> tuple[str, ...]:
    """Deletes the material of every round that has ended, at once and without the PIN; gives the rounds' titles.

    What was typed and never signed stays, as does whatever has no receipt yet. Blocking. The faults of the store: what
    was begun is finished at the next sync, or when the desk is opened next.
    """
    if desk.store.purge.unfinished():
        desk.store.purge.finish()
    titles = []
    for office, round in desk.store.purge.due():
        _take(desk, office, round, drafts=False)
        titles.append(view_of(desk, office, round).title)
    return tuple(titles)


def due(desk: Desk) -> tuple[str, ...]:
    """The titles of the rounds whose confirmation will be signed with the next PIN."""
    return tuple(
        view_of(desk, *each).title for each in desk.store.purge.unconfirmed() if _may_say(desk, *each)
    )


def confirm(desk: Desk, office: str, pen: SigningKey) -> int:
    """Signs that the material of the office's ended rounds is gone, where that is due; gives how many rounds.

    Nothing is said of a round of which something has not arrived yet, or was typed and never signed.
    """
    rounds = [each for _, each in desk.store.purge.unconfirmed(office) if _may_say(desk, office, each)]
    if rounds:
        at = office_of(desk, office)
        with desk.store.writing():
            for round in rounds:
                _sign(desk, at, round, pen)
    return len(rounds)


def purge_round(desk: Desk, round: str, pin: str) -> PurgeReport:
    """Takes what is left of an ended round from this machine, unsigned sheets too, and signs that; blocking, for good.

    ``desk.round-not-ended``; ``desk.purge-unsent``: something of this round has no receipt yet; the faults of
    ``unlock`` and of the store. A purge that is cut short goes on when the desk is opened next.
    """
    from zhubi.expert.desk.unlock import signing_key

    office = office_of_round(desk, round)
    view = view_of(desk, office.office, round)
    if not view.ended:
        raise DeskError("desk.round-not-ended", "the round has not ended", title=view.title)
    planned = desk.store.purge.plan(office.office, round)
    if planned.unsent:
        raise DeskError("desk.purge-unsent", "something has not arrived yet", count=planned.unsent)
    pen = signing_key(desk, office.office, pin, confirming=False)
    taken = desk.store.purge.taken(office.office, round)
    if taken is None or planned.drafts or planned.blobs:
        _take(desk, office.office, round, drafts=True)
        taken = desk.store.purge.taken(office.office, round)
    assert taken is not None
    confirm(desk, office.office, pen)
    return PurgeReport(taken.dossiers, taken.blobs, taken.kept, remarks(taken, planned.evidence))


def remarks(taken: PurgeOutcome, evidence: int) -> tuple[str, ...]:
    """What stays, what cannot be reached from here, in words."""
    found = [say("purge.survives")]
    if taken.kept:
        found.append(say("desk.purge-kept", count=taken.kept))
    if evidence:
        found.append(say("purge.evidence-waits", count=evidence))
    return (*found, say("purge.beyond"))


def _take(desk: Desk, office: str, round: str, *, drafts: bool) -> None:
    from zhubi.expert.desk import reading
    from zhubi.expert.desk.indexing import paused

    # Who writes the index holds what is about to go; afterwards it is written anew, of what is left.
    with paused(desk):
        reading.wipe_outside(desk)
        desk.session.contents.clear()
        for each in [each for each in desk.session.histories if each[:2] == (office, round)]:
            desk.session.histories.pop(each, None)
        desk.store.purge.purge_round(office, round, desk.clock(), drafts=drafts)


def _may_say(desk: Desk, office: str, round: str) -> bool:
    left = desk.store.purge.plan(office, round)
    return not (left.unsent or left.drafts)


def _sign(desk: Desk, office: Office, round: str, pen: SigningKey) -> None:
    from zhubi.core.model.records import PurgeBody, RecordType
    from zhubi.expert.desk.composing import compose

    taken = desk.store.purge.taken(office.office, round)
    assert taken is not None
    now = desk.clock()
    body = PurgeBody(device=office.device, dossiers=taken.dossiers, blobs=taken.blobs, kept=taken.kept)
    compact, record = compose(
        desk, office, pen, RecordType.PURGE, body, round=round,
        relies_on=(view_of(desk, office.office, round).record,), now=now,
    )  # fmt: skip
    desk.store.outbox.put(office.office, compact, record, now=now)
