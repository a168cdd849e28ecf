"""打印: a review or a round on paper, from what this machine holds: before the network as well as after.

What stands on paper is in clear, and so is the file that is written: who prints is told so once a session.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import (
    AttendanceBody,
    DeclarationBody,
    DossierBody,
    Record,
    RecordType,
    RefusalBody,
    ReviewBody,
)
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.attendance import attendances
from zhubi.core.rules.lifecycle import Stage, is_late
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
from zhubi.expert.desk import commit
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import Form, form_of, form_signed, office_of, office_of_round
from zhubi.expert.desk.versions import open_version, version_record
from zhubi.expert.desk.views import ReviewKey
from zhubi.expert.desk.working import work_on
from zhubi.locale import explain, knows, language, say

if TYPE_CHECKING:
    from zhubi.core.model.dossier import Card, Content
    from zhubi.core.model.paper import Paper
    from zhubi.core.model.sheet import Sheet
    from zhubi.core.rules.lifecycle import AssignmentView
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.records import Kept
    from zhubi.expert.store.values import Office

_NEVER_FILLED = frozenset(
    {Stage.RECUSED, Stage.DECLINED, Stage.REPLACED, Stage.WITHDRAWN, Stage.VOID, Stage.CLOSED, Stage.PURGED}
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A form that was asked for: the file it was written to, or why it was not.

    ``code`` is of the record that it prints, empty for a draft and for a list of records.
    """

    path: Path
    title: str
    code: str
    problem: str = ""
    draft: bool = False


def forms(desk: Desk, subject: ReviewKey | str) -> tuple[str, ...]:
    """The forms a review can be printed on, the usual one first; or those of a round, by its id."""
    if isinstance(subject, str):
        return ROUND_FORMS
    return forms_of(form_of(desk, subject.office, subject.round).kind)


def paper(desk: Desk, subject: ReviewKey | str, form: str = "", record: str = "") -> Paper:
    """What a form says now of a review, or of a round by its id; an empty ``form`` is the usual one.

    ``record``: a signed review by its digest or short code, also one that was corrected since; else the draft where one
    is under way, else what was signed. ``printing.no-such-form``, ``printing.no-such-record``,
    ``printing.nothing-to-print``, and the faults of opening what is sealed where the form cannot do without it.
    """
    chosen = form or forms(desk, subject)[0]
    if chosen not in forms(desk, subject):
        raise DeskError(
            "printing.no-such-form", f"there is no form {chosen} for this", form=form_title(chosen)
        )
    if isinstance(subject, str):
        return _commitments(desk, subject) if chosen == "commitments" else _signatures(desk, subject)
    return _of_review(desk, subject, chosen, record)


def form_title(form: str) -> str:
    """What a form is called; the name itself where it is none."""
    return say(f"papers.title-{form}") if knows(f"papers.title-{form}") else form[:40]


def proposed_name(made: Paper) -> str:
    """The name of the file that a form is written to, where nobody names another."""
    return file_name(made, *_named(made))


def write_pdf(desk: Desk, subject: ReviewKey | str, form: str, path: Path, record: str = "") -> Printed:
    """Writes a form as a PDF to a new file, or into a folder under the name proposed for it.

    The file is in clear. ``papers.exists``, ``papers.cannot-write``, ``papers.missing-glyph``; the faults of ``paper``.
    """
    from zhubi.core.papers.writing import write_paper

    made = paper(desk, subject, form, record)
    target = path / proposed_name(made) if path.is_dir() else path
    write_paper(made, target)
    desk.session.printed = True
    return Printed(target, made.title, made.code, draft=made.digest is None and not made.listing)


def write_round(desk: Desk, round: str, form: str, folder: Path) -> Iterator[Printed]:
    """Writes a form of every review of a round that has something on it, each into a file of the folder, as it goes.

    One that cannot be printed keeps no other back: its result says why.
    """
    office = office_of_round(desk, round)
    for dossier in _dossiers(desk, round):
        key = ReviewKey(office.office, round, dossier)
        view = desk.store.assignments.view(key, now=desk.clock())
        begun = desk.store.drafts.read(key) is not None
        if view is None or not (begun or view.review is not None):
            continue
        try:
            yield write_pdf(desk, key, form, folder)
        except ZhubiError as problem:
            row = desk.store.assignments.row(key, now=desk.clock())
            yield Printed(folder, row.code if row is not None else "", "", explain(problem))


