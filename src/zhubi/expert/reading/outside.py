"""Opening a document in the system's own program: the one act that puts plaintext on disk, and its clearing away.

What is removed here is *deleted*: overwritten once and unlinked. A journaling or copy-on-write file system, a
solid-state disk, a backup, or the program that showed it may still hold a copy: nobody is told it was destroyed.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zhubi.core.model.text import clean_file_name
from zhubi.expert.reading.errors import ReadingError
from zhubi.expert.reading.occupied import MARK, Occupied, is_occupied
from zhubi.expert.reading.unsealing import Pour

_CHUNK: Final = 1024 * 1024
_LONGEST_NAME_BYTES: Final = 240
# Endings that the systems' openers show and do not run. Anything else may be a program, whatever its sender says.
_PAPERS: Final = (".pdf", ".ofd", ".doc", ".docx", ".wps", ".rtf", ".odt", ".txt", ".md")
_SHEETS: Final = (".xls", ".xlsx", ".et", ".ods", ".csv", ".ppt", ".pptx", ".dps", ".odp")
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
SHOWN: Final = frozenset(_PAPERS + _SHEETS + _PICTURES)


@dataclass(frozen=True, slots=True)
class Wiped:
    """How many files were deleted, and the names of those the system would not give up (open in a program, mostly)."""

    deleted: int
    left: tuple[str, ...] = ()


def system_opener() -> tuple[str, ...]:
    """The command that opens a file in the program its type belongs to; empty where this system, or session, has none.

    On Windows the one word ``startfile``: there it is a call and no command.
    """
    if sys.platform == "win32":
        return ("startfile",)
    if sys.platform == "darwin":
        return ("open",) if shutil.which("open") else ()
    # Without a display xdg-open falls back to browsers for terminals, which would fight us for this one.
    shown = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    return ("xdg-open",) if shown and shutil.which("xdg-open") else ()


class OutsideFolder:
    """A private folder for documents opened outside; its owner deletes them with ``wipe`` when the session ends.

    Several apps may share ``directory``: each has its own part, marked as in use as long as its process lives, so
    that ``wipe_stale`` takes what a crash left behind and nothing else. ``opener`` replaces the system's.
    """

    def __init__(self, directory: Path, opener: Sequence[str] | None = None) -> None:
        self._directory = directory
        self._opener = opener
        self._own: Path | None = None
        self._mark: Occupied | None = None

    def open(self, data: bytes | Pour, name: str) -> Path:
        """Write the plaintext, or what pours it, under a safe form of ``name`` and show it; the path of it.

        Raises ReadingError: ``reading.no-opener``, ``reading.not-shown`` for a type that might run as a program (both
        before anything is written), ``reading.cannot-write`` (nothing is left behind).
        """
        opener = tuple(self._opener) if self._opener is not None else system_opener()
        safe = _file_name(name)
        ending = Path(safe).suffix.lower()
        if ending not in SHOWN:
            raise ReadingError(
                "reading.not-shown",
                f"files that end in {ending!r} may be programs, and are not opened",
                ending=ending,
            )
        if not opener:
            raise ReadingError(
                "reading.no-opener", "this system has no program to open files with", name=safe
            )
        try:
            path = Path(tempfile.mkdtemp(dir=self._part())) / safe
            _write(path, data)
        except OSError as error:
            raise ReadingError(
                "reading.cannot-write",
                f"{safe} could not be written: {error.strerror}",
                name=safe,
                reason=error.strerror or str(error),
            ) from error
        try:
            _show(opener, path)
        except OSError as error:
            _delete(path)
            raise ReadingError(
                "reading.no-opener",
                f"the program to open files with did not start: {error.strerror}",
                name=safe,
            ) from error
        return path

    def wipe(self) -> Wiped:
        """Overwrite and delete all that this app wrote here. What is still in use stays, is named, and is now stale."""
        if self._own is None or self._mark is None:
            return Wiped(0)
        self._mark.release()
        wiped = _wipe_folder(self._own)
        self._own = self._mark = None
        return wiped

    def wipe_stale(self) -> Wiped:
        """Overwrite and delete what apps that are no longer running left here. Call it when the app starts."""
        deleted, left = 0, list[str]()
        with suppress(FileNotFoundError):
            for part in sorted(self._directory.iterdir()):
                if part == self._own or part.is_symlink() or not part.is_dir() or is_occupied(part):
                    continue
                wiped = _wipe_folder(part)
                deleted += wiped.deleted
                left += wiped.left
        return Wiped(deleted, tuple(left))

    def _part(self) -> Path:
        if self._own is None:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_private(self._directory)
            own = Path(tempfile.mkdtemp(dir=self._directory))
            self._mark = Occupied(own)
            self._own = own
        return self._own


def _file_name(name: str) -> str:
    safe = clean_file_name(name)
    ending = Path(safe).suffix
    stem = safe.removesuffix(ending)
    # File systems count bytes, and a Chinese character has three.
    room = _LONGEST_NAME_BYTES - len(ending.encode())
    return stem.encode()[: max(room, 1)].decode(errors="ignore") + ending


def _make_private(directory: Path) -> None:
    """Close the folder to others. Raises OSError where it is a link, or someone else's."""
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(20, "is no directory of its own", str(directory))
    if sys.platform != "win32":
        if found.st_uid != os.getuid():
            raise PermissionError(13, "belongs to someone else", str(directory))
        directory.chmod(0o700)


def _write(path: Path, data: bytes | Pour) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if isinstance(data, bytes):
                file.write(data)
            else:
                data(file)
    except BaseException:
        _delete(path)
        raise


def _show(opener: Sequence[str], path: Path) -> None:
    if sys.platform == "win32" and tuple(opener) == ("startfile",):
        os.startfile(path)  # noqa: S606 - the ending was checked
        return
    shown = subprocess.Popen(
        [*opener, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Openers hand over and end; waiting for that elsewhere leaves no dead process behind.
    threading.Thread(target=shown.wait, name="opener", daemon=True).start()


def _wipe_folder(folder: Path) -> Wiped:
    deleted, left = 0, list[str]()
    for parent, folders, files in os.walk(folder, topdown=False, followlinks=False):
        for name in files:
            path = Path(parent, name)
            if _delete(path):
                deleted += name != MARK
            else:
                left.append(name)
        for name in folders:
            path = Path(parent, name)
            with suppress(OSError):
                if path.is_symlink():
                    path.unlink()
                else:
                    path.rmdir()
    with suppress(OSError):
        folder.rmdir()
    return Wiped(deleted, tuple(left))


def _delete(path: Path) -> bool:
    """Overwrite a plain file that has no other name, then unlink whatever it is. False where the system refuses."""
    try:
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
            with suppress(OSError):
                _overwrite(path, found.st_size)
        path.unlink()
    except OSError:
        return False
    return True


def _overwrite(path: Path, size: int) -> None:
    with path.open("r+b", buffering=0) as file:
        for start in range(0, size, _CHUNK):
            file.write(bytes(min(_CHUNK, size - start)))
        os.fsync(file.fileno())
