"""请托情况报告: what an expert reports of lobbying, signed, and sealed to the inspectors alone.

After it is sealed nobody on this machine can read it, unless its author asked for a copy. What is being written is kept
sealed to this device until then.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Final

from zhubi.core.model.records import ContactReportBody, RecordType
from zhubi.core.model.text import clean_line, clean_text
from zhubi.core.trust.canonical import canonical, parse_object, sha256_hex
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.letters import open_letter, seal_letter
from zhubi.core.trust.receipts import receipt_code
from zhubi.core.trust.records import peek, sign
from zhubi.core.trust.sealing import seal, unseal
from zhubi.expert.desk.composing import payload_of
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import office_of
from zhubi.expert.desk.unlock import signing_key
from zhubi.locale import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zhubi.core.trust.registry import Holder
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.letters import KeptLetter
    from zhubi.expert.store.values import Office

LONGEST: Final = {
    "who": 500,
    "when": 500,
    "how": 500,
    "project": 500,
    "asked": 8000,
    "gift": 2000,
    "words": 20_000,
}
"""How many characters each part of a report may have."""
_LINES: Final = ("who", "when", "how", "project")


@dataclass(frozen=True, slots=True)
class ContactReport:
    """What is reported; ``who`` and ``asked`` are needed to sign it."""

    who: str = ""
    when: str = ""
    how: str = ""
    project: str = ""
    asked: str = ""
    gift: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class ContactView:
    """To whom one reports, and what was written so far. No ``inspectors``: there is nobody to seal it to."""

    office: str
    organiser: str
    inspectors: tuple[str, ...]
    report: ContactReport


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A report that was sealed: its code, and whether the log has it. ``size`` in bytes; ``copied``: it can be read."""

    digest: str
    code: str
    office: str
    organiser: str
    size: int
    made_at: datetime
    delivered_at: datetime | None
    copied: bool


def office_for(desk: Desk, name: str = "") -> Office:
    """The office of this name (its organiser or its log), or the only one; ``contact.which-office``."""
    offices = desk.store.offices.all()
    found = [each for each in offices if not name or name in (each.organiser, each.office)]
    if len(found) != 1:
        names = "、".join(each.organiser for each in offices)
        raise DeskError("contact.which-office", "choose an office", count=len(offices), names=names)
    return found[0]


def contact(desk: Desk, office: str) -> ContactView:
    """Who reads a report to this office, and what is being written to them. ``desk.unknown-office``."""
    known = office_of(desk, office)
    names = tuple(dict.fromkeys(each.name for each in _inspectors(desk, known)))
    return ContactView(office, known.organiser, names, _draft(desk, office))


def what_is_seen(view: ContactView) -> tuple[str, ...]:
    """What signing does, who can open it, and what the office sees nonetheless: to be shown before the PIN."""
    names = "、".join(view.inspectors)
    return (
        say("contact.opened-by", organiser=view.organiser, names=names, count=len(view.inspectors)),
        say("contact.still-seen"),
        say("contact.guessed"),
        say("contact.key-kept"),
    )


def keep_draft(desk: Desk, office: str, report: ContactReport) -> None:
    """Keeps what is being written, sealed to this device; nothing is kept of an empty one."""
    report = _cleaned(report)
    if report == ContactReport():
        desk.store.letters.drop_draft(office)
        return
    own = desk.store.vaults.open(office).sealing
    content: dict[str, str] = asdict(report)
    desk.store.letters.keep_draft(office, seal(canonical(dict(content)), [own.recipient]))


def check(desk: Desk, office: str, report: ContactReport) -> ContactReport:
    """The report as it would be signed; ``contact.no-inspector`` and what it lacks, as ``send_report`` says them."""
    known = office_of(desk, office)
    report = _checked(report)
    if not _inspectors(desk, known):
        raise DeskError(
            "contact.no-inspector", "there is no inspector to seal it to", organiser=known.organiser
        )
    return report


