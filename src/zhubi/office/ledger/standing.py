"""Where rounds and assignments stand, as the log says it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_

from zhubi.core.model.records import RecordType
from zhubi.core.rules.lifecycle import AssignmentView, RoundView, assignment_view, round_view
from zhubi.office.ledger.reading import UNLED, Reading
from zhubi.office.ledger.tables import records


def round_standing(reading: Reading, round: str) -> RoundView | None:
    """The round as its records leave it; ``None`` when there is none of that id."""
    found = reading.matching(
        records.c.type.in_([RecordType.ROUND, RecordType.ROUND_CHANGE]), records.c.round == round
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
        UNLED["round"].in_([view.round, ""]),
        or_(
            UNLED["author"] == person,
            UNLED["person"] == person,
            UNLED["type"] == RecordType.DOSSIER,
            and_(UNLED["type"] == RecordType.ASSIGNMENT, UNLED["person"] == ""),
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
