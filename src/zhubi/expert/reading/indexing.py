"""The indexing process from the side of whoever starts it: told what to read, listened to, and always ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from zhubi.expert.reading.errors import ReadingError

_ROOT: Final = str(Path(__file__).resolve().parents[3])
_BEGIN: Final = (
    "import sys\n"
    "if sys.argv[1] not in sys.path: sys.path.insert(0, sys.argv[1])\n"
    "from zhubi.expert.reading.indexing_child import main\n"
    "main()"
)
_COMMAND: Final = (sys.executable, "-I", "-c", _BEGIN, _ROOT)
_SURROUNDINGS: Final = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_AHEAD: Final = 4
_GRACE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """One version of a dossier to be read: its blobs that are here, by digest, each with its file.

    ``facts``: see ``contentpages.FactWords``. ``identity`` opens the version and shows itself nowhere.
    """

    dossier: str
    content: str
    blobs: dict[str, str]
    facts: dict[str, Any]
    identity: str = field(repr=False)


class Indexing:
    """An index being written, apart from this process and at low priority.

    Dossiers are taken from ``jobs`` as they are needed, in a thread of this process. ``ended`` is called once, in a
    thread too, when the process has ended by itself, with the kind of the fault that ended it, or nothing. Raises
    ReadingError ``reading.cannot-start``.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        readable: Iterable[str],
        jobs: Iterable[Job],
        ended: Callable[[str], None],
    ) -> None:
        try:
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _SURROUNDINGS if name in os.environ},
                start_new_session=True,
            )
        except OSError as error:
            raise ReadingError(
                "reading.cannot-start", f"no indexing process could be started: {error}", reason=str(error)
            ) from error
        self.done = 0
        """How many documents have been read by now."""
        self._ended = ended
        self._stopping = threading.Event()
        self._sending = threading.Lock()
        self._room = threading.Semaphore(_AHEAD)
        self._fault = ""
        self._feeder = threading.Thread(
            target=self._feed, args=(path, key, tuple(readable), jobs), daemon=True, name="indexing-feed"
        )
        self._listener = threading.Thread(target=self._listen, daemon=True, name="indexing")
        self._listener.start()
        self._feeder.start()

    @property
    def running(self) -> bool:
        """Whether it still writes."""
        return self._listener.is_alive()

    def wait(self, seconds: float | None = None) -> bool:
        """Waits until it has ended; whether it has."""
        self._listener.join(seconds)
        return not self.running

    def stop(self) -> None:
        """Ends it: between two pages where it heeds that in time, else at once; the index stays sound either way."""
        self._stopping.set()
        self._room.release()
        self._send({"stop": True})
        if not self.wait(_GRACE):
            self._process.kill()
            self.wait()

    def _feed(self, path: Path, key: bytes, readable: tuple[str, ...], jobs: Iterable[Job]) -> None:
        self._send({"path": str(path), "key": key.hex(), "readable": readable})
        for job in jobs:
            # A few ahead only: making them ready must not keep this process from its person's keys.
            self._room.acquire()
            if self._stopping.is_set() or not self._send(_said(job)):
                return
        self._send({"end": True})

    def _send(self, said: dict[str, Any]) -> bool:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            with self._sending:
                stdin.write(json.dumps(said).encode() + b"\n")
                stdin.flush()
        except (OSError, ValueError):
            return False  # it is gone
        return True

    def _listen(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        for line in stdout:
            said = json.loads(line)
            self.done = said.get("done", self.done)
            self._fault = said.get("fault", self._fault)
            if "job" in said:
                self._room.release()
        self._process.wait()
        self._room.release()
        for pipe in (self._process.stdin, stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        if not self._stopping.is_set():
            self._stopping.set()
            self._ended(self._fault)


def _said(job: Job) -> dict[str, Any]:
    return {
        "dossier": job.dossier,
        "content": job.content,
        "blobs": job.blobs,
        "facts": job.facts,
        "identity": job.identity,
    }
