"""Where an assignment stands: what follows from records, receipts and the draft, for either side.

The function is pure, so that the expert's machine and the office say the same of the same records; an index of
its results is allowed where a list must be fast, and is tested against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from zhubi.core.model.records import (
    AssignmentBody,
    DecisionBody,
    DeclarationBody,
    DeclarationOutcome,
    DossierBody,
    KeyReleaseBody,
    Record,
    RecordType,
    RefusalBody,
    ReturnBody,
    ReviewBody,
    RoundBody,
    RoundChangeBody,
)
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.heads import Heads, heads
from zhubi.core.rules.timing import Punctuality, signing_time


class Stage(StrEnum):
    """The life of an assignment."""

    COMMIT = "commit"  # 待签承诺书
    CARD_WAITING = "card-waiting"  # 已签承诺书，待同步项目信息
    DECLARE = "declare"  # 待声明
    AWAITING = "awaiting"  # 待组织方决定
    SEALED = "sealed"  # 已声明，待启封
    READY = "ready"  # 待评
    DRAFTING = "drafting"  # 填写中
    COMPLETE = "complete"  # 已填完，待签名
    SIGNED = "signed"  # 已签名，未送达
    SUBMITTED = "submitted"  # 已提交
    RETURNED = "returned"  # 退回修改
    REFUSED = "refused"  # 未被接收
    OVERDUE = "overdue"  # 逾期未交
    LATE = "late"  # 逾期到达
    DISPUTED = "disputed"  # 两份并存，待本人确认
    RECUSED = "recused"  # 已回避
    DECLINED = "declined"  # 无法承担
    REPLACED = "replaced"  # 已替换
    WITHDRAWN = "withdrawn"  # 项目撤回
    VOID = "void"  # 已作废
    CLOSED = "closed"  # 已结束
    PURGED = "purged"  # 已清退


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round as its records leave it."""

    round: str
    title: str
    kind: str
    rulebook: str
    overrides: Mapping[str, Any]
    organiser: str
    opens_at: datetime
    closes_at: datetime
    ended: bool
    record: str
    """Digest of the record that set the rulebook, overrides or dates last: what acts in this round rely on."""

    def closed(self, now: datetime) -> bool:
        """Whether closing has passed."""
        return now >= self.closes_at


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a draft without reading it: how many required items are missing."""

    missing: int


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """One expert, one dossier, one round: the stage, and the records it rests on."""

    round: str
    dossier: str
    person: str
    stage: Stage
    role: str
    seat: str | None
    tags: tuple[str, ...]
    order: int
    current: Record | None = None
    """The newest dossier version visible to the expert, apart from those that carry this round's own conclusion."""
    declaration: Record | None = None
    release: Record | None = None
    """The newest key release to this device; older than ``current`` while a new version waits for its key."""
    review: Record | None = None
    returned: Record | None = None
    refusal: Record | None = None
    decision: Record | None = None
    rivals: tuple[Record, ...] = ()
    """The heads that stand side by side where the stage is DISPUTED."""
    redeclare: bool = False
    """Whether a declaration stands, but over a card that has changed since."""
    may_unseal: bool = False
    """Whether the records seen give a right to the key."""
    flags: frozenset[str] = field(default_factory=frozenset)


def round_view(records: Iterable[Record]) -> RoundView | None:
    """The round that a ``round`` record and its changes describe, in log order; None before the first."""
    ordered = sorted(
        (each for each in records if each.type in (RecordType.ROUND, RecordType.ROUND_CHANGE)), key=_place
    )
    view: RoundView | None = None
    for record in ordered:
        body = record.body
        if isinstance(body, RoundBody) and view is None and record.payload.round:
            view = RoundView(
                record.payload.round, body.title, body.kind, body.rulebook, body.overrides, body.organiser,
                parse_instant(body.opens_at), parse_instant(body.closes_at), False, record.digest,
            )  # fmt: skip
        elif isinstance(body, RoundChangeBody) and view is not None:
            view = RoundView(
                view.round,
                body.title or view.title,
                view.kind,
                body.rulebook or view.rulebook,
                view.overrides if body.overrides is None else body.overrides,
                view.organiser,
                view.opens_at,
                parse_instant(body.closes_at) if body.closes_at else view.closes_at,
                view.ended or body.change == "end",
                record.digest,
            )
    return view


