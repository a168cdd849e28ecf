"""Making the demo's office: created, filled, rounds opened, panels seated, colleagues' work done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from zhubi.core.rules.compile import shipped
from zhubi.core.trust.invitations import Invitation
from zhubi.demo.colleagues import Colleague, conclude, enrol_colleague, review_all
from zhubi.demo.story import ToldExpert, ToldRound, ToldSeat, content_folder, rounds, sample_expert
from zhubi.locale import say
from zhubi.office.access.invitations import invite
from zhubi.office.intake.importing import import_path
from zhubi.office.ledger.acts import Actor
from zhubi.office.opening import Office, add_staff, create_office, now_utc
from zhubi.office.rounds.chaining import chain
from zhubi.office.rounds.seats import Seat, appoint_chair, assign
from zhubi.office.rounds.windows import open_round

Say = Callable[[str], None]


def make_office(
    directory: Path, url: str, tell: Say, clock: Callable[[], datetime] = now_utc
) -> tuple[Office, Invitation]:
    """A new office with the demo's day in it, and the sample expert's invitation. ``tell`` is called at each step."""
    expert = sample_expert()
    office = create_office(
        directory, organiser=say("demo.organiser"), manager_name=say("demo.manager"), url=url, clock=clock
    )
    add_staff(office, say("demo.inspector"), "inspector")
    manager = office.staff()
    now = office.clock()
    invitation = invite(office, manager, name=expert.name, unit=expert.unit, valid_days=90, now=now)
    made = _Made({}, {})
    for told in rounds():
        imported = import_path(office, manager, content_folder() / told.folder, now=now)
        dossiers = {each.code: each.dossier for each in imported}
        reviews = _open(office, manager, told, dossiers, invitation.person, made, now)
        tell(say("demo.made-round", title=told.title, projects=len(told.projects), reviews=reviews))
    return office, invitation


@dataclass(frozen=True, slots=True)
class _Made:
    """What stands already: the rounds by title, and the colleagues by name and unit, for some sit in two rounds."""

    rounds: dict[str, str]
    people: dict[tuple[str, str], Colleague]


def _open(
    office: Office,
    manager: Actor,
    told: ToldRound,
    dossiers: dict[str, str],
    sample: str,
    made: _Made,
    now: datetime,
) -> int:
    round_id = made.rounds[told.title] = open_round(
        office, manager, title=told.title, policy=shipped(told.policy), kind=told.kind,
        opens_at=now + timedelta(days=told.opens_days), closes_at=now + timedelta(days=told.closes_days),
        overrides=told.overrides, organiser=told.organiser,
        follows=made.rounds[told.follows] if told.follows else None, now=now,
    )  # fmt: skip
    colleagues = {each.id: _colleague(office, manager, each, made, now) for each in told.experts}
    for order, code in enumerate(told.projects, 1):
        seats = [_seat(each, sample, order) for each in told.sample if each.project == code]
        seats += [
            _seat(seat, colleagues[each.id].person, order)
            for each in told.experts
            for seat in each.seats
            if seat.project == code
        ]
        assign(office, manager, round_id, dossiers[code], seats, now=now)
    if told.chair:
        appoint_chair(office, manager, round_id, colleagues[told.chair].person, now=now)
    if told.follows:
        concluded = [each.conclusion for each in rounds() if each.title == told.follows]
        named = [dossiers[each.project] for each in concluded if each is not None]
        chain(office, manager, made.rounds[told.follows], round_id, named, now=now)
    count = sum(_review(office, told, round_id, dossiers, colleagues, name, now) for name in colleagues)
    if told.conclusion is not None:
        dossier = dossiers[told.conclusion.project]
        conclude(office, colleagues[told.chair], round_id, dossier, told.conclusion, now)
    return count


def _colleague(office: Office, manager: Actor, told: ToldExpert, made: _Made, now: datetime) -> Colleague:
    known = made.people.get((told.name, told.unit))
    if known is None:
        known = made.people[told.name, told.unit] = enrol_colleague(
            office, manager, told.name, told.unit, now
        )
    return known


def _review(
    office: Office,
    told: ToldRound,
    round_id: str,
    dossiers: dict[str, str],
    colleagues: dict[str, Colleague],
    name: str,
    now: datetime,
) -> int:
    reviews = {dossiers[each.project]: each for each in told.reviews if each.expert == name}
    return review_all(office, colleagues[name], round_id, reviews, now) if reviews else 0


def _seat(told: ToldSeat, person: str, order: int) -> Seat:
    return Seat(person, told.role, told.seat or None, told.tags, order)
