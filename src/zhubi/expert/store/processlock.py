"""One writing copy of the app on one store: a lock that the operating system drops when its holder dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from zhubi.expert.store.errors import StoreError, fault_of_file

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PLACE: Final = 1 << 20  # the locked byte lies behind the number, which others must be able to read


class ProcessLock:
    """The right to write a store, held from ``take`` to ``drop``; the file holds the holder's process number."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> None:
        """``store.in-use`` when another copy holds it (``pid`` names its process), ``store.read-only``."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise fault_of_file(problem, directory=str(self._path.parent)) from problem
        try:
            if sys.platform == "win32":
                os.lseek(handle, _PLACE, os.SEEK_SET)
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            found = _number(handle)
            os.close(handle)
            raise StoreError(
                "store.in-use",
                f"another copy (process {found}) works on this store",
                pid=found,
                directory=str(self._path.parent),
            ) from problem
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle

    def drop(self) -> None:
        """Lets others write; nothing happens when it is not held."""
        if self._handle is None:
            return
        # The number goes first: whoever comes next must not read that of a process that is gone.
        os.ftruncate(self._handle, 0)
        os.close(self._handle)
        self._handle = None


def _number(handle: int) -> int:
    os.lseek(handle, 0, os.SEEK_SET)
    text = os.read(handle, 20).decode("ascii", "replace").strip()
    return int(text) if text.isdecimal() else 0
