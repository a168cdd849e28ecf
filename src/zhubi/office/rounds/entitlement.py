"""Which sealed blobs an expert may fetch: those of projects they may open, while a round of theirs is live."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from zhubi.core.model.records import RecordType
from zhubi.core.rules.lifecycle import Stage
from zhubi.office.ledger.ledger import Reading
from zhubi.office.ledger.tables import sealed_blobs, sealed_versions
from zhubi.office.opening import Office
from zhubi.office.rounds.standing import standing, view_of

_ASIDE = frozenset({Stage.RECUSED, Stage.DECLINED, Stage.VOID, Stage.REPLACED, Stage.WITHDRAWN, Stage.PURGED})


def may_fetch(office: Office, person: str, blob: str, *, now: datetime) -> bool:
    """Whether this person may have this blob now. The answer never says whether the blob exists."""
    with office.ledger.reading() as reading:
        return any(
            _live_seat(reading, round_id, dossier, person, now)
            for dossier in _dossiers_with(reading, blob)
            for round_id in _rounds_seating(reading, person, dossier)
        )


def _dossiers_with(reading: Reading, blob: str) -> list[str]:
    rows = reading.conn.execute(
        select(sealed_versions.c.dossier)
        .join(sealed_blobs, sealed_blobs.c.manifest == sealed_versions.c.manifest)
        .where(sealed_blobs.c.blob == blob)
        .distinct()
    )
    return [row.dossier for row in rows]


def _rounds_seating(reading: Reading, person: str, dossier: str) -> list[str]:
    found = reading.by_type(RecordType.ASSIGNMENT, subject=dossier, person=person)
    return list(dict.fromkeys(each.payload.round for each in found if each.payload.round))


def _live_seat(reading: Reading, round_id: str, dossier: str, person: str, now: datetime) -> bool:
    view = view_of(reading, round_id)
    if view.ended:
        return False
    seat = standing(reading, view, dossier, person, now)
    return seat is not None and seat.stage not in _ASIDE and (seat.may_unseal or seat.release is not None)
