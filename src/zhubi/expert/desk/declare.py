"""回避核对: every card of a round in one table, answered row by row, signed together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from zhubi.core.model.records import (
    DecisionBody,
    DeclarationBody,
    DeclarationOutcome,
    DossierBody,
    RecordType,
    Relation,
)
from zhubi.core.model.text import clean_line, clean_text
from zhubi.core.rules.lifecycle import Stage
from zhubi.expert.desk.composing import compose
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import Form, form_of, office_of_round
from zhubi.expert.desk.matching import hints_for, read_profile
from zhubi.expert.desk.unlock import signing_key
from zhubi.expert.desk.views import (
    DeclarationRow,
    MatchView,
    Profile,
    RelationKind,
    RelationView,
    ReviewKey,
    SignedReport,
)
from zhubi.locale import explain, language, say

if TYPE_CHECKING:
    from zhubi.core.rules.lifecycle import AssignmentView
    from zhubi.core.trust.keys import SigningKey
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office

_GONE = frozenset({Stage.REPLACED, Stage.WITHDRAWN, Stage.PURGED})
_OPENING = frozenset({DeclarationOutcome.CLEAR, DeclarationOutcome.POLICY_SEAT})
_WITH_RELATIONS = frozenset({DeclarationOutcome.RECUSE, DeclarationOutcome.EXPLAIN})


def declarations(desk: Desk, round: str) -> tuple[DeclarationRow, ...]:
    """The cards of a round in agenda order; none before the commitment is logged and synchronised."""
    office = office_of_round(desk, round)
    form = form_of(desk, office.office, round)
    kept = desk.store.answers.all(office.office, round)
    mine = read_profile(desk, office)
    found: list[DeclarationRow] = []
    now = desk.clock()
    for each in desk.store.assignments.rows(round, 0, desk.store.assignments.count(round), now=now):
        key = ReviewKey(office.office, round, each.dossier)
        view = desk.store.assignments.view(key, now=now)
        if view is not None and view.current is not None and view.stage not in _GONE:
            found.append(_row(key, form, view, kept.get(each.dossier), mine))
    return tuple(found)


def _row(
    key: ReviewKey, form: Form, view: AssignmentView, kept: dict[str, Any] | None, mine: Profile
) -> DeclarationRow:
    assert view.current is not None and isinstance(view.current.body, DossierBody)
    card, digest = view.current.body.card, view.current.body.card_digest
    seat = next((each for each in form.kind.seats if each.id == view.seat), None)
    signed = view.declaration.body if view.declaration is not None else None
    answer = _answer_for(kept, digest)
    outcome, relations, said, is_signed = None, tuple[RelationView, ...](), "", False
    if answer is not None:
        outcome, relations, said = answer
    elif isinstance(signed, DeclarationBody) and not view.redeclare:
        outcome, said, is_signed = signed.outcome.value, signed.words, True
        relations = tuple(
            RelationView(each.kind, each.with_whom, each.until or "", each.words) for each in signed.relations
        )
    hints = hints_for(mine, card)
    if seat is not None:
        words = say("desk.hint-seat", seat=seat.name.said(language()))
        hints = (MatchView("certain", words), *hints)
    return DeclarationRow(
        key,
        view.order,
        card.code,
        card.title,
        card.summary,
        tuple((each.name, say(f"desk.part-{each.part}")) for each in card.units),
        tuple((each.name, each.unit, say(f"desk.part-{each.part}")) for each in card.people),
        view.seat,
        seat.name.said(language()) if seat is not None else "",
        hints,
        outcome,
        relations,
        said,
        is_signed,
        view.redeclare,
        view.stage.value,
        _decision(view),
    )


def _decision(view: AssignmentView) -> str:
    body = view.decision.body if view.decision is not None else None
    if not isinstance(body, DecisionBody) or body.matter != "declaration":
        return ""
    return say("desk.decided-granted" if body.granted else "desk.decided-refused", words=body.words)


def _answer_for(
    kept: dict[str, Any] | None, card_digest: str
) -> tuple[str, tuple[RelationView, ...], str] | None:
    # An answer is about the card it was given on: another card asks again.
    if kept is None or kept.get("card") != card_digest:
        return None
    relations = tuple(RelationView(**each) for each in kept.get("relations", ()))
    return str(kept["outcome"]), relations, str(kept.get("words", ""))


def relations(desk: Desk, round: str) -> tuple[RelationKind, ...]:
    """The kinds of relation that the rules of a round name."""
    office = office_of_round(desk, round)
    said = language()
    return tuple(
        RelationKind(
            each.id,
            each.name.said(said),
            each.window_months,
            say(f"desk.window-{each.window}", months=each.window_months or 0),
            each.level,
            say("rules.basis-default") if each.basis.is_default else str(each.basis),
        )
        for each in form_of(desk, office.office, round).relations
    )


def answer(
    desk: Desk,
    round: str,
    dossier: str,
    outcome: str | None,
    relations: Sequence[RelationView] = (),
    words: str = "",
) -> None:
    """Keeps an answer on this machine, durable at once; None takes it back. Nothing is signed.

    ``desk.no-card``, ``desk.recused-before``, ``desk.unknown-outcome``, ``desk.no-such-seat``,
    ``desk.unknown-relation``, ``desk.bad-day``.
    """
    office = office_of_round(desk, round)
    key = ReviewKey(office.office, round, dossier)
    if outcome is None:
        desk.store.answers.drop(key)
        return
    view = _declarable(desk, key)
    body = _body(desk, key, view, outcome, relations, words)
    kept = {
        "card": body.card_digest,
        "outcome": body.outcome.value,
        "relations": [
            {"kind": each.kind, "with_whom": each.with_whom, "until": each.until or "", "words": each.words}
            for each in body.relations
        ],
        "words": body.words,
    }
    desk.store.answers.write(key, kept, desk.clock())


def _declarable(desk: Desk, key: ReviewKey) -> AssignmentView:
    view = desk.store.assignments.view(key, now=desk.clock())
    if view is None or view.current is None:
        raise DeskError("desk.no-card", "the card of this project is not here yet")
    if view.stage in _GONE:
        raise DeskError("desk.not-declarable", "this project is declared on no more", stage=view.stage.value)
    return view


def _body(
    desk: Desk,
    key: ReviewKey,
    view: AssignmentView,
    outcome: str,
    relations: Sequence[RelationView],
    words: str,
) -> DeclarationBody:
    assert view.current is not None and isinstance(view.current.body, DossierBody)
    try:
        chosen = DeclarationOutcome(outcome)
    except ValueError as problem:
        raise DeskError("desk.unknown-outcome", f"no outcome {outcome}", found=outcome) from problem
    if view.stage is Stage.RECUSED and chosen in _OPENING:
        raise DeskError("desk.recused-before", "whoever stepped aside is let in by the organiser alone")
    if chosen is DeclarationOutcome.POLICY_SEAT and view.seat is None:
        raise DeskError("desk.no-such-seat", "the policy gives this expert no seat here")
    known = {each.id for each in form_of(desk, key.office, key.round).relations}
    unknown = next((each.kind for each in relations if each.kind not in known), None)
    if unknown is not None:
        raise DeskError("desk.unknown-relation", f"the rules name no relation {unknown}", found=unknown)
    return DeclarationBody(
        outcome=chosen,
        card_digest=view.current.body.card_digest,
        seat=view.seat if chosen is DeclarationOutcome.POLICY_SEAT else None,
        relations=tuple(_relation(each) for each in relations) if chosen in _WITH_RELATIONS else (),
        words=clean_text(words, 20_000),
    )


def _relation(each: RelationView) -> Relation:
    from pydantic import ValidationError

    try:
        return Relation(
            kind=each.kind,
            with_whom=clean_line(each.with_whom),
            until=each.until.strip() or None,
            words=clean_text(each.words, 20_000),
        )
    except ValidationError as problem:
        raise DeskError("desk.bad-day", f"no day {each.until}", found=clean_line(each.until, 40)) from problem


def sign_declarations(desk: Desk, round: str, pin: str) -> SignedReport:
    """Signs every answered row of a round and puts the records in the outbox; the others stay as they are.

    A row whose answer lacks what its outcome asks is said among the problems. Raises the faults of ``unlock``.
    """
    office = office_of_round(desk, round)
    kept = desk.store.answers.all(office.office, round)
    key = signing_key(desk, office.office, pin)
    signed = 0
    problems: list[str] = []
    rows = desk.store.assignments.rows(round, 0, desk.store.assignments.count(round), now=desk.clock())
    with desk.store.writing():
        # In agenda order, so that the trail and the receipts tell them in the order in which they were read.
        for dossier in [each.dossier for each in rows if each.dossier in kept]:
            try:
                signed += _sign(desk, office, key, ReviewKey(office.office, round, dossier), kept[dossier])
            except DeskError as problem:
                problems.append(explain(problem))
    return SignedReport(signed, tuple(problems))


def _sign(desk: Desk, office: Office, key: SigningKey, at: ReviewKey, kept: dict[str, Any]) -> int:
    view = _declarable(desk, at)
    assert view.current is not None and isinstance(view.current.body, DossierBody)
    found = _answer_for(kept, view.current.body.card_digest)
    if found is None:
        return 0
    body = _body(desk, at, view, *found)
    if body.outcome is DeclarationOutcome.EXPLAIN and not body.words.strip():
        raise DeskError("desk.explain-words", "explain in words", code=view.current.body.card.code)
    before = [view.declaration] if view.declaration is not None else list(view.rivals)
    now = desk.clock()
    compact, record = compose(
        desk, office, key, RecordType.DECLARATION, body,
        round=at.round, subjects=(at.dossier,),
        relies_on=(form_of(desk, at.office, at.round).view.record, body.card_digest),
        supersedes=[each.digest for each in before if each.type is RecordType.DECLARATION], now=now,
    )  # fmt: skip
    desk.store.outbox.put(office.office, compact, record, now=now)
    desk.store.answers.drop(at)
    return 1


def profile(desk: Desk) -> Profile:
    """What matching knows of the expert, first of all what the enrolment says."""
    offices = desk.store.offices.all()
    return read_profile(desk, offices[0] if offices else None)


def save_profile(desk: Desk, profile: Profile) -> None:
    """Keeps it on this machine; it is never uploaded."""
    desk.store.profile.save(
        {
            "name": clean_line(profile.name, 100),
            "unit": clean_line(profile.unit, 200),
            "units": [clean_line(each, 200) for each in profile.units if each.strip()],
            "former_units": [clean_line(each, 200) for each in profile.former_units if each.strip()],
            "aliases": [[clean_line(one, 200), clean_line(other, 200)] for one, other in profile.aliases],
        }
    )
