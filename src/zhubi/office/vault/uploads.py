"""Evidence on its way in: kept piece by piece where the blobs are, whole only under the digest that names it.

What a person sends is kept apart from what others send, so that nobody spoils a transfer that is not theirs. Pieces
outlive the office's process; those that nothing was added to for a long time are removed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from zhubi.core.model.records import AcceptanceBody, RecordType, ReviewBody
from zhubi.core.model.sheet import EvidenceRef
from zhubi.core.wire.messages import CHUNK_LIMIT
from zhubi.office.ledger.acts import compose
from zhubi.office.ledger.ledger import Ledger, Reading, Stored
from zhubi.office.ledger.standing import round_standing
from zhubi.office.vault.blobs import BlobStore, Piece
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.keeper import Keeper

ORPHANED_AFTER: Final = timedelta(days=30)
"""How long pieces to which nothing was added are kept."""
_SWEPT_EVERY: Final = timedelta(hours=1)
_FOLDER: Final = "partial"
_LOCKS: Final = 64
_REMEMBERED: Final = 10_000


def evidence_named(reading: Reading, person: str, digest: str) -> tuple[EvidenceRef, Stored]:
    """What a logged review of this person says of a sealed file, and that review; ``vault.not-named``."""
    for stored in reversed(reading.links_to(digest, RecordType.REVIEW)):
        body = stored.body
        if stored.payload.author == person and isinstance(body, ReviewBody):
            for each in body.sheet.evidence:
                if each.digest == digest:
                    return each, stored
    raise VaultError("vault.not-named", "no logged review of this person names such evidence")


def acceptance_of(reading: Reading, person: str, digest: str) -> Stored | None:
    """The acceptance of a sealed file that this person sent; None while there is none."""
    for stored in reading.links_to(digest, RecordType.ACCEPTANCE):
        body = stored.body
        if isinstance(body, AcceptanceBody) and body.evidence and body.record == digest:
            named = [reading.record(each) for each in stored.payload.relies_on]
            if any(each is not None and each.payload.author == person for each in named):
                return stored
    return None


def accept_evidence(office: Keeper, person: str, digest: str, now: datetime) -> None:
    """Logs that a sealed file of this person is here whole, once however often it is asked.

    The caller has made a blob of it. ``vault.not-named``, ``vault.unknown-blob``.
    """
    if office.blobs.size(digest) is None:
        raise VaultError("vault.unknown-blob", "there is no such blob", digest=digest[:64])
    with office.ledger.writing() as writing:
        if acceptance_of(writing, person, digest) is not None:
            return
        _, review = evidence_named(writing, person, digest)
        body = AcceptanceBody(record=digest, payload_sha256=digest, evidence=True)
        compact = compose(
            office.ledger, office.service, RecordType.ACCEPTANCE, body,
            round=review.payload.round, subjects=review.payload.subjects, relies_on=(review.digest,), now=now,
        )  # fmt: skip
        writing.append(compact)


def may_fetch_evidence(reading: Reading, person: str, digest: str) -> bool:
    """Whether a person may have a sealed file back: their own, accepted, of a round that has not ended."""
    found = acceptance_of(reading, person, digest)
    if found is None or found.payload.round is None:
        return False
    view = round_standing(reading, found.payload.round)
    return view is not None and not view.ended


class Uploads:
    """The room of what has not arrived whole; safe from several threads, and beside other processes."""

    def __init__(self, blobs: BlobStore, clock: Callable[[], datetime]) -> None:
        self._blobs = blobs
        self._clock = clock
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))
        self._received: dict[tuple[str, str], int] = {}
        self._named: dict[tuple[str, str], EvidenceRef] = {}
        self._swept: datetime | None = None

    def named(self, ledger: Ledger, person: str, digest: str) -> EvidenceRef:
        """What a logged review of this person says of a sealed file; ``vault.not-named``. What was logged stays so."""
        found = self._named.get((person, digest))
        if found is None:
            with ledger.reading() as reading:
                found, _ = evidence_named(reading, person, digest)
            if len(self._named) >= _REMEMBERED:
                self._named.clear()
            self._named[person, digest] = found
        return found

    def received(self, person: str, ref: EvidenceRef) -> int:
        """How many bytes from the beginning are here."""
        with self._alone(person, ref):
            return self._recount(person, ref)

    def put(self, person: str, ref: EvidenceRef, start: int, data: bytes) -> int:
        """Takes bytes that begin at ``start``, and gives how many are here from the beginning.

        What is here already is not taken again. ``vault.upload-gap``: bytes before these are missing, ``received`` says
        from where; ``vault.upload-size``: more than the review names; ``vault.blobs-unreachable``.
        """
        if len(data) > CHUNK_LIMIT or start < 0 or start + len(data) > ref.size:
            raise VaultError(
                "vault.upload-size", "more bytes than the review names", expected=ref.size,
                found=start + len(data),
            )  # fmt: skip
        self._sweep()
        with self._alone(person, ref):
            here = self._received.get((person, ref.digest), -1)
            if start > here or here == ref.size:
                here = self._recount(person, ref)
            if here == 0 and self._blobs.size(ref.digest) == ref.size:
                return ref.size  # another thread or process made the blob meanwhile
            if start > here:
                raise VaultError(
                    "vault.upload-gap", f"only {here} bytes are here, these begin at {start}",
                    received=here, found=start,
                )  # fmt: skip
            fresh = data[here - start :]
            if fresh:
                self._blobs.put_piece(f"{_folder(person, ref)}/{here:013d}", fresh)
                here += len(fresh)
                self._received[person, ref.digest] = here
            return here

    def finish(self, person: str, ref: EvidenceRef) -> None:
        """Makes a blob of the pieces once all are here; nothing while some are missing.

        ``vault.upload-other-bytes``: together they have another digest; all of them are thrown away.
        """
        with self._alone(person, ref):
            if self._received.get((person, ref.digest)) != ref.size and self._recount(person, ref) < ref.size:
                return
            pieces = list(_unbroken(self._pieces(person, ref)))
            if not pieces:
                return  # another process made the blob
            with self._blobs.incoming() as coming:
                for each in pieces:
                    coming.write(self._blobs.get_piece(each.path))
                whole = coming.digest == ref.digest
                if whole:
                    coming.keep()
            self._blobs.drop_pieces([each.path for each in self._pieces(person, ref)])
            self._received.pop((person, ref.digest), None)
            if not whole:
                raise VaultError(
                    "vault.upload-other-bytes", "the bytes that came are not those that the review names",
                    digest=ref.digest,
                )  # fmt: skip

    def _recount(self, person: str, ref: EvidenceRef) -> int:
        """Counts anew what lies there: another process may have taken pieces, or removed them."""
        here = 0
        for each in _unbroken(self._pieces(person, ref)):
            here = _start(each) + each.size
        self._received[person, ref.digest] = here
        return here

    def _pieces(self, person: str, ref: EvidenceRef) -> list[Piece]:
        return self._blobs.pieces(_folder(person, ref))

    @contextmanager
    def _alone(self, person: str, ref: EvidenceRef) -> Iterator[None]:
        with self._locks[hash((person, ref.digest)) % _LOCKS]:
            yield

    def _sweep(self) -> None:
        """Removes, once in a while, the pieces of transfers that nobody went on with."""
        now = self._clock()
        if self._swept is not None and now - self._swept < _SWEPT_EVERY:
            return
        self._swept = now
        by_folder: dict[str, list[Piece]] = {}
        for each in self._blobs.pieces(_FOLDER):
            by_folder.setdefault(each.path.rpartition("/")[0], []).append(each)
        for pieces in by_folder.values():
            if now - max(each.kept_at for each in pieces) > ORPHANED_AFTER:
                self._blobs.drop_pieces([each.path for each in pieces])


def _folder(person: str, ref: EvidenceRef) -> str:
    return f"{_FOLDER}/{person}/{ref.digest}"


def _start(piece: Piece) -> int:
    return int(piece.path.rpartition("/")[2])


def _unbroken(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces from the beginning that follow each other without a gap."""
    here = 0
    for each in pieces:
        if _start(each) != here:
            return
        yield each
        here += each.size
