"""Where rounds and assignments stand, as the log says it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_

from zhubi.core.model.records import RecordType
from zhubi.core.rules.lifecycle import AssignmentView, RoundView, assignment_view, round_view
from zhubi.office.ledger.reading import Reading
from zhubi.office.ledger.tables import records


def round_standing(reading: Reading, round: str) -> RoundView | None:
    """The round as its records leave it; ``None`` when there is none of that id."""
    found = reading.by_type(RecordType.ROUND, round=round) + reading.by_type(
        RecordType.ROUND_CHANGE, round=round
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
    own = reading.matching(
        records.c.round == view.round,
        records.c.author == person,
        records.c.type.in_([RecordType.COMMITMENT, RecordType.PURGE]),
    )
    about = reading.matching(
        or_(records.c.round == view.round, records.c.round.is_(None)),
        or_(
            records.c.author == person,
            records.c.person == person,
            records.c.type == RecordType.DOSSIER,
            and_(records.c.type == RecordType.ASSIGNMENT, records.c.person.is_(None)),
        ),
        subject=dossier,
    )
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
    )
