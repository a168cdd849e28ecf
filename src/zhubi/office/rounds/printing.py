"""打印: a round on paper, from the log alone: every expert's form, the declarations, and the page that all sign."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from zhubi.core.model.dossier import Card, Content
from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.paper import Paper
from zhubi.core.model.records import AttendanceBody, DeclarationBody, DossierBody, RecordType, ReviewBody
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.attendance import attendances
from zhubi.core.rules.lifecycle import AssignmentView, RoundView, Stage, commitment_of, is_late
from zhubi.core.rules.overrides import apply_overrides, apply_to_relations
from zhubi.core.rules.printed import (
    ROUND_FORMS,
    Occasion,
    SignedRow,
    attended_text,
    commitments_paper,
    cuts_paper,
    declared_row,
    file_name,
    forms_of,
    review_paper,
    signatures_paper,
    signed_row,
    standing_text,
)
from zhubi.core.rules.printedparts import moment_text
from zhubi.core.trust.receipts import receipt_code
from zhubi.locale import language, say
from zhubi.office.ledger.ledger import Reading, Stored
from zhubi.office.opening import Office
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.grounds import form_begun
from zhubi.office.rounds.standing import (
    content_of,
    dossiers_of,
    form_of,
    newest_dossier,
    people_of,
    policy_of,
    seats_of,
    standing,
    view_of,
)

_GONE = frozenset({Stage.REPLACED, Stage.WITHDRAWN, Stage.VOID})


@dataclass(frozen=True, slots=True)
class ToPrint:
    """A form ready to be typeset, and the name of its file."""

    name: str
    paper: Paper


@dataclass(frozen=True, slots=True)
class Lacking:
    """A seat without a review to print: of which project, whose, and how it stands; ``problem`` says what else."""

    code: str
    name: str
    stage: str
    problem: ZhubiError | None = None


@dataclass(frozen=True, slots=True)
class _Seat:
    dossier: Stored
    card: Card
    person: str
    name: str
    unit: str
    view: AssignmentView


def round_papers(
    office: Office,
    round_id: str,
    form: str = "",
    *,
    person: str | None = None,
    dossiers: Collection[str] = (),
    now: datetime,
) -> tuple[tuple[ToPrint, ...], tuple[Lacking, ...]]:
    """The forms of a round, and the seats that have none; an empty ``form`` is the usual one of the review kind.

    Of a review: one for each expert and project. 承诺与回避汇总: one for each expert. 签字页: one. ``person`` and
    ``dossiers`` narrow all of them. Raises ``RoundsError`` rounds.unknown-round; ``printing.no-such-form``.
    """
    with office.ledger.reading() as reading:
        view = view_of(reading, round_id)
        kind = form_of(reading, view)
        known = (*forms_of(kind), *ROUND_FORMS)
        chosen = form or known[0]
        if chosen not in known:
            raise RoundsError(
                "printing.no-such-form", f"this kind has no form {chosen}", form=say(f"papers.title-{chosen}")
            )
        seats = _seats(reading, view, person, dossiers, now)
        if chosen == "signatures":
            return (_signatures(office, reading, view, kind, seats),), ()
        if chosen == "commitments":
            return tuple(_commitments(office, reading, view, seats)), ()
        printed: list[ToPrint] = []
        lacking: list[Lacking] = []
        for seat in seats:
            made = _review(office, reading, view, seat, chosen)
            if isinstance(made, Lacking):
                lacking.append(made)
            else:
                printed.append(made)
        return tuple(printed), tuple(lacking)


def _seats(
    reading: Reading, view: RoundView, person: str | None, dossiers: Collection[str], now: datetime
) -> list[_Seat]:
    found = []
    for dossier in dossiers_of(seats_of(reading, view.round)):
        if dossiers and dossier not in dossiers:
            continue
        for who in people_of(seats_of(reading, view.round, dossier)):
            seat = standing(reading, view, dossier, who, now) if person in (None, who) else None
            if seat is None or seat.stage in (Stage.REPLACED, Stage.WITHDRAWN):
                continue
            stored = newest_dossier(reading, dossier)
            known = reading.person(who)
            name, unit = (known.name, known.unit) if known is not None else (who, "")
            found.append(_Seat(stored, _dossier(stored).card, who, name, unit, seat))
    return found


def _review(office: Office, reading: Reading, view: RoundView, seat: _Seat, form: str) -> ToPrint | Lacking:
    review = seat.view.review
    body = review.body if review is not None else None
    if review is None or not isinstance(body, ReviewBody) or seat.view.stage in _GONE:
        return Lacking(seat.card.code, seat.name, seat.view.stage.value)
    begun = form_begun(reading, view, review, body.rulebook) or view
    policy = policy_of(reading, begun.rulebook)
    kind = apply_overrides(policy.kind(begun.kind), begun.overrides)
    version = reading.record(body.dossier)
    stored = reading.record(review.digest)
    content: Content | None = None
    problem: ZhubiError | None = None
    try:
        content = content_of(office, reading, version) if version is not None else None
    except ZhubiError as fault:
        problem = fault
    card = _dossier(version).card if version is not None else seat.card
    occasion = _occasion(
        office, view, policy.short.said(language()), seat.name, seat.unit, review.digest,
        _standing(view, seat.view, stored), _attended(reading, view, seat),
    )  # fmt: skip
    if form == "cuts":
        if content is None:
            return Lacking(card.code, seat.name, seat.view.stage.value, problem)
        made = cuts_paper(kind, body.sheet, card, occasion, content)
    else:
        named: Literal["review", "onsite"] = "onsite" if form == "onsite" else "review"
        made = review_paper(kind, body.sheet, body.role, card, occasion, content, named)
    return ToPrint(file_name(made, card.code, seat.name), made)


def _standing(view: RoundView, seat: AssignmentView, stored: Stored | None) -> str:
    review = seat.review
    assert review is not None
    logged = stored.logged_at if stored is not None else None
    marks = []
    if is_late(review, view, {review.digest: logged} if logged is not None else {}):
        marks.append("late")
    if seat.returned is not None:
        marks.append("returned")
    at = datetime.fromtimestamp(logged, UTC) if logged is not None else None
    return standing_text(parse_instant(review.payload.made_at), at, *marks)


def _attended(reading: Reading, view: RoundView, seat: _Seat) -> str:
    dossier = seat.dossier.payload.subjects[0]
    there = reading.by_type(RecordType.ATTENDANCE, round=view.round, subject=dossier, author=seat.person)
    found = attendances([each.record for each in there], dossier).get(seat.person)
    return attended_text(found.body) if found is not None and isinstance(found.body, AttendanceBody) else ""


def _commitments(
    office: Office, reading: Reading, view: RoundView, seats: Iterable[_Seat]
) -> Iterable[ToPrint]:
    by_person: dict[str, list[_Seat]] = {}
    for seat in seats:
        by_person.setdefault(seat.person, []).append(seat)
    for person, theirs in by_person.items():
        found = reading.by_type(RecordType.COMMITMENT, round=view.round, author=person)
        signed = commitment_of([each.record for each in found], person).one
        begun = view
        if signed is not None:
            # What was promised is what stood in the form at that time.
            stood = (form_begun(reading, view, signed, each) for each in signed.payload.relies_on)
            begun = next((each for each in stood if each is not None), view)
        policy = policy_of(reading, begun.rulebook)
        kind = apply_overrides(policy.kind(begun.kind), begun.overrides)
        relations = apply_to_relations(policy, begun.overrides)
        rows = []
        for seat in theirs:
            declared = seat.view.declaration
            body = declared.body if declared is not None else None
            code = receipt_code(declared.digest) if declared is not None else ""
            rows.append(
                declared_row(seat.card, body if isinstance(body, DeclarationBody) else None, relations, code)
            )
        said, at = "", None
        if signed is not None:
            at = parse_instant(signed.payload.made_at)
            logged = next((each.logged_at for each in found if each.digest == signed.digest), None)
            said = standing_text(at, datetime.fromtimestamp(logged, UTC) if logged is not None else None)
        occasion = _occasion(
            office, view, policy.short.said(language()), theirs[0].name, theirs[0].unit,
            signed.digest if signed is not None else "", said,
        )  # fmt: skip
        made = commitments_paper(kind, occasion, at, rows)
        yield ToPrint(file_name(made, view.title, theirs[0].name), made)


def _signatures(
    office: Office, reading: Reading, view: RoundView, kind: ReviewKind, seats: Iterable[_Seat]
) -> ToPrint:
    rows: list[SignedRow] = []
    people: dict[str, str] = {}
    for seat in seats:
        review = seat.view.review
        body = review.body if review is not None else None
        if review is not None and isinstance(body, ReviewBody) and seat.view.stage not in _GONE:
            rows.append(signed_row(kind, seat.card, seat.name, body.sheet, receipt_code(review.digest)))
            people.setdefault(seat.person, seat.name)
        else:
            stage = say(f"office.stage-{seat.view.stage.value}")
            rows.append(signed_row(kind, seat.card, seat.name, None, stage))
    rules = policy_of(reading, view.rulebook).short.said(language())
    made = signatures_paper(_occasion(office, view, rules, "", "", "", ""), rows, people.values())
    return ToPrint(file_name(made, view.title), made)


def _occasion(
    office: Office,
    view: RoundView,
    rules: str,
    name: str,
    unit: str,
    digest: str,
    said: str,
    attended: str = "",
) -> Occasion:
    return Occasion(
        view.organiser, view.title, rules, name, unit, moment_text(office.clock()), digest,
        receipt_code(digest) if digest else "", said, attended,
    )  # fmt: skip


def _dossier(stored: Stored) -> DossierBody:
    assert isinstance(stored.body, DossierBody)
    return stored.body
