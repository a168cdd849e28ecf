"""What experts send is received here: judged, logged, answered by a receipt; or refused, and told why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
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
from zhubi.core.model.text import clean_line
from zhubi.core.model.values import instant
from zhubi.core.trust.canonical import digest_of
from zhubi.core.trust.records import is_unsigned, peek, read, record_digest
from zhubi.core.wire.messages import RecordResult, RecordsAnswer
from zhubi.office.ledger.acts import compose
from zhubi.office.ledger.errors import LedgerConflict, LedgerError
from zhubi.office.ledger.ledger import Reading, Stored, Writing
from zhubi.office.ledger.rulebooks import rulebook
from zhubi.office.opening import Office
from zhubi.office.rounds.admission import admit
from zhubi.office.rounds.chaining import chain_following
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.receipts import receipt_with
from zhubi.office.rounds.standing import view_of


class _Undone(Exception):
    """Ends a trial: the turn of the sequencer leaves nothing."""


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
    first time. With ``dry_run`` nothing is kept: the results say what would happen, a review that would come late is
    named ``rounds.would-be-late``, and a record may still lack its signature.
    """
    outcomes: list[_Outcome] = []
    concluded: list[Record] = []
    with suppress(_Undone), office.ledger.writing() as writing:
        take = _try if dry_run else _take
        outcomes = [take(office, writing, compact, person, now) for compact in compacts]
        if dry_run:
            outcomes = [_final(writing, outcome) for outcome in outcomes]
            raise _Undone
        concluded = [
            stored.record
            for outcome in outcomes
            if (stored := writing.record(outcome.digest)) is not None and stored.type is RecordType.CONCLUSION
        ]
    checkpoint = office.ledger.checkpoint()
    for record in concluded:
        chain_following(office, record, now)
    with office.ledger.reading() as reading:
        outcomes = [_final(reading, outcome) for outcome in outcomes]
        proofs = reading.proofs([outcome.digest for outcome in outcomes])
        return RecordsAnswer(
            results=tuple(_result(reading, outcome, proofs) for outcome in outcomes), checkpoint=checkpoint
        )


def _take(office: Office, writing: Writing, compact: str, person: str, now: datetime) -> _Outcome:
    """Settle a record, then every record that waited for it, and those that waited for them."""
    outcome = _settle(office, writing, compact, person, now)
    settled = [outcome.digest] if outcome.status in ("logged", "refused") else []
    while settled:
        for waiting in writing.waiting_on(settled.pop()):
            freed = _settle(office, writing, waiting, str(peek(waiting)[0].get("author")), now)
            if freed.status != "waiting":
                writing.let_go(freed.digest)
                settled.append(freed.digest)
    return outcome


def _try(office: Office, writing: Writing, compact: str, person: str, now: datetime) -> _Outcome:
    """What would become of a record, its signature perhaps still to come; the caller undoes all of it."""
    if is_unsigned(compact):
        outcome, record = _judge(office, writing, compact, person, now, trial=True)
    else:
        outcome = _take(office, writing, compact, person, now)
        stored = writing.record(outcome.digest)
        record = stored.record if stored is not None and stored.logged_at is None else None
    if outcome.status != "logged" or record is None or record.type is not RecordType.REVIEW:
        return outcome
    view = view_of(writing, record.payload.round or "")
    returned = any(writing.links_to(each, RecordType.RETURN) for each in record.payload.supersedes)
    if returned or now <= view.closes_at:
        return outcome
    closed = {"closes_at": instant(view.closes_at)}
    return _Outcome(outcome.digest, outcome.status, "rounds.would-be-late", closed)


def _settle(office: Office, writing: Writing, compact: str, person: str, now: datetime) -> _Outcome:
    outcome, record = _judge(office, writing, compact, person, now)
    if record is None:
        return outcome
    if outcome.status == "waiting" and outcome.waiting_for:
        try:
            writing.hold(compact, outcome.waiting_for)
        except LedgerError as problem:
            # Room may come: no signed refusal, so that the same record can be sent again.
            return _Outcome(outcome.digest, "refused", problem.kind, _texts(problem))
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
    return outcome


