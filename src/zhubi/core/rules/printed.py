"""What stands on a printed form: a sheet, its cuts, a round's declarations, and the page that everybody signs.

Pure: what is printed is what the sheet says under its form, whichever side prints it, before the network or after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zhubi.core.model.dossier import Card, Content
from zhubi.core.model.paper import Column, Paper, Passage, Table
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Sheet
from zhubi.core.rules.cuts import after_cuts
from zhubi.core.rules.scoring import band_for, criteria_for, points_text, progress
from zhubi.locale import language, say

BLANK = "--"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What every form of a round says at its top. ``digest`` and ``code`` name the record; empty for a draft."""

    organiser: str
    round_title: str
    rules: str
    expert: str
    unit: str
    printed_at: str
    digest: str = ""
    code: str = ""


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


def review_paper(
    kind: ReviewKind, sheet: Sheet, role: str, card: Card, occasion: Occasion, content: Content | None
) -> Paper:
    """个人评审表, or 现场考察表 where the kind is one of going there. ``content`` None: names of its parts are ids."""
    onsite = "onsite" in kind.modes and "letter" not in kind.modes
    parts = [
        *_scores(kind, sheet, role),
        *_indicators(sheet, content),
        *_findings(kind, sheet),
        *_answers(kind, sheet),
        *_checks(kind, sheet),
        *_cuts(kind, sheet, content),
        *_recommended(kind, sheet),
        Passage(heading=say("papers.opinion"), text=sheet.opinion or BLANK),
        *_cited(sheet, content),
    ]
    form = "onsite" if onsite else "review"
    return Paper(
        form=form,
        title=say(f"papers.title-{form}"),
        organiser=occasion.organiser,
        facts=(*_project(card, occasion), (say("papers.role"), _role(kind, role))),
        parts=tuple(parts),
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
            line.subject, _yuan(line.total), _yuan(line.fiscal),
            _yuan(cut[line.id].amount) if line.id in cut else BLANK,
            _yuan(line.fiscal - (cut[line.id].amount if line.id in cut else 0)),
            cut[line.id].reason if line.id in cut else "",
        )
        for line in content.budget
    )  # fmt: skip
    after = after_cuts(sheet.cuts, content.budget)
    stands = sheet.cuts.core_indicators_stand if sheet.cuts else True
    follows = sheet.cuts.total_follows if sheet.cuts else False
    return Paper(
        form="cuts",
        title=say("papers.title-cuts"),
        organiser=occasion.organiser,
        facts=_project(card, occasion),
        parts=(
            Table(columns=_columns("subject:4", "total:0:right", "fiscal:0:right", "cut:0:right", "left:0:right",
                                   "reason:5"), rows=rows),
            Passage(
                heading=say("papers.cuts-together"),
                text=say(
                    "papers.cuts-sum", cut=_yuan(after.cut), before=_yuan(after.fiscal_before),
                    after=_yuan(after.fiscal),
                ),
            ),
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
    )  # fmt: skip


def commitments_paper(
    occasion: Occasion,
    documents: Iterable[tuple[str, tuple[str, ...]]],
    committed: str,
    rows: Iterable[DeclaredRow],
) -> Paper:
    """承诺与回避汇总: what was promised, with its points, and the declaration on each project."""
    listed = tuple((each.code, each.title, each.outcome, each.words, each.signed) for each in rows)
    return Paper(
        form="commitments",
        title=say("papers.title-commitments"),
        organiser=occasion.organiser,
        facts=_round(occasion),
        parts=(
            *(Passage(heading=name, text="\n".join(points)) for name, points in documents),
            Passage(heading=say("papers.committed"), text=committed),
            Table(heading=say("papers.declarations"),
                  columns=_columns("code:0", "project:5", "declared:0", "words:5", "record:0"), rows=listed),
        ),
        signatures=(say("papers.sign-expert"), say("papers.sign-date")),
        digest=occasion.digest or None,
        code=occasion.code,
        printed_at=occasion.printed_at,
    )  # fmt: skip


def signatures_paper(occasion: Occasion, rows: Iterable[SignedRow], people: Iterable[str]) -> Paper:
    """签字页: one line a review, with its short code, and a place for each person to sign by hand."""
    listed = tuple(
        (each.code, each.title, each.expert, each.points, each.recommendation, each.record) for each in rows
    )
    columns = _columns("code:0", "project:5", "expert:0", "points:0:right", "recommendation:0", "record:0")
    return Paper(
        form="signatures",
        title=say("papers.title-signatures"),
        organiser=occasion.organiser,
        facts=_round(occasion),
        parts=(Table(columns=columns, rows=listed),),
        signatures=tuple(f"{each}{say('papers.sign-after-name')}" for each in people),
        digest=occasion.digest or None,
        code=occasion.code,
        printed_at=occasion.printed_at,
    )


def _columns(*described: str) -> tuple[Column, ...]:
    """Columns from ``name:width`` or ``name:width:align``; the name is a sentence of the locale."""
    made = []
    for each in described:
        name, width, align = (*each.split(":"), "left")[:3]
        made.append(
            Column.model_validate({"name": say(f"papers.{name}"), "width": int(width), "align": align})
        )
    return tuple(made)


def _round(occasion: Occasion) -> tuple[tuple[str, str], ...]:
    return (
        (say("papers.round"), occasion.round_title),
        (say("papers.rules"), occasion.rules),
        (say("papers.expert"), occasion.expert),
        (say("papers.unit"), occasion.unit or BLANK),
    )


def _project(card: Card, occasion: Occasion) -> tuple[tuple[str, str], ...]:
    units = say("papers.comma").join(each.name for each in card.units)
    return (
        (say("papers.code"), card.code),
        *_round(occasion),
        (say("papers.project"), card.title),
        (say("papers.units"), units or BLANK),
    )


def _role(kind: ReviewKind, role: str) -> str:
    return next((each.name.said(language()) for each in kind.roles if each.id == role), role)


def _scores(kind: ReviewKind, sheet: Sheet, role: str) -> tuple[Table, ...]:
    if kind.scale is None or not kind.criteria:
        return ()
    said = language()
    given = {each.criterion: each for each in sheet.scores}
    rows = []
    for item in criteria_for(kind, role):
        score = given.get(item.id)
        points, band = BLANK, ""
        if score is not None and score.not_applicable:
            points = say("papers.not-applicable")
        elif score is not None and score.points is not None:
            points = points_text(kind, score.points)
            found = band_for(kind, item, score.points)
            band = found.name.said(said) if found is not None else ""
        comment = score.comment if score is not None else ""
        rows.append((item.name.said(said), points_text(kind, item.full), points, band, comment))
    done = progress(kind, sheet, role)
    whole = points_text(kind, sheet.total.points) if sheet.total is not None else BLANK
    rescaled = say("papers.rescaled") if sheet.total is not None and sheet.total.rescaled else ""
    rows.append((say("papers.total-row"), points_text(kind, done.full), whole, "", rescaled))
    columns = _columns("criterion:4", "full:0:right", "points:0:right", "band:0:center", "comment:6")
    return (Table(heading=say("papers.scores"), columns=columns, rows=tuple(rows)),)


def _indicators(sheet: Sheet, content: Content | None) -> tuple[Table, ...]:
    named = {each.id: each for each in content.indicators} if content is not None else {}
    rows = []
    for judged in sheet.indicators:
        item = named.get(judged.indicator)
        name, target, reported = (
            (item.name, item.target, item.reported) if item else (judged.indicator, "", "")
        )
        judgement = say(f"papers.judged-{judged.judgement}")
        rows.append(
            (name, target or BLANK, reported or BLANK, judged.observed or BLANK, judgement, judged.words)
        )
    columns = _columns("indicator:4", "target:0", "reported:0", "observed:0", "judged:0", "words:4")
    return (Table(heading=say("papers.indicators"), columns=columns, rows=tuple(rows)),) if rows else ()


def _findings(kind: ReviewKind, sheet: Sheet) -> tuple[Table, ...]:
    names = {each.id: each.name.said(language()) for each in kind.findings}
    rows = tuple(
        (names.get(each.finding, each.finding), say(f"papers.found-{each.value}"), each.words)
        for each in sheet.findings
    )
    columns = _columns("finding:5", "found:0", "words:4")
    return (Table(heading=say("papers.findings"), columns=columns, rows=rows),) if rows else ()


def _answers(kind: ReviewKind, sheet: Sheet) -> tuple[Table, ...]:
    said = language()
    asked = {each.id: each for each in kind.questions}
    rows = []
    for answer in sheet.answers:
        question = asked.get(answer.question)
        value = answer.value
        if question is not None and question.asks == "yes-no":
            value = say(f"papers.found-{value}") if value in ("yes", "no") else value
        elif question is not None and question.asks == "choice":
            value = next((each.name.said(said) for each in question.choices if each.id == value), value)
        rows.append((question.name.said(said) if question is not None else answer.question, value))
    return (
        (
            Table(
                heading=say("papers.questions"), columns=_columns("question:4", "answer:6"), rows=tuple(rows)
            ),
        )
        if rows
        else ()
    )


def _checks(kind: ReviewKind, sheet: Sheet) -> tuple[Table, ...]:
    said = language()
    named = {each.id: each.name.said(said) for each in kind.checks}
    named |= {
        f"material.{each.id}": say("papers.material", name=each.name.said(said)) for each in kind.materials
    }
    rows = tuple(
        (named.get(each.check, each.check), say(f"papers.outcome-{each.outcome}"), each.words)
        for each in sheet.checks
        if each.outcome != "met" or each.words
    )
    columns = _columns("check:5", "outcome:0", "words:5")
    return (Table(heading=say("papers.checks"), columns=columns, rows=rows),) if rows else ()


def _cuts(kind: ReviewKind, sheet: Sheet, content: Content | None) -> tuple[Table, ...]:
    if kind.cuts is None or sheet.cuts is None or not sheet.cuts.lines:
        return ()
    named = {each.id: each.subject for each in content.budget} if content is not None else {}
    rows = tuple(
        (named.get(each.line, each.line), _yuan(each.amount), each.reason) for each in sheet.cuts.lines
    )
    whole = (say("papers.total-row"), _yuan(sum(each.amount for each in sheet.cuts.lines)), "")
    columns = _columns("subject:4", "cut:0:right", "reason:6")
    return (Table(heading=say("papers.cuts"), columns=columns, rows=(*rows, whole)),)


def _recommended(kind: ReviewKind, sheet: Sheet) -> tuple[Passage, ...]:
    if not kind.recommendations:
        return ()
    named: Mapping[str, str] = {each.id: each.name.said(language()) for each in kind.recommendations}
    chosen = named.get(sheet.recommendation or "", BLANK)
    words = f"{chosen}\n{sheet.recommendation_words}" if sheet.recommendation_words else chosen
    return (Passage(heading=say("papers.recommendation"), text=words),)


def _cited(sheet: Sheet, content: Content | None) -> tuple[Table, ...]:
    titles = (
        {each.blob: each.title or each.name for each in content.attachments} if content is not None else {}
    )
    rows = tuple(
        (
            f"[{each.number}]",
            titles.get(each.document, say("papers.application")),
            str(each.page) if each.page else "",
            each.quotation,
        )
        for each in sheet.citations
    )
    columns = _columns("number:0", "document:3", "page-number:0", "quotation:6")
    return (Table(heading=say("papers.citations"), columns=columns, rows=rows),) if rows else ()


def _yuan(amount: int) -> str:
    return f"{amount:,}"
