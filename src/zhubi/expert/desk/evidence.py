"""佐证: photographs, scans, files and notes of what was seen, sealed to the office and to oneself as they are added.

What is added stands on the sheet, and is signed with it by digest; the sealed files follow the record. Originals stay
where they were until they are deleted on purpose.
"""

from __future__ import annotations

import stat
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.sheet import EVIDENCE_LIMIT, EvidenceRef, Sheet
from zhubi.core.model.text import clean_file_name, clean_text, fold_digits
from zhubi.core.model.values import instant
from zhubi.core.trust.receipts import receipt_code
from zhubi.core.trust.sealing import seal_stream
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.evidencefiles import (
    CountedFile,
    Hashed,
    is_photo_head,
    media_type_of,
    opened,
    taken,
    whole,
)
from zhubi.expert.desk.evidenceviews import EvidenceRow, Location, State
from zhubi.expert.desk.forms import office_of
from zhubi.expert.desk.sheetstate import sheet_state
from zhubi.expert.desk.sheetviews import SheetState
from zhubi.expert.desk.working import Work, keep, work_on
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.core.trust.sealing import Sink, Source
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.reading.pictures import Picture
    from zhubi.expert.store.values import SiteEvidence

_HEAD: Final = 64
_NOTE: Final = 20_000
_LONGEST_CODE: Final = 16


def rows(desk: Desk, key: ReviewKey) -> tuple[EvidenceRow, ...]:
    """The evidence on the sheet, in the order it was added; ``desk.unknown-row``."""
    work = work_on(desk, key)
    here = {each.digest: each for each in desk.store.evidence.of(key)}
    named = desk.store.evidence.named(key)
    logged = desk.store.evidence.named(key, logged=True)
    accepted = desk.store.evidence.acceptances([each.digest for each in work.sheet.evidence])

    def state(digest: str) -> State:
        if digest in accepted:
            return "accepted"
        if digest not in here:
            return "elsewhere"
        return "waiting" if digest in logged else "signed" if digest in named else "draft"

    return tuple(_row(work, each, here.get(each.digest), state(each.digest)) for each in work.sheet.evidence)


def add(
    desk: Desk, key: ReviewKey, path: Path, *, about: str = "", keep_location: bool = False
) -> EvidenceRow:
    """Seals a file to the office and to oneself, and puts it on the sheet; blocking, journaled like every edit.

    Out of a photograph goes what its camera noted of the place, unless ``keep_location``. ``desk.evidence-unreadable``,
    ``desk.evidence-too-large``, ``desk.evidence-full``, ``desk.no-office-key``, ``desk.not-editable``,
    ``reading.location-stays``; the faults of the store.
    """
    name = clean_file_name(path.name)
    with opened(path, name) as file:
        head = file.read(_HEAD)
        file.seek(0)
        if not head:
            raise DeskError(
                "desk.evidence-unreadable", f"{name} is empty", name=name, reason=say("evidence.empty")
            )
        kind = media_type_of(head, name)
        if keep_location or not is_photo_head(head):
            located: Location = "kept" if is_photo_head(head) else ""
            taken_at = taken(file, head, name)
            return _add(desk, key, CountedFile(file, name), name, kind, about, taken_at, located)
        from zhubi.expert.reading.photographs import cleaned

        photo = cleaned(whole(file, name), name)
    located = "removed" if photo.located else "none"
    return _add(desk, key, BytesIO(photo.data), name, kind, about, photo.taken_at, located)


def add_note(desk: Desk, key: ReviewKey, text: str, *, about: str = "") -> EvidenceRow:
    """Seals what was typed, as a text of its own; ``desk.evidence-empty``, and the faults of ``add``."""
    words = clean_text(text, _NOTE).strip()
    if not words:
        raise DeskError("desk.evidence-empty", "a note needs words")
    moment = desk.clock().astimezone().strftime("%m%d-%H%M%S")
    name = say("evidence.note-name", time=moment)
    return _add(desk, key, BytesIO(words.encode()), name, "text/plain", about, "", "")


