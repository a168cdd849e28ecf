"""The desk itself: rounds, rows, what to do next, how this machine stands. Read from the index, nothing heavy."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from zhubi.core.rules.timing import time_left
from zhubi.expert.desk import words
from zhubi.expert.desk.views import Act, Leaving, Nearness, NextStep, ReviewKey, RoundRow, Row, StatusLine
from zhubi.locale import knows, say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store import values

_PROVEN: Final = ("submitted", "closed", "late")
SETTLED: Final = frozenset(
    {
        "submitted",
        "late",
        "recused",
        "declined",
        "replaced",
        "withdrawn",
        "void",
        "closed",
        "purged",
        "overdue",
    }
)
_FIRST: Final = ("returned", "refused", "disputed")
_OFFLINE: Final = frozenset({"wire.unreachable", "wire.slow", "wire.cut"})
_SKEW_MATTERS: Final = 300


def rounds(desk: Desk) -> tuple[RoundRow, ...]:
    """The rounds, the one that closes first before the others."""
    now = desk.clock()
    return tuple(_round_row(each, now) for each in desk.store.assignments.rounds(now))


def _round_row(found: values.RoundRow, now: datetime) -> RoundRow:
    return RoundRow(
        found.round, found.office, found.title, found.kind_name or found.kind, found.organiser, dict(found.stages),
        sum(found.stages.get(stage, 0) for stage in _PROVEN), found.total, found.committed_at, found.opens_at,
        found.closes_at, _nearness(found.closes_at, now), found.ended,
    )  # fmt: skip


def row_count(desk: Desk, round: str | None = None) -> int:
    """How many rows there are, in one round or in all."""
    return desk.store.assignments.count(round)


def rows(desk: Desk, round: str | None, offset: int, limit: int) -> tuple[Row, ...]:
    """A window of the rows, of one round or of all; each window costs the same."""
    now = desk.clock()
    return tuple(_row(each, now) for each in desk.store.assignments.rows(round, offset, limit, now=now))


def row(desk: Desk, key: ReviewKey) -> Row | None:
    """One row; None when there is no such assignment."""
    now = desk.clock()
    found = desk.store.assignments.row(key, now=now)
    return None if found is None else _row(found, now)


def row_index(desk: Desk, round: str, dossier: str, scope: str | None = None) -> int | None:
    """The place of an assignment among ``rows(scope, …)``; None when it is not there."""
    if scope is not None and scope != round:
        return None
    for each in desk.store.assignments.rounds(desk.clock()):
        if each.round == round:
            key = ReviewKey(each.office, round, dossier)
            place = desk.store.assignments.index_of(key, scope)
            if place is not None:
                return place
    return None


def _row(found: values.AssignmentRow, now: datetime) -> Row:
    return Row(
        found.round, found.dossier, found.office, found.order, found.code, found.title, found.units, found.stage,
        found.score_text, found.missing, found.receipt_code, found.closes_at, _nearness(found.closes_at, now),
        found.flags,
    )  # fmt: skip


def _nearness(closes_at: datetime, now: datetime) -> Nearness:
    found: Nearness = time_left(closes_at, now).nearness.value
    return found


# What to do next


def next_step(desk: Desk) -> NextStep:
    """What the eye should meet first: the most urgent open thing, or what is being waited for."""
    now = desk.clock()
    offices = desk.store.offices.all()
    if not offices:
        return NextStep("enrol", say("desk.next-enrol"))
    found = desk.store.assignments.rounds(now)
    unsent = desk.store.outbox.unsent()
    if not found:
        never = all(each.synced_at is None for each in offices)
        return NextStep(
            "sync" if never else "none", say("desk.next-first-sync" if never else "desk.next-empty")
        )
    open_rounds = [each for each in found if not each.ended and each.closes_at > now]
    for each in open_rounds:
        step = _in_round(desk, each, now)
        if step is not None:
            return step
    for stage in _FIRST:
        # A returned review is mended after closing too.
        late = desk.store.assignments.with_stage((stage,), now=now, limit=1)
        if late:
            return _to_row(late[0], "review", f"desk.next-{stage}", now)
    if unsent:
        return NextStep("send", say("desk.next-send", count=unsent), closes_at=None)
    return _waiting(desk, open_rounds, now)


def _in_round(desk: Desk, round: values.RoundRow, now: datetime) -> NextStep | None:
    counts = round.stages
    if round.committed_at is None and counts.get("commit"):
        return _to_round(round, "commit", "desk.next-commit", now)
    if counts.get("declare"):
        return _to_round(round, "declare", "desk.next-declare", now, count=counts["declare"])
    for stage in (*_FIRST, "drafting", "ready"):
        if counts.get(stage):
            first = desk.store.assignments.with_stage((stage,), now=now, round=round.round, limit=1)
            if first:
                return _to_row(first[0], "review", f"desk.next-{stage}", now)
    if counts.get("complete"):
        return _to_round(round, "sign", "desk.next-sign", now, count=counts["complete"])
    return None


def _to_round(round: values.RoundRow, act: Act, slug: str, now: datetime, **facts: Any) -> NextStep:
    closing = words.closing_text(round.closes_at, now)
    return NextStep(
        act,
        say(slug, title=round.title, closing=closing, **facts),
        round.round,
        office=round.office,
        closes_at=round.closes_at,
        time_left=words.left_text(round.closes_at, now),
    )


def _to_row(found: values.AssignmentRow, act: Act, slug: str, now: datetime) -> NextStep:
    closing = words.closing_text(found.closes_at, now)
    missing = found.missing or 0
    return NextStep(
        act,
        say(slug, code=found.code, title=found.title, missing=missing, closing=closing),
        found.round,
        found.dossier,
        found.office,
        found.code,
        missing,
        found.closes_at,
        words.left_text(found.closes_at, now),
    )


def _waiting(desk: Desk, open_rounds: list[values.RoundRow], now: datetime) -> NextStep:
    for each in open_rounds:
        for stage, act in (("card-waiting", "sync"), ("sealed", "sync"), ("awaiting", "wait")):
            count = each.stages.get(stage)
            if count:
                return _to_round(each, act, f"desk.next-{stage}", now, count=count)  # type: ignore[arg-type]
    gone = _purging(desk)
    if gone is not None:
        return gone
    return NextStep("none", say("desk.next-done" if open_rounds else "desk.next-nothing-open"))


def _purging(desk: Desk) -> NextStep | None:
    """A round whose material is gone, and of which that is not signed yet."""
    for office, round in desk.store.purge.unconfirmed():
        left = desk.store.purge.plan(office, round)
        if not left.unsent:
            slug = "purge.next-drafts" if left.drafts else "purge.next"
            found = [each for each in desk.store.assignments.rounds(desk.clock()) if each.round == round]
            title = found[0].title if found else ""
            return NextStep("purge", say(slug, title=title, count=left.drafts), round, office=office)
    return None


# How this machine stands


def status_line(desk: Desk) -> StatusLine:
    """The state of sync over all offices: the worst of them, with its sentence."""
    unsent = desk.store.outbox.unsent()
    offices = desk.store.offices.all()
    times = [each.synced_at for each in offices if each.synced_at is not None]
    at = min(times) if times else None
    troubled = [each for each in offices if each.problem]
    if troubled:
        troubled.sort(key=lambda each: each.problem in _OFFLINE)
        first = troubled[0]
        state: Literal["offline", "failed"] = "offline" if first.problem in _OFFLINE else "failed"
        return StatusLine(state, at, unsent, problem_text(first.problem or "", dict(first.problem_details)))
    if at is None:
        return StatusLine("never", None, unsent)
    skew = max((abs(_skew(desk, each.office)) for each in offices), default=0)
    warning = say("desk.clock-skew", minutes=skew // 60) if skew > _SKEW_MATTERS else ""
    return StatusLine("synced", at, unsent, warning)


def problem_text(kind: str, details: dict[str, Any]) -> str:
    """The sentence of a fault that was kept by its kind."""
    return say(kind, **details) if knows(kind) else say("desk.problem", kind=kind)


def _skew(desk: Desk, office: str) -> int:
    found = desk.store.settings.get(f"clock.skew:{office}", 0)
    return found if isinstance(found, int) else 0


def leaving(desk: Desk) -> Leaving:
    """What would be left behind on quitting now: signed and unsent, complete and unsigned, and the next closing."""
    now = desk.clock()
    found = [each for each in desk.store.assignments.rounds(now) if not each.ended]
    unsent = desk.store.outbox.unsent()
    unsigned = sum(each.stages.get("complete", 0) for each in found)
    waiting = [
        each.closes_at
        for each in found
        if each.closes_at > now
        and any(number for stage, number in each.stages.items() if stage not in SETTLED)
    ]
    return Leaving(unsent, unsigned, min(waiting, default=None))
