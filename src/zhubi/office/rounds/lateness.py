"""Reviews that came after the closing of their round: what is proven of each, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass

from zhubi.core.model.records import DecisionBody, Record
from zhubi.core.rules.lifecycle import Stage
from zhubi.core.rules.timing import SigningTime, signing_time
from zhubi.office.opening import Office
from zhubi.office.rounds.status import RoundStatus

_COUNTED = "late-counted"


@dataclass(frozen=True, slots=True)
class LateReview:
    """One late review: of which project, whose, when it was signed; ``counts`` is None until that is decided."""

    code: str
    name: str
    when: SigningTime
    counts: bool | None
    words: str = ""


def late_reviews(office: Office, found: RoundStatus) -> tuple[LateReview, ...]:
    """The late reviews of a round, in the order of its projects."""
    late = []
    with office.ledger.reading() as reading:
        for project in found.projects:
            for member in project.members:
                seat = member.seat
                review = seat.review
                if review is None or not (seat.stage is Stage.LATE or _COUNTED in seat.flags):
                    continue
                stored = reading.record(review.digest)
                logged_at = stored.logged_at if stored is not None else None
                when = signing_time(review.payload, found.view.closes_at, logged_at)
                late.append(LateReview(project.code, member.name, when, *_decision(seat.decision)))
    return tuple(late)


def _decision(decision: Record | None) -> tuple[bool | None, str]:
    body = decision.body if decision is not None else None
    if not isinstance(body, DecisionBody) or body.matter != "late":
        return None, ""
    return body.granted, body.words