def send_report(desk: Desk, office: str, report: ContactReport, pin: str, *, keep_copy: bool) -> LetterRow:
    """Signs a report and seals it to every inspector there is now; it is delivered by the next sync.

    ``contact.no-inspector``, ``contact.needs-who``, ``contact.needs-asked``, ``contact.too-long``; the faults of
    ``unlock``. Where it fails, nothing is signed or kept but the draft.
    """
    known = office_of(desk, office)
    report = check(desk, office, report)
    readers = [each.sealing for each in _inspectors(desk, known) if each.sealing is not None]
    pen = signing_key(desk, office, pin)
    now = desk.clock()
    body = ContactReportBody(**asdict(report))
    compact = sign(payload_of(desk, known, RecordType.CONTACT_REPORT, body, round=None, now=now), pen)
    sealed = seal_letter(compact, readers)
    own = desk.store.vaults.open(office).sealing
    copy = seal_letter(compact, [own.recipient]) if keep_copy else None
    digest = sha256_hex(sealed)
    desk.store.letters.put(office, digest, sealed, copy, now)
    desk.store.letters.drop_draft(office)
    return next(each for each in letters(desk) if each.digest == digest)


def letters(desk: Desk) -> tuple[LetterRow, ...]:
    """Every report that was sealed on this machine, the newest first."""
    names = {each.office: each.organiser for each in desk.store.offices.all()}
    return tuple(_row(each, names) for each in desk.store.letters.all())


def read_copy(desk: Desk, digest_or_code: str) -> ContactReport:
    """What a report says, where its author kept a copy; ``contact.no-letter``, ``contact.no-copy``."""
    wanted = digest_or_code.strip()
    found = next((each for each in letters(desk) if wanted in (each.digest, each.code)), None)
    if found is None:
        raise DeskError("contact.no-letter", "there is no such report here", code=clean_line(wanted, 64))
    copy = desk.store.letters.copy(found.digest)
    if copy is None:
        raise DeskError("contact.no-copy", "no copy of it was kept")
    try:
        payload, _ = peek(open_letter(copy, desk.store.vaults.open(found.office).sealing))
    except TrustError as problem:
        # Enrolled anew since: the key that it was sealed to is gone.
        raise DeskError("contact.no-copy", "the copy cannot be opened any more") from problem
    body = ContactReportBody.model_validate(payload["body"])
    return _report(body.model_dump())


def _row(kept: KeptLetter, names: Mapping[str, str]) -> LetterRow:
    return LetterRow(
        kept.digest, receipt_code(kept.digest), kept.office, names.get(kept.office, ""), kept.size, kept.made_at,
        kept.delivered_at, kept.copied,
    )  # fmt: skip


def _inspectors(desk: Desk, office: Office) -> tuple[Holder, ...]:
    """The inspectors whose keys act, as the verified records on this machine say."""
    from zhubi.expert.sync.verifying import Verifier

    found = Verifier(desk.store, office).registry.staff("inspector")
    return tuple(each for each in found if each.sealing is not None)


def _draft(desk: Desk, office: str) -> ContactReport:
    sealed = desk.store.letters.draft(office)
    if sealed is None:
        return ContactReport()
    try:
        found = parse_object(unseal(sealed, desk.store.vaults.open(office).sealing))
    except TrustError:
        # Enrolled anew since, with another key: nobody can read it any more.
        return ContactReport()
    return _report(found)


def _report(found: Mapping[str, object]) -> ContactReport:
    return ContactReport(**{each.name: str(found.get(each.name, "")) for each in fields(ContactReport)})


def _cleaned(report: ContactReport) -> ContactReport:
    said = {
        name: clean_line(words, LONGEST[name]) if name in _LINES else clean_text(words)
        for name, words in asdict(report).items()
    }
    return ContactReport(**said)


def _checked(report: ContactReport) -> ContactReport:
    said = {name: words.strip() for name, words in asdict(_cleaned(report)).items()}
    for name in ("who", "asked"):
        if not said[name]:
            raise DeskError(f"contact.needs-{name}", "something that every report says is missing")
    for name, most in LONGEST.items():
        if len(said[name]) > most:
            raise DeskError(
                "contact.too-long",
                "too long",
                field=say(f"contact.field.{name}"),
                limit=most,
                found=len(said[name]),
            )
    return ContactReport(**said)