def commitment_of(records: Iterable[Record], person: str) -> Heads:
    """The heads of one person's commitments in a round; one that was refused does not count."""
    records = tuple(records)
    refused = _refused(records)
    return heads(
        each
        for each in records
        if each.type is RecordType.COMMITMENT and each.payload.author == person and each.digest not in refused
    )


def is_late(record: Record, view: RoundView, logged_at: Mapping[str, int]) -> bool:
    """Whether the earliest cosigned checkpoint that holds the record comes after closing (law 5).

    A record whose checkpoint is not known yet is not called late.
    """
    moment = logged_at.get(record.digest)
    return moment is not None and moment > view.closes_at.timestamp()


def assignment_view(
    view: RoundView,
    dossier: str,
    person: str,
    round_records: Iterable[Record],
    dossier_records: Iterable[Record],
    *,
    proven: frozenset[str],
    logged_at: Mapping[str, int],
    draft: Draft | None,
    now: datetime,
    devices: frozenset[str] | None = None,
    accepted: frozenset[str] = frozenset(),
) -> AssignmentView | None:
    """Where one assignment stands; None when the person never had it.

    ``round_records`` are the records of the round without subjects; ``dossier_records`` those that name the dossier,
    of this round or of none. ``proven`` are digests whose receipts verify. ``logged_at`` gives log time in Unix
    seconds. ``devices`` are the signing-key thumbprints a key release must name; None accepts any of the person's.
    ``accepted`` is the evidence whose acceptance the log holds: other evidence of a review that arrived is 佐证待传.
    """
    round_records = tuple(round_records)
    mine = _Mine.gather(view.round, person, dossier_records, devices)
    seat = mine.seat
    if seat is None:
        return None
    fate = mine.fate()
    body = seat.body
    assert isinstance(body, AssignmentBody)
    base = AssignmentView(
        view.round, dossier, person, Stage.COMMIT, body.role, body.seat, body.tags, body.order,
        current=mine.current, release=mine.release,
    )  # fmt: skip
    if fate is not None:
        return _at(base, fate, review=mine.reviews.one, declaration=mine.declarations.one)
    if any(_purge_of(each, person, devices) for each in round_records):
        return _at(base, Stage.PURGED, review=mine.reviews.one, declaration=mine.declarations.one)
    commitments = commitment_of(round_records, person)
    if commitments.disputed:
        return _at(base, Stage.DISPUTED, rivals=commitments.records)
    if commitments.one is None:
        return _at(base, Stage.OVERDUE if view.closed(now) or view.ended else Stage.COMMIT)
    if mine.current is None:
        return _at(base, Stage.CARD_WAITING)
    settled = _after_declaring(base, mine)
    review = mine.reviews.one
    if (
        settled.redeclare
        and review is not None
        and review.digest in proven
        and review.digest not in mine.refusals
    ):
        # Handed in before the card changed: it stands as handed in, and a new declaration is still asked for.
        handed_in = _after_signing(settled, review, mine, view, proven, logged_at, accepted)
        return _at(handed_in, handed_in.stage, flags=handed_in.flags | {"redeclare"})
    if settled.stage is not Stage.SEALED:
        if settled.stage is Stage.DECLARE and (view.closed(now) or view.ended):
            return _at(settled, Stage.OVERDUE)
        return settled
    committed = commitments.one.index is not None
    declared = settled.declaration is not None and settled.declaration.index is not None
    settled = _at(settled, Stage.SEALED, may_unseal=committed and declared and not view.ended)
    return _after_unsealing(settled, mine, view, proven, logged_at, accepted, draft, now)


