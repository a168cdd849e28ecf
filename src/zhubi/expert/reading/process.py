"""One child process that parses one document: started, fed through a pipe, asked, listened to, and always ended.

The document goes from memory to memory: no file, no name, nothing in the arguments or the environment.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from zhubi.expert.reading.errors import ReadingError
from zhubi.expert.reading.limits import Limits
from zhubi.expert.reading.messages import (
    BYTES_A_CHARACTER,
    Ask,
    Drawn,
    MessageError,
    NotDrawn,
    decode_answer,
    encode_ask,
    is_answer,
    is_last,
    longest_line,
)
from zhubi.expert.reading.unsealing import Pour

# Isolated from the surroundings, yet the same code as this process runs, wherever it was loaded from.
_ROOT: Final = str(Path(__file__).resolve().parents[3])
_BEGIN: Final = (
    "import sys\n"
    "if sys.argv[1] not in sys.path: sys.path.insert(0, sys.argv[1])\n"
    "from zhubi.expert.reading.child import main\n"
    "main()"
)
_COMMAND: Final = (sys.executable, "-I", "-c", _BEGIN, _ROOT)
_FRAME: Final = 256 * 1024  # bytes; the child takes up to four times as many
# What Python and its libraries need to load; nothing else of this process's surroundings is passed on.
_SURROUNDINGS: Final = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# An allocator that sets aside room for every thread would use up the address space the document is allowed.
_ALLOCATOR: Final = {"MALLOC_ARENA_MAX": "1"}

Answer = tuple[Drawn | NotDrawn, bytes]
"""What was answered to a question, and the bytes of the picture."""


class TooManyBytesError(Exception):
    """The document has more bytes than may be read."""


class Child:
    """A reading process. Its text has to be out ``limits.seconds`` after the start, however slow its listener is.

    Raises ReadingError ``reading.cannot-start`` where the system starts no process.
    """

    def __init__(self, limits: Limits) -> None:
        try:
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _SURROUNDINGS if name in os.environ} | _ALLOCATOR,
                start_new_session=True,
            )
        except OSError as error:
            raise ReadingError(
                "reading.cannot-start", f"no reading process could be started: {error}", reason=str(error)
            ) from error
        assert self._process.stdin is not None and self._process.stdout is not None
        self._stdin: Final = self._process.stdin
        self._stdout: Final = self._process.stdout
        self._limits = limits
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._asked = 0
        self._sending = threading.Lock()
        self._ending = threading.Lock()
        self._ended = False
        self.overdue = False
        self.overflowed = False
        self.broken = False
        self.gone = threading.Event()
        """Set once it says no more, whatever the reason."""
        self._deadline = threading.Timer(limits.seconds, self.expire)
        self._deadline.daemon = True
        self._listener = threading.Thread(target=self._listen, name="reading", daemon=True)
        self._listener.start()
        self._deadline.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def feed(self, request: bytes, pour: Pour) -> None:
        """Send the request line and the document. The child looks at none of it before all of it came.

        Raises TooManyBytesError beyond ``limits.input_bytes``. A child that died meanwhile is no error here: the lines
        say what became of it. Errors of ``pour`` are the caller's own and pass through.
        """
        with self._sending, suppress(_GoneError):
            frames = _Frames(self._send, self._limits.input_bytes)
            self._send(request + b"\n")
            pour(frames)
            frames.finish()

    def ask(self, question: Ask) -> Answer | None:
        """What it answers, one question at a time; None once it is gone, and of one that takes too long: then ended."""
        self._asked = question.number
        with self._sending, suppress(_GoneError):
            self._send(encode_ask(question))
        try:
            return self._answers.get(timeout=self._limits.picture_seconds)
        except queue.Empty:
            self.expire()
            return None

    def _send(self, piece: bytes) -> None:
        try:
            self._stdin.write(piece)
            self._stdin.flush()
        except (
            OSError,
            ValueError,
        ) as error:  # ValueError: ended and closed while something was still to be sent
            raise _GoneError from error

    def lines(self) -> Iterator[bytes]:
        """What the child says of the document, line by line, until it ends or is ended."""
        while (line := self._lines.get()) is not None:
            yield line

    def expire(self) -> None:
        """Stop it because it takes too long."""
        self.overdue = True
        self.stop()

    def end(self) -> int:
        """Stop it, and leave nothing of it. The number it ended with, as subprocess gives it."""
        self._deadline.cancel()
        self.stop()
        self._listener.join()
        with self._ending:
            code = self._process.wait()
            self._ended = True
        with self._sending:  # whoever was sending has met the end by now
            for pipe in (self._stdin, self._stdout):
                with suppress(OSError):  # what was still to be sent has nobody to go to
                    pipe.close()
        return code

    def _listen(self) -> None:
        longest = longest_line(self._limits)
        room = BYTES_A_CHARACTER * self._limits.output_characters + longest
        while line := self._stdout.readline(longest):
            if is_answer(line):
                self.broken = not self._take_answer(line)
                if self.broken:
                    break
                continue
            room -= len(line)
            if not line.endswith(b"\n") or room < 0:
                # Cut off by its own end, or without one: only the second says more than it may.
                self.overflowed = len(line) == longest or room < 0
                break
            if is_last(line):
                self._deadline.cancel()
            self._lines.put(line)
        self._deadline.cancel()
        self.stop()
        self._lines.put(None)
        self._answers.put(None)
        self.gone.set()

    def _take_answer(self, line: bytes) -> bool:
        """Pass an answer on with its picture; False where nobody asked, or it is not whole."""
        try:
            answer = decode_answer(line, self._limits)
        except MessageError:
            return False
        if answer.number != self._asked:
            return False
        self._asked = 0
        size = answer.size if isinstance(answer, Drawn) else 0
        picture = self._stdout.read(size)
        if len(picture) < size:
            return False
        self._answers.put((answer, picture))
        return True

    def stop(self) -> None:
        """End the process and all it may have started, now."""
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


class _GoneError(Exception):
    """Nobody takes what is sent."""


class _Frames:
    """The document in pieces that name their length, so that its end can be told from a sender that broke off."""

    def __init__(self, send: Callable[[bytes], None], most: int) -> None:
        self._send = send
        self._room = most
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._room -= len(data)
        if self._room < 0:
            raise TooManyBytesError
        self._held += data
        while len(self._held) >= _FRAME:
            self._pass_on()
        return len(data)

    def flush(self) -> None:
        """What is held back goes with the end."""

    def finish(self) -> None:
        if self._held:
            self._pass_on()
        self._send(bytes(4))

    def _pass_on(self) -> None:
        frame = bytes(self._held[:_FRAME])
        del self._held[:_FRAME]
        self._send(len(frame).to_bytes(4, "big") + frame)
