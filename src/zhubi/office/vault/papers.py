"""Papers of a sealed version, opened again to be sealed into the next one: the office can read what it sealed."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Literal, cast

from zhubi.core.model.dossier import BlobRef, Content
from zhubi.core.model.records import DossierBody
from zhubi.core.trust.sealing import SealingKey, unseal, unseal_stream
from zhubi.office.ledger.reading import Reading
from zhubi.office.vault.blobs import BlobStore
from zhubi.office.vault.keeper import Keeper
from zhubi.office.vault.sealing import SourceContent, SourceFile, identity_of


@dataclass(frozen=True, slots=True)
class WrittenPaper:
    """A paper that the office wrote itself."""

    data: bytes = field(repr=False)

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """Its bytes from the beginning."""
        return BytesIO(self.data)


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """An attachment of a sealed version, whose plaintext never gets a name on the disk."""

    blobs: BlobStore
    blob: BlobRef
    identity: SealingKey = field(repr=False)

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """Its bytes from the beginning; ``vault.unknown-blob``, ``trust.sealed-damaged``."""
        opened = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115 - handed to the caller, who closes it
        sealed = cast("IO[bytes]", _Pieces(self.blobs.get_range(self.blob.digest, 0, self.blob.size)))
        try:
            unseal_stream(sealed, opened, self.identity)
            opened.seek(0)
        except BaseException:
            opened.close()
            raise
        return opened


class _Pieces:
    """A stream over pieces that come one by one."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        given, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return given


def content_inside(office: Keeper, reading: Reading, body: DossierBody) -> Content:
    """The content of a version; ``vault.no-such-version``, ``vault.unknown-blob``, the faults of unsealing."""
    identity = identity_of(office, reading, body.manifest_digest)
    blob = body.manifest.content
    return Content.model_validate_json(
        unseal(b"".join(office.blobs.get_range(blob.digest, 0, blob.size)), identity)
    )


def papers_of(
    office: Keeper,
    reading: Reading,
    body: DossierBody,
    *,
    only: Collection[str] | None = None,
    without: Collection[str] = (),
) -> tuple[SourceContent, tuple[SourceFile, ...]]:
    """What a version was sealed from, ready to be sealed again; its papers of ``only`` these kinds, or but for some."""
    identity = identity_of(office, reading, body.manifest_digest)
    inside = content_inside(office, reading, body)
    sizes = {blob.digest: blob for blob in body.manifest.attachments}
    files = tuple(
        SourceFile(
            SealedPaper(office.blobs, sizes[each.blob], identity),
            each.name, each.media_type, each.title, each.material,
        )
        for each in inside.attachments
        if each.material not in without and (only is None or each.material in only)
    )  # fmt: skip
    content = SourceContent(
        inside.card, inside.set_up_on, inside.sections, inside.facts, inside.budget, inside.indicators
    )
    return content, files