def warned(desk: Desk) -> bool:
    """Whether this session has printed something already, and so was told that it lies in clear."""
    return desk.session.printed


def signed_reviews(desk: Desk, key: ReviewKey) -> frozenset[str]:
    """The digests of one's own signed reviews of a project, also of those that were corrected since."""
    return frozenset(each.digest for each in _own_reviews(desk, key))


# One review


def _of_review(desk: Desk, key: ReviewKey, form: str, record: str) -> Paper:
    view = desk.store.assignments.view(key, now=desk.clock())
    if view is None:
        raise DeskError("desk.unknown-row", "no such assignment is known here")
    signed = _signed(desk, key, record) if record else None
    if signed is None:
        work = work_on(desk, key)
        if work.draft is None and view.review is not None:
            signed = desk.store.records.get(view.review.digest)
    if signed is not None:
        return _signed_paper(desk, key, view, form, signed)
    current = view.current
    if current is None or not isinstance(current.body, DossierBody) or view.stage in _NEVER_FILLED:
        raise DeskError("printing.nothing-to-print", "there is nothing to print of this project")
    sheet, _ = work.completed(work.sheet)
    opened = work.opened
    card = opened.content.card if opened is not None else current.body.card
    occasion = _occasion(desk, office_of(desk, key.office), work.form, key)
    content = opened.content if opened is not None else None
    return _sheet_paper(work.form, form, sheet, view.role, card, occasion, content, work.problem)


def _signed(desk: Desk, key: ReviewKey, record: str) -> Kept:
    wanted = record.strip()
    found = [
        each
        for each in _own_reviews(desk, key)
        if wanted.lower() == each.digest or wanted.upper() == receipt_code(each.digest)
    ]
    if len(found) != 1:
        raise DeskError(
            "printing.no-such-record", "no signed review of yours has this code", code=wanted[:64]
        )
    return found[0]


def _own_reviews(desk: Desk, key: ReviewKey) -> list[Kept]:
    person = office_of(desk, key.office).person
    return [
        each
        for each in desk.store.records.of_dossier(key.office, key.dossier, key.round)
        if each.record.type is RecordType.REVIEW
        and (each.record.payload.author, each.record.payload.round) == (person, key.round)
    ]


def _signed_paper(desk: Desk, key: ReviewKey, view: AssignmentView, form: str, signed: Kept) -> Paper:
    body = signed.record.body
    assert isinstance(body, ReviewBody)
    begun = form_signed(desk, key.office, key.round, signed.record, body.rulebook)
    version = version_record(desk, body.dossier)
    if version is None or not isinstance(version.body, DossierBody):
        raise DeskError("printing.nothing-to-print", "the project of this review is not here")
    content: Content | None = None
    problem: ZhubiError | None = None
    try:
        content = open_version(desk, key, view, body.dossier).content
    except ZhubiError as fault:
        problem = fault
    standing = _standing(desk, key, begun, signed)
    occasion = _occasion(desk, office_of(desk, key.office), begun, key, signed.record, standing)
    return _sheet_paper(begun, form, body.sheet, body.role, version.body.card, occasion, content, problem)


def _sheet_paper(
    form: Form,
    chosen: str,
    sheet: Sheet,
    role: str,
    card: Card,
    occasion: Occasion,
    content: Content | None,
    problem: ZhubiError | None,
) -> Paper:
    if chosen == "cuts":
        if content is None:
            raise problem or DeskError("desk.not-unsealed", "the papers are not here")
        return cuts_paper(form.kind, sheet, card, occasion, content)
    named: Literal["review", "onsite"] = "onsite" if chosen == "onsite" else "review"
    return review_paper(form.kind, sheet, role, card, occasion, content, named)


