"""A panel's conclusion at the office: whether it may stand in the log, and which one counts."""

from __future__ import annotations

from datetime import datetime

from zhubi.core.model.records import ConclusionBody, Record, RecordType
from zhubi.core.rules.concluding import attended, counting_conclusion, ground, judge_conclusion, present
from zhubi.core.rules.heads import Heads
from zhubi.core.rules.lifecycle import RoundView, Stage
from zhubi.core.rules.overrides import apply_overrides
from zhubi.office.ledger.ledger import Reading
from zhubi.office.opening import Office
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.grounds import form_begun, one_subject, supersedes_own, version_named
from zhubi.office.rounds.standing import content_of, members_of, policy_of, standing

_ASIDE = frozenset({Stage.RECUSED, Stage.VOID, Stage.DECLINED})


def admit_conclusion(
    office: Office, reading: Reading, view: RoundView, record: Record, body: ConclusionBody, now: datetime
) -> None:
    """Returns when the chair may say this here and now.

    Raises ``RoundsError`` rounds.not-the-chair, rounds.ended, rounds.own-review-first, rounds.unknown-review, the
    faults of a review's seat, version and form, and ``conclusion.…`` for what it lacks.
    """
    dossier, person = one_subject(record), record.payload.author
    supersedes_own(reading, record, RecordType.CONCLUSION)
    if reading.registry().chair(view.round) != person:
        raise RoundsError("rounds.not-the-chair", "the author does not chair this round", round=view.title)
    if view.ended:
        raise RoundsError("rounds.ended", "the round has ended", round=view.title)
    if not reading.by_type(RecordType.COMMITMENT, round=view.round, author=person):
        raise RoundsError("rounds.not-committed", "the commitment of this round is not signed yet")
    _own_review_first(reading, view, dossier, person, now)
    version = version_named(reading, dossier, record, body)
    begun = form_begun(reading, view, record, body.rulebook)
    if begun is None or body.kind != view.kind:
        raise RoundsError(
            "rounds.other-rulebook", "the form is not one this round ever had",
            expected=view.rulebook[:12], found=body.rulebook[:12],
        )  # fmt: skip
    reviews = _considered(reading, view, dossier, body)
    kind = apply_overrides(policy_of(reading, begun.rulebook).kind(begun.kind), begun.overrides)
    content = content_of(office, reading, version)
    signed_in = [
        each.record for each in reading.by_type(RecordType.ATTENDANCE, round=view.round, subject=dossier)
    ]
    members = present(
        [member for member, _ in members_of(reading, view, dossier, now)], reviews, body.reviews,
        attended(kind, signed_in, dossier, record.payload.seen),
    )  # fmt: skip
    findings: dict[str, str] = {each.finding: each.value for each in body.findings}
    stands_on = ground(
        kind, findings, content.facts_by_name(), content.materials(), members, reviews.values()
    )
    problems = judge_conclusion(kind, body, stands_on, correction=bool(record.payload.supersedes))
    if problems:
        first = problems[0]
        raise RoundsError(
            first.key, f"the conclusion does not stand: {first.key} {first.item}",
            item=first.item, expected=first.expected, found=first.found,
        )  # fmt: skip


def _own_review_first(reading: Reading, view: RoundView, dossier: str, person: str, now: datetime) -> None:
    """Law 4: the chair is no exception. A chair without a seat on the project has no review to sign first."""
    seat = standing(reading, view, dossier, person, now)
    if seat is None:
        return
    if seat.stage is Stage.REPLACED:
        raise RoundsError("rounds.replaced", "the author was replaced for this project")
    if seat.stage is Stage.WITHDRAWN:
        raise RoundsError("rounds.withdrawn", "the project was withdrawn from this round")
    if seat.stage in _ASIDE:
        raise RoundsError("rounds.recused", "the author has stepped aside from this project")
    if seat.review is None:
        raise RoundsError("rounds.own-review-first", "the chair's own review comes first")


def _considered(reading: Reading, view: RoundView, dossier: str, body: ConclusionBody) -> dict[str, Record]:
    known = {
        each.digest: each.record
        for each in reading.by_type(RecordType.REVIEW, round=view.round, subject=dossier)
    }
    unknown = [digest for digest in body.reviews if digest not in known]
    if unknown:
        raise RoundsError(
            "rounds.unknown-review", "the conclusion names a review this project never had",
            found=unknown[0][:12],
        )  # fmt: skip
    return {digest: known[digest] for digest in body.reviews}


def counting(reading: Reading, round_id: str, dossier: str) -> Heads:
    """The conclusion on a dossier that counts in a round: one head, several where the chair contradicts themselves."""
    found = reading.by_type(RecordType.CHAIR, round=round_id)
    found += reading.by_type(RecordType.CONCLUSION, round=round_id, subject=dossier)
    return counting_conclusion(each.record for each in found)
