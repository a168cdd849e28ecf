"""Reading a dossier: its structured content, and its attachments page by page, parsed apart from this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zhubi.core.model.rulebook import FactRule, ReviewKind
from zhubi.core.model.sheet import Cuts, FactReading, FactValue, IndicatorJudgement
from zhubi.core.rules.cuts import cuttable
from zhubi.expert.desk import words
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import form_of
from zhubi.expert.desk.opening import OUTSIDE
from zhubi.expert.desk.sealed import Opened, attachment_source, open_sealed
from zhubi.expert.desk.sheetviews import (
    AttachmentRow,
    BudgetRow,
    ContentView,
    FactRow,
    IndicatorRow,
    SectionView,
)
from zhubi.expert.desk.views import ReviewKey
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.core.model.dossier import BudgetLine, Content, Indicator
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.reading.document import Event
    from zhubi.expert.reading.opened import AttachmentReading
    from zhubi.expert.reading.outside import OutsideFolder


def content(desk: Desk, key: ReviewKey) -> ContentView:
    """The structured content of the newest version that is open here; the faults of ``open_sealed``."""
    opened = opened_for(desk, key)
    return content_view(desk, opened, form_of(desk, key.office, key.round).kind)


def opened_for(desk: Desk, key: ReviewKey) -> Opened:
    """The opened version of an assignment; ``desk.unknown-row`` and the faults of ``open_sealed``."""
    view = desk.store.assignments.view(key, now=desk.clock())
    if view is None:
        raise DeskError("desk.unknown-row", "no such assignment is known here")
    return open_sealed(desk, key, view)


def content_view(desk: Desk, opened: Opened, kind: ReviewKind) -> ContentView:
    """The content as the reader shows it."""
    found = opened.content
    sections = tuple(SectionView(each.id, each.heading, each.level, each.text) for each in found.sections)
    return ContentView(
        found.card.code,
        found.card.title,
        found.version,
        found.set_up_on or "",
        tuple((each.id, each.heading, each.level) for each in sections),
        sections,
        fact_rows(kind, found, {}),
        budget_rows(kind, found.budget, None),
        indicator_rows(found.indicators, {}),
        tuple(_attachment(desk, opened, each.blob) for each in found.attachments),
        opened.body.manifest.content.digest,
    )


def _attachment(desk: Desk, opened: Opened, blob: str) -> AttachmentRow:
    attachment, reference = opened.attachment(blob)
    state = desk.store.blobs.state(blob, reference.size)
    return AttachmentRow(
        blob, attachment.name, attachment.title or attachment.name, attachment.media_type,
        attachment.material or "", attachment.plain_size, state.state, state.percent,
    )  # fmt: skip


def fact_rows(kind: ReviewKind, found: Content, readings: Mapping[str, FactReading]) -> tuple[FactRow, ...]:
    """The facts that the rules declare, in their order, as far as the papers state them."""
    stated = {each.name: each for each in found.facts}
    rows = []
    for rule in kind.facts:
        fact = stated.get(rule.id)
        reading = readings.get(rule.id)
        rows.append(
            FactRow(
                rule.id,
                rule.name.said(language()),
                "" if fact is None else fact_text(rule, fact.value),
                (fact.section or "") if fact else "",
                rule.type,
                reading is not None and reading.confirmed,
                "" if reading is None or reading.value is None else fact_text(rule, reading.value),
            )
        )
    return tuple(rows)


def fact_text(rule: FactRule | None, value: FactValue) -> str:
    """A fact as people write it: money with its thousands parted, yes or no, a choice by its name."""
    if isinstance(value, bool):
        return say("desk.yes" if value else "desk.no")
    if isinstance(value, int):
        if rule is None or rule.unit in ("", "元"):
            return words.yuan_text(value) if rule is not None and rule.unit else f"{value:,}"
        return f"{value:,}{rule.unit}"
    if rule is not None:
        choice = next((each for each in rule.choices if each.id == value), None)
        if choice is not None:
            return choice.name.said(language())
    return value


def budget_rows(kind: ReviewKind, lines: tuple[BudgetLine, ...], cuts: Cuts | None) -> tuple[BudgetRow, ...]:
    """The budget's lines with what is suggested to cut of them, in 元."""
    may = {each.id for each in cuttable(kind, lines)}
    cut = {each.line: each for each in cuts.lines} if cuts is not None else {}
    return tuple(
        BudgetRow(
            each.id,
            each.subject,
            each.total,
            each.fiscal,
            each.note,
            each.id in may,
            cut[each.id].amount if each.id in cut else 0,
            cut[each.id].reason if each.id in cut else "",
        )
        for each in lines
    )


def indicator_rows(
    indicators: tuple[Indicator, ...], judged: Mapping[str, IndicatorJudgement]
) -> tuple[IndicatorRow, ...]:
    """The indicators of the task book, and what the expert holds of each."""
    return tuple(
        IndicatorRow(
            each.id, each.name, each.target, each.unit, each.binding, each.reported,
            judged[each.id].observed if each.id in judged else "",
            judged[each.id].judgement if each.id in judged else "",
            judged[each.id].words if each.id in judged else "",
        )
        for each in indicators
    )  # fmt: skip


def open_attachment(desk: Desk, key: ReviewKey, blob: str, first: int = 1) -> AttachmentReading:
    """An attachment, open in a process of its own until it is closed: its pages as they come, and pictures of them.

    The text of page ``first`` and of those beside it comes before that of the others, where the format allows. What is
    wrong with the sealed file is raised by ``events`` and ``picture``, before any page: ``store.blob-missing``,
    ``store.blob-damaged``, ``reading.other-content``. Here: the faults of ``open_sealed``, ``desk.no-attachment``,
    ``reading.cannot-start``.
    """
    from zhubi.expert.reading.opened import AttachmentReading

    opened = opened_for(desk, key)
    attachment, _ = opened.attachment(blob)
    pour = attachment_source(desk, opened, blob)
    return AttachmentReading(pour, attachment.name, attachment.media_type, first=first)


def attachment_pages(desk: Desk, key: ReviewKey, blob: str) -> Iterator[Event]:
    """An attachment's pages as they are parsed, for whoever wants nothing else; closing the iterator ends it."""
    with open_attachment(desk, key, blob) as attachment:
        yield from attachment.events()


def outside_warned(desk: Desk) -> bool:
    """Whether this session has opened something outside already, and so was warned."""
    return desk.session.outside is not None


def open_outside(desk: Desk, key: ReviewKey, blob: str) -> Path:
    """Writes an attachment in clear into a private folder and hands it to the system's program; an explicit act.

    ``reading.no-opener``, ``reading.cannot-write``, and the faults of ``open_sealed``.
    """
    opened = opened_for(desk, key)
    attachment, _ = opened.attachment(blob)
    pour = attachment_source(desk, opened, blob)
    if desk.session.outside is None:
        desk.session.outside = _folder(desk)
    path: Path = desk.session.outside.open(pour, attachment.name)
    return path


def wipe_outside(desk: Desk) -> None:
    """Deletes everything that was opened outside, in this session and in any that ended without doing so."""
    if desk.session.outside is not None:
        desk.session.outside.wipe()
    if (desk.directory / OUTSIDE).exists():
        _folder(desk).wipe_stale()


def _folder(desk: Desk) -> OutsideFolder:
    from zhubi.expert.reading.outside import OutsideFolder

    return OutsideFolder(desk.directory / OUTSIDE)