def _standing(desk: Desk, key: ReviewKey, form: Form, signed: Kept) -> str:
    marks = []
    about = desk.store.records.by_relation([signed.digest])
    refused = any(isinstance(each.record.body, RefusalBody) for each in about)
    logged = {signed.digest: signed.logged_at} if signed.logged_at is not None else {}
    if is_late(signed.record, form.view, logged):
        marks.append("late")
    if refused:
        marks.append("refused")
    elif any(each.record.type is RecordType.RETURN for each in about):
        marks.append("returned")
    if any(signed.digest in each.record.payload.supersedes for each in _own_reviews(desk, key)):
        marks.append("replaced")
    proven = desk.store.receipts.get(signed.digest) is not None and signed.logged_at is not None
    at = datetime.fromtimestamp(signed.logged_at, UTC) if proven and signed.logged_at is not None else None
    return standing_text(parse_instant(signed.record.payload.made_at), at, *marks)


def _occasion(
    desk: Desk,
    office: Office,
    form: Form,
    key: ReviewKey | None = None,
    record: Record | None = None,
    standing: str = "",
) -> Occasion:
    attended = ""
    if key is not None:
        about = [each.record for each in desk.store.records.of_dossier(key.office, key.dossier, key.round)]
        there = attendances(about, key.dossier).get(office.person)
        if there is not None and isinstance(there.body, AttendanceBody):
            attended = attended_text(there.body)
    return Occasion(
        form.view.organiser,
        form.view.title,
        form.policy.short.said(language()),
        office.name,
        office.unit,
        moment_text(desk.clock()),
        record.digest if record is not None else "",
        receipt_code(record.digest) if record is not None else "",
        standing,
        attended,
    )


# A round


def _dossiers(desk: Desk, round: str) -> tuple[str, ...]:
    count = desk.store.assignments.count(round)
    return tuple(each.dossier for each in desk.store.assignments.rows(round, 0, count, now=desk.clock()))


def _views(desk: Desk, office: Office, round: str) -> Iterator[tuple[ReviewKey, Card, AssignmentView]]:
    """The assignments of a round whose card is shown, in the order of its agenda."""
    for dossier in _dossiers(desk, round):
        key = ReviewKey(office.office, round, dossier)
        view = desk.store.assignments.view(key, now=desk.clock())
        if view is not None and view.current is not None and isinstance(view.current.body, DossierBody):
            yield key, view.current.body.card, view


def _commitments(desk: Desk, round: str) -> Paper:
    office = office_of_round(desk, round)
    form = form_of(desk, office.office, round)
    signed = commit.signed(desk, office, round)
    if signed is not None:
        # What was promised is what stood in the form at that time.
        named = [each for each in signed.payload.relies_on if desk.store.rulebooks.get(each) is not None]
        form = form_signed(desk, office.office, round, signed, named[0]) if named else form
    rows = []
    for _, card, view in _views(desk, office, round):
        declared = view.declaration
        body = declared.body if declared is not None else None
        code = receipt_code(declared.digest) if declared is not None else ""
        rows.append(
            declared_row(card, body if isinstance(body, DeclarationBody) else None, form.relations, code)
        )
    standing, at = "", None
    if signed is not None:
        kept = desk.store.records.get(signed.digest)
        at = parse_instant(signed.payload.made_at)
        logged = kept.logged_at if kept is not None else None
        standing = standing_text(at, datetime.fromtimestamp(logged, UTC) if logged is not None else None)
    return commitments_paper(
        form.kind, _occasion(desk, office, form, record=signed, standing=standing), at, rows
    )


def _signatures(desk: Desk, round: str) -> Paper:
    office = office_of_round(desk, round)
    form = form_of(desk, office.office, round)
    rows: list[SignedRow] = []
    for key, card, view in _views(desk, office, round):
        review = view.review
        body = review.body if review is not None else None
        if review is not None and isinstance(body, ReviewBody) and view.stage is not Stage.VOID:
            begun = form_signed(desk, key.office, key.round, review, body.rulebook)
            rows.append(signed_row(begun.kind, card, office.name, body.sheet, receipt_code(review.digest)))
        else:
            rows.append(signed_row(form.kind, card, office.name, None, say(f"desk.stage.{view.stage.value}")))
    return signatures_paper(_occasion(desk, office, form), rows, (office.name,))


def _named(made: Paper) -> tuple[str, ...]:
    facts = dict(made.facts)
    what = facts.get(say("papers.code")) or facts.get(say("papers.round"), "")
    return what, facts.get(say("papers.expert"), "")
