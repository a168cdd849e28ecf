"""The form of a round: its pinned rules, compiled, with what the round replaces of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from zhubi.core.model.records import Record, RecordType
from zhubi.core.model.rulebook import ConflictRelation, Policy, ReviewKind
from zhubi.core.rules.lifecycle import RoundView, round_view
from zhubi.core.rules.overrides import apply_overrides, apply_to_relations
from zhubi.expert.desk.errors import DeskError

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.drafts import Draft
    from zhubi.expert.store.earlier import EarlierSheet
    from zhubi.expert.store.values import Office


@dataclass(frozen=True, slots=True)
class Form:
    """What a round asks: the policy, and the review kind and relations under the round's overrides.

    ``view`` is the round as it stands; ``begun`` as it stood when the form was begun, which is what counts (law 6).
    """

    view: RoundView
    begun: RoundView
    policy: Policy
    kind: ReviewKind
    relations: tuple[ConflictRelation, ...]

    @property
    def rulebook(self) -> str:
        """The digest of the rules this form is made by."""
        return self.begun.rulebook

    @property
    def outdated(self) -> bool:
        """Whether the round's rules are others by now."""
        return (self.begun.rulebook, self.begun.overrides) != (self.view.rulebook, self.view.overrides)


def office_of_round(desk: Desk, round: str) -> Office:
    """The office whose round this is; ``desk.unknown-round``."""
    for each in desk.store.assignments.rounds(desk.clock()):
        if each.round == round:
            return office_of(desk, each.office)
    raise DeskError("desk.unknown-round", f"no round {round} is known here", round=round)


def office_of(desk: Desk, office: str) -> Office:
    """An office this machine is enrolled with; ``desk.unknown-office``."""
    found = desk.store.offices.get(office)
    if found is None:
        raise DeskError("desk.unknown-office", f"this machine is not enrolled with {office}", office=office)
    return found


def view_of(desk: Desk, office: str, round: str) -> RoundView:
    """A round as its records leave it; ``desk.unknown-round``."""
    stood = _stood(desk, office, round)
    if not stood:
        raise DeskError("desk.unknown-round", f"no round {round} is known here", round=round)
    return stood[-1][0]


def form_of(desk: Desk, office: str, round: str) -> Form:
    """The form of a round as it stands now; ``desk.rules-missing`` (not here yet), ``desk.rules-lack-kind``."""
    view = view_of(desk, office, round)
    return _form(desk, view, view)


def form_begun(desk: Desk, office: str, round: str, draft: Draft | EarlierSheet) -> Form:
    """The form that a draft was begun on, whatever the round became since; the faults of ``form_of``.

    The record it was begun on says so; a draft of the first release kept none, and goes by when it was begun.
    """
    stood = _stood(desk, office, round)
    named = [each for each, _ in stood if each.record == draft.begun_as]
    if not named:
        ruled = [(each, at) for each, at in stood if each.rulebook == draft.rulebook]
        named = [each for each, received_at in ruled if received_at <= draft.begun_at]
        named = named or [each for each, _ in ruled]
    view = view_of(desk, office, round)
    return _form(desk, view, next(reversed(named), None) or view)


def form_signed(desk: Desk, office: str, round: str, review: Record, rulebook: str) -> Form:
    """The form that a review was signed on, as the round's record that it relies on left it."""
    stood = [each for each, _ in _stood(desk, office, round) if each.rulebook == rulebook]
    named = [each for each in stood if each.record in review.payload.relies_on]
    view = view_of(desk, office, round)
    return _form(desk, view, next(reversed(named or stood), None) or view)


def _stood(desk: Desk, office: str, round: str) -> tuple[tuple[RoundView, datetime], ...]:
    """How the round stood after each of its records, and when that record arrived here; remembered until a sync."""
    kept = desk.session.rounds.get((office, round))
    heard = desk.session.syncs
    if kept is not None and kept[0] == heard:
        found: tuple[tuple[RoundView, datetime], ...] = kept[1]
        return found
    changes = [
        each
        for each in desk.store.records.of_round(office, round)
        if each.record.type in (RecordType.ROUND, RecordType.ROUND_CHANGE)
    ]
    found = ()
    for end in range(len(changes)):
        view = round_view(each.record for each in changes[: end + 1])
        if view is not None:
            found = (*found, (view, changes[end].received_at))
    desk.session.rounds[office, round] = (heard, found)
    return found


def _form(desk: Desk, view: RoundView, begun: RoundView) -> Form:
    name = (begun.rulebook, begun.kind, json.dumps(begun.overrides, sort_keys=True))
    found = desk.session.forms.get(name)
    if found is None:
        policy = _policy(desk, begun.rulebook)
        try:
            kind = policy.kind(begun.kind)
        except KeyError as problem:
            raise DeskError(
                "desk.rules-lack-kind", f"the rules have no {begun.kind}", round=begun.title, found=begun.kind
            ) from problem
        found = (
            policy, apply_overrides(kind, begun.overrides), apply_to_relations(policy, begun.overrides),
        )  # fmt: skip
        desk.session.forms[name] = found
    policy, kind, relations = found
    return Form(view, begun, policy, kind, relations)


def _policy(desk: Desk, rulebook: str) -> Policy:
    found = desk.session.forms.get(rulebook)
    if found is None:
        data = desk.store.rulebooks.get(rulebook)
        if data is None:
            raise DeskError(
                "desk.rules-missing", "the rules of this round are not here yet", found=rulebook[:12]
            )
        found = desk.session.forms[rulebook] = Policy.model_validate_json(data)
    assert isinstance(found, Policy)
    return found