def _judge(
    office: Office, reading: Reading, compact: str, person: str, now: datetime, *, trial: bool = False
) -> tuple[_Outcome, Record | None]:
    """What would become of a record; None beside it where there is nothing more to do."""
    digest = record_digest(compact)
    known = _known(reading, digest)
    if known is not None:
        return known, None
    try:
        record = _read(reading, compact, person, digest, trial)
    except ZhubiError as problem:
        # Nothing that this person signed: there is no act to answer with a signed refusal.
        return _Outcome(digest, "refused", problem.kind, _texts(problem)), None
    same = reading.said(record.payload.author, record.payload.id)
    if same is not None:
        return _Outcome(digest, "conflict", "ledger.conflict", {"held": same.digest[:12]}), None
    try:
        _may_speak(office, reading, record)
        waiting_for = _awaited(reading, record)
        if waiting_for is not None:
            return _Outcome(digest, "waiting", waiting_for=waiting_for), record
        admit(office, reading, record, now)
    except RoundsError as problem:
        # Only what is wrong with the record: a fault of the office's own must not become a refusal for good.
        return _Outcome(digest, "refused", problem.kind, _texts(problem)), record
    return _Outcome(digest, "logged"), record


def _known(reading: Reading, digest: str) -> _Outcome | None:
    """What was answered before: logged, or refused by a signed refusal."""
    if reading.record(digest) is not None:
        return _Outcome(digest, "logged")
    refusals = reading.links_to(digest, RecordType.REFUSAL)
    if not refusals:
        return None
    body = refusals[-1].record.body
    assert isinstance(body, RefusalBody)
    return _Outcome(digest, "refused", body.kind, dict(body.details))


def _final(reading: Reading, outcome: _Outcome) -> _Outcome:
    """The outcome once the whole batch is in: what waited may have got what it waited for."""
    if outcome.status != "waiting":
        return outcome
    return _known(reading, outcome.digest) or outcome


def _read(reading: Reading, compact: str, person: str, digest: str, trial: bool) -> Record:
    """The record, once it is certain that ``person`` signed it; in a trial, that it claims to be theirs."""
    registry = reading.registry()
    payload, kid = peek(compact) if trial else read(compact, registry.public_for)
    holder = registry.known(kid)
    if holder is None or payload.get("author") != holder.person or holder.person != person:
        raise RoundsError("rounds.not-yours", "the author is not the person who signed or sent this")
    try:
        record = parse_record(digest, kid, dict(payload))
    except ValidationError as problem:
        place = ".".join(str(part) for part in problem.errors()[0]["loc"])
        raise RoundsError(
            "rounds.record-form", "the record is not of the form its type asks", place=clean_line(place, 200)
        ) from None
    if record.type is RecordType.CONTACT_REPORT:
        # Refused here, where nothing is logged: a signed refusal would tell who wrote it, and that they did.
        raise RoundsError("rounds.only-sealed", "a contact report is taken only as a sealed letter")
    if record.payload.model_dump(mode="json") != dict(payload):
        raise RoundsError(
            "rounds.record-form", "the record leaves out what every record says", place="payload"
        )
    return record


def _may_speak(office: Office, reading: Reading, record: Record) -> None:
    if record.payload.origin != office.ledger.origin:
        raise RoundsError(
            "rounds.other-office", "the record is meant for another office",
            expected=office.ledger.origin, found=record.payload.origin,
        )  # fmt: skip
    if reading.registry().holder(record.kid) is None:
        raise RoundsError("rounds.key-revoked", "the key that signed this was revoked")
    if record.type not in EXPERT_TYPES:
        raise RoundsError("rounds.not-an-experts-act", "experts do not say this", type=record.type.value)


def _awaited(reading: Reading, record: Record) -> str | None:
    """The first record this one supersedes or relies on that the office has neither logged nor refused yet."""
    said = record.body.model_dump(mode="json").values()
    for digest in (*record.payload.supersedes, *record.payload.relies_on):
        if digest in said or (digest not in record.payload.supersedes and rulebook(reading, digest)):
            continue
        if _known(reading, digest) is None:
            return digest
    return None


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


def _result(reading: Reading, outcome: _Outcome, proofs: Mapping[str, str]) -> RecordResult:
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
        receipt=receipt_with(reading, outcome.digest, proofs.get(outcome.digest)) if stored else None,
    )


def _texts(problem: ZhubiError) -> dict[str, str]:
    return {
        name: clean_line(str(value), 300)
        for name, value in problem.details.items()
        if value not in ("", None)
    }
