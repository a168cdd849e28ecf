"""The parts of a printed sheet: what was scored, judged, found, cut and cited, each as a table or a passage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from zhubi.core.model.dossier import Content
from zhubi.core.model.paper import Column, Passage, Table
from zhubi.core.model.rulebook import FactRule, ReviewKind
from zhubi.core.model.sheet import FactValue, Sheet
from zhubi.core.model.text import clean_text
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.scoring import band_for, criteria_for, points_text, progress
from zhubi.locale import language, say

BLANK = "--"
_DIGITS_SHOWN = 16


def sheet_parts(
    kind: ReviewKind, sheet: Sheet, role: str, content: Content | None
) -> tuple[Table | Passage, ...]:
    """What a sheet says, in the order of the form. ``content`` None: what it names is named by its ids."""
    return (
        *_methods(kind, sheet),
        *_scores(kind, sheet, role),
        *_indicators(sheet, content),
        *_facts(kind, sheet, content),
        *_findings(kind, sheet),
        *_answers(kind, sheet),
        *_checks(kind, sheet),
        *_cuts(kind, sheet, content),
        *_recommended(kind, sheet),
        Passage(heading=say("papers.opinion"), text=sheet.opinion or BLANK),
        *_evidence(kind, sheet, content),
        *_cited(sheet, content),
    )


def moment_text(moment: datetime) -> str:
    """A moment as a paper states it, in this machine's time zone."""
    there = moment.astimezone()
    return say(
        "papers.moment",
        year=there.year,
        month=there.month,
        day=there.day,
        name=f"{there:%b}",
        time=f"{there:%H:%M}",
    )


def columns(*described: str) -> tuple[Column, ...]:
    """Columns from ``name:width`` or ``name:width:align``; the name is a sentence of the locale."""
    made = []
    for each in described:
        name, width, align = (*each.split(":"), "left")[:3]
        made.append(
            Column.model_validate({"name": say(f"papers.{name}"), "width": int(width), "align": align})
        )
    return tuple(made)


def role_name(kind: ReviewKind, role: str) -> str:
    """An expert's role as the form names it; its id where it does not."""
    return next((each.name.said(language()) for each in kind.roles if each.id == role), role)


def _methods(kind: ReviewKind, sheet: Sheet) -> tuple[Table, ...]:
    named = {each.id: each.name.said(language()) for each in kind.methods}
    rows = tuple(
        (
            named.get(each.method, each.name),
            say("papers.method-done" if each.done else "papers.method-not-done"),
            each.words,
        )
        for each in sheet.methods
    )
    head = columns("method:4", "done:0", "words:6")
    return (Table(heading=say("papers.methods"), columns=head, rows=rows),) if rows else ()


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
    head = columns("criterion:4", "full:0:right", "points:0:right", "band:0:center", "comment:6")
    return (Table(heading=say("papers.scores"), columns=head, rows=tuple(rows)),)


def _indicators(sheet: Sheet, content: Content | None) -> tuple[Table, ...]:
    named = {each.id: each for each in content.indicators} if content is not None else {}
    rows = []
    for judged in sheet.indicators:
        item = named.get(judged.indicator)
        name, target, reported = (
            (item.name, _measured(item.target, item.unit), _measured(item.reported, item.unit))
            if item
            else (judged.indicator, "", "")
        )
        judgement = say(f"papers.judged-{judged.judgement}")
        rows.append(
            (name, target or BLANK, reported or BLANK, judged.observed or BLANK, judgement, judged.words)
        )
    head = columns("indicator:4", "target:3", "reported:3", "observed:3", "judged:0", "words:4")
    return (Table(heading=say("papers.indicators"), columns=head, rows=tuple(rows)),) if rows else ()


def _measured(value: str, unit: str) -> str:
    return value if not value or not unit or value.endswith(unit) else clean_text(f"{value} {unit}")


def _facts(kind: ReviewKind, sheet: Sheet, content: Content | None) -> tuple[Table, ...]:
    """The facts of the papers that the expert confirmed or read otherwise; what nobody looked at is left out."""
    stated = content.facts_by_name() if content is not None else {}
    rules = {each.id: each for each in kind.facts}
    rows = []
    for each in sheet.facts:
        rule = rules.get(each.fact)
        if each.value is None and not each.confirmed:
            continue
        name = rule.name.said(language()) if rule is not None else each.fact
        read = _fact_text(rule, each.value) if each.value is not None else BLANK
        confirmed = say("papers.found-yes" if each.confirmed else "papers.found-no")
        in_papers = _fact_text(rule, stated[each.fact]) if each.fact in stated else BLANK
        rows.append((name, in_papers, read, confirmed))
    head = columns("fact:4", "stated:3", "read:3", "confirmed:0:center")
    return (Table(heading=say("papers.facts"), columns=head, rows=tuple(rows)),) if rows else ()


