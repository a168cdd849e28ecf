"""Files that become evidence: opened with care, read up to a bound, and told what they are by what they hold."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk.errors import DeskError
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.core.trust.sealing import Source

LARGEST: Final = 512 * 1024 * 1024
"""The most bytes one file may have."""
_SIGNATURES: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


class CountedFile:
    """A file whose bytes are counted as they are read, up to what one may have."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self._left = LARGEST

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._file.read(size)
        except OSError as problem:
            raise _unreadable(problem, self._name) from problem
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(self._name)
        return data


class Hashed:
    """A source whose bytes are hashed and counted on the way."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        self.size += len(data)
        return data


def opened(path: Path, name: str) -> IO[bytes]:
    try:
        # A pipe without a writer would never open, and a device never end.
        file = os.fdopen(
            os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb"
        )
    except OSError as problem:
        raise _unreadable(problem, name) from problem
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode):
        file.close()
        raise DeskError(
            "desk.evidence-unreadable", f"{name} is no file", name=name, reason=say("evidence.no-file")
        )
    if found.st_size > LARGEST:
        file.close()
        raise _too_large(name)
    return file


def whole(file: IO[bytes], name: str) -> bytes:
    from zhubi.expert.reading.limits import DEFAULT

    try:
        return file.read(DEFAULT.input_bytes + 1)
    except OSError as problem:
        raise _unreadable(problem, name) from problem


def taken(file: IO[bytes], head: bytes, name: str) -> str:
    """When a photograph that stays as it is was taken, where that can be told."""
    if not is_photo_head(head):
        return ""
    from zhubi.expert.reading.photographs import cleaned

    try:
        return cleaned(whole(file, name), name).taken_at
    except ZhubiError:
        return ""
    finally:
        file.seek(0)


def is_photo_head(head: bytes) -> bool:
    from zhubi.expert.reading.photographs import is_photo

    return is_photo(head)


def media_type_of(head: bytes, name: str) -> str:
    for start, kind in _SIGNATURES:
        if head.startswith(start):
            return kind
    if is_photo_head(head):
        return "image/webp" if head.startswith(b"RIFF") else "image/heic"
    guessed = mimetypes.guess_type(name)[0] or ""
    # What claims to be a picture and is none is not called one.
    return "application/octet-stream" if not guessed or guessed.startswith("image/") else guessed


def _unreadable(problem: OSError, name: str) -> DeskError:
    reason = problem.strerror or type(problem).__name__
    return DeskError("desk.evidence-unreadable", f"{name} cannot be read: {reason}", name=name, reason=reason)


def _too_large(name: str) -> DeskError:
    return DeskError(
        "desk.evidence-too-large",
        f"{name} is larger than {LARGEST} bytes",
        name=name,
        limit=LARGEST // 1024**2,
    )
