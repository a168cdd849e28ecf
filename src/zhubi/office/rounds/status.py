"""Where a round stands, for the people who run it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhubi.core.model.records import (
    AttendanceBody,
    ChairBody,
    DossierBody,
    Record,
    RecordType,
    ReviewBody,
)
from zhubi.core.rules.attendance import attendances, gathers
from zhubi.core.rules.lifecycle import AssignmentView, RoundView
from zhubi.core.rules.panel import PanelFault
from zhubi.office.ledger.ledger import Reading
from zhubi.office.opening import Office
from zhubi.office.rounds.seats import faults_of
from zhubi.office.rounds.standing import (
    dossiers_of,
    form_of,
    members_of,
    newest_dossier,
    people_of,
    seats_of,
    standing,
    view_of,
)


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """One expert on one project."""

    person: str
    name: str
    seat: AssignmentView
    points: int | None
    recommendation: str | None
    attendance: AttendanceBody | None = None
    """How they signed in; None where they have not."""


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """One project of a round: its panel, and what the panel rule misses."""

    dossier: str
    code: str
    title: str
    members: tuple[MemberStatus, ...]
    faults: tuple[PanelFault, ...]


@dataclass(frozen=True, slots=True)
class RoundStatus:
    """A round with its projects in the order in which they were assigned."""

    view: RoundView
    chair: str | None
    projects: tuple[ProjectStatus, ...]


def rounds_of(reading: Reading) -> tuple[RoundView, ...]:
    """Every round of this office, oldest first."""
    return tuple(
        view_of(reading, stored.payload.round)
        for stored in reading.by_type(RecordType.ROUND)
        if stored.payload.round
    )


def status(office: Office, round_id: str, *, now: datetime) -> RoundStatus:
    """The round as it stands now. Raises ``RoundsError`` rounds.unknown-round."""
    with office.ledger.reading() as reading:
        view = view_of(reading, round_id)
        chairs = [each.body.person for each in reading.by_type(RecordType.CHAIR, round=round_id)
                  if isinstance(each.body, ChairBody)]  # fmt: skip
        projects = tuple(
            _project(office, reading, view, dossier, now)
            for dossier in dossiers_of(seats_of(reading, round_id))
        )
        return RoundStatus(view, chairs[-1] if chairs else None, projects)


def _project(office: Office, reading: Reading, view: RoundView, dossier: str, now: datetime) -> ProjectStatus:
    body = newest_dossier(reading, dossier).body
    assert isinstance(body, DossierBody)
    members = []
    signed_in = reading.by_type(RecordType.ATTENDANCE, round=view.round, subject=dossier)
    there = attendances((each.record for each in signed_in), dossier)
    for person in people_of(seats_of(reading, view.round, dossier)):
        seat = standing(reading, view, dossier, person, now)
        if seat is not None:
            members.append(_member(reading, person, seat, there.get(person)))
    faults: tuple[PanelFault, ...] = ()
    if members_of(reading, view, dossier, now):
        form = form_of(reading, view)
        faults = faults_of(office, reading, view, form, dossier, now, there if gathers(form) else ())
    return ProjectStatus(dossier, body.card.code, body.card.title, tuple(members), faults)


def _member(reading: Reading, person: str, seat: AssignmentView, there: Record | None) -> MemberStatus:
    known = reading.person(person)
    sheet = seat.review.body.sheet if seat.review and isinstance(seat.review.body, ReviewBody) else None
    return MemberStatus(
        person,
        known.name if known else person,
        seat,
        sheet.total.points if sheet and sheet.total else None,
        sheet.recommendation if sheet else None,
        there.body if there is not None and isinstance(there.body, AttendanceBody) else None,
    )
