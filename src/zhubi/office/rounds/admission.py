"""Whether an expert's record may stand in the log: judged before it is accepted, each fault by its own name."""

from __future__ import annotations

from datetime import datetime

from zhubi.core.model.records import (
    CommitmentBody,
    DeclarationBody,
    DeclarationOutcome,
    DossierBody,
    PurgeBody,
    Record,
    RecordType,
    ReviewBody,
)
from zhubi.core.rules.judging import judge_review
from zhubi.core.rules.lifecycle import AssignmentView, RoundView, Stage
from zhubi.core.trust.canonical import digest_of
from zhubi.office.ledger.ledger import Reading, Stored
from zhubi.office.opening import Office
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.standing import (
    content_of,
    form_of,
    people_of,
    policy_of,
    seats_of,
    standing,
    view_of,
)

_OPEN_TO_REVIEW = frozenset(
    {
        Stage.READY, Stage.DRAFTING, Stage.COMPLETE, Stage.SIGNED, Stage.SUBMITTED, Stage.RETURNED, Stage.REFUSED,
        Stage.OVERDUE, Stage.LATE, Stage.DISPUTED, Stage.CLOSED,
    }
)  # fmt: skip


def admit(office: Office, reading: Reading, record: Record, now: datetime) -> None:
    """Raise ``RoundsError`` where the record says what its author may not say here and now; return where it may."""
    round_id = record.payload.round
    if round_id is None:
        raise RoundsError("rounds.no-round", "the record names no round")
    view = view_of(reading, round_id)
    person = record.payload.author
    if person not in people_of(seats_of(reading, round_id)):
        raise RoundsError("rounds.no-seat", "the author has no seat in this round", round=view.title)
    body = record.body
    if isinstance(body, CommitmentBody):
        _admit_commitment(reading, view, record, body)
    elif isinstance(body, DeclarationBody):
        _admit_declaration(reading, view, record, body, now)
    elif isinstance(body, ReviewBody):
        _admit_review(office, reading, view, record, body, now)
    elif isinstance(body, PurgeBody) and not view.ended:
        raise RoundsError(
            "rounds.not-ended", "the round has not ended: nothing is purged yet", round=view.title
        )


def _admit_commitment(reading: Reading, view: RoundView, record: Record, body: CommitmentBody) -> None:
    _supersedes_own(reading, record, RecordType.COMMITMENT)
    form = form_of(reading, view)
    asked = {each.id for each in form.commitments}
    lacking = sorted(asked - set(body.documents))
    if lacking:
        raise RoundsError("rounds.commitment-lacks", "the commitment lacks a part", part=", ".join(lacking))
    text = digest_of([each.model_dump(mode="json") for each in form.commitments])
    if body.text_digest != text:
        raise RoundsError(
            "rounds.commitment-text", "the text that was signed is not the text of this round",
            expected=text[:12], found=body.text_digest[:12],
        )  # fmt: skip


def _admit_declaration(
    reading: Reading, view: RoundView, record: Record, body: DeclarationBody, now: datetime
) -> None:
    dossier = _one_subject(record)
    _supersedes_own(reading, record, RecordType.DECLARATION)
    seat = _seat(reading, view, dossier, record.payload.author, now)
    if seat.stage is Stage.COMMIT or (seat.stage is Stage.OVERDUE and seat.current is None):
        raise RoundsError("rounds.not-committed", "the commitment of this round is not signed yet")
    cards = [
        each.record.body.card_digest
        for each in reading.by_type(RecordType.DOSSIER, subject=dossier)
        if isinstance(each.record.body, DossierBody)
    ]
    if body.card_digest not in cards:
        raise RoundsError("rounds.unknown-card", "the declaration names a card this project never had")
    if body.outcome is DeclarationOutcome.POLICY_SEAT and (seat.seat is None or seat.seat != body.seat):
        raise RoundsError(
            "rounds.no-policy-seat", "the assignment gives no such seat",
            found=body.seat or "", expected=seat.seat or "",
        )  # fmt: skip
    form = form_of(reading, view)
    known = {each.id for each in policy_of(reading, view.rulebook).relations}
    unknown = [each.kind for each in body.relations if known and each.kind not in known]
    if unknown:
        raise RoundsError("rounds.unknown-relation", "the rulebook knows no such relation", found=unknown[0])
    if body.outcome is DeclarationOutcome.EXPLAIN and not body.words.strip():
        raise RoundsError(
            "rounds.explain-words", "a declaration that asks for a decision needs words", form=form.id
        )


