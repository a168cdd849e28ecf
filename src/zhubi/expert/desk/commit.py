"""承诺书: one document a round, read to its end, one signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.core.model.records import CommitmentBody, Record, RecordType
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.heads import Heads
from zhubi.core.rules.lifecycle import commitment_of
from zhubi.core.trust.canonical import digest_of
from zhubi.expert.desk.composing import compose
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import form_of, office_of_round
from zhubi.expert.desk.unlock import signing_key
from zhubi.expert.desk.views import CommitmentDocument, CommitmentView
from zhubi.locale import language

if TYPE_CHECKING:
    from zhubi.core.model.rulebook import Commitment
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office


def commitment(desk: Desk, round: str) -> CommitmentView:
    """The document of a round, and whether it is signed. ``desk.unknown-round``, ``desk.rules-missing``."""
    office = office_of_round(desk, round)
    form = form_of(desk, office.office, round)
    found = signed(desk, office, round)
    said = language()
    return CommitmentView(
        round,
        form.view.title,
        form.view.organiser,
        form.kind.name.said(said),
        tuple(
            CommitmentDocument(
                each.id, each.name.said(said), tuple(point.said(said) for point in each.points), _basis(each)
            )
            for each in form.kind.commitments
        ),
        None if found is None else parse_instant(found.payload.made_at),
        found is not None and desk.store.receipts.get(found.digest) is not None,
    )


def _basis(each: Commitment) -> str:
    from zhubi.locale import say

    return say("rules.basis-default") if each.basis.is_default else str(each.basis)


def sign_commitment(desk: Desk, round: str, pin: str) -> None:
    """Signs the document of a round; the record waits in the outbox.

    ``desk.already-committed``; the faults of ``commitment`` and of ``unlock``.
    """
    office = office_of_round(desk, round)
    form = form_of(desk, office.office, round)
    before = _heads(desk, office, round)
    if before.one is not None:
        raise DeskError("desk.already-committed", "the commitment is signed already", title=form.view.title)
    key = signing_key(desk, office.office, pin)
    now = desk.clock()
    text = digest_of([each.model_dump(mode="json") for each in form.kind.commitments])
    body = CommitmentBody(
        documents=tuple(each.id for each in form.kind.commitments), text_digest=text, name=office.name
    )
    compact, record = compose(
        desk, office, key, RecordType.COMMITMENT, body,
        round=round, relies_on=(form.view.record, form.rulebook, text),
        supersedes=[each.digest for each in before.records], now=now,
    )  # fmt: skip
    desk.store.outbox.put(office.office, compact, record, now=now)


def signed(desk: Desk, office: Office, round: str) -> Record | None:
    """The commitment of a round that counts; None before it is signed, or while two stand side by side."""
    return _heads(desk, office, round).one


def _heads(desk: Desk, office: Office, round: str) -> Heads:
    records: list[Record] = [each.record for each in desk.store.records.of_round(office.office, round)]
    return commitment_of(records, office.person)
