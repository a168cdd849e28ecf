"""Sealed blobs as they came: files named by the SHA-256 of their ciphertext, resumed where they were cut off."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from zhubi.expert.store.database import Database
from zhubi.expert.store.errors import StoreError, fault_of_file
from zhubi.expert.store.values import BlobState, BlobWanted

_FOLDER: Final = "blobs"
_PART: Final = ".part"
_CHUNK: Final = 1024 * 1024


class Blobs:
    """The room of sealed blobs."""

    def __init__(self, database: Database, directory: Path) -> None:
        self._database = database
        self._folder = directory / _FOLDER

    def wanted(self, office: str) -> tuple[BlobWanted, ...]:
        """What is missing of the current versions that may be unsealed, in the order of the desk; each blob once."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT v.digest, v.size, r.round, a.dossier FROM assignments a JOIN rounds r ON r.id = a.round"
                " JOIN version_blobs v ON v.version = a.version LEFT JOIN blobs b ON b.digest = v.digest"
                " WHERE r.office = ? AND a.may_unseal AND NOT r.ended AND b.digest IS NULL"
                " ORDER BY a.position, v.place",
                (office,),
            ).fetchall()
        once = {row[0]: BlobWanted(*row) for row in reversed(found)}
        return tuple(reversed(once.values()))

    def have(self, digest: str) -> bool:
        """Whether a blob arrived whole."""
        with self._database.reading() as connection:
            return (
                connection.execute("SELECT 1 FROM blobs WHERE digest = ?", (digest,)).fetchone() is not None
            )

    def state(self, digest: str, size: int) -> BlobState:
        """How much of a blob of ``size`` bytes is here."""
        if self.have(digest):
            return BlobState("here", 100)
        here = _size(self._part(digest))
        return BlobState("partial", min(99, here * 100 // max(1, size))) if here else BlobState("missing", 0)

    def receive(self, digest: str, size: int) -> Incoming:
        """Takes in a blob of ``size`` bytes, after what is here of it already."""
        return Incoming(self, digest, size)

    def open(self, digest: str) -> Outgoing:
        """The ciphertext of a blob as a stream, its bytes checked on the way; ``store.blob-missing``."""
        try:
            return Outgoing(self, digest, self._whole(digest).open("rb"))
        except FileNotFoundError as problem:
            self._forget(digest)
            raise StoreError(
                "store.blob-missing", f"the sealed file {digest[:12]} is not here", blob=digest
            ) from problem
        except OSError as problem:
            raise self._fault(problem) from problem

    def path(self, digest: str) -> Path:
        """The file of a blob, its bytes checked; ``store.blob-missing``, ``store.blob-damaged``: then wanted again."""
        with self.open(digest) as stream:
            stream.finish()
        return self._whole(digest)

    def read(self, digest: str) -> bytes:
        """The ciphertext of a blob, its bytes checked; the faults of ``path``."""
        with self.open(digest) as stream:
            data = stream.read()
            stream.finish()
            return data

    def refuse(self, digest: str) -> StoreError:
        """Deletes a blob that is not what arrived, so that it is wanted again; the fault to raise."""
        self._whole(digest).unlink(missing_ok=True)
        self._forget(digest)
        return StoreError(
            "store.blob-damaged", f"the sealed file {digest[:12]} is not what arrived", blob=digest
        )

    def file(self, digest: str) -> Path:
        """Where a blob lies, or would lie; its bytes are not looked at."""
        return self._whole(digest)

    def remove(self, digest: str) -> None:
        """Deletes a blob and what is here in part; nothing happens when there is none."""
        try:
            self._whole(digest).unlink(missing_ok=True)
            self._part(digest).unlink(missing_ok=True)
        except OSError as problem:
            raise self._fault(problem) from problem

    def bytes_used(self) -> int:
        """Bytes on disk, whole and partial blobs together."""
        return sum(_size(path) for path in self._folder.glob("*/*"))

    def keep(self, digest: str, size: int) -> None:
        """Notes that a blob is whole."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO blobs (digest, size) VALUES (?, ?)", (digest, size))

    def _fault(self, problem: OSError) -> StoreError:
        return fault_of_file(problem, directory=str(self._folder.parent))

    def _forget(self, digest: str) -> None:
        if not self._database.read_only:
            with self._database.writing() as connection:
                connection.execute("DELETE FROM blobs WHERE digest = ?", (digest,))

    def _whole(self, digest: str) -> Path:
        if len(digest) != 64 or not all(letter in "0123456789abcdef" for letter in digest):
            raise StoreError("store.blob-name", "a blob is named by 64 hexadecimal digits", found=digest[:80])
        return self._folder / digest[:2] / digest

    def _part(self, digest: str) -> Path:
        return self._whole(digest).with_name(digest + _PART)


class Outgoing:
    """The ciphertext of a blob, read once from its beginning to its end, and hashed on the way."""

    def __init__(self, blobs: Blobs, digest: str, file: IO[bytes]) -> None:
        self._blobs = blobs
        self._digest = digest
        self._file = file
        self._hash = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        """The next piece; ``store.disk-…`` where the disk does not give it."""
        try:
            piece = self._file.read(size)
        except OSError as problem:
            raise self._blobs._fault(problem) from problem
        self._hash.update(piece)
        return piece

    def finish(self) -> None:
        """Reads what is left; ``store.blob-damaged`` where the whole is not what arrived: then wanted again."""
        while self.read(_CHUNK):
            pass
        if self._hash.hexdigest() != self._digest:
            raise self._blobs.refuse(self._digest)


class Incoming:
    """A blob on its way in. Leaving the block before ``finish`` keeps what came, so that it goes on there next time."""

    def __init__(self, blobs: Blobs, digest: str, size: int) -> None:
        self._blobs = blobs
        self._digest = digest
        self._size = size
        self._part = blobs._part(digest)
        self._whole = blobs._whole(digest)
        self._hash = hashlib.sha256()
        self._file: IO[bytes] | None = None
        self.offset = 0
        """How many bytes are here: where the next chunk belongs."""

    def __enter__(self) -> Self:
        try:
            self._part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self._part.open("a+b")
            self._file.seek(0)
            while chunk := self._file.read(_CHUNK):
                self._hash.update(chunk)
                self.offset += len(chunk)
        except OSError as problem:
            self._close()
            raise self._fault(problem) from problem
        if self.offset > self._size:
            self.restart()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def write(self, chunk: bytes) -> None:
        """Adds what came next; ``store.blob-too-large`` beyond the size announced, ``store.disk-full``."""
        if self.offset + len(chunk) > self._size:
            self.restart()
            raise StoreError(
                "store.blob-too-large",
                f"more than the {self._size} bytes that were announced",
                blob=self._digest,
                expected=self._size,
            )
        try:
            self._open.write(chunk)
        except OSError as problem:
            raise self._fault(problem) from problem
        self._hash.update(chunk)
        self.offset += len(chunk)

    def restart(self) -> None:
        """Throws away what is here: the sender starts from the first byte."""
        try:
            self._open.truncate(0)
        except OSError as problem:
            raise self._fault(problem) from problem
        self._hash = hashlib.sha256()
        self.offset = 0

    def finish(self) -> Path:
        """Checks size and digest and lets the blob be found; ``store.blob-short`` keeps the part, for resuming.

        ``store.blob-mismatch``: these are other bytes, thrown away.
        """
        if self.offset < self._size:
            raise StoreError(
                "store.blob-short",
                f"{self.offset} of {self._size} bytes",
                blob=self._digest,
                percent=self.offset * 100 // self._size,
            )
        if self._hash.hexdigest() != self._digest:
            self.restart()
            raise StoreError(
                "store.blob-mismatch", "these are not the bytes that the manifest names", blob=self._digest
            )
        try:
            self._open.flush()
            os.fsync(self._open.fileno())
            self._close()
            self._part.replace(self._whole)
        except OSError as problem:
            raise self._fault(problem) from problem
        self._blobs.keep(self._digest, self._size)
        return self._whole

    @property
    def _open(self) -> IO[bytes]:
        if self._file is None:
            raise StoreError("store.closed", "a blob is received inside a with block")
        return self._file

    def _close(self) -> None:
        # Closing writes what is buffered, and that may be what finds the disk full.
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as problem:
                raise self._fault(problem) from problem

    def _fault(self, problem: OSError) -> StoreError:
        return self._blobs._fault(problem)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