def _fact_text(rule: FactRule | None, value: FactValue) -> str:
    if isinstance(value, bool):
        return say("papers.found-yes" if value else "papers.found-no")
    if isinstance(value, int):
        return f"{value:,} {rule.unit}".rstrip() if rule is not None else f"{value:,}"
    choices = rule.choices if rule is not None else ()
    return next((each.name.said(language()) for each in choices if each.id == value), value)


def _findings(kind: ReviewKind, sheet: Sheet) -> tuple[Table, ...]:
    names = {each.id: each.name.said(language()) for each in kind.findings}
    rows = tuple(
        (names.get(each.finding, each.finding), say(f"papers.found-{each.value}"), each.words)
        for each in sheet.findings
    )
    head = columns("finding:5", "found:0", "words:4")
    return (Table(heading=say("papers.findings"), columns=head, rows=rows),) if rows else ()


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
        (Table(heading=say("papers.questions"), columns=columns("question:4", "answer:6"), rows=tuple(rows)),)
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
    head = columns("check:5", "outcome:0", "words:5")
    return (Table(heading=say("papers.checks"), columns=head, rows=rows),) if rows else ()


def _cuts(kind: ReviewKind, sheet: Sheet, content: Content | None) -> tuple[Table, ...]:
    if kind.cuts is None or sheet.cuts is None or not sheet.cuts.lines:
        return ()
    named = {each.id: each.subject for each in content.budget} if content is not None else {}
    rows = tuple(
        (named.get(each.line, each.line), yuan(each.amount), each.reason) for each in sheet.cuts.lines
    )
    whole = (say("papers.total-row"), yuan(sum(each.amount for each in sheet.cuts.lines)), "")
    head = columns("subject:4", "cut:0:right", "reason:6")
    return (Table(heading=say("papers.cuts"), columns=head, rows=(*rows, whole)),)


def _recommended(kind: ReviewKind, sheet: Sheet) -> tuple[Passage, ...]:
    if not kind.recommendations:
        return ()
    named: Mapping[str, str] = {each.id: each.name.said(language()) for each in kind.recommendations}
    chosen = named.get(sheet.recommendation or "", BLANK)
    words = clean_text(f"{chosen}\n{sheet.recommendation_words}") if sheet.recommendation_words else chosen
    return (Passage(heading=say("papers.recommendation"), text=words),)


def _evidence(kind: ReviewKind, sheet: Sheet, content: Content | None) -> tuple[Table, ...]:
    rows = tuple(
        (
            str(number),
            each.name,
            _about(kind, each.about, content),
            each.taken_at.replace("T", " ") or BLANK,
            moment_text(parse_instant(each.noted_at)),
            each.digest[:_DIGITS_SHOWN],
        )
        for number, each in enumerate(sheet.evidence, 1)
    )
    head = columns("number:0", "evidence-name:4", "about:4", "taken:3", "noted:3", "sealed-digest:0")
    return (Table(heading=say("papers.evidence"), columns=head, rows=rows),) if rows else ()


def _about(kind: ReviewKind, about: str, content: Content | None) -> str:
    """What a piece of evidence supports, by its own name."""
    what, _, item = about.partition(":")
    if what == "signature":
        return say("papers.about-signature", digest=item[:_DIGITS_SHOWN])
    said = language()
    named = {
        "indicator": {each.id: each.name for each in content.indicators} if content is not None else {},
        "finding": {each.id: each.name.said(said) for each in kind.findings},
        "question": {each.id: each.name.said(said) for each in kind.questions},
    }.get(what, {})
    return named.get(item, item) or BLANK


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
    head = columns("number:0", "document:3", "page-number:0", "quotation:6")
    return (Table(heading=say("papers.citations"), columns=head, rows=rows),) if rows else ()


def yuan(amount: int) -> str:
    """Money in 元 with its thousands parted."""
    return f"{amount:,}"
