"""Where rounds and assignments stand, as the log says it."""

from __future__ import annotations

from datetime import datetime

from zhubi.core.model.records import AssignmentBody, DossierBody, RecordType, ReviewBody
from zhubi.core.rules.lifecycle import AssignmentView, RoundView, assignment_view, round_view
from zhubi.office.ledger.reading import Reading
from zhubi.office.ledger.stored import Stored


def round_standing(reading: Reading, round: str) -> RoundView | None:
    """The round as its records leave it; ``None`` when there is none of that id."""
    found = (
        *reading.by_type(RecordType.ROUND, round=round),
        *reading.by_type(RecordType.ROUND_CHANGE, round=round),
    )
    return round_view(each.record for each in found)


def assignment_standing(
    reading: Reading,
    view: RoundView,
    dossier: str,
    person: str,
    now: datetime,
    *,
    devices: frozenset[str] | None = None,
) -> AssignmentView | None:
    """Where one assignment stands by the whole log; ``None`` when the person never had it.

    ``devices`` are signing-key thumbprints a key release must name; ``None`` accepts any of the person's.
    """
    own = (
        *reading.by_type(RecordType.COMMITMENT, round=view.round, author=person),
        *reading.by_type(RecordType.PURGE, round=view.round, author=person),
    )
    about = reading.of_seat(view.round, dossier, person)
    about = [each for each in about if not held_back(reading, each, person)]
    logged = {each.digest: each.logged_at for each in about}
    return assignment_view(
        view,
        dossier,
        person,
        [each.record for each in own],
        [each.record for each in about],
        proven=frozenset(logged),
        logged_at={digest: time for digest, time in logged.items() if time is not None},
        draft=None,
        now=now,
        devices=devices,
        accepted=_evidence_accepted(reading, about, person),
    )


def _evidence_accepted(reading: Reading, about: list[Stored], person: str) -> frozenset[str]:
    """The evidence that a person's reviews name and whose acceptance the log holds."""
    own = [each.body for each in about if each.payload.author == person]
    named = {each.digest for body in own if isinstance(body, ReviewBody) for each in body.sheet.evidence}
    return frozenset(each for each in named if reading.links_to(each, RecordType.ACCEPTANCE))


def held_back(reading: Reading, stored: Stored, person: str) -> bool:
    """Whether a record is a version with the conclusion of a live round in which this person has yet to sign.

    Peers stay unseen until one's own review is signed, also by the way of another round.
    """
    body = stored.body
    if not isinstance(body, DossierBody):
        return False
    dossier = stored.payload.subjects[0]
    for carried in body.carries:
        view = round_standing(reading, carried.round)
        seats = reading.by_type(RecordType.ASSIGNMENT, round=carried.round, subject=dossier, person=person)
        last = seats[-1].body if seats else None
        if view is None or view.ended or not isinstance(last, AssignmentBody) or last.action != "assign":
            continue
        if not reading.by_type(RecordType.REVIEW, round=carried.round, subject=dossier, author=person):
            return True
    return False


def version_for(reading: Reading, newest: Stored, round: str, person: str) -> Stored | None:
    """The newest version of a dossier that a person may have in a round; ``newest`` is the newest there is."""
    if is_for(reading, newest, round, person):
        return newest
    older = reading.by_type(RecordType.DOSSIER, subject=newest.payload.subjects[0])
    return next((each for each in reversed(older) if is_for(reading, each, round, person)), None)


def is_for(reading: Reading, stored: Stored, round: str, person: str) -> bool:
    """Whether a version is material of a round for a person."""
    body = stored.body
    assert isinstance(body, DossierBody)
    own = any(carried.round == round for carried in body.carries)
    return not own and not held_back(reading, stored, person)
