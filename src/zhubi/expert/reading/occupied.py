"""A folder marked as in use while its process lives: the system's lock ends with the process, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

MARK: Final = ".in-use"

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Occupied:
    """Marks ``folder`` as in use until ``release``, or the end of this process. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / MARK, os.O_RDWR | os.O_CREAT, 0o600)
        _lock(self._descriptor)

    def release(self) -> None:
        """The folder is free."""
        os.close(self._descriptor)


def is_occupied(folder: Path) -> bool:
    """Whether a living process has marked ``folder``; a folder without a mark is nobody's."""
    try:
        descriptor = os.open(folder / MARK, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        _lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