def attach(desk: Desk, key: ReviewKey, digest: str, about: str) -> SheetState:
    """Says what a piece of evidence supports; ``desk.no-evidence``, ``desk.bad-evidence-line``."""
    work = work_on(desk, key)
    found = _on_sheet(work, digest)
    changed = found.model_copy(update={"about": _known_line(work, about)})
    listed = tuple(changed if each.digest == digest else each for each in work.sheet.evidence)
    return _kept(desk, work, listed)


def remove(desk: Desk, key: ReviewKey, digest: str) -> SheetState:
    """Takes a piece of evidence off the sheet; an undo brings it back. ``desk.no-evidence``.

    What was signed stays signed: off a correction's sheet it is no part of the correction.
    """
    work = work_on(desk, key)
    _on_sheet(work, digest)
    return _kept(desk, work, tuple(each for each in work.sheet.evidence if each.digest != digest))


def pour(desk: Desk, key: ReviewKey, digest: str, sink: Sink) -> None:
    """Writes what is inside a sealed file; ``desk.no-evidence``, ``store.blob-missing``, ``reading.other-content``."""
    from zhubi.expert.reading.unsealing import pour_unsealed

    found = desk.store.evidence.get(key, digest)
    if found is None:
        raise DeskError("desk.no-evidence", "there is no such evidence on this machine")
    own = desk.store.vaults.open(key.office).sealing
    with desk.store.evidence.open(digest) as ciphertext:
        pour_unsealed(ciphertext, sink, own, plain=found.plain, plain_size=found.plain_size)


def line_name(desk: Desk, key: ReviewKey, about: str) -> str:
    """A line of the sheet in words; empty where there is none of that name."""
    return _line_name(work_on(desk, key), about) if about else ""


def thumbnail(desk: Desk, key: ReviewKey, digest: str, width: int, height: int) -> Picture | None:
    """A picture of at most ``width`` × ``height`` pixels, drawn apart from this process; None where there is none."""
    from zhubi.expert.reading.opened import AttachmentReading

    found = desk.store.evidence.get(key, digest)
    if found is None or not found.media_type.startswith(("image/", "application/pdf")):
        return None
    with (
        AttachmentReading(
            lambda sink: pour(desk, key, digest, sink), found.name, found.media_type
        ) as reading,
        suppress(ZhubiError),
    ):
        return reading.picture(1, width, height)
    return None


def delete_original(path: Path) -> str:
    """Deletes a file that was added, and says what that does and does not do; ``desk.cannot-delete``."""
    name = clean_file_name(path.name)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise DeskError(
                "desk.cannot-delete", f"{name} is no file", name=name, reason=say("evidence.no-file")
            )
        path.unlink()
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise DeskError("desk.cannot-delete", f"{name}: {reason}", name=name, reason=reason) from problem
    return say("evidence.deleted", name=name)


def sweep(desk: Desk) -> None:
    """Deletes sealed files that neither a sheet nor a signed record names: they were taken off, and stay off."""
    for key in desk.store.evidence.reviews():
        draft = desk.store.drafts.read(key)
        recovered = desk.store.drafts.recovered(key) if draft is not None else None
        sheets = [] if draft is None else [draft.sheet]
        sheets += [] if recovered is None else [recovered.before]
        desk.store.evidence.forget_unnamed(key, {each.digest for sheet in sheets for each in sheet.evidence})


