"""How things stand in a round, as the office's records leave them: read for every decision, kept nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from zhubi.core.model.dossier import Content
from zhubi.core.model.records import AssignmentBody, DeclarationOutcome, DossierBody, RecordType
from zhubi.core.model.rulebook import Policy, ReviewKind
from zhubi.core.rules.lifecycle import AssignmentView, RoundView, Stage
from zhubi.core.rules.overrides import apply_overrides
from zhubi.core.rules.panel import Member
from zhubi.office.ledger.ledger import Reading, Stored
from zhubi.office.ledger.rulebooks import rulebook
from zhubi.office.ledger.standing import assignment_standing, round_standing
from zhubi.office.opening import Office
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.vault.papers import content_inside

_KEPT_CONTENTS = 32  # a batch brings many reviews of few projects
_contents: dict[str, Content] = {}
_ASIDE = frozenset({Stage.RECUSED, Stage.DECLINED, Stage.REPLACED, Stage.WITHDRAWN, Stage.VOID})


def view_of(reading: Reading, round_id: str) -> RoundView:
    """The round as it stands. Raises ``RoundsError`` rounds.unknown-round."""
    view = round_standing(reading, round_id)
    if view is None:
        raise RoundsError("rounds.unknown-round", f"no round {round_id} is known here", round=round_id)
    return view


def policy_of(reading: Reading, digest: str) -> Policy:
    """The rulebook of this digest, as it was pinned. Raises ``RoundsError`` rounds.unknown-rulebook."""
    compiled = rulebook(reading, digest)
    if compiled is None:
        raise RoundsError("rounds.unknown-rulebook", f"no rulebook {digest} is kept here", rulebook=digest)
    return _policy(compiled)


@lru_cache(maxsize=16)
def _policy(compiled: bytes) -> Policy:
    # A rulebook never changes under its digest; compiling one again for every review would be most of the work.
    return Policy.model_validate_json(compiled)


def form_of(reading: Reading, view: RoundView) -> ReviewKind:
    """The form of a round: its review kind under the round's overrides."""
    return apply_overrides(policy_of(reading, view.rulebook).kind(view.kind), view.overrides)


def seats_of(reading: Reading, round_id: str, dossier: str | None = None) -> tuple[Stored, ...]:
    """Every assignment record of a round, in log order; of one dossier where it is named."""
    return tuple(reading.by_type(RecordType.ASSIGNMENT, round=round_id, subject=dossier))


def people_of(seats: Iterable[Stored]) -> tuple[str, ...]:
    """The people ever assigned, in the order in which they first were."""
    seen: dict[str, None] = {}
    for stored in seats:
        body = stored.record.body
        if isinstance(body, AssignmentBody) and body.person:
            seen.setdefault(body.person)
    return tuple(seen)


def dossiers_of(seats: Iterable[Stored]) -> tuple[str, ...]:
    """The dossiers ever assigned, in the order in which they first were."""
    seen: dict[str, None] = {}
    for stored in seats:
        for dossier in stored.record.payload.subjects:
            seen.setdefault(dossier)
    return tuple(seen)


def standing(
    reading: Reading, view: RoundView, dossier: str, person: str, now: datetime
) -> AssignmentView | None:
    """Where one assignment stands for the office: what is logged is proven."""
    return assignment_standing(reading, view, dossier, person, now)


def newest_dossier(reading: Reading, dossier: str) -> Stored:
    """The newest version of a dossier. Raises ``RoundsError`` rounds.unknown-dossier."""
    found = reading.dossier(dossier)
    if found is None:
        raise RoundsError("rounds.unknown-dossier", f"no dossier {dossier} is known here", dossier=dossier)
    return found


def members_of(
    reading: Reading, view: RoundView, dossier: str, now: datetime
) -> tuple[tuple[Member, AssignmentView], ...]:
    """The panel of one dossier: everyone assigned and not replaced, with recusals counted out."""
    members = []
    for person in people_of(seats_of(reading, view.round, dossier)):
        seat = standing(reading, view, dossier, person, now)
        if seat is None or seat.stage in (Stage.REPLACED, Stage.WITHDRAWN):
            continue
        aside = seat.stage in _ASIDE or _recusing(seat)
        tags = frozenset(seat.tags) | ({seat.seat} if seat.seat else frozenset())
        members.append((Member(person, seat.role, tags, present=True, recused=aside), seat))
    return tuple(members)


def content_of(office: Office, reading: Reading, stored: Stored) -> Content:
    """The content of a dossier version, opened by the office: it can read what it sealed, and says so."""
    body = stored.body
    assert isinstance(body, DossierBody)
    known = _contents.get(body.manifest_digest)
    if known is None:
        known = content_inside(office, reading, body)
        while len(_contents) >= _KEPT_CONTENTS:
            _contents.pop(next(iter(_contents)), None)
        _contents[body.manifest_digest] = known
    return known


def _recusing(seat: AssignmentView) -> bool:
    body = seat.declaration.body if seat.declaration else None
    outcome = getattr(body, "outcome", None)
    return outcome in (DeclarationOutcome.RECUSE, DeclarationOutcome.DECLINE)
