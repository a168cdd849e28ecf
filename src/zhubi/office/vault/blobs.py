"""Sealed blobs by the SHA-256 of their ciphertext: in a directory, or in an S3 bucket."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Final, NamedTuple

import obstore
from obstore.exceptions import BaseError as StoreFault
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, from_url

from zhubi.core.model.dossier import BlobRef
from zhubi.office.vault.errors import VaultError

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_CHUNK: Final = 256 * 1024


class BlobStore:
    """Blobs under a directory (a path) or a bucket (``s3://bucket/prefix``, its credentials from the environment).

    ``vault.blobs-unreachable`` when the place cannot be used.
    """

    def __init__(self, place: str) -> None:
        self._local = None if "://" in place else Path(place)
        with _told(place):
            if self._local is not None:
                self._local.mkdir(parents=True, exist_ok=True)
            self._store = from_url(place) if self._local is None else LocalStore(self._local)

    def put(self, data: bytes) -> BlobRef:
        """Keeps one sealed blob; the same bytes again change nothing."""
        with self.incoming() as coming:
            coming.write(data)
            return coming.keep()

    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        """A stream to write ciphertext into, that becomes a blob when it is kept, and nothing otherwise."""
        with tempfile.TemporaryFile() as file:
            yield Incoming(self, file)

    def size(self, digest: str) -> int | None:
        """The size of a blob in bytes; ``None`` when there is none of that digest."""
        path = _path(digest)
        if path is None:
            return None
        with _told(digest):
            try:
                return int(obstore.head(self._store, path)["size"])
            except (FileNotFoundError, NotFoundError):
                return None

    def get_range(self, digest: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes from ``start`` up to, not including, ``end``, in pieces; ``vault.unknown-blob``."""
        size = self.size(digest)
        path = _path(digest)
        if size is None or path is None or not 0 <= start <= end <= size:
            raise VaultError(
                "vault.unknown-blob", "there is no such blob, or it is shorter", digest=digest[:64]
            )
        if start == end:
            return
        with _told(digest):
            found = obstore.get(self._store, path, options={"range": (start, end)})
            for piece in found.stream(min_chunk_size=_CHUNK):
                yield bytes(piece)

    def keep_file(self, file: IO[bytes], digest: str) -> None:
        """Stores a stream from its beginning under the digest of its bytes, durably."""
        path = _path(digest)
        assert path is not None
        if self.size(digest) is not None:
            return
        file.seek(0)
        with _told(digest):
            obstore.put(self._store, path, file)
            if self._local is not None:
                _make_durable(self._local / path)

    # Pieces of what has not arrived whole, under names of their own

    def put_piece(self, path: str, data: bytes) -> None:
        """Keeps a piece, in place of one of the same name."""
        with _told(path):
            obstore.put(self._store, path, data)

    def get_piece(self, path: str) -> bytes:
        """A piece's bytes; ``vault.blobs-unreachable`` when it is gone."""
        with _told(path):
            return bytes(obstore.get(self._store, path).bytes())

    def pieces(self, folder: str) -> list[Piece]:
        """The pieces under a folder, by name."""
        with _told(folder):
            found = [
                Piece(each["path"], int(each["size"]), each["last_modified"])
                for some in obstore.list(self._store, folder)
                for each in some
            ]
        return sorted(found)

    def drop_pieces(self, paths: Sequence[str]) -> None:
        """Removes pieces; those that are gone already are no fault."""
        with _told(paths[0] if paths else ""):
            for path in paths:
                with suppress(FileNotFoundError, NotFoundError):
                    obstore.delete(self._store, path)
        if self._local is not None:
            for folder in {(self._local / path).parent for path in paths}:
                with suppress(OSError):  # something came into it meanwhile
                    folder.rmdir()


class Piece(NamedTuple):
    """A piece: its name, its bytes, and when it was kept."""

    path: str
    size: int
    kept_at: datetime


class Incoming:
    """Ciphertext on its way in: written, hashed, counted."""

    def __init__(self, store: BlobStore, file: IO[bytes]) -> None:
        self._store = store
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> int:
        """Takes the next bytes."""
        self._hash.update(data)
        self._size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Hands on what is buffered."""
        self._file.flush()

    @property
    def digest(self) -> str:
        """The SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    def keep(self) -> BlobRef:
        """Makes a blob of what was written: its digest, and its size in bytes."""
        digest = self._hash.hexdigest()
        self.flush()
        self._store.keep_file(self._file, digest)
        return BlobRef(digest=digest, size=self._size)


def _path(digest: str) -> str | None:
    return f"{digest[:2]}/{digest}" if _DIGEST.fullmatch(digest) else None


def _make_durable(path: Path) -> None:
    """A blob is named in a signed record soon after: it must outlive a power cut that the record outlives."""
    for each in (path, path.parent):
        with suppress(PermissionError):  # Windows opens no directories
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (StoreFault, OSError, ValueError) as problem:
        reason = str(problem).splitlines()[0][:300] if str(problem) else type(problem).__name__
        raise VaultError(
            "vault.blobs-unreachable", f"the blob store cannot be used: {reason}", reason=reason, what=what
        ) from problem
