"""What the organiser decides about what experts said: on 需说明, on late arrival, and sending a review back."""

from __future__ import annotations

from datetime import datetime

from zhubi.core.model.records import (
    DecisionBody,
    DeclarationBody,
    DeclarationOutcome,
    RecordType,
    ReturnBody,
)
from zhubi.core.model.text import clean_text
from zhubi.core.model.values import instant
from zhubi.core.rules.lifecycle import AssignmentView, Stage
from zhubi.office.ledger.acts import Actor, compose
from zhubi.office.ledger.ledger import Writing
from zhubi.office.opening import Office
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.standing import standing, view_of

_OVER = frozenset({Stage.REPLACED, Stage.WITHDRAWN, Stage.CLOSED, Stage.PURGED})


def decide(
    office: Office,
    actor: Actor,
    round_id: str,
    dossier: str,
    person: str,
    *,
    granted: bool,
    words: str = "",
    now: datetime,
) -> str:
    """Decide what waits for one assignment: a declaration that asks (有情况需说明), or a review that came late.

    Gives ``declaration`` or ``late``. Raises ``RoundsError`` rounds.nothing-to-decide, rounds.decision-words.
    """
    with office.ledger.writing() as writing:
        seat = _seat(writing, round_id, dossier, person, now)
        declared = seat.declaration.body if seat.declaration else None
        if seat.stage is Stage.LATE and seat.review is not None:
            about, matter = seat.review.digest, "late"
        elif (
            isinstance(declared, DeclarationBody)
            and declared.outcome is DeclarationOutcome.EXPLAIN
            and seat.declaration is not None
            and seat.stage not in _OVER
        ):
            about, matter = seat.declaration.digest, "declaration"
        else:
            raise RoundsError(
                "rounds.nothing-to-decide", "nothing here waits for a decision", found=seat.stage.value
            )
        if matter == "late" and not granted and not words.strip():
            # What was signed is set aside: its author is owed the reason.
            raise RoundsError("rounds.decision-words", "say why the late review does not count")
        body = DecisionBody(
            about=about, person=person, matter="late" if matter == "late" else "declaration",
            granted=granted, words=clean_text(words, 4000),
        )  # fmt: skip
        compact = compose(
            office.ledger, actor, RecordType.DECISION, body,
            round=round_id, subjects=(dossier,), relies_on=(about,), now=now,
        )  # fmt: skip
        writing.append(compact)
        return matter


def return_review(
    office: Office,
    actor: Actor,
    round_id: str,
    dossier: str,
    person: str,
    *,
    words: str,
    due_at: datetime | None = None,
    now: datetime,
) -> None:
    """Give a submitted review back to be mended; it counts until it is superseded (law 5).

    Raises ``RoundsError`` rounds.nothing-to-return, rounds.return-words.
    """
    with office.ledger.writing() as writing:
        seat = _seat(writing, round_id, dossier, person, now)
        review = seat.review
        # A late one counts by decision alone; sent back first, its correction would pass for one in time.
        if review is None or seat.stage not in (Stage.SUBMITTED, Stage.RETURNED):
            raise RoundsError(
                "rounds.nothing-to-return", "there is no review to send back", found=seat.stage.value
            )
        if not words.strip():
            raise RoundsError("rounds.return-words", "say what should be mended")
        body = ReturnBody(
            review=review.digest, person=person, words=clean_text(words, 4000),
            due_at=instant(due_at) if due_at else None,
        )  # fmt: skip
        compact = compose(
            office.ledger, actor, RecordType.RETURN, body,
            round=round_id, subjects=(dossier,), relies_on=(review.digest,), now=now,
        )  # fmt: skip
        writing.append(compact)


def _seat(writing: Writing, round_id: str, dossier: str, person: str, now: datetime) -> AssignmentView:
    view = view_of(writing, round_id)
    seat = standing(writing, view, dossier, person, now)
    if seat is None:
        raise RoundsError("rounds.no-seat", "this expert has no seat for this project", round=view.title)
    return seat