@dataclass(frozen=True, slots=True)
class _Mine:
    """One person's records on one dossier in one round, sorted by what they are."""

    seat: Record | None
    withdrawn: bool
    replaced: bool
    current: Record | None
    release: Record | None
    declarations: Heads
    reviews: Heads
    decisions: Mapping[str, Record]
    returns: Mapping[str, Record]
    refusals: Mapping[str, Record]

    @classmethod
    def gather(
        cls, round_id: str, person: str, records: Iterable[Record], devices: frozenset[str] | None
    ) -> _Mine:
        seat: Record | None = None
        withdrawn = replaced = False
        current: Record | None = None
        releases: list[Record] = []
        headed: dict[RecordType, list[Record]] = {RecordType.DECLARATION: [], RecordType.REVIEW: []}
        about: dict[RecordType, dict[str, Record]] = {
            RecordType.DECISION: {}, RecordType.RETURN: {}, RecordType.REFUSAL: {},
        }  # fmt: skip
        for record in sorted(records, key=_place):
            body = record.body
            if isinstance(body, DossierBody):
                # What a round's own conclusion went into is material of the round that follows, not of this one.
                own = any(each.round == round_id for each in body.carries)
                if not own and (current is None or body.version > _version(current)):
                    current = record
                continue
            if record.payload.round != round_id:
                continue
            if isinstance(body, AssignmentBody):
                if body.action == "withdraw":
                    withdrawn = True
                elif body.person == person:
                    replaced = body.action == "replace"
                    withdrawn = False
                    if body.action == "assign" or seat is None:
                        seat = record
            elif isinstance(body, KeyReleaseBody):
                if body.person == person and (devices is None or body.device in devices):
                    releases.append(record)
            elif record.type in headed and record.payload.author == person:
                headed[record.type].append(record)
            elif isinstance(body, DecisionBody):
                about[RecordType.DECISION][body.about] = record
            elif isinstance(body, ReturnBody):
                about[RecordType.RETURN][body.review] = record
            elif isinstance(body, RefusalBody):
                about[RecordType.REFUSAL][body.record] = record
        # A refused declaration opens nothing and closes nothing: the one before it stands.
        declared = [
            each for each in headed[RecordType.DECLARATION] if each.digest not in about[RecordType.REFUSAL]
        ]
        return cls(
            seat, withdrawn, replaced, current, releases[-1] if releases else None,
            heads(declared), heads(headed[RecordType.REVIEW]),
            about[RecordType.DECISION], about[RecordType.RETURN], about[RecordType.REFUSAL],
        )  # fmt: skip

    def fate(self) -> Stage | None:
        """An end that the organiser set, whatever the expert did."""
        if self.withdrawn:
            return Stage.WITHDRAWN
        return Stage.REPLACED if self.replaced else None


def _after_declaring(base: AssignmentView, mine: _Mine) -> AssignmentView:
    """Follow the declaration: SEALED means that it opens the way to the content."""
    assert mine.current is not None
    if mine.declarations.disputed:
        return _at(base, Stage.DISPUTED, rivals=mine.declarations.records)
    declaration = mine.declarations.one
    if declaration is None:
        return _at(base, Stage.DECLARE)
    body = declaration.body
    current = mine.current.body
    assert isinstance(body, DeclarationBody) and isinstance(current, DossierBody)
    known = {"declaration": declaration, "review": mine.reviews.one}
    if body.outcome is DeclarationOutcome.RECUSE:
        return _at(base, Stage.VOID if mine.reviews.records else Stage.RECUSED, **known)
    if body.outcome is DeclarationOutcome.DECLINE:
        return _at(base, Stage.DECLINED, **known)
    if body.card_digest != current.card_digest:
        return _at(base, Stage.DECLARE, redeclare=True, **known)
    if body.outcome is DeclarationOutcome.POLICY_SEAT and (base.seat is None or body.seat != base.seat):
        return _at(base, Stage.DECLARE, **known)
    if body.outcome is DeclarationOutcome.EXPLAIN:
        decision = mine.decisions.get(declaration.digest)
        if decision is None:
            return _at(base, Stage.AWAITING, **known)
        assert isinstance(decision.body, DecisionBody)
        if not decision.body.granted:
            refused = Stage.VOID if mine.reviews.records else Stage.RECUSED
            return _at(base, refused, decision=decision, **known)
        return _at(base, Stage.SEALED, decision=decision, **known)
    return _at(base, Stage.SEALED, **known)


