"""The form of a round: its pinned rules, compiled, with what the round replaces of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhubi.core.model.rulebook import ConflictRelation, Policy, ReviewKind
from zhubi.core.rules.lifecycle import RoundView
from zhubi.core.rules.overrides import apply_overrides, apply_to_relations
from zhubi.expert.desk.errors import DeskError

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office


@dataclass(frozen=True, slots=True)
class Form:
    """What a round asks: the policy, and the review kind and relations under the round's overrides."""

    view: RoundView
    rulebook: str
    policy: Policy
    kind: ReviewKind
    relations: tuple[ConflictRelation, ...]


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
    view = desk.store.assignments.round_view(office, round)
    if view is None:
        raise DeskError("desk.unknown-round", f"no round {round} is known here", round=round)
    return view


def form_of(desk: Desk, office: str, round: str, begun_with: str | None = None) -> Form:
    """The form of a round, or the one a sheet was ``begun_with`` when the round pins other rules since (law 6).

    ``desk.rules-missing`` while the rules are not here, ``desk.rules-lack-kind``.
    """
    view = view_of(desk, office, round)
    rulebook = begun_with or view.rulebook
    # What a round replaces belongs to the rules it pins now; a form begun under others stands as they wrote it.
    overrides = view.overrides if rulebook == view.rulebook else {}
    name = (rulebook, view.kind, json.dumps(overrides, sort_keys=True))
    found = desk.session.forms.get(name)
    if found is None:
        policy = _policy(desk, rulebook)
        try:
            kind = policy.kind(view.kind)
        except KeyError as problem:
            raise DeskError(
                "desk.rules-lack-kind", f"the rules have no {view.kind}", round=view.title, found=view.kind
            ) from problem
        found = (policy, apply_overrides(kind, overrides), apply_to_relations(policy, overrides))
        desk.session.forms[name] = found
    policy, kind, relations = found
    return Form(view, rulebook, policy, kind, relations)


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
