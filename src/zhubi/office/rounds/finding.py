"""A record by what stands on paper or is read out over the telephone: its short code, its digest, its QR code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from zhubi.core.model.records import AcceptanceBody, DossierBody, RecordType, RefusalBody
from zhubi.core.model.text import clean_line, fold_digits
from zhubi.core.model.values import parse_instant
from zhubi.core.papers.typesetting import MARK
from zhubi.core.trust.encodings import CROCKFORD, crockford_number, is_crockford
from zhubi.core.trust.receipts import receipt_code
from zhubi.office.ledger.ledger import Reading, Stored
from zhubi.office.ledger.standing import round_standing
from zhubi.office.opening import Office
from zhubi.office.rounds.errors import RoundsError

_SHORTEST_DIGEST: Final = 8
_CODE_LETTERS: Final = 6
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record of the log. ``project`` is empty where it is about none or several, ``round`` where it is of none.

    ``replaced_by`` and ``refused_by`` are the digests of what took its place or refused it. ``evidence``: what was
    asked for is a sealed file, and this is the record of its acceptance.
    """

    digest: str
    code: str
    type: str
    who: str
    project: str
    round: str
    signed_at: datetime
    logged_at: datetime | None
    index: int
    replaced_by: tuple[str, ...] = ()
    refused_by: tuple[str, ...] = ()
    evidence: bool = False


def find(office: Office, text: str) -> tuple[FoundRecord, ...]:
    """The records of a short code (several may share one), of a digest or the beginning of one, or of a QR code's text.

    Evidence is found by its whole digest. Raises ``RoundsError`` printing.bad-code, printing.not-found.
    """
    wanted = fold_digits(clean_line(text, 200)).strip()
    plain = wanted.removeprefix(MARK).replace(" ", "").replace("-", "")
    with office.ledger.reading() as reading:
        if re.fullmatch(rf"[0-9A-Fa-f]{{{_SHORTEST_DIGEST},64}}", plain):
            found = [(each, False) for each in reading.named(plain.lower(), _MOST)]
            found += [(each, True) for each in _accepted(reading, plain.lower())]
        elif len(plain) == _CODE_LETTERS and all(is_crockford(each) for each in plain.upper()):
            code = _spelled(plain)
            matching = [each for each in reading.digests() if receipt_code(each) == code][:_MOST]
            found = [(each, False) for digest in matching if (each := reading.record(digest)) is not None]
        else:
            raise RoundsError("printing.bad-code", "a short code or a digest was expected", code=wanted[:80])
        if not found:
            raise RoundsError("printing.not-found", f"the log holds no {wanted[:80]}", code=wanted[:80])
        return tuple(_found(reading, each, evidence) for each, evidence in found)


def _spelled(letters: str) -> str:
    """A code as it is printed, whichever look-alikes were typed."""
    folded = "".join(CROCKFORD[crockford_number(each)] for each in letters)
    return f"{folded[:4]}-{folded[4:]}"


def _accepted(reading: Reading, digest: str) -> list[Stored]:
    if len(digest) != 64:
        return []
    about = reading.links_to(digest, RecordType.ACCEPTANCE)
    return [each for each in about if isinstance(each.body, AcceptanceBody) and each.body.evidence]


def _found(reading: Reading, stored: Stored, evidence: bool) -> FoundRecord:
    payload = stored.payload
    later = [
        each.digest
        for each in reading.links_to(stored.digest, payload.type)
        if stored.digest in each.payload.supersedes
    ]
    refused = [
        each.digest
        for each in reading.links_to(stored.digest, RecordType.REFUSAL)
        if isinstance(each.body, RefusalBody) and each.body.record == stored.digest
    ]
    logged = datetime.fromtimestamp(stored.logged_at, UTC) if stored.logged_at is not None else None
    return FoundRecord(
        stored.digest, receipt_code(stored.digest), payload.type.value, _who(reading, payload.author),
        _project(reading, payload.subjects), _round(reading, payload.round), parse_instant(payload.made_at),
        logged, stored.index, tuple(later), tuple(refused), evidence,
    )  # fmt: skip


def _who(reading: Reading, author: str) -> str:
    known = reading.person(author)
    if known is not None:
        return known.name
    return next((each.name for each in reading.registry().staff() if each.person == author), author)


def _project(reading: Reading, subjects: tuple[str, ...]) -> str:
    stored = reading.dossier(subjects[0]) if len(subjects) == 1 else None
    if stored is None or not isinstance(stored.body, DossierBody):
        return ""
    return f"{stored.body.card.code} {stored.body.card.title}"


def _round(reading: Reading, round_id: str | None) -> str:
    view = round_standing(reading, round_id) if round_id is not None else None
    return view.title if view is not None else ""
