"""What stands on a printed form: a sheet, its cuts, a round's declarations, and the page that everybody signs.

Pure: what is printed is what the sheet says under its form, whichever side prints it, before the network or after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from zhubi.core.model.dossier import Card, Content
from zhubi.core.model.paper import Paper, Passage, Table
from zhubi.core.model.records import AttendanceBody, DeclarationBody
from zhubi.core.model.rulebook import ConflictRelation, ReviewKind
from zhubi.core.model.sheet import Sheet
from zhubi.core.model.text import clean_file_name, clean_text
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.cuts import after_cuts
from zhubi.core.rules.printedparts import BLANK, columns, moment_text, role_name, sheet_parts, yuan
from zhubi.core.rules.scoring import points_text
from zhubi.locale import language, say

SheetForm = Literal["review", "onsite", "cuts"]
RoundForm = Literal["commitments", "signatures"]
SHEET_FORMS: Final[tuple[SheetForm, ...]] = ("review", "onsite", "cuts")
"""Forms of one review: 个人评审表, 现场考察表, 建议核减表."""
ROUND_FORMS: Final[tuple[RoundForm, ...]] = ("commitments", "signatures")
"""Forms of a round: 承诺与回避汇总, 签字页."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What every form of a round says at its top. ``digest`` and ``code`` name the record; empty for a draft.

    ``standing`` says what became of the record, ``attended`` when and how the expert signed in; empty: nothing is said.
    """

    organiser: str
    round_title: str
    rules: str
    expert: str
    unit: str
    printed_at: str
    digest: str = ""
    code: str = ""
    standing: str = ""
    attended: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredRow:
    """One dossier of a round as an expert declared on it."""

    code: str
    title: str
    outcome: str
    words: str
    signed: str


@dataclass(frozen=True, slots=True)
class SignedRow:
    """One review of a round: whose, of which project, its total and recommendation, and its record's short code."""

    code: str
    title: str
    expert: str
    points: str
    recommendation: str
    record: str


def forms_of(kind: ReviewKind) -> tuple[SheetForm, ...]:
    """The forms a review of this kind can be printed on, the one it is meant for first."""
    first: tuple[SheetForm, ...] = ("review",)
    if "onsite" in kind.modes:
        first = ("review", "onsite") if "letter" in kind.modes else ("onsite", "review")
    return (*first, "cuts") if kind.cuts is not None else first


def standing_text(signed_at: datetime, logged_at: datetime | None, *marks: str) -> str:
    """What became of a signed record: when it was signed and logged, and each of ``marks``.

    Marks are ``replaced``, ``refused``, ``late``, ``returned``.
    """
    key = "papers.standing-logged" if logged_at is not None else "papers.standing-signed"
    logged = moment_text(logged_at) if logged_at is not None else ""
    said = [say(key, signed=moment_text(signed_at), logged=logged)]
    return say("papers.semicolon").join([*said, *(say(f"papers.standing-{each}") for each in marks)])


def attended_text(body: AttendanceBody) -> str:
    """When and how somebody signed in, and what they wrote to it."""
    said = say(f"papers.attended-{body.mode}", at=moment_text(parse_instant(body.at)))
    return clean_text(say("papers.semicolon").join(filter(None, (said, body.words))))


def review_paper(
    kind: ReviewKind,
    sheet: Sheet,
    role: str,
    card: Card,
    occasion: Occasion,
    content: Content | None,
    form: Literal["review", "onsite"] | None = None,
) -> Paper:
    """个人评审表 or 现场考察表, by the kind where no form is named. ``content`` None: names of its parts are ids."""
    chosen = form or ("onsite" if forms_of(kind)[0] == "onsite" else "review")
    attended = ((say("papers.attended"), occasion.attended),) if occasion.attended else ()
    return Paper(
        form=chosen,
        title=say(f"papers.title-{chosen}"),
        organiser=occasion.organiser,
        facts=(
            *_project(card, occasion),
            (say("papers.role"), role_name(kind, role)),
            *attended,
            *_standing(occasion),
        ),
        parts=sheet_parts(kind, sheet, role, content),
        signatures=(say("papers.sign-expert"), say("papers.sign-date")),
        digest=occasion.digest or None,
        code=occasion.code,
        printed_at=occasion.printed_at,
    )


def cuts_paper(kind: ReviewKind, sheet: Sheet, card: Card, occasion: Occasion, content: Content) -> Paper:
    """建议核减表: every budget line, what is cut of it and why, and what follows."""
    cut = {each.line: each for each in (sheet.cuts.lines if sheet.cuts else ())}
    rows = tuple(
        (
            line.subject, yuan(line.total), yuan(line.fiscal),
            yuan(cut[line.id].amount) if line.id in cut else BLANK,
            yuan(line.fiscal - (cut[line.id].amount if line.id in cut else 0)),
            cut[line.id].reason if line.id in cut else "",
        )
        for line in content.budget
    )  # fmt: skip
    after = after_cuts(sheet.cuts, content.budget)
    stands = sheet.cuts.core_indicators_stand if sheet.cuts else True
    follows = sheet.cuts.total_follows if sheet.cuts else False
    head = columns("subject:4", "total:0:right", "fiscal:0:right", "cut:0:right", "left:0:right", "reason:5")
    together = say(
        "papers.cuts-sum", cut=yuan(after.cut), before=yuan(after.fiscal_before), after=yuan(after.fiscal)
    )
    return Paper(
        form="cuts",
        title=say("papers.title-cuts"),
        organiser=occasion.organiser,
        facts=(*_project(card, occasion), *_standing(occasion)),
        parts=(
            Table(columns=head, rows=rows),
            Passage(heading=say("papers.cuts-together"), text=together),
        ),
        notes=(
            say("papers.core-stand" if stands else "papers.core-fall"),
            say("papers.total-follows" if follows else "papers.total-stays"),
            say("papers.in-yuan"),
        ),
        signatures=(say("papers.sign-expert"), say("papers.sign-date")),
        digest=occasion.digest or None,
        code=occasion.code,
        printed_at=occasion.printed_at,
    )


