"""有何变化: what became new under a sheet, what it would take along, and the choice: the new form, or the one begun.

Nothing is applied by itself (law 6). What a sheet was before it moved is kept, and can be gone back to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import DossierBody, RecordType, ReviewBody, RoundChangeBody
from zhubi.core.rules.carrying import CarriedOver, carry_over
from zhubi.core.rules.difference import card_changes, sheet_changes
from zhubi.core.rules.formchanges import content_changes, kind_changes
from zhubi.core.rules.lifecycle import Stage
from zhubi.expert.desk import overview
from zhubi.expert.desk.changeviews import (
    Adopted,
    CarriedView,
    ChangeLine,
    ChangeSection,
    ChangesView,
    EarlierView,
    LookAgain,
)
from zhubi.expert.desk.changewords import Speaker
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import form_begun, form_of, form_signed
from zhubi.expert.desk.reading import opened_for
from zhubi.expert.desk.sheetstate import sheet_state
from zhubi.expert.desk.versions import documents_between, open_version, version_record
from zhubi.expert.desk.words import day_text
from zhubi.expert.desk.working import Work, work_on
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from zhubi.core.model.records import Record
    from zhubi.core.model.sheet import Sheet
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.sealed import Opened
    from zhubi.expert.desk.sheetviews import SheetState
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.store.drafts import Draft
    from zhubi.expert.store.earlier import EarlierSheet


def changes(desk: Desk, key: ReviewKey) -> ChangesView:
    """Everything that became new since the sheet was begun, or signed; ``desk.unknown-row``, ``desk.rules-missing``.

    What cannot be compared (a form or a version that is not here yet) is said in ``problem``.
    """
    work = work_on(desk, key)
    row = overview.row(desk, key)
    assert row is not None
    seen = _Seen(desk, work)
    sections = [*seen.rules(), *seen.dates(), *seen.version(), *seen.card(), *seen.correction()]
    may = _may_adopt(work)
    carried = [each for what in ("rules", "version") if what in may for each in seen.carried(what)]
    may = frozenset(each.what for each in carried)
    draft = work.draft
    waits = [what for what in may if not _is_kept(work, what)]
    return ChangesView(
        key, row.code, row.title, tuple(sections), tuple(carried), seen.look_again(), seen.earlier(), may,
        draft is not None and bool(waits), seen.problem,
    )  # fmt: skip


def news(desk: Desk, work: Work) -> frozenset[str]:
    """What the review screen says above the sheet, as flags: each has its sentence ``desk.flag.<flag>``."""
    found: set[str] = set()
    draft, current, review = work.draft, work.view.current, work.view.review
    if work.form.outdated:
        found.add("kept-rules" if _is_kept(work, "rules") else "new-rules")
    if draft is not None and current is not None and draft.version != current.digest:
        found.add("kept-version" if _is_kept(work, "version") else "new-version")
    if draft is not None and draft.look_again:
        found.add("look-again")
    superseded = review.payload.supersedes if review is not None else ()
    # A refused correction took the place of nothing.
    if work.view.stage is Stage.REFUSED and any(desk.store.receipts.get(each) for each in superseded):
        found.add("earlier-counts")
    return frozenset(found)


def adopt(desk: Desk, key: ReviewKey, what: Adopted) -> SheetState:
    """Moves the draft to the round's newest rules, or to the newest papers that are open here.

    What the sheet was is kept; what it cannot take along stands there, word for word. ``desk.nothing-to-adopt``.
    """
    work = work_on(desk, key)
    draft = work.draft
    if draft is None or what not in _may_adopt(work):
        raise DeskError("changes.nothing-to-adopt", "there is nothing newer to move this sheet to")
    moved, carried = _moved(desk, work, what)
    look_again = tuple(dict.fromkeys((*draft.look_again, *carried.look_again)))
    _move(desk, moved, draft, carried.sheet, look_again)
    return _standing(desk, key)


def keep(desk: Desk, key: ReviewKey) -> None:
    """The differences were seen, and the sheet stays as it was begun; it stays signable. ``store.no-draft``."""
    work = work_on(desk, key)
    current = work.view.current
    records = [work.form.view.record, *([current.digest] if current is not None else [])]
    desk.store.drafts.keep_against(key, records)


def looked_again(desk: Desk, key: ReviewKey, place: str | None = None) -> SheetState:
    """A place (None: every one) had its other look, and stays as it is; ``changes.no-place``."""
    work = work_on(desk, key)
    open_ = work.draft.look_again if work.draft is not None else ()
    if place is not None and place not in open_:
        raise DeskError("changes.no-place", f"{place} asks for no other look", item=place)
    if open_:
        desk.store.drafts.looked_again(key, [each for each in open_ if place is not None and each != place])
    return _standing(desk, key)


def go_back(desk: Desk, key: ReviewKey) -> SheetState:
    """Back to the sheet, the form and the papers before the last move; the sheet as it is now is kept in its turn.

    ``changes.no-earlier``, ``desk.not-editable``.
    """
    work = work_on(desk, key)
    before = next(iter(desk.store.earlier.all(key)), None)
    if work.draft is None or before is None:
        raise DeskError("changes.no-earlier", "no earlier sheet is kept here")
    if not work.editable:
        raise DeskError("desk.not-editable", "the round has ended")
    earlier = replace(
        work.draft, sheet=before.sheet, rulebook=before.rulebook, version=before.version,
        begun_as=before.begun_as, begun_at=before.begun_at,
    )  # fmt: skip
    form = form_begun(desk, key.office, key.round, before)
    with desk.store.writing():
        _move(desk, replace(work, form=form, draft=earlier), work.draft, before.sheet, ())
        desk.store.earlier.drop(before.number)
    return _standing(desk, key)


def _standing(desk: Desk, key: ReviewKey) -> SheetState:
    work = work_on(desk, key)
    sheet, results = work.completed(work.sheet)
    return sheet_state(work, sheet, results, work.draft.saved_at if work.draft is not None else None)


def _may_adopt(work: Work) -> frozenset[Adopted]:
    found: set[Adopted] = set()
    if work.draft is not None and work.editable:
        if work.form.outdated:
            found.add("rules")
        if work.opened is not None and work.opened.version.digest != work.draft.version:
            found.add("version")
    return frozenset(found)


def _is_kept(work: Work, what: Adopted) -> bool:
    against = work.draft.kept_against if work.draft is not None else ()
    current = work.view.current.digest if work.view.current is not None else ""
    return (work.form.view.record if what == "rules" else current) in against


def _moved(desk: Desk, work: Work, what: Adopted) -> tuple[Work, CarriedOver]:
    """The review as it would be after the move, and what the sheet takes along."""
    assert work.draft is not None and work.opened is not None
    key, opened = work.key, work.opened
    if what == "rules":
        form = form_of(desk, key.office, key.round)
        carried = carry_over(
            form.kind, work.sheet, work.view.role, before=work.form.kind, papers=opened.content
        )
        draft = replace(work.draft, rulebook=form.rulebook, begun_as=form.begun.record)
        return replace(work, form=form, draft=draft), carried
    older = _older(desk, work, work.draft.version)
    carried = carry_over(
        work.form.kind, work.sheet, work.view.role, papers=opened.content,
        papers_before=older.content if older is not None else None,
        documents=documents_between(older, opened) if older is not None else None,
    )  # fmt: skip
    draft = replace(work.draft, version=opened.version.digest, begun_as=work.form.begun.record)
    return replace(work, draft=draft), carried


def _move(desk: Desk, moved: Work, draft: Draft, sheet: Sheet, look_again: tuple[str, ...]) -> None:
    assert moved.draft is not None
    now = desk.clock()
    sheet, results = moved.completed(sheet)
    required = sum(each.severity == "block" for each in moved.missing(sheet, results))
    with desk.store.writing():
        desk.store.earlier.put(moved.key, draft, now)
        desk.store.drafts.move(
            moved.key, sheet, rulebook=moved.form.rulebook, version=moved.draft.version,
            begun_as=moved.draft.begun_as, look_again=look_again, missing=required,
            score_text=moved.score_text(sheet), now=now,
        )  # fmt: skip
    # Steps on another form are no steps of this one.
    key = moved.key
    desk.session.histories.pop((key.office, key.round, key.dossier), None)


def _older(desk: Desk, work: Work, version: str) -> Opened | None:
    try:
        return open_version(desk, work.key, work.view, version)
    except ZhubiError:
        return None


class _Seen:
    """What is compared for one view, and what could not be."""

    def __init__(self, desk: Desk, work: Work) -> None:
        self._desk = desk
        self._work = work
        self._base = self._base_version()
        self.problem = "" if work.problem is None else explain(work.problem)

    def _base_version(self) -> Record | None:
        """The version that the sheet was filled in over."""
        work, review = self._work, self._work.view.review
        digest = work.draft.version if work.draft is not None else ""
        if not digest and review is not None and isinstance(review.body, ReviewBody):
            digest = review.body.dossier
        return version_record(self._desk, digest) if digest else None

    def _begun(self) -> bool:
        return self._work.draft is not None or self._work.view.review is not None

    def rules(self) -> list[ChangeSection]:
        form = self._work.form
        if not self._begun() or not form.outdated:
            return []
        lines = []
        if form.begun.rulebook != form.view.rulebook:
            before, after = form.begun.rulebook[:8], form.view.rulebook[:8]
            lines.append(ChangeLine("*", say("changes.rulebook", before=before, after=after)))
        lines += [ChangeLine("", say("changes.reason", words=words)) for words in self._reasons()]
        try:
            newest = form_of(self._desk, self._work.key.office, self._work.key.round)
        except ZhubiError as problem:
            self.problem = explain(problem)
        else:
            told = Speaker(form.kind, newest.kind).lines(kind_changes(form.kind, newest.kind))
            lines += told or [ChangeLine("", say("changes.same-rules"))]
        return [ChangeSection("rules", say("changes.rules"), tuple(lines), _is_kept(self._work, "rules"))]

    def _reasons(self) -> list[str]:
        """What the office wrote to each change since the form was begun."""
        key = self._work.key
        records = [
            each.record
            for each in self._desk.store.records.of_round(key.office, key.round)
            if each.record.type in (RecordType.ROUND, RecordType.ROUND_CHANGE)
        ]
        names = [each.digest for each in records]
        begun = self._work.form.begun.record
        since = records[names.index(begun) + 1 :] if begun in names else []
        return [
            each.body.reason for each in since if isinstance(each.body, RoundChangeBody) and each.body.reason
        ]

    def dates(self) -> list[ChangeSection]:
        begun, view = self._work.form.begun, self._work.form.view
        if not self._begun() or begun.closes_at == view.closes_at:
            return []
        now = self._desk.clock()
        line = say(
            "changes.closes", before=day_text(begun.closes_at, now), after=day_text(view.closes_at, now)
        )
        return [ChangeSection("dates", say("changes.dates"), (ChangeLine("*", line),))]

    def version(self) -> list[ChangeSection]:
        work, base, current = self._work, self._base, self._work.view.current
        if base is None or current is None or base.digest == current.digest:
            return []
        older, newer = base.body, current.body
        assert isinstance(older, DossierBody) and isinstance(newer, DossierBody)
        title = say("changes.version", before=older.version, after=newer.version)
        return [ChangeSection("version", title, tuple(self._papers(base)), _is_kept(work, "version"))]

    def _papers(self, base: Record) -> list[ChangeLine]:
        opened = self._work.opened
        if opened is None or opened.version.digest == base.digest or not opened.current:
            return [ChangeLine("!", say("changes.key-waits"))]
        older = _older(self._desk, self._work, base.digest)
        if older is None:
            return [ChangeLine("!", say("changes.older-sealed"))]
        told = self._speaker().lines(content_changes(older.content, opened.content))
        return list(told) or [ChangeLine("", say("changes.same-papers"))]

    def card(self) -> list[ChangeSection]:
        base, current = self._base, self._work.view.current
        if base is None or current is None:
            return []
        assert isinstance(base.body, DossierBody) and isinstance(current.body, DossierBody)
        told = self._speaker().lines(card_changes(base.body.card, current.body.card))
        if told and self._work.view.redeclare:
            told = (*told, ChangeLine("!", say("changes.redeclare")))
        return [ChangeSection("card", say("changes.card"), told)] if told else []

    def correction(self) -> list[ChangeSection]:
        review = self._work.view.review
        if self._work.draft is None or review is None or not isinstance(review.body, ReviewBody):
            return []
        told = against_signed(self._desk, self._work, review)
        lines = told or (ChangeLine("", say("changes.same-sheet")),)
        return [ChangeSection("correction", say("changes.correction"), lines)]

    def carried(self, what: Adopted) -> list[CarriedView]:
        try:
            moved, carried = _moved(self._desk, self._work, what)
        except ZhubiError as problem:
            self.problem = explain(problem)
            return []
        speaker = Speaker(self._work.form.kind, moved.form.kind, self._names())
        names = tuple(_place_name(speaker, each) for each in carried.look_again)
        return [CarriedView(what, len(carried.kept), speaker.dropped(carried.dropped), names)]

    def look_again(self) -> tuple[LookAgain, ...]:
        speaker = self._speaker()
        return tuple(
            LookAgain(each, _place_name(speaker, each)) for each in self._work.look_again(self._work.sheet)
        )

    def earlier(self) -> tuple[EarlierView, ...]:
        return tuple(self._earlier(each) for each in self._desk.store.earlier.all(self._work.key))

    def _earlier(self, kept: EarlierSheet) -> EarlierView:
        key, kind = self._work.key, self._work.form.kind
        try:
            kind = form_begun(self._desk, key.office, key.round, kept).kind
        except ZhubiError as problem:
            self.problem = explain(problem)
        told = Speaker(kind, self._work.form.kind, self._names()).lines(
            each
            for each in sheet_changes(kind, kept.sheet, self._work.sheet)
            if each.what != "added" and each.part not in ("total", "citation")
        )
        return EarlierView(kept.number, kept.at, told)

    def _speaker(self) -> Speaker:
        return Speaker(self._work.form.kind, self._work.form.kind, self._names())

    def _names(self) -> dict[str, str]:
        return names_in_papers(self._work.opened)


def names_in_papers(opened: Opened | None) -> dict[str, str]:
    """What papers call their budget lines and indicators, by id."""
    if opened is None:
        return {}
    found = {each.id: each.subject for each in opened.content.budget}
    return found | {each.id: each.name for each in opened.content.indicators}


def _place_name(speaker: Speaker, place: str) -> str:
    part, _, item = place.partition(":")
    if part == "recommendation":
        return say("desk.recommendation")
    return speaker.where(part, item)


def against_signed(desk: Desk, work: Work, signed: Record) -> tuple[ChangeLine, ...]:
    """What differs between a signed review and the sheet as it stands; empty when nothing does."""
    assert isinstance(signed.body, ReviewBody)
    form = form_signed(desk, work.key.office, work.key.round, signed, signed.body.rulebook)
    sheet, _ = work.completed(work.sheet) if work.opened is not None else (work.sheet, ())
    speaker = Speaker(form.kind, work.form.kind, names_in_papers(work.opened))
    return speaker.lines(sheet_changes(work.form.kind, signed.body.sheet, sheet))


def between_signed(desk: Desk, key: ReviewKey, before: Record, after: Record) -> tuple[ChangeLine, ...]:
    """What differs between two signed reviews of one project; empty when nothing does. ``desk.rules-missing``."""
    assert isinstance(before.body, ReviewBody) and isinstance(after.body, ReviewBody)
    forms = [
        form_signed(desk, key.office, key.round, each, each.body.rulebook)
        for each in (before, after)
        if isinstance(each.body, ReviewBody)
    ]
    try:
        opened = opened_for(desk, key)
    except ZhubiError:
        opened = None  # purged, or not here: lines of the budget are then called by their ids
    speaker = Speaker(forms[0].kind, forms[1].kind, names_in_papers(opened))
    return speaker.lines(sheet_changes(forms[1].kind, before.body.sheet, after.body.sheet))


def between_cards(desk: Desk, key: ReviewKey, before: Record, after: Record) -> tuple[ChangeLine, ...]:
    """What differs between the cards of two versions of a dossier."""
    assert isinstance(before.body, DossierBody) and isinstance(after.body, DossierBody)
    kind = form_of(desk, key.office, key.round).kind
    return Speaker(kind, kind).lines(card_changes(before.body.card, after.body.card))
