"""What goes wrong with the store on this machine, each fault by its own name."""

from __future__ import annotations

import errno
from typing import Final

import apsw

from zhubi.core.model.errors import ZhubiError


class StoreError(ZhubiError):
    """The store cannot do what was asked; ``kind`` is ``store.…``. Nothing was half-written."""


_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def fault_of(problem: apsw.Error, *, directory: str, backup: str) -> StoreError:
    """The fault behind a database error: ``store.disk-full``, ``damaged``, ``read-only``, ``busy`` or ``failed``.

    ``backup`` names the newest backup in the directory, empty when there is none.
    """
    match problem:
        case apsw.FullError():
            return disk_full(directory)
        case apsw.CorruptError() | apsw.NotADBError():
            return damaged(directory, backup)
        case apsw.ReadOnlyError() | apsw.CantOpenError() | apsw.PermissionsError():
            return read_only(directory)
        case apsw.BusyError() | apsw.LockedError():
            return StoreError("store.busy", "another program holds the store's database", directory=directory)
        case _:
            return StoreError("store.failed", f"the store's database failed: {problem}", reason=str(problem))


def fault_of_file(problem: OSError, *, directory: str) -> StoreError:
    """The fault behind a failed file operation: ``store.disk-full``, ``store.read-only`` or ``store.failed``."""
    if problem.errno in _FULL:
        return disk_full(directory)
    if problem.errno in _FORBIDDEN:
        return read_only(directory)
    reason = problem.strerror or type(problem).__name__
    return StoreError("store.failed", f"a file of the store failed: {reason}", reason=reason)


def disk_full(directory: str) -> StoreError:
    """No room is left where the store lives."""
    return StoreError("store.disk-full", f"the disk that holds {directory} is full", directory=directory)


def read_only(directory: str) -> StoreError:
    """The store's directory, or its medium, does not let us write."""
    return StoreError("store.read-only", f"{directory} cannot be written", directory=directory)


def damaged(directory: str, backup: str) -> StoreError:
    """A page of the database, or the file beside it, is not what was written; ``backup`` as in ``fault_of``."""
    kind = "store.damaged" if backup else "store.damaged-no-backup"
    database = backup.rpartition("/")[2].rpartition("-")[0]
    return StoreError(
        kind,
        f"the store in {directory} is damaged",
        directory=directory,
        backup=backup,
        database=f"{database}.db" if database else "",
    )
