"""Evidence that arrived: what the reviews of a round name, and its opening with the office's own sealing key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType, ReviewBody
from zhubi.core.model.sheet import EvidenceRef
from zhubi.core.model.text import clean_file_name
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.sealing import unseal_stream
from zhubi.office.ledger.ledger import Reading
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.keeper import Keeper
from zhubi.office.vault.secrets import load_sealing_key
from zhubi.office.vault.uploads import acceptance_of


@dataclass(frozen=True, slots=True)
class Arrived:
    """A piece of evidence that a logged review names. ``accepted``: all of it is here."""

    ref: EvidenceRef
    person: str
    name: str
    dossier: str
    review: str
    accepted: bool


def evidence_of_round(reading: Reading, round: str) -> tuple[Arrived, ...]:
    """What the reviews of a round name, in log order; named again by a correction, it is one piece all the same."""
    found: dict[tuple[str, str], Arrived] = {}
    for stored in reading.by_type(RecordType.REVIEW, round=round):
        body, author = stored.body, stored.payload.author
        assert isinstance(body, ReviewBody)
        person = reading.person(author) if body.sheet.evidence else None
        for each in body.sheet.evidence:
            found[author, each.digest] = Arrived(
                each,
                author,
                person.name if person is not None else author,
                stored.payload.subjects[0],
                stored.digest,
                acceptance_of(reading, author, each.digest) is not None,
            )
    return tuple(found.values())


def open_evidence(office: Keeper, digest: str, sink: IO[bytes]) -> None:
    """Writes what is inside a sealed file, in bounded memory; with whichever service key it was sealed to.

    ``vault.unknown-blob``; ``vault.not-ours``: it was sealed to nobody of this office; ``trust.sealed-damaged``.
    """
    size = office.blobs.size(digest)
    if size is None:
        raise VaultError("vault.unknown-blob", "there is no such blob", digest=digest[:64])
    holders = [each for each in office.ledger.registry().staff("service") if each.sealing is not None]
    for holder in reversed(holders):
        with office.ledger.database.reading() as connection:
            key = load_sealing_key(connection, office.secrets, holder.kid)
        try:
            return unseal_stream(_Pieces(office.blobs.get_range(digest, 0, size)), sink, key)
        except TrustError as problem:
            if problem.kind != "trust.cannot-open":
                raise
    raise VaultError("vault.not-ours", "it was not sealed to this office", digest=digest[:12])


def write_evidence(office: Keeper, arrived: Arrived, folder: Path) -> Path:
    """Opens one piece into a folder, under a name that says whose it is; whole or not at all.

    ``vault.cannot-write``, and the faults of ``open_evidence``.
    """
    name = clean_file_name(f"{arrived.ref.digest[:8]}-{arrived.name}-{arrived.ref.name}")
    target, part = folder / name, folder / f".{arrived.ref.digest}.part"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                open_evidence(office, arrived.ref.digest, file)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except ZhubiError:
        raise
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise VaultError(
            "vault.cannot-write", f"cannot write {target}: {reason}", path=str(target), reason=reason
        ) from problem
    return target


class _Pieces:
    """A stream over pieces as they come."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._held) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._held += piece
        size = len(self._held) if size < 0 else size
        data, self._held = self._held[:size], self._held[size:]
        return data
