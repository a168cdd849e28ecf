"""Files for one pair of eyes: written whole or not at all, mode 0600."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from zhubi.core.trust.chance import nonce
from zhubi.core.trust.errors import TrustError

_OWNER_ONLY: Final = 0o600


def write_private(path: Path, data: bytes) -> None:
    """Replaces ``path`` by ``data`` atomically and durably; ``trust.cannot-write`` leaves the old file as it was."""
    draft = path.with_name(f".{path.name}.{nonce()[:12]}.new")
    try:
        handle = os.open(
            draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _OWNER_ONLY
        )
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)
    except OSError as problem:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise _failed("trust.cannot-write", "write", path, problem) from problem


def read_private(path: Path, limit: int) -> bytes | None:
    """The bytes of ``path``, ``None`` when there is no such file; ``trust.cannot-read``, also above ``limit`` bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise _failed("trust.cannot-read", "read", path, problem) from problem
    if len(data) > limit:
        raise TrustError(
            "trust.cannot-read",
            f"{path.name} is larger than {limit} bytes",
            path=str(path),
            reason=f"> {limit}",
        )
    return data


def remove_private(path: Path) -> None:
    """Removes ``path`` if it is there; ``trust.cannot-write``."""
    try:
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as problem:
        raise _failed("trust.cannot-write", "remove", path, problem) from problem


def _sync_folder(folder: Path) -> None:
    if os.name != "posix" or not folder.is_dir():
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failed(kind: str, act: str, path: Path, problem: OSError) -> TrustError:
    reason = problem.strerror or type(problem).__name__
    return TrustError(kind, f"cannot {act} {path}: {reason}", path=str(path), reason=reason)
