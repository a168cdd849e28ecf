"""One child process that parses one document: started, fed through a pipe, listened to, and always ended.

The document goes from memory to memory: no file, no name, nothing in the arguments or the environment.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from zhubi.expert.reading.errors import ReadingError

# Isolated from the surroundings, yet the same code as this process runs, wherever it was loaded from.
_ROOT: Final = str(Path(__file__).resolve().parents[3])
_BEGIN: Final = (
    "import sys\n"
    "if sys.argv[1] not in sys.path: sys.path.insert(0, sys.argv[1])\n"
    "from zhubi.expert.reading.child import main\n"
    "main()"
)
_COMMAND: Final = (sys.executable, "-I", "-c", _BEGIN, _ROOT)
_CHUNK: Final = 1024 * 1024
# What Python and its libraries need to load; nothing else of this process's surroundings is passed on.
_SURROUNDINGS: Final = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Child:
    """A reading process with a deadline ``seconds`` after its start, however long its listener takes over each line.

    Raises ReadingError ``reading.cannot-start`` where the system starts no process.
    """

    def __init__(self, seconds: float, longest_line: int, most_bytes: int) -> None:
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
                "reading.cannot-start", f"no reading process could be started: {error}", reason=str(error)
            ) from error
        assert self._process.stdin is not None and self._process.stdout is not None
        self._stdin: Final = self._process.stdin
        self._stdout: Final = self._process.stdout
        self._longest_line = longest_line
        self._most_bytes = most_bytes
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ending = threading.Lock()
        self._ended = False
        self.overdue = False
        self.overflowed = False
        self._deadline = threading.Timer(seconds, self._expire)
        self._deadline.daemon = True
        self._listener = threading.Thread(target=self._listen, name="reading", daemon=True)
        self._listener.start()
        self._deadline.start()

    def feed(self, request: bytes, data: bytes | BinaryIO, most: int) -> bool:
        """Send the request line and the document. False where the document has more than ``most`` bytes.

        A child that died meanwhile is no error here: the lines say what became of it. Errors of ``data`` are the
        caller's own and pass through.
        """
        fed = 0
        taken = self._send(request + b"\n")
        for chunk in _chunks(data) if taken else ():
            fed += len(chunk)
            if fed > most:
                return False
            if not self._send(chunk):
                return True
        with suppress(OSError):
            self._stdin.close()
        return True

    def _send(self, piece: bytes) -> bool:
        try:
            self._stdin.write(piece)
        except OSError:
            return False
        return True

    def lines(self) -> Iterator[bytes]:
        """What the child says, line by line, until it ends or is ended."""
        while (line := self._lines.get()) is not None:
            yield line

    def end(self) -> int:
        """End the process and all it may have started. The number it ended with, as subprocess gives it."""
        self._deadline.cancel()
        self._kill()
        self._listener.join()
        with self._ending:
            code = self._process.wait()
            self._ended = True
        for pipe in (self._stdin, self._stdout):
            with suppress(OSError):  # what was still to be sent has nobody to go to
                pipe.close()
        return code

    def _listen(self) -> None:
        total = 0
        while line := self._stdout.readline(self._longest_line):
            total += len(line)
            if not line.endswith(b"\n") or total > self._most_bytes:
                # Cut off by its own end, or without one: only the second says more than it may.
                self.overflowed = len(line) == self._longest_line or total > self._most_bytes
                self._kill()
                break
            self._lines.put(line)
        self._lines.put(None)

    def _expire(self) -> None:
        self.overdue = True
        self._kill()

    def _kill(self) -> None:
        with self._ending:
            if self._ended:
                return
            try:
                if sys.platform == "win32":
                    self._process.kill()
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return  # it is gone, and waits to be asked for its number


def _chunks(data: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(data, bytes):
        for start in range(0, len(data), _CHUNK):
            yield data[start : start + _CHUNK]
    else:
        while chunk := data.read(_CHUNK):
            yield chunk
