"""A form into a file of its own: never over something else, and for its owner's eyes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from zhubi.core.model.paper import Paper
from zhubi.core.papers.errors import PapersError
from zhubi.core.papers.typesetting import typeset

_OWNER_ONLY: Final = 0o600


def write_paper(paper: Paper, path: Path) -> None:
    """Typesets a form into a new file, mode 0600; what is printed is in clear from here on.

    ``papers.exists``: there is such a file, and it stays as it is. ``papers.cannot-write``; the faults of ``typeset``.
    """
    if path.exists():
        raise _exists(path)
    made = typeset(paper)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _OWNER_ONLY)
    except FileExistsError as problem:
        raise _exists(path) from problem
    except OSError as problem:
        raise _cannot(path, problem) from problem
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(made)
    except OSError as problem:
        with suppress(OSError):
            path.unlink()
        raise _cannot(path, problem) from problem


def _exists(path: Path) -> PapersError:
    return PapersError("papers.exists", f"{path} is there already", path=str(path))


def _cannot(path: Path, problem: OSError) -> PapersError:
    reason = problem.strerror or type(problem).__name__
    return PapersError("papers.cannot-write", f"cannot write {path}: {reason}", path=str(path), reason=reason)
