"""Whether an expert's record may stand in the log: judged before it is accepted, each fault by its own name."""

from __future__ import annotations

from datetime import datetime

from zhubi.core.model.records import (
    AttendanceBody,
    CommitmentBody,
    ConclusionBody,
    DecisionBody,
    DeclarationBody,
    DeclarationOutcome,
    DossierBody,
    KeyReleaseBody,
    PurgeBody,
    Record,
    RecordType,
    ReviewBody,
)
from zhubi.core.rules.judging import judge_review
from zhubi.core.rules.lifecycle import AssignmentView, RoundView, Stage
from zhubi.core.trust.canonical import digest_of
from zhubi.office.ledger.ledger import Reading
from zhubi.office.opening import Office
from zhubi.office.rounds.conclusions import admit_conclusion
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.grounds import form_begun, one_subject, supersedes_own, version_named
from zhubi.office.rounds.standing import (
    content_of,
    form_of,
    policy_of,
    standing,
    view_of,
)

_OPEN_TO_REVIEW = frozenset(
    {
        Stage.READY, Stage.DRAFTING, Stage.COMPLETE, Stage.SIGNED, Stage.SUBMITTED, Stage.RETURNED, Stage.REFUSED,
        Stage.OVERDUE, Stage.LATE, Stage.DISPUTED, Stage.CLOSED,
    }
)  # fmt: skip
_OPENING = frozenset({DeclarationOutcome.CLEAR, DeclarationOutcome.POLICY_SEAT})


def admit(office: Office, reading: Reading, record: Record, now: datetime) -> None:
    """Raise ``RoundsError`` where the record says what its author may not say here and now; return where it may."""
    round_id = record.payload.round
    if round_id is None:
        raise RoundsError("rounds.no-round", "the record names no round")
    view = view_of(reading, round_id)
    person = record.payload.author
    if not reading.ever_seated(round_id, person):
        raise RoundsError("rounds.no-seat", "the author has no seat in this round", round=view.title)
    body = record.body
    if isinstance(body, CommitmentBody):
        _admit_commitment(reading, view, record, body)
    elif isinstance(body, DeclarationBody):
        _admit_declaration(reading, view, record, body, now)
    elif isinstance(body, ReviewBody):
        _admit_review(office, reading, view, record, body, now)
    elif isinstance(body, AttendanceBody):
        _admit_attendance(reading, view, record, now)
    elif isinstance(body, ConclusionBody):
        admit_conclusion(office, reading, view, record, body, now)
    elif isinstance(body, PurgeBody) and not view.ended:
        raise RoundsError(
            "rounds.not-ended", "the round has not ended: nothing is purged yet", round=view.title
        )


def _admit_commitment(reading: Reading, view: RoundView, record: Record, body: CommitmentBody) -> None:
    supersedes_own(reading, record, RecordType.COMMITMENT)
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
    dossier = one_subject(record)
    supersedes_own(reading, record, RecordType.DECLARATION)
    seat = _seat(reading, view, dossier, record.payload.author, now)
    if not reading.by_type(RecordType.COMMITMENT, round=view.round, author=record.payload.author):
        raise RoundsError("rounds.not-committed", "the commitment of this round is not signed yet")
    if body.outcome in _OPENING and _stepped_aside(reading, record, dossier):
        # Law 1: whoever stood aside opens the material by the organiser's decision alone, not by another word.
        raise RoundsError("rounds.recused-before", "the author stepped aside: only the organiser can reopen")
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
    dossier = one_subject(record)
    supersedes_own(reading, record, RecordType.REVIEW)
    seat = _seat(reading, view, dossier, record.payload.author, now)
    if seat.stage in (Stage.RECUSED, Stage.VOID, Stage.DECLINED):
        raise RoundsError("rounds.recused", "the author has stepped aside from this project")
    version = version_named(reading, dossier, record, body)
    if not (seat.stage in _OPEN_TO_REVIEW or seat.redeclare) or not _released(reading, seat, record, body):
        raise RoundsError("rounds.not-unsealed", "the material was never released to the author")
    begun = form_begun(reading, view, record, body.rulebook)
    if begun is None or body.kind != view.kind:
        raise RoundsError(
            "rounds.other-rulebook", "the form is not one this round ever had",
            expected=view.rulebook[:12], found=body.rulebook[:12],
        )  # fmt: skip
    if body.role != seat.role:
        raise RoundsError(
            "rounds.other-role", "the role is not the assigned one", expected=seat.role, found=body.role
        )
    content = content_of(office, reading, version)
    problems = judge_review(
        policy_of(reading, begun.rulebook).kind(begun.kind), begun.overrides, body.sheet, body.role,
        content.facts_by_name(), content.materials(), content.budget,
    )  # fmt: skip
    for problem in problems:
        if problem.severity == "refuse":
            raise RoundsError(
                problem.key, f"the sheet does not fit its form: {problem.key} {problem.item}",
                item=problem.item, expected=problem.expected, found=problem.found,
            )  # fmt: skip