def declared_row(
    card: Card, body: DeclarationBody | None, relations: Iterable[ConflictRelation], record: str
) -> DeclaredRow:
    """How an expert declared on a card; ``record`` is the short code of the declaration."""
    if body is None:
        return DeclaredRow(card.code, card.title, say("papers.not-declared"), "", BLANK)
    named = {each.id: each.name.said(language()) for each in relations}
    said = []
    for each in body.relations:
        until = say("papers.relation-until", day=each.until) if each.until else ""
        said.append(
            " ".join(filter(None, (named.get(each.kind, each.kind), each.with_whom, until, each.words)))
        )
    # Two clean texts side by side need not make a clean one: a mark may join what stood before it.
    words = clean_text("\n".join(filter(None, (*said, body.words))))
    return DeclaredRow(card.code, card.title, say(f"papers.declared-{body.outcome.value}"), words, record)


def commitments_paper(
    kind: ReviewKind, occasion: Occasion, committed_at: datetime | None, rows: Iterable[DeclaredRow]
) -> Paper:
    """承诺与回避汇总: what was promised, with its points, and the declaration on each project."""
    said = language()
    listed = tuple((each.code, each.title, each.outcome, each.words, each.signed) for each in rows)
    documents = tuple(
        Passage(heading=each.name.said(said), text="\n".join(point.said(said) for point in each.points))
        for each in kind.commitments
    )
    signed = moment_text(committed_at) if committed_at is not None else say("papers.not-committed")
    head = columns("code:2", "project:5", "declared:0", "words:4", "record:0")
    return Paper(
        form="commitments",
        title=say("papers.title-commitments"),
        organiser=occasion.organiser,
        facts=(*_round(occasion), *_standing(occasion)),
        parts=(
            *documents,
            Passage(heading=say("papers.committed"), text=signed),
            Table(heading=say("papers.declarations"), columns=head, rows=listed),
        ),
        signatures=(say("papers.sign-expert"), say("papers.sign-date")),
        digest=occasion.digest or None,
        code=occasion.code,
        printed_at=occasion.printed_at,
    )


def signed_row(kind: ReviewKind, card: Card, expert: str, sheet: Sheet | None, record: str) -> SignedRow:
    """A line of the page that everybody signs; ``sheet`` None: nothing is signed, and ``record`` says how it stands."""
    points = points_text(kind, sheet.total.points) if sheet is not None and sheet.total is not None else BLANK
    chosen = sheet.recommendation if sheet is not None else None
    named = {each.id: each.name.said(language()) for each in kind.recommendations}
    recommended = named.get(chosen, chosen) if chosen is not None else BLANK
    return SignedRow(card.code, card.title, expert, points, recommended, record)


def signatures_paper(occasion: Occasion, rows: Iterable[SignedRow], people: Iterable[str]) -> Paper:
    """签字页: one line a review, with its short code, and a place for each person to sign by hand."""
    listed = tuple(
        (each.code, each.title, each.expert, each.points, each.recommendation, each.record) for each in rows
    )
    head = columns("code:2", "project:5", "expert:2", "points:0:right", "recommendation:2", "record:0")
    return Paper(
        form="signatures",
        title=say("papers.title-signatures"),
        organiser=occasion.organiser,
        facts=_round(occasion),
        parts=(Table(columns=head, rows=listed),),
        signatures=tuple(f"{each}{say('papers.sign-after-name')}" for each in people),
        notes=(say("papers.each-its-code"),),
        listing=True,
        printed_at=occasion.printed_at,
    )


def file_name(paper: Paper, *named: str) -> str:
    """What the file of a form is called: each of ``named``, its title and its short code, safe on any system."""
    return clean_file_name("-".join(filter(None, (*named, paper.title, paper.code))) + ".pdf")


def _standing(occasion: Occasion) -> tuple[tuple[str, str], ...]:
    return ((say("papers.standing"), occasion.standing),) if occasion.standing else ()


def _round(occasion: Occasion) -> tuple[tuple[str, str], ...]:
    return (
        (say("papers.round"), occasion.round_title),
        (say("papers.rules"), occasion.rules),
        *(
            (
                (say("papers.expert"), occasion.expert),
                (say("papers.unit"), occasion.unit or BLANK),
            )
            if occasion.expert
            else ()
        ),
    )


def _project(card: Card, occasion: Occasion) -> tuple[tuple[str, str], ...]:
    units = clean_text(say("papers.comma").join(each.name for each in card.units))
    return (
        (say("papers.code"), card.code),
        *_round(occasion),
        (say("papers.project"), card.title),
        (say("papers.units"), units or BLANK),
    )
