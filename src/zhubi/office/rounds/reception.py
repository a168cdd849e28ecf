"""What experts send is received here: judged, logged, answered by a receipt; or refused, and told why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import (
    EXPERT_TYPES,
    AcceptanceBody,
    Record,
    RecordType,
    RefusalBody,
    parse_record,
)
from zhubi.core.trust.canonical import digest_of
from zhubi.core.trust.records import peek, read, record_digest
from zhubi.core.wire.messages import ReceiptMessage, RecordResult, RecordsAnswer
from zhubi.office.ledger.acts import compose
from zhubi.office.ledger.errors import LedgerConflict
from zhubi.office.ledger.ledger import Reading, Stored, Writing
from zhubi.office.ledger.tables import records
from zhubi.office.opening import Office
from zhubi.office.rounds.admission import admit
from zhubi.office.rounds.errors import RoundsError


@dataclass(slots=True)
class _Outcome:
    """What is known of one record while its batch is being received."""

    digest: str
    status: str
    kind: str | None = None
    details: dict[str, str] | None = None
    waiting_for: str | None = None


def receive(
    office: Office, compacts: Sequence[str], person: str, *, dry_run: bool = False, now: datetime
) -> RecordsAnswer:
    """Receive one record or many from one person, in the order given, under one writing and one checkpoint.

    Every record gets its own result; one that fails keeps no other back. The same record again answers as it did the
    first time. With ``dry_run`` nothing is kept: the results say what would happen.
    """
    if dry_run:
        with office.ledger.reading() as reading:
            outcomes = [_judge(office, reading, compact, person, now)[0] for compact in compacts]
    else:
        with office.ledger.writing() as writing:
            outcomes = [_take(office, writing, compact, person, now) for compact in compacts]
    checkpoint = office.ledger.checkpoint()
    with office.ledger.reading() as reading:
        return RecordsAnswer(
            results=tuple(_result(office, reading, outcome) for outcome in outcomes), checkpoint=checkpoint
        )


def _take(office: Office, writing: Writing, compact: str, person: str, now: datetime) -> _Outcome:
    outcome, record = _judge(office, writing, compact, person, now)
    if record is None:
        return outcome
    if outcome.status == "waiting" and outcome.waiting_for:
        writing.hold(compact, outcome.waiting_for)
        return outcome
    if outcome.status == "refused":
        writing.let_go(outcome.digest)
        _refuse(office, writing, record, outcome, now)
        return outcome
    try:
        stored = writing.append(compact)
    except LedgerConflict as conflict:
        return _Outcome(outcome.digest, "conflict", conflict.kind, _texts(conflict))
    _accept(office, writing, stored, now)
    for waiting in writing.waiting_on(stored.record.digest):
        _take(office, writing, waiting, str(peek(waiting)[0].get("author")), now)
    return outcome


def _judge(
    office: Office, reading: Reading, compact: str, person: str, now: datetime
) -> tuple[_Outcome, Record | None]:
    """What would become of a record; None beside it where there is nothing more to do."""
    digest = record_digest(compact)
    if reading.record(digest) is not None:
        return _Outcome(digest, "logged"), None
    refusals = reading.links_to(digest, RecordType.REFUSAL)
    if refusals:
        body = refusals[-1].record.body
        assert isinstance(body, RefusalBody)
        return _Outcome(digest, "refused", body.kind, dict(body.details)), None
    try:
        record = _read(office, compact, person, digest)
    except ZhubiError as problem:
        # Nothing that its claimed author signed: there is no act to answer with a signed refusal.
        return _Outcome(digest, "refused", problem.kind, _texts(problem)), None
    same = reading.matching(records.c.author == record.payload.author, records.c.id == record.payload.id)
    if same:
        return _Outcome(digest, "conflict", "ledger.conflict", {"held": same[0].digest[:12]}), None
    waiting_for = next((each for each in record.payload.supersedes if reading.record(each) is None), None)
    if waiting_for is not None:
        return _Outcome(digest, "waiting", waiting_for=waiting_for), record
    try:
        admit(office, reading, record, now)
    except ZhubiError as problem:
        return _Outcome(digest, "refused", problem.kind, _texts(problem)), record
    return _Outcome(digest, "logged"), record


def _read(office: Office, compact: str, person: str, digest: str) -> Record:
    registry = office.ledger.registry()
    payload, kid = read(compact, registry.public_for)
    holder = registry.holder(kid)
    if holder is None:
        raise RoundsError("rounds.key-revoked", "the key that signed this was revoked")
    try:
        record = parse_record(digest, kid, dict(payload))
    except ValidationError as problem:
        place = ".".join(str(part) for part in problem.errors()[0]["loc"])
        raise RoundsError(
            "rounds.record-form", "the record is not of the form its type asks", place=place
        ) from None
    if record.payload.model_dump(mode="json") != dict(payload):
        raise RoundsError(
            "rounds.record-form", "the record leaves out what every record says", place="payload"
        )
    if record.payload.author != holder.person or holder.person != person:
        raise RoundsError("rounds.not-yours", "the author is not the person who signed or sent this")
    if record.payload.origin != office.ledger.origin:
        raise RoundsError(
            "rounds.other-office", "the record is meant for another office",
            expected=office.ledger.origin, found=record.payload.origin,
        )  # fmt: skip
    if record.type not in EXPERT_TYPES:
        raise RoundsError("rounds.not-an-experts-act", "experts do not say this", type=record.type.value)
    return record


def _accept(office: Office, writing: Writing, stored: Stored, now: datetime) -> None:
    rebuilt = stored.record.payload.model_dump(mode="json")
    body = AcceptanceBody(record=stored.record.digest, payload_sha256=digest_of(rebuilt))
    _answer(office, writing, stored.record, RecordType.ACCEPTANCE, body, now)


def _refuse(office: Office, writing: Writing, record: Record, outcome: _Outcome, now: datetime) -> None:
    body = RefusalBody(
        record=record.digest, person=record.payload.author, kind=outcome.kind or "rounds.refused",
        details=outcome.details or {},
    )  # fmt: skip
    _answer(office, writing, record, RecordType.REFUSAL, body, now)


def _answer(
    office: Office,
    writing: Writing,
    record: Record,
    kind: RecordType,
    body: AcceptanceBody | RefusalBody,
    now: datetime,
) -> None:
    compact = compose(
        office.ledger, office.service, kind, body,
        round=record.payload.round, subjects=record.payload.subjects, now=now,
    )  # fmt: skip
    writing.append(compact)


def _result(office: Office, reading: Reading, outcome: _Outcome) -> RecordResult:
    refusal = None
    stored = reading.record(outcome.digest)
    if outcome.status == "refused":
        found = reading.links_to(outcome.digest, RecordType.REFUSAL)
        refusal = found[-1].compact if found else None
    return RecordResult(
        digest=outcome.digest,
        status=outcome.status,
        index=stored.record.index if stored else None,
        logged_at=stored.logged_at if stored else None,
        waiting_for=outcome.waiting_for,
        refusal=refusal,
        kind=outcome.kind,
        details=outcome.details or {},
        receipt=receipt_for(office, reading, outcome.digest) if stored else None,
    )


def receipt_for(office: Office, reading: Reading, digest: str) -> ReceiptMessage | None:
    """Proof, acceptance and certified key of a logged record of an expert; None while any of them is not there yet."""
    proof = reading.proof(digest)
    acceptances = reading.links_to(digest, RecordType.ACCEPTANCE)
    if proof is None or not acceptances:
        return None
    acceptance = acceptances[0]
    staff_key = next(
        (
            each
            for each in reading.by_type(RecordType.STAFF_KEY)
            if getattr(each.record.body, "person", None) == acceptance.record.payload.author
        ),
        None,
    )
    if staff_key is None:
        return None
    return ReceiptMessage(proof=proof, acceptance=acceptance.compact, staff_key=staff_key.compact)


def _texts(problem: ZhubiError) -> dict[str, str]:
    return {name: str(value) for name, value in problem.details.items() if value not in ("", None)}