def _after_unsealing(
    base: AssignmentView,
    mine: _Mine,
    view: RoundView,
    proven: frozenset[str],
    logged_at: Mapping[str, int],
    accepted: frozenset[str],
    draft: Draft | None,
    now: datetime,
) -> AssignmentView:
    if mine.reviews.disputed:
        return _at(base, Stage.DISPUTED, rivals=mine.reviews.records)
    review = mine.reviews.one
    if review is not None:
        return _after_signing(base, review, mine, view, proven, logged_at, accepted)
    if view.closed(now) or view.ended:
        return _at(base, Stage.OVERDUE)
    if mine.release is None:
        return base
    if draft is None:
        return _at(base, Stage.READY)
    return _at(base, Stage.COMPLETE if draft.missing == 0 else Stage.DRAFTING)


def _after_signing(
    base: AssignmentView,
    review: Record,
    mine: _Mine,
    view: RoundView,
    proven: frozenset[str],
    logged_at: Mapping[str, int],
    accepted: frozenset[str],
) -> AssignmentView:
    refusal = mine.refusals.get(review.digest)
    if refusal is not None:
        return _at(base, Stage.REFUSED, review=review, refusal=refusal)
    if review.digest not in proven:
        return _at(base, Stage.SIGNED, review=review)
    flags = set()
    current = base.current.digest if base.current else None
    if isinstance(review.body, ReviewBody) and current not in (None, review.body.dossier):
        flags.add("older-version")
    if isinstance(review.body, ReviewBody) and any(
        each.digest not in accepted for each in review.body.sheet.evidence
    ):
        flags.add("evidence-pending")
    returned = mine.returns.get(review.digest)
    if returned is not None and not view.ended:
        return _at(base, Stage.RETURNED, review=review, returned=returned, flags=frozenset(flags))
    decision = mine.decisions.get(review.digest)
    if is_late(review, view, logged_at):
        granted = isinstance(decision.body, DecisionBody) and decision.body.granted if decision else False
        answers_return = any(digest in mine.returns for digest in review.payload.supersedes)
        if not granted and not answers_return:
            flags.add("late-refused" if decision is not None else _how_late(review, view, logged_at))
            return _at(base, Stage.LATE, review=review, decision=decision, flags=frozenset(flags))
        if granted:
            flags.add("late-counted")
    stage = Stage.CLOSED if view.ended else Stage.SUBMITTED
    return _at(base, stage, review=review, decision=decision or base.decision, flags=frozenset(flags))


def _how_late(review: Record, view: RoundView, logged_at: Mapping[str, int]) -> str:
    when = signing_time(review.payload, view.closes_at, logged_at.get(review.digest))
    return "late-claimed" if when.punctuality is Punctuality.CLAIMED else "late-signed"


def _at(base: AssignmentView, stage: Stage, **known: Any) -> AssignmentView:
    values = {name: getattr(base, name) for name in AssignmentView.__slots__}
    return AssignmentView(**{**values, "stage": stage, **known})


def _refused(records: Iterable[Record]) -> frozenset[str]:
    return frozenset(each.body.record for each in records if isinstance(each.body, RefusalBody))


def _place(record: Record) -> tuple[bool, int, str]:
    return (record.index is None, record.index or 0, record.digest)


def _version(record: Record) -> int:
    return record.body.version if isinstance(record.body, DossierBody) else 0


def _purge_of(record: Record, person: str, devices: frozenset[str] | None) -> bool:
    if record.type is not RecordType.PURGE or record.payload.author != person:
        return False
    return devices is None or getattr(record.body, "device", None) in devices
