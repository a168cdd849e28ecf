"""Sealing a dossier version: content and attachments become age files for an identity made for that version."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final, Literal, NamedTuple, Protocol, cast

from sqlalchemy import insert, select

from zhubi.core.model.dossier import (
    Attachment,
    BlobRef,
    BudgetLine,
    Card,
    Content,
    Fact,
    Indicator,
    Manifest,
    Section,
)
from zhubi.core.trust.canonical import canonical, digest_of
from zhubi.core.trust.sealing import SealingKey, seal, seal_stream
from zhubi.office.ledger.reading import Reading
from zhubi.office.ledger.tables import sealed_blobs, sealed_versions
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.keeper import Keeper

MAX_PLAIN: Final = 2 * 1024**3 - 1024**2
"""The most bytes one attachment may have: sealed, it stays under 2 GiB."""


class Paper(Protocol):
    """Bytes that can be read from their beginning: a file's path is one."""

    def open(self, mode: Literal["rb"]) -> IO[bytes]:
        """The bytes as a stream that the caller closes."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An attachment as it comes in: where its bytes are, and what the sealed content will call it."""

    path: Paper
    name: str
    media_type: str
    title: str = ""
    material: str | None = None


@dataclass(frozen=True, slots=True)
class SourceContent:
    """What goes inside the seal, apart from attachments. ``set_up_on`` is a day, ``YYYY-MM-DD``."""

    card: Card
    set_up_on: str | None = None
    sections: tuple[Section, ...] = ()
    facts: tuple[Fact, ...] = ()
    budget: tuple[BudgetLine, ...] = ()
    indicators: tuple[Indicator, ...] = ()


class SealedVersion(NamedTuple):
    """What a ``dossier`` record says of a sealed version."""

    manifest: Manifest
    manifest_digest: str
    card_digest: str


def seal_version(
    office: Keeper, dossier_id: str, version: int, content: SourceContent, files: Sequence[SourceFile] = ()
) -> SealedVersion:
    """Seals a version, keeps its blobs, and keeps its identity wrapped under the office's key.

    Nobody sees any of it until a ``dossier`` record names it. Not inside a ``writing`` of the same thread, for
    sealing takes time and a turn of its own. ``vault.cannot-read`` (a file), ``vault.file-too-large``,
    ``vault.blobs-unreachable``, pydantic's ``ValidationError`` where the parts make no content.
    """
    identity = SealingKey.generate()
    attachments = [_attach(office, each, identity.recipient) for each in files]
    inside = Content(
        dossier=dossier_id,
        version=version,
        card=content.card,
        set_up_on=content.set_up_on,
        sections=content.sections,
        facts=content.facts,
        budget=content.budget,
        indicators=content.indicators,
        attachments=tuple(attachment for attachment, _ in attachments),
    )
    sealed = seal(canonical(inside.model_dump(mode="json")), [identity.recipient])
    manifest = Manifest(
        content=office.blobs.put(sealed),
        attachments=tuple(blob for _, blob in attachments),
        sealed_to=identity.recipient,
    )
    made = SealedVersion(
        manifest,
        digest_of(manifest.model_dump(mode="json")),
        digest_of(content.card.model_dump(mode="json")),
    )
    _keep(office, dossier_id, version, made, identity)
    return made


def identity_of(office: Keeper, reading: Reading, manifest_digest: str) -> SealingKey:
    """The identity that opens a sealed version; ``vault.no-such-version``, ``vault.wrong-key``."""
    wrapped = reading.conn.execute(
        select(sealed_versions.c.wrapped).where(sealed_versions.c.manifest == manifest_digest)
    ).scalar()
    if wrapped is None:
        raise VaultError(
            "vault.no-such-version", "this office has sealed no such version", manifest=manifest_digest
        )
    return SealingKey.from_text(office.secrets.unwrap(_name(manifest_digest), wrapped).decode("ascii"))


class _Hashed:
    """A file whose bytes are hashed and counted as they are read."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self.hash = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.hash.update(data)
        self.size += len(data)
        if self.size > MAX_PLAIN:
            raise VaultError(
                "vault.file-too-large", f"{self._name} is larger than 2 GiB", name=self._name, limit=MAX_PLAIN
            )
        return data


def _attach(office: Keeper, source: SourceFile, recipient: str) -> tuple[Attachment, BlobRef]:
    try:
        with source.path.open("rb") as file, office.blobs.incoming() as coming:
            plain = _Hashed(file, source.name)
            seal_stream(cast("IO[bytes]", plain), cast("IO[bytes]", coming), [recipient])
            blob = coming.keep()
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise VaultError(
            "vault.cannot-read", f"cannot seal {source.name}: {reason}", name=source.name, reason=reason
        ) from problem
    attachment = Attachment(
        blob=blob.digest,
        name=source.name,
        media_type=source.media_type,
        plain=plain.hash.hexdigest(),
        plain_size=plain.size,
        material=source.material,
        title=source.title,
    )
    return attachment, blob


def _keep(office: Keeper, dossier: str, version: int, made: SealedVersion, identity: SealingKey) -> None:
    wrapped = office.secrets.wrap(_name(made.manifest_digest), identity.text.encode("ascii"))
    blobs = {blob.digest: blob for blob in made.manifest.blobs()}
    with office.ledger.database.writing() as connection:
        connection.execute(
            insert(sealed_versions).values(
                manifest=made.manifest_digest, dossier=dossier, version=version, wrapped=wrapped
            )
        )
        connection.execute(
            insert(sealed_blobs),
            [
                {"blob": blob.digest, "manifest": made.manifest_digest, "size": blob.size}
                for blob in blobs.values()
            ],
        )


def _name(manifest_digest: str) -> str:
    return f"version/{manifest_digest}"
