"""The story of a project, and receipts: verified while they are shown, and handed out as files that verify alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import (
    EXPERT_TYPES,
    AssignmentBody,
    AttendanceBody,
    ChairBody,
    ConclusionBody,
    DecisionBody,
    DeclarationBody,
    DossierBody,
    EnrolmentBody,
    Record,
    RecordType,
    RefusalBody,
    ReturnBody,
    ReviewBody,
    RoundChangeBody,
)
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.timing import signing_time
from zhubi.core.trust.checkpoints import PinnedLog
from zhubi.core.trust.keys import thumbprint
from zhubi.core.trust.receipts import receipt_code, verify_receipt
from zhubi.core.verify.receipt_file import (
    Pins,
    VerifiedFile,
    make_receipt_file,
    read_pins,
)
from zhubi.core.verify.receipt_file import verify_receipt_file as verify_file
from zhubi.expert.desk import changes, changetelling, notes, overview, views
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import office_of
from zhubi.expert.desk.views import ReceiptRow, ReviewKey, TrailRow, TrailView
from zhubi.expert.desk.words import day_text, signing_text
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zhubi.core.rules.lifecycle import RoundView
    from zhubi.expert.desk.changeviews import ChangeLine
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.records import Kept
    from zhubi.expert.store.values import Office

_UNTOLD = frozenset({RecordType.ACCEPTANCE})


def trail(desk: Desk, key: ReviewKey) -> TrailView:
    """Everything said about one assignment, in the order of the log; each receipt is verified anew.

    ``desk.unknown-row``. A receipt that does not hold is said among ``faults``.
    """
    row = overview.row(desk, key)
    if row is None:
        raise DeskError("desk.unknown-row", "no such assignment is known here")
    office = office_of(desk, key.office)
    kept = [*desk.store.records.of_round(key.office, key.round)]
    kept += desk.store.records.of_dossier(key.office, key.dossier, key.round)
    waiting = {each.digest for each in desk.store.outbox.pending(key.office)}
    refused = {each.record.body.record for each in kept if isinstance(each.record.body, RefusalBody)}
    kept.sort(key=lambda each: (each.record.index is None, each.record.index or 0, each.received_at))
    view = desk.store.assignments.round_view(key.office, key.round)
    rows: list[TrailRow] = []
    faults: list[str] = []
    verified = 0
    for each in kept:
        if each.record.type in _UNTOLD:
            continue
        state, code, fault = _receipt_state(desk, office, each, waiting, refused)
        verified += state == "proven"
        if fault:
            faults.append(fault)
        row_of = _row(desk, office, each, state, code, _differences(desk, key, each.record, kept))
        timing = () if view is None else _timing(office, each, view, kept)
        rows.append(replace(row_of, citations=_citations(desk, key, each.record), timing=timing))
    checkpoint = desk.store.log.checkpoint(key.office)
    return TrailView(
        key,
        row.code,
        row.title,
        row.stage,
        tuple(rows),
        verified,
        tuple(faults),
        checkpoint.size if checkpoint is not None else 0,
        datetime.fromtimestamp(checkpoint.time, UTC) if checkpoint is not None else None,
    )


def _receipt_state(
    desk: Desk, office: Office, kept: Kept, waiting: set[str], refused: set[Any]
) -> tuple[Any, str, str]:
    if kept.record.payload.author != office.person:
        return "none", "", ""
    if kept.digest in refused:
        return "refused", "", ""
    found = desk.store.receipts.get(kept.digest)
    if found is None:
        return ("pending" if kept.digest in waiting or kept.record.index is None else "none"), "", ""
    pins = PinnedLog(office.office, office.log_key, office.cosigner_key)
    try:
        checked = verify_receipt(found.receipt, kept.compact, pins, office.root_key)
    except ZhubiError as problem:
        return "none", "", explain(problem)
    return "proven", checked.code, ""


def _differences(desk: Desk, key: ReviewKey, record: Record, kept: Sequence[Kept]) -> tuple[str, ...]:
    """What a record says otherwise than the one whose place it took."""
    found: tuple[ChangeLine, ...] = ()
    try:
        if isinstance(record.body, ReviewBody):
            for each in kept:
                if each.digest in record.payload.supersedes and isinstance(each.record.body, ReviewBody):
                    found = changes.between_signed(desk, key, each.record, record)
        elif isinstance(record.body, DossierBody):
            for each in kept:
                body = each.record.body
                if isinstance(body, DossierBody) and body.version == record.body.version - 1:
                    found = changes.between_cards(desk, key, each.record, record)
    except ZhubiError as problem:
        return (explain(problem),)
    return tuple(text for text, _ in changetelling.line_texts(found))


def _timing(office: Office, kept: Kept, view: RoundView, said: Sequence[Kept]) -> tuple[str, ...]:
    """When a review of this expert was signed, within its bounds, and what its lateness means."""
    record = kept.record
    if not isinstance(record.body, ReviewBody) or record.payload.author != office.person:
        return ()
    sentences = signing_text(signing_time(record.payload, view.closes_at, kept.logged_at))
    returned = {each.record.body.review for each in said if isinstance(each.record.body, ReturnBody)}
    # What answers a return is not late, whenever it comes.
    return sentences[:1] if returned.intersection(record.payload.supersedes) else sentences


def _citations(desk: Desk, key: ReviewKey, record: Record) -> tuple[str, ...]:
    """What a review cites; nothing more where the papers or the rules are not here any more."""
    if not isinstance(record.body, ReviewBody) or not record.body.sheet.citations:
        return ()
    try:
        return notes.citation_lines(notes.cited_in(desk, key, record.body.sheet))
    except ZhubiError as problem:
        return (explain(problem),)


def _row(
    desk: Desk, office: Office, kept: Kept, state: Any, code: str, differences: tuple[str, ...]
) -> TrailRow:
    record = kept.record
    claimed = parse_instant(record.payload.made_at)
    at = datetime.fromtimestamp(kept.logged_at, UTC) if kept.logged_at is not None else claimed
    who = office.name if record.payload.author == office.person else _other(desk, office, record)
    return TrailRow(
        at, kept.logged_at is not None, who, _what(record), _detail(desk, record), record.digest, state, code,
        differences,
    )  # fmt: skip


def _other(desk: Desk, office: Office, record: Record) -> str:
    """Who else said it: a colleague by the name their key was enrolled for, else the office."""
    if record.type in EXPERT_TYPES:
        for each in desk.store.records.by_type(office.office, [RecordType.ENROLMENT.value]):
            body = each.record.body
            if isinstance(body, EnrolmentBody) and body.person == record.payload.author:
                return body.name
    return say("desk.who-office")


def _what(record: Record) -> str:
    body = record.body
    if isinstance(body, AssignmentBody | RoundChangeBody):
        variant = body.action if isinstance(body, AssignmentBody) else body.change
        return say(f"desk.record-{record.type.value}-{variant}")
    if isinstance(body, ConclusionBody) and record.payload.supersedes:
        return say("desk.record-conclusion-corrected")
    if isinstance(body, ReviewBody) and record.payload.supersedes:
        return say("desk.record-correction")
    return say(f"desk.record-{record.type.value}")


def _detail(desk: Desk, record: Record) -> str:
    body = record.body
    if isinstance(body, DeclarationBody):
        return say(f"desk.outcome.{body.outcome.value}")
    if isinstance(body, DossierBody):
        return say("desk.version", version=body.version)
    if isinstance(body, RefusalBody):
        return overview.problem_text(body.kind, dict(body.details))
    if isinstance(body, DecisionBody) and body.matter == "late":
        return f"{say('timing.counted' if body.granted else 'timing.not-counted')} {body.words}".strip()
    if isinstance(body, DecisionBody):
        return f"{say('desk.granted' if body.granted else 'desk.not-granted')} {body.words}".strip()
    if isinstance(body, ReturnBody):
        return body.words
    if isinstance(body, ReviewBody):
        return body.reason
    if isinstance(body, AttendanceBody):
        return f"{say(f'onsite.mode-{body.mode}')} {body.words}".strip()
    if isinstance(body, ConclusionBody):
        from zhubi.expert.desk.conclude import conclusion_name

        name = conclusion_name(desk, record.payload.origin, record)
        return f"{name} {body.reason}".strip()
    if isinstance(body, AssignmentBody):
        return body.reason
    if isinstance(body, RoundChangeBody):
        closes = day_text(parse_instant(body.closes_at), desk.clock()) if body.closes_at else ""
        return f"{closes} {body.reason}".strip()
    return ""


# Receipts


def receipts(desk: Desk) -> tuple[ReceiptRow, ...]:
    """All receipts on this machine, in the order of the log."""
    now = desk.clock()
    titles = {(each.office, each.round): each.title for each in desk.store.assignments.rounds(now)}
    rows = []
    for each in desk.store.receipts.all():
        project = ""
        if each.round is not None and each.subjects:
            found = desk.store.assignments.row(ReviewKey(each.office, each.round, each.subjects[0]), now=now)
            project = f"{found.code} {found.title}" if found is not None else ""
        rows.append(
            ReceiptRow(
                each.digest, each.code, say(f"desk.record-{each.type}"), project,
                titles.get((each.office, each.round or ""), ""), each.index,
                datetime.fromtimestamp(each.logged_at, UTC), each.office,
            )
        )  # fmt: skip
    return tuple(rows)


def export_receipt(desk: Desk, digest: str) -> str:
    """A receipt as a file that ``zhubi verify`` checks; ``desk.no-receipt``. ``digest`` may be its short code."""
    found = desk.store.receipts.get(digest)
    if found is None:
        wanted = digest.strip().upper()
        found = next((each for each in desk.store.receipts.all() if each.code == wanted), None)
    kept = desk.store.records.get(found.digest) if found is not None else None
    if found is None or kept is None:
        raise DeskError("desk.no-receipt", "there is no such receipt here", digest=digest[:64])
    office = office_of(desk, found.office)
    return make_receipt_file(
        kept.compact,
        found.receipt,
        pins_of(office),
        _enrolment(desk, office, kept),
        *_chair(desk, office, kept),
    )


def pins_of(office: Office) -> Pins:
    """The keys that the invitation of an office pinned."""
    return Pins(office.office, office.log_key, office.cosigner_key, office.root_key)


def _enrolment(desk: Desk, office: Office, kept: Kept) -> str:
    """The enrolment of the key that signed, as long as the key of the service in the receipt vouches for it."""
    for each in desk.store.records.by_type(office.office, [RecordType.ENROLMENT.value]):
        signing = getattr(each.record.body, "signing", "")
        if signing and thumbprint(signing) == kept.record.kid:
            return each.compact
    return ""


def _chair(desk: Desk, office: Office, kept: Kept) -> tuple[str, str]:
    """Of a conclusion: the record that names its author chair, and the certified key of who signed that."""
    relied_on = kept.record.payload.relies_on
    named = next(
        (each for digest in relied_on if (each := desk.store.records.get(digest)) is not None
         and isinstance(each.record.body, ChairBody)),
        None,
    )  # fmt: skip
    if named is None:
        return "", ""
    for each in desk.store.records.by_type(office.office, [RecordType.STAFF_KEY.value]):
        if thumbprint(getattr(each.record.body, "signing", "")) == named.record.kid:
            return named.compact, each.compact
    return "", ""


def verify_receipt_file(desk: Desk | None, data: bytes, pins: bytes | None = None) -> views.VerifiedFile:
    """What a receipt file proves, in sentences; never raises for what is in it.

    By ``pins`` where they are given, else by those this machine pinned for the same log, else by the file's own, and
    then it says that these prove nothing about whose log it is.
    """
    try:
        given = read_pins(pins) if pins is not None else None
        if given is None and desk is not None:
            stated = read_pins(data)
            office = desk.store.offices.get(stated.origin)
            given = pins_of(office) if office is not None else None
        found = verify_file(data, given)
    except ZhubiError as problem:
        return views.VerifiedFile(False, False, (explain(problem),), "", "")
    return views.VerifiedFile(
        True, given is not None, _sentences(found, given), receipt_code(found.digest), found.digest
    )


def _sentences(found: VerifiedFile, given: Pins | None) -> tuple[str, ...]:
    verified = found.verified
    at = datetime.fromtimestamp(verified.checkpoint.time, UTC).astimezone()
    said = [
        say("verify.logged", index=verified.index, size=verified.checkpoint.size, origin=verified.checkpoint.origin),
        say("verify.by", time=f"{at:%Y-%m-%d %H:%M:%S %z}"),
        say("verify.intact"),
        say("verify.signed-by", name=found.signer) if found.signer else say("verify.signer-unknown"),
        *([say("verify.chair")] if found.chaired else []),
        say("verify.pins-known" if given is not None else "verify.pins-own"),
    ]  # fmt: skip
    return tuple(said)
