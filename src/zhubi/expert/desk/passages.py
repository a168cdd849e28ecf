"""Where something stands in the papers, by name, and where reading was left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhubi.core.model.records import DossierBody
from zhubi.core.rules.checks import MATERIAL
from zhubi.core.rules.conditions import references
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.sealed import Opened
    from zhubi.expert.desk.views import ReviewKey

TABLES = ("facts", "budget", "indicators")
"""The tables behind the sections of a content; they have page numbers too, in this order behind the last section's."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A place in a dossier's papers.

    ``document`` is the digest of a sealed blob: the content's, or an attachment's. ``page`` counts from 1 the pages of
    an attachment, or the sections of the content and the tables behind them; 0 is the document as a whole. ``row``
    counts the lines of the page's text from 0. ``words`` is what stands there, to be looked for where that is better.
    """

    document: str
    page: int = 0
    row: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class PassageView:
    """A place by name. ``here``: whether the newest version that is open has this document."""

    passage: Passage
    title: str
    page_name: str
    here: bool

    @property
    def name(self) -> str:
        """Document and page in one line."""
        return f"{self.title} {self.page_name}".strip()


def passage_view(desk: Desk, key: ReviewKey, opened: Opened | None, passage: Passage) -> PassageView:
    """A place by name; one in a document that the version in hand has no more is named as far as it is known."""
    page = say("notes.page", page=passage.page) if passage.page else ""
    if opened is not None and passage.document == opened.body.manifest.content.digest:
        title = say("notes.content", version=opened.content.version)
        return PassageView(passage, title, section_name(opened, passage.page), True)
    attachments = opened.content.attachments if opened is not None else ()
    for number, each in enumerate(attachments, 1):
        if each.blob == passage.document:
            name = say("notes.attachment", number=number, name=each.title or each.name)
            return PassageView(passage, name, page, True)
    for kept in desk.store.records.of_dossier(key.office, key.dossier):
        body = kept.record.body
        if isinstance(body, DossierBody) and body.manifest.content.digest == passage.document:
            name = say("notes.section", number=passage.page) if passage.page else ""
            return PassageView(passage, say("notes.content", version=body.version), name, False)
    return PassageView(passage, say("notes.other-document"), page, False)


def section_name(opened: Opened, page: int) -> str:
    """The heading of a section of the content, or the name of a table behind the sections; empty for no page."""
    sections = opened.content.sections
    if 1 <= page <= len(sections):
        return sections[page - 1].heading
    table = page - len(sections) - 1
    return say(f"notes.table.{TABLES[table]}") if 0 <= table < len(TABLES) else ""


def places(desk: Desk, key: ReviewKey) -> tuple[Passage, ...]:
    """Where reading was left in the documents of a dossier, the one read last first."""
    found = desk.store.places.of(key.office, key.dossier)
    return tuple(Passage(each.blob, each.page, each.row) for each in found)


def keep_place(desk: Desk, key: ReviewKey, passage: Passage) -> None:
    """Remembers where reading stands; blocking. A desk that is open for reading only remembers nothing."""
    from zhubi.expert.store.places import ReadingPlace

    if not desk.store.read_only:
        place = ReadingPlace(passage.document, passage.page, passage.row)
        desk.store.places.keep(key.office, key.dossier, place, desk.clock())


# Where the papers state what a line of the sheet is about


def stated(desk: Desk, key: ReviewKey, line: str, item: str) -> tuple[PassageView, ...]:
    """Where the papers state what a line of the sheet is about: a fact, a check, an indicator, a cut.

    A check leads to each fact that its condition reads, or to the material it asks for. Nothing for other lines, and
    nothing while the papers are not here. The passage's row is -1 where the heading of a section is all there is.
    """
    from zhubi.expert.desk.working import work_on

    work = work_on(desk, key)
    opened = work.opened
    if opened is None:
        return ()
    content, tables = opened.content, len(opened.content.sections) + 1
    document = opened.body.manifest.content.digest
    if line == "fact":
        found = [_fact_at(opened, [each.id for each in work.form.kind.facts], item)]
    elif line == "check" and item.startswith(MATERIAL):
        material = item.removeprefix(MATERIAL)
        found = [Passage(each.blob, 1) for each in content.attachments if each.material == material]
    elif line == "check":
        rule = next((each for each in work.form.kind.checks if each.id == item), None)
        read = references(f"({rule.expr}) && ({rule.when or 'true'})") if rule is not None else ()
        known = [each.id for each in work.form.kind.facts]
        found = [_fact_at(opened, known, name) for name in known if f"fact.{name}" in read]
    elif line == "cut":
        found = [_row_at(document, tables + 1, [each.id for each in content.budget], item)]
    elif line == "indicator":
        found = [_row_at(document, tables + 2, [each.id for each in content.indicators], item)]
    else:
        found = []
    return tuple(passage_view(desk, key, opened, each) for each in found)


def _row_at(document: str, page: int, ids: list[str], item: str) -> Passage:
    # The first row of a table names its columns.
    return Passage(document, page, ids.index(item) + 1 if item in ids else 0)


def _fact_at(opened: Opened, known: list[str], name: str) -> Passage:
    """The value of a fact in the section that states it, else the section's heading; else its row in the table."""
    document, content = opened.body.manifest.content.digest, opened.content
    fact = next((each for each in reversed(content.facts) if each.name == name), None)
    for page, section in enumerate(content.sections, 1):
        if fact is not None and fact.section == section.id:
            text = "".join(section.text.split())
            spelt = next((each for each in _spellings(fact.value) if each in text), "")
            return Passage(document, page, 0 if spelt else -1, spelt)
    return _row_at(document, len(content.sections) + 1, known, name)


def _spellings(value: bool | int | str) -> Iterator[str]:
    """How papers write a value: an amount in 元 or 万, with and without commas."""
    if isinstance(value, bool):
        return
    if isinstance(value, str):
        yield "".join(value.split())
        return
    wan = f"{value / 10_000:.4f}".rstrip("0").rstrip(".")
    yield from (f"{value:,}", str(value)) if abs(value) < 10_000 or value % 100 else ()
    yield f"{wan}万"
    yield f"{value / 10_000:,.4f}".rstrip("0").rstrip(".") + "万"
    yield from (f"{value:,}", str(value))