def _add(
    desk: Desk,
    key: ReviewKey,
    source: Source,
    name: str,
    media_type: str,
    about: str,
    taken_at: str,
    location: Location,
) -> EvidenceRow:
    work = work_on(desk, key)
    if not work.editable:
        raise DeskError("desk.not-editable", "this sheet is signed, or the round has ended")
    if len(work.sheet.evidence) >= EVIDENCE_LIMIT:
        raise DeskError("desk.evidence-full", "the sheet names no more evidence", limit=EVIDENCE_LIMIT)
    line = _known_line(work, about)
    recipients = _recipients(desk, key.office)
    plain = Hashed(source)
    with desk.store.evidence.sealing() as sealed:
        seal_stream(plain, sealed, recipients)
        now = desk.clock()
        ref = EvidenceRef(
            digest=sealed.digest, size=sealed.size, name=name, media_type=media_type, about=line,
            taken_at=taken_at, noted_at=instant(now),
        )  # fmt: skip
        with desk.store.writing():
            # Sealing took its time: what the sheet says by now is what it is added to.
            work = work_on(desk, key)
            desk.store.evidence.keep(
                key, ref, plain=plain.digest, plain_size=plain.size, noted_at=now, sealed=sealed
            )
            _kept(desk, work, (*work.sheet.evidence, ref))
        desk.store.evidence.settle()
    return _row(work, ref, desk.store.evidence.get(key, ref.digest), "draft", location)


def _kept(desk: Desk, work: Work, listed: tuple[EvidenceRef, ...]) -> SheetState:
    try:
        sheet = Sheet.model_validate(
            {**work.sheet.model_dump(), "evidence": [each.model_dump() for each in listed]}
        )
    except ValidationError as problem:
        raise DeskError("desk.bad-answer", "not something a sheet can hold", item="") from problem
    sheet, results, saved_at = keep(desk, work, sheet)
    return sheet_state(work, sheet, results, saved_at)


def _on_sheet(work: Work, digest: str) -> EvidenceRef:
    for each in work.sheet.evidence:
        if each.digest == digest:
            return each
    raise DeskError("desk.no-evidence", "there is no such evidence on this sheet")


def _known_line(work: Work, about: str) -> str:
    """The line as it is signed; ``desk.bad-evidence-line`` where the sheet has no such line.

    A record that was signed on paper is named by its digest, or by the short code that is printed on the page.
    """
    line, _, code = about.partition(":")
    if line == "signature" and len(code) <= _LONGEST_CODE:
        signed = (
            digest for digest in _own_reviews(work) if receipt_code(digest) == fold_digits(code).upper()
        )
        about = f"signature:{next(signed, code)}"
    if about and not _line_name(work, about):
        raise DeskError("desk.bad-evidence-line", "the sheet has no such line", found=about[:80])
    return about


def _line_name(work: Work, about: str) -> str:
    line, _, item = about.partition(":")
    said = language()
    if line == "indicator":
        indicators = work.opened.content.indicators if work.opened is not None else ()
        return next((each.name for each in indicators if each.id == item), "")
    if line == "signature":
        return say("evidence.signature") if item in _own_reviews(work) else ""
    if line == "finding":
        return next((each.name.said(said) for each in work.form.kind.findings if each.id == item), "")
    return next((each.name.said(said) for each in work.form.kind.questions if each.id == item), "")


def _own_reviews(work: Work) -> tuple[str, ...]:
    return tuple(each.digest for each in (work.view.review, *work.view.rivals) if each is not None)


def _row(
    work: Work, ref: EvidenceRef, here: SiteEvidence | None, state: State, location: Location = ""
) -> EvidenceRow:
    received = here.received * 100 // here.size if here is not None else 0
    return EvidenceRow(
        ref.digest, ref.name, ref.media_type, here.plain_size if here is not None else 0, ref.about,
        _line_name(work, ref.about), ref.taken_at.replace("T", " "), here.noted_at if here is not None else None,
        state, 100 if state == "accepted" else received, location,
    )  # fmt: skip


def _recipients(desk: Desk, office: str) -> tuple[str, str]:
    """The office's newest sealing key, and this device's own; ``desk.no-office-key``."""
    from zhubi.core.trust.registry import SERVICE
    from zhubi.expert.sync.verifying import Verifier

    registry = Verifier(desk.store, office_of(desk, office)).registry
    keys = [each.sealing for each in registry.staff(SERVICE) if each.sealing is not None]
    if not keys:
        raise DeskError("desk.no-office-key", "the office's sealing key is not known here: synchronise first")
    return keys[-1], desk.store.vaults.open(office).sealing.recipient
