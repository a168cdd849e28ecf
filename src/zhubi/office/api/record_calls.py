"""What changed for me, what I said, and the keys that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from zhubi.core.model.errors import ZhubiError
from zhubi.core.wire.messages import (
    FeedItem,
    FeedPage,
    RecordsAnswer,
    RecordsRequest,
    ReleaseAnswer,
    ReleaseRequest,
)
from zhubi.office.api.gates import CallerHere, OfficeHere
from zhubi.office.ledger.errors import LedgerError
from zhubi.office.ledger.ledger import FeedEntry
from zhubi.office.ledger.rulebooks import rulebook as rulebook_of
from zhubi.office.rounds.reception import receive
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.release import dossier_of, release, withheld, without_withheld

DIGEST = r"^[0-9a-f]{64}$"
DigestPath = Annotated[str, Path(pattern=DIGEST)]
PAGE_BYTES = 16 * 1024 * 1024
"""How many bytes of records one page of a feed holds; a single larger record is a page of its own."""

router = APIRouter(prefix="/v1", tags=["records"])


@router.get("/feed")
def feed(
    office: OfficeHere,
    caller: CallerHere,
    after: Annotated[str, Query(pattern=r"^(\d{1,15})\.(\d{1,9})$|^$")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> FeedPage:
    """Records visible to me after a cursor, in the order in which they became so."""
    at, _, position = after.partition(".")
    cursor = (int(at), int(position)) if position else (0, 0)
    with office.ledger.reading() as reading:
        checkpoint = reading.checkpoint()
        found = reading.feed(caller.person, cursor, limit)
        entries = _page(found.entries)
        items = tuple(
            FeedItem(
                at=entry.at,
                position=entry.position,
                index=entry.stored.index,
                logged_at=entry.stored.logged_at or 0,
                record=entry.stored.compact,
            )
            for entry in without_withheld(reading, entries)
        )
    end = (entries[-1].at, entries[-1].position) if entries else found.next
    return FeedPage(
        items=items,
        next=f"{end[0]}.{end[1]}",
        more=found.more or len(entries) < len(found.entries),
        checkpoint=checkpoint,
    )


def _page(entries: Sequence[FeedEntry]) -> Sequence[FeedEntry]:
    """The first entries that fit on a page together, and one at the least."""
    filled = 0
    for count, entry in enumerate(entries):
        filled += len(entry.stored.compact)
        if count and filled > PAGE_BYTES:
            return entries[:count]
    return entries


@router.get("/records/{digest}")
def record(digest: DigestPath, office: OfficeHere, caller: CallerHere, request: Request) -> Response:
    """One record that is visible to me, as it was signed; immutable. Unknown and forbidden read alike."""
    with office.ledger.reading() as reading:
        stored = reading.record(digest) if reading.listed(caller.person, digest) else None
        if stored is not None and withheld(reading, stored):
            stored = None
    if stored is None:
        raise ZhubiError("api.not-found", "no such record")
    return immutable(request, digest, stored.compact.encode("ascii"), "application/jose")


@router.get("/rulebooks/{digest}")
def rulebook(digest: DigestPath, office: OfficeHere, caller: CallerHere, request: Request) -> Response:
    """A pinned rulebook as canonical JSON; immutable, and the same for every expert."""
    with office.ledger.reading() as reading:
        found = rulebook_of(reading, digest)
    if found is None:
        raise ZhubiError("api.not-found", "no such rulebook")
    return immutable(request, digest, found, "application/json")


@router.post("/records")
def records(
    message: RecordsRequest,
    office: OfficeHere,
    caller: CallerHere,
    response: Response,
    dry_run: Annotated[bool, Query()] = False,
) -> RecordsAnswer:
    """Bring one record or many; each has its own result. A single one that contradicts another answers 409."""
    answer = receive(office, message.records, caller.person, dry_run=dry_run, now=office.clock())
    if len(answer.results) == 1 and answer.results[0].status == "conflict":
        response.status_code = 409
    return answer


@router.post("/releases")
def releases(message: ReleaseRequest, office: OfficeHere, caller: CallerHere) -> ReleaseAnswer:
    """The logged key release of one dossier version to this device, where the log gives the right to it."""
    with office.ledger.writing() as writing:
        dossier = dossier_of(writing, message.manifest)
        if dossier is None:
            raise VaultError("vault.not-entitled", "there is no such dossier for you to open")
        stored = release(
            office, writing, caller.person, caller.device, dossier, message.round, office.clock()
        )
    with office.ledger.reading() as reading:
        logged_at = reading.logged_at(stored.index)
        checkpoint = reading.checkpoint()
    if logged_at is None:
        raise LedgerError("ledger.uncosigned", "no checkpoint holds the release yet")
    return ReleaseAnswer(
        record=stored.compact, index=stored.index, logged_at=logged_at, checkpoint=checkpoint
    )


def immutable(request: Request, digest: str, body: bytes, media_type: str) -> Response:
    """An answer that never changes: its digest is its ETag. 304 where the caller has it."""
    headers = {"ETag": f'"{digest}"', "Cache-Control": "private, max-age=31536000, immutable"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
