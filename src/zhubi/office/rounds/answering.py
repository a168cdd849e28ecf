"""What the office has to tell one expert, as a packet: everything their devices would ask for over the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from zhubi.core.model.records import (
    EXPERT_TYPES,
    DossierBody,
    KeyReleaseBody,
    RecordType,
    RefusalBody,
    ReviewBody,
    RoundBody,
    RoundChangeBody,
    StaffKeyBody,
)
from zhubi.core.model.values import instant
from zhubi.core.trust.encodings import to_base64
from zhubi.core.trust.keys import thumbprint
from zhubi.core.trust.packets import Carried, PacketBlob, PacketError, say_json, write_packet
from zhubi.core.trust.tiles import HEIGHT, WIDTH, tile_path
from zhubi.core.wire.carried import Answers, CarriedUpload
from zhubi.core.wire.messages import FeedItem, RecordResult, ReleaseAnswer, UploadAnswer
from zhubi.office.ledger.ledger import Reading
from zhubi.office.ledger.rulebooks import rulebook
from zhubi.office.ledger.standing import round_standing
from zhubi.office.ledger.tables import pending, records
from zhubi.office.opening import Office
from zhubi.office.rounds.receipts import receipt_of_evidence, receipt_with
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.release import release, without_withheld
from zhubi.office.vault.uploads import acceptance_of

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """How far an expert's device has read: the feed's cursor, and the size of the newest checkpoint it knew."""

    after: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """A packet of answers that was made: its file, for whom, how many receipts and sealed files it carries."""

    path: Path
    person: str
    name: str
    receipts: int
    blobs: int
    size: int


def write_answers(
    office: Office,
    person: str,
    path: Path,
    *,
    heard: Heard = Heard(),
    results: Sequence[RecordResult] = (),
    materials: bool = False,
    now: datetime,
) -> Answered:
    """Makes the packet of answers for one expert, sealed to every device of theirs that acts.

    It has their receipts, refusals, feed and key releases; with ``materials`` the sealed dossiers, too. ``results``
    adds what was just answered and is kept nowhere. ``packets.nobody-there``; the faults of ``write_packet``.
    """
    devices = office.ledger.registry().devices(person)
    if not devices:
        raise PacketError("packets.nobody-there", "no device of this expert is enrolled")
    released = _release_all(office, person, [each.kid for each in devices], now)
    with office.ledger.reading() as reading:
        name = getattr(reading.person(person), "name", person)
        answers = _answers(office, reading, person, heard, results, released)
        blobs = _materials(office, reading, released) if materials else []
        checkpoint = reading.checkpoint()
        certified = _certified(office, reading)
    write_packet(
        path, origin=office.ledger.origin, kind="answers", by=office.service.author, to=person,
        made_at=instant(now), said=say_json(answers), blobs=blobs, key=office.service.key,
        recipients=[each.sealing for each in devices if each.sealing is not None], checkpoint=checkpoint,
        certified=certified,
    )  # fmt: skip
    receipts = sum(each.receipt is not None for each in answers.results)
    return Answered(path, person, name, receipts, len(blobs), path.stat().st_size)


def _live_rounds(reading: Reading, person: str) -> tuple[str, ...]:
    seats = reading.by_type(RecordType.ASSIGNMENT, person=person)
    named = dict.fromkeys(each.payload.round for each in seats if each.payload.round)
    views = ((each, round_standing(reading, each)) for each in named)
    return tuple(each for each, view in views if view is not None and not view.ended)


def _release_all(office: Office, person: str, devices: Sequence[str], now: datetime) -> tuple[str, ...]:
    """The digests of the key releases of everything that the log entitles these devices to, made where need be."""
    with office.ledger.reading() as reading:
        asked = [
            (round_id, dossier)
            for round_id in _live_rounds(reading, person)
            if reading.by_type(RecordType.DECLARATION, round=round_id, author=person)
            for dossier in dict.fromkeys(
                dossier
                for seat in reading.by_type(RecordType.ASSIGNMENT, round=round_id, person=person)
                for dossier in seat.payload.subjects
            )
        ]
    found = []
    with office.ledger.writing() as writing:
        for round_id, dossier in asked:
            for device in devices:
                try:
                    found.append(release(office, writing, person, device, dossier, round_id, now).digest)
                except VaultError as problem:
                    if problem.kind != "vault.not-entitled":
                        raise
    return tuple(found)


def _answers(
    office: Office,
    reading: Reading,
    person: str,
    heard: Heard,
    results: Sequence[RecordResult],
    released: Sequence[str],
) -> Answers:
    rounds = _live_rounds(reading, person)
    items, end = _feed(reading, person, heard.after)
    releases = [stored for each in released if (stored := reading.record(each)) is not None]
    said = {each.digest: each for each in (*results, *_results(reading, person, rounds, results))}
    indexes = [*(each.index for each in items), *(each.index for each in releases)]
    checkpoint = reading.checkpoint()
    return Answers(
        tiles=_tiles(reading, heard.size, indexes),
        after=heard.after,
        next=end,
        items=items,
        results=tuple(said.values()),
        releases=tuple(
            ReleaseAnswer(
                record=each.compact, index=each.index, logged_at=each.logged_at or 0, checkpoint=checkpoint
            )
            for each in releases
        ),
        rulebooks=_rulebooks(reading, rounds),
        uploads=_uploads(reading, person, rounds),
    )


def _feed(reading: Reading, person: str, after: str) -> tuple[tuple[FeedItem, ...], str]:
    at, _, position = after.partition(".")
    cursor = (int(at), int(position)) if position else (0, 0)
    items: list[FeedItem] = []
    more = True
    while more:
        page = reading.feed(person, cursor, _PAGE)
        items += [
            FeedItem(
                at=each.at, position=each.position, index=each.stored.index,
                logged_at=each.stored.logged_at or 0, record=each.stored.compact,
            )
            for each in without_withheld(reading, page.entries)
        ]  # fmt: skip
        cursor, more = page.next, page.more
    return tuple(items), f"{cursor[0]}.{cursor[1]}"


def _results(
    reading: Reading, person: str, rounds: Sequence[str], fresh: Sequence[RecordResult]
) -> list[RecordResult]:
    """What became of the records of one expert in rounds that live, and of those just received."""
    just = {each.digest for each in fresh}
    logged = [
        each
        for each in reading.matching(records.c.author == person, records.c.type.in_(sorted(EXPERT_TYPES)))
        if each.payload.round in rounds or each.digest in just
    ]
    proofs = reading.proofs([each.digest for each in logged])
    found = [
        RecordResult(
            digest=each.digest, status="logged", index=each.index, logged_at=each.logged_at,
            receipt=receipt_with(reading, each.digest, proofs.get(each.digest)),
        )
        for each in logged
    ]  # fmt: skip
    for stored in reading.by_type(RecordType.REFUSAL, person=person):
        body = stored.body
        assert isinstance(body, RefusalBody)
        found.append(
            RecordResult(
                digest=body.record, status="refused", refusal=stored.compact, kind=body.kind,
                details=dict(body.details),
            )
        )  # fmt: skip
    held = reading.conn.execute(
        select(pending.c.digest, pending.c.waits_for).where(pending.c.author == person)
    )
    found += [
        RecordResult(digest=row.digest, status="waiting", waiting_for=row.waits_for) for row in held.all()
    ]
    return found


def _tiles(reading: Reading, known: int, indexes: Iterable[int]) -> dict[str, str]:
    """The tiles that lead from a log of ``known`` entries, or any longer one, to the newest, and to these entries."""
    wanted = {index // WIDTH for index in indexes}
    found = {}
    level, count = 0, reading.covered()
    while count:
        for index in range(-(-count // WIDTH)):
            if level or index >= known // WIDTH or index in wanted:
                width = min(WIDTH, count - index * WIDTH)
                found[tile_path(level, index, width)] = to_base64(reading.tile(level, index, width))
        level, count = level + 1, count >> HEIGHT
    return found


def _rulebooks(reading: Reading, rounds: Iterable[str]) -> tuple[str, ...]:
    named = {}
    for round_id in rounds:
        for kind in (RecordType.ROUND, RecordType.ROUND_CHANGE):
            for each in reading.by_type(kind, round=round_id):
                body = each.body
                if isinstance(body, RoundBody | RoundChangeBody) and body.rulebook is not None:
                    named[body.rulebook] = rulebook(reading, body.rulebook)
    return tuple(each.decode() for each in named.values() if each is not None)


def _uploads(reading: Reading, person: str, rounds: Iterable[str]) -> tuple[CarriedUpload, ...]:
    found = {}
    for round_id in rounds:
        for review in reading.by_type(RecordType.REVIEW, round=round_id, author=person):
            body = review.body
            assert isinstance(body, ReviewBody)
            for ref in body.sheet.evidence:
                accepted = acceptance_of(reading, person, ref.digest)
                receipt = None if accepted is None else receipt_of_evidence(reading, accepted)
                if receipt is not None:
                    answer = UploadAnswer(
                        received=ref.size, size=ref.size, complete=True, accepted=True, receipt=receipt
                    )
                    found[ref.digest] = CarriedUpload(digest=ref.digest, answer=answer)
    return tuple(found.values())


def _materials(office: Office, reading: Reading, released: Iterable[str]) -> list[Carried]:
    """The sealed files of every version whose key is released."""
    found: dict[str, Carried] = {}
    for digest in released:
        stored = reading.record(digest)
        body = stored.body if stored is not None else None
        version = reading.record(body.dossier) if isinstance(body, KeyReleaseBody) else None
        if version is not None and isinstance(version.body, DossierBody):
            for blob in version.body.manifest.blobs():
                found[blob.digest] = _carried(office, blob.digest, blob.size)
    return list(found.values())


def _carried(office: Office, digest: str, size: int) -> Carried:
    return Carried(PacketBlob(digest=digest, size=size), lambda: office.blobs.get_range(digest, 0, size))


def _certified(office: Office, reading: Reading) -> str:
    for each in reading.by_type(RecordType.STAFF_KEY):
        body = each.body
        if isinstance(body, StaffKeyBody) and thumbprint(body.signing) == office.service.key.kid:
            return each.compact
    raise PacketError("packets.no-service-key", "the log certifies no key for this office's service")