def _admit_review(
    office: Office, reading: Reading, view: RoundView, record: Record, body: ReviewBody, now: datetime
) -> None:
    dossier = _one_subject(record)
    _supersedes_own(reading, record, RecordType.REVIEW)
    seat = _seat(reading, view, dossier, record.payload.author, now)
    if seat.stage in (Stage.RECUSED, Stage.VOID, Stage.DECLINED):
        raise RoundsError("rounds.recused", "the author has stepped aside from this project")
    if seat.stage not in _OPEN_TO_REVIEW or seat.release is None:
        raise RoundsError("rounds.not-unsealed", "the material was never released to the author")
    version = _version_named(reading, dossier, record, body)
    pinned = {view.rulebook, *_pinned_before(reading, view.round)}
    if body.rulebook not in pinned or body.kind != view.kind:
        raise RoundsError(
            "rounds.other-rulebook", "the form is not one this round ever had",
            expected=view.rulebook[:12], found=body.rulebook[:12],
        )  # fmt: skip
    if body.role != seat.role:
        raise RoundsError(
            "rounds.other-role", "the role is not the assigned one", expected=seat.role, found=body.role
        )
    content = content_of(office, reading, version)
    overrides = view.overrides if body.rulebook == view.rulebook else {}
    problems = judge_review(
        policy_of(reading, body.rulebook).kind(body.kind), overrides, body.sheet, body.role,
        content.facts_by_name(), content.materials(), content.budget,
    )  # fmt: skip
    for problem in problems:
        if problem.severity == "refuse":
            raise RoundsError(
                problem.key, f"the sheet does not fit its form: {problem.key} {problem.item}",
                item=problem.item, expected=problem.expected, found=problem.found,
            )  # fmt: skip


def _version_named(reading: Reading, dossier: str, record: Record, body: ReviewBody) -> Stored:
    """The version reviewed: the current one, or one that was current as far as the author had seen (law 6)."""
    versions = sorted(
        reading.by_type(RecordType.DOSSIER, subject=dossier), key=lambda each: each.record.index or 0
    )
    named = next((each for each in versions if each.record.digest == body.dossier), None)
    if named is None or getattr(named.record.body, "manifest_digest", None) != body.manifest_digest:
        raise RoundsError("rounds.wrong-dossier", "the review names another project's material")
    later = [each for each in versions if (each.record.index or 0) > (named.record.index or 0)]
    seen = record.payload.seen.size if record.payload.seen else 0
    if later and seen > (later[0].record.index or 0):
        raise RoundsError(
            "rounds.older-version", "the material had been replaced before the review was signed"
        )
    return named


def _pinned_before(reading: Reading, round_id: str) -> set[str]:
    records = [
        each.record
        for kind in (RecordType.ROUND, RecordType.ROUND_CHANGE)
        for each in reading.by_type(kind, round=round_id)
    ]
    return {rulebook for each in records if (rulebook := getattr(each.body, "rulebook", None))}


def _seat(reading: Reading, view: RoundView, dossier: str, person: str, now: datetime) -> AssignmentView:
    seat = standing(reading, view, dossier, person, now)
    if seat is None:
        raise RoundsError("rounds.no-seat", "the author has no seat for this project", round=view.title)
    if seat.stage is Stage.REPLACED:
        raise RoundsError("rounds.replaced", "the author was replaced for this project")
    if seat.stage is Stage.WITHDRAWN:
        raise RoundsError("rounds.withdrawn", "the project was withdrawn from this round")
    return seat


def _one_subject(record: Record) -> str:
    if len(record.payload.subjects) != 1:
        raise RoundsError(
            "rounds.one-subject", "exactly one project was expected", found=len(record.payload.subjects)
        )
    return record.payload.subjects[0]


def _supersedes_own(reading: Reading, record: Record, kind: RecordType) -> None:
    for digest in record.payload.supersedes:
        stored = reading.record(digest)
        if stored is None:
            continue
        other = stored.record
        same = (
            other.type is kind
            and other.payload.author == record.payload.author
            and other.payload.round == record.payload.round
            and other.payload.subjects == record.payload.subjects
        )
        if not same:
            raise RoundsError(
                "rounds.supersedes-other", "a record supersedes only its author's own on the same matter"
            )
