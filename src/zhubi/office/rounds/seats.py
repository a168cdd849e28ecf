"""Who sits for which project: assigned, replaced, or the project withdrawn; and who chairs."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhubi.core.model.records import AssignmentBody, ChairBody, DossierBody, RecordType
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.text import clean_text
from zhubi.core.rules.facts import fact_values
from zhubi.core.rules.lifecycle import RoundView, Stage
from zhubi.core.rules.panel import PanelFault, panel_faults
from zhubi.core.rules.term import applies
from zhubi.office.ledger.acts import Actor, compose
from zhubi.office.ledger.ledger import Reading, Writing
from zhubi.office.opening import Office
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.standing import (
    content_of,
    dossiers_of,
    form_of,
    members_of,
    newest_dossier,
    people_of,
    policy_of,
    seats_of,
    standing,
    view_of,
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat to give: who, as what, with which tags, and whether the policy itself names it."""

    person: str
    role: str = "technical"
    policy_seat: str | None = None
    tags: tuple[str, ...] = ()
    order: int = 0


@dataclass(frozen=True, slots=True)
class SeatingReport:
    """What was assigned, and what the panel of the dossier still lacks."""

    assigned: int
    faults: tuple[PanelFault, ...]


def assign(
    office: Office,
    actor: Actor,
    round_id: str,
    dossier: str,
    seats: Sequence[Seat],
    *,
    beyond_term: bool = False,
    now: datetime,
) -> SeatingReport:
    """Give experts their seats for one dossier, and say what the panel rule still asks for.

    A panel is put together one by one, so its faults are told, not enforced. A project outside the policy's term is
    refused unless ``beyond_term`` says that it is meant. Raises ``RoundsError`` rounds.term, rounds.unknown-role,
    rounds.unknown-seat, rounds.unknown-tag, rounds.unknown-person, rounds.already-seated, rounds.ended.
    """
    with office.ledger.writing() as writing:
        view = _live(writing, round_id)
        form = form_of(writing, view)
        _within_term(writing, view, dossier, beyond_term)
        for seat in seats:
            _fits(writing, form, view, dossier, seat, now)
        _once(writing, seats)
        for seat in seats:
            body = AssignmentBody(
                action="assign", person=seat.person, role=seat.role, seat=seat.policy_seat,
                tags=tuple(sorted(set(seat.tags))), order=seat.order,
            )  # fmt: skip
            _say(office, writing, actor, view, dossier, body, now)
        return SeatingReport(len(seats), faults_of(office, writing, view, form, dossier, now))


def replace(
    office: Office,
    actor: Actor,
    round_id: str,
    dossier: str,
    gone: str,
    seat: Seat,
    *,
    reason: str,
    now: datetime,
) -> SeatingReport:
    """Put one expert in another's seat; the one who leaves is told, and keeps nothing open for this project."""
    with office.ledger.writing() as writing:
        view = _live(writing, round_id)
        form = form_of(writing, view)
        before = standing(writing, view, dossier, gone, now)
        if before is None or before.stage in (Stage.REPLACED, Stage.WITHDRAWN):
            raise RoundsError("rounds.no-seat", "there is no such seat to replace", round=view.title)
        _fits(writing, form, view, dossier, seat, now)
        leaving = AssignmentBody(
            action="replace", person=gone, role=before.role, seat=before.seat, tags=before.tags,
            order=before.order, reason=clean_text(reason, 2000),
        )  # fmt: skip
        _say(office, writing, actor, view, dossier, leaving, now)
        coming = AssignmentBody(
            action="assign", person=seat.person, role=seat.role, seat=seat.policy_seat,
            tags=tuple(sorted(set(seat.tags))), order=seat.order,
        )  # fmt: skip
        _say(office, writing, actor, view, dossier, coming, now)
        return SeatingReport(1, faults_of(office, writing, view, form, dossier, now))


def withdraw(
    office: Office, actor: Actor, round_id: str, dossier: str, *, reason: str, now: datetime
) -> None:
    """Take a project out of a round: for everyone seated, whatever they had done."""
    with office.ledger.writing() as writing:
        view = _live(writing, round_id)
        if not people_of(seats_of(writing, round_id, dossier)):
            raise RoundsError("rounds.not-in-round", "the project is not in this round", round=view.title)
        body = AssignmentBody(action="withdraw", reason=clean_text(reason, 2000))
        compact = compose(
            office.ledger, actor, RecordType.ASSIGNMENT, body, round=round_id, subjects=(dossier,), now=now
        )
        writing.append(compact)