def _admit_attendance(reading: Reading, view: RoundView, record: Record, now: datetime) -> None:
    """Whoever may open the papers of every project that is named may say that they take part."""
    subjects = record.payload.subjects
    if not subjects or len(set(subjects)) != len(subjects):
        raise RoundsError("rounds.attendance-subjects", "each project taken part in was expected once")
    supersedes_own(reading, record, RecordType.ATTENDANCE)
    if view.ended:
        raise RoundsError("rounds.ended", "the round has ended", round=view.title)
    for dossier in subjects:
        seat = _seat(reading, view, dossier, record.payload.author, now)
        if seat.stage in (Stage.RECUSED, Stage.VOID, Stage.DECLINED):
            raise RoundsError("rounds.attendance-aside", "the author has stepped aside from this project")
        if not (seat.may_unseal or seat.redeclare):
            raise RoundsError(
                "rounds.attendance-undeclared", "commitment and declaration come before signing in"
            )


def _released(reading: Reading, seat: AssignmentView, record: Record, body: ReviewBody) -> bool:
    newest = seat.release.body if seat.release is not None else None
    if isinstance(newest, KeyReleaseBody) and newest.manifest_digest == body.manifest_digest:
        return True
    releases = reading.by_type(
        RecordType.KEY_RELEASE,
        round=record.payload.round,
        subject=record.payload.subjects[0],
        person=record.payload.author,
    )
    return any(getattr(each.body, "manifest_digest", None) == body.manifest_digest for each in releases)


def _stepped_aside(reading: Reading, record: Record, dossier: str) -> bool:
    """Whether the author ever declared 应回避 here, or was refused after asking, and no later asking was granted."""
    aside = False
    declared = reading.by_type(
        RecordType.DECLARATION, round=record.payload.round, subject=dossier, author=record.payload.author
    )
    for stored in declared:
        body = stored.record.body
        assert isinstance(body, DeclarationBody)
        if body.outcome is DeclarationOutcome.RECUSE:
            aside = True
        elif body.outcome is DeclarationOutcome.EXPLAIN:
            decisions = [
                each.record.body for each in reading.links_to(stored.record.digest, RecordType.DECISION)
            ]
            if decisions and isinstance(last := decisions[-1], DecisionBody):
                aside = not last.granted
    return aside


def _seat(reading: Reading, view: RoundView, dossier: str, person: str, now: datetime) -> AssignmentView:
    seat = standing(reading, view, dossier, person, now)
    if seat is None:
        raise RoundsError("rounds.no-seat", "the author has no seat for this project", round=view.title)
    if seat.stage is Stage.REPLACED:
        raise RoundsError("rounds.replaced", "the author was replaced for this project")
    if seat.stage is Stage.WITHDRAWN:
        raise RoundsError("rounds.withdrawn", "the project was withdrawn from this round")
    return seat