def appoint_chair(office: Office, actor: Actor, round_id: str, person: str, *, now: datetime) -> None:
    """Name the chair (组长) of a round's panel, from among those seated."""
    with office.ledger.writing() as writing:
        view = _live(writing, round_id)
        if not _sits(writing, view, person, now):
            raise RoundsError("rounds.no-seat", "the chair comes from the panel", round=view.title)
        compact = compose(
            office.ledger, actor, RecordType.CHAIR, ChairBody(person=person), round=round_id, now=now
        )
        writing.append(compact)


def faults_of(
    office: Office,
    reading: Reading,
    view: RoundView,
    form: ReviewKind,
    dossier: str,
    now: datetime,
    there: Collection[str] = (),
) -> tuple[PanelFault, ...]:
    """What the panel of one dossier lacks, counted over those seated and not recused; over who is ``there`` of them,
    where anyone is."""
    content = content_of(office, reading, newest_dossier(reading, dossier))
    members = [
        dataclasses.replace(member, present=not there or member.person in there)
        for member, _ in members_of(reading, view, dossier, now)
    ]
    return panel_faults(form.panel, members, kind=form, facts=fact_values(form, content.facts_by_name()))


def _live(reading: Reading, round_id: str) -> RoundView:
    view = view_of(reading, round_id)
    if view.ended:
        raise RoundsError("rounds.ended", "the round has ended", round=view.title)
    return view


def _within_term(reading: Reading, view: RoundView, dossier: str, beyond_term: bool) -> None:
    body = newest_dossier(reading, dossier).body
    assert isinstance(body, DossierBody)
    judged = applies(policy_of(reading, view.rulebook), body.set_up_on)
    if judged.standing != "governed" and not beyond_term:
        raise RoundsError(
            "rounds.term", "the project was not set up within the policy's term",
            code=body.card.code, found=body.set_up_on or "?", standing=judged.standing, basis=str(judged.basis),
        )  # fmt: skip


def _sits(reading: Reading, view: RoundView, person: str, now: datetime) -> bool:
    for dossier in dossiers_of(seats_of(reading, view.round)):
        seat = standing(reading, view, dossier, person, now)
        if seat is not None and seat.stage not in (Stage.REPLACED, Stage.WITHDRAWN):
            return True
    return False


def _once(reading: Reading, seats: Sequence[Seat]) -> None:
    people = [seat.person for seat in seats]
    for person in people:
        if people.count(person) > 1:
            known = reading.person(person)
            raise RoundsError("rounds.already-seated", "named twice", found=known.name if known else person)


def _fits(
    reading: Reading, form: ReviewKind, view: RoundView, dossier: str, seat: Seat, now: datetime
) -> None:
    if reading.person(seat.person) is None:
        raise RoundsError("rounds.unknown-person", "no such expert was ever invited", found=seat.person)
    roles = [each.id for each in form.roles]
    if roles and seat.role not in roles:
        raise RoundsError("rounds.unknown-role", "no such role", found=seat.role, expected=", ".join(roles))
    policy_seats = [each.id for each in form.seats]
    if seat.policy_seat and seat.policy_seat not in policy_seats:
        raise RoundsError(
            "rounds.unknown-seat", "the policy gives no such seat", found=seat.policy_seat,
            expected=", ".join(policy_seats) or "-",
        )  # fmt: skip
    tags = {each.id for each in form.tags} | set(policy_seats)
    unknown = sorted(set(seat.tags) - tags)
    if unknown:
        raise RoundsError(
            "rounds.unknown-tag", "no such tag", found=unknown[0], expected=", ".join(sorted(tags)) or "-"
        )
    before = standing(reading, view, dossier, seat.person, now)
    if before is not None and before.stage not in (Stage.REPLACED, Stage.WITHDRAWN):
        known = reading.person(seat.person)
        raise RoundsError(
            "rounds.already-seated", "already seated", found=known.name if known else seat.person
        )


def _say(
    office: Office,
    writing: Writing,
    actor: Actor,
    view: RoundView,
    dossier: str,
    body: AssignmentBody,
    now: datetime,
) -> None:
    compact = compose(
        office.ledger, actor, RecordType.ASSIGNMENT, body,
        round=view.round, subjects=(dossier,), relies_on=(view.record,), now=now,
    )  # fmt: skip
    writing.append(compact)
