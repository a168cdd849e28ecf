"""A program in a pseudo-terminal that answers as a modern terminal does, so that no query waits for its time-out."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

COLUMNS, LINES = 120, 40
KEYS = {
    "backspace": b"\x7f",
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "pagedown": b"\x1b[6~",
    "pageup": b"\x1b[5~",
    "home": b"\x1b[H",
}
_QUIT = b"\x11"
_QUIET = 0.06
"""Seconds without output after which what a key caused is taken to be all there."""

_SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^X][^\x1b]*\x1b\\|[()][0-9A-Za-z]|[0-9=>A-Zc])"
)
_MODE_ASKED = re.compile(rb"\x1b\[\?(\d+)\$p")
_ANSWERS = {b"\x1b[c": b"\x1b[?62;4c", b"\x1b[6n": b"\x1b[1;1R", b"\x1b[?u": b"\x1b[?0u"}


class Ended(Exception):
    """The program closed its side of the terminal."""


class Terminal:
    """One program on a screen of 120 x 40."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._seen = bytearray()
        self._started = time.perf_counter()
        self.pid, self._screen = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            try:
                os.execve(command[0], list(command), dict(environment))
            finally:
                os._exit(127)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def painted(self, text: str, limit: float = 60.0) -> float:
        """Milliseconds from the start of the program until ``text`` stood on one line of the screen."""
        wanted, deadline = text.encode(), time.perf_counter() + limit
        while time.perf_counter() < deadline:
            try:
                came = self._read(0.2)
            except Ended:
                break
            now = time.perf_counter()
            if came and wanted in _SEQUENCE.sub(b"", bytes(self._seen)):
                return 1000 * (now - self._started)
        shown = _SEQUENCE.sub(b"", bytes(self._seen))[-1500:].decode(errors="replace")
        raise SystemExit(f"{text!r} was not painted; the screen had:\n{shown}")

    def rest(self, seconds: float) -> None:
        """Lets time pass, reading what the program writes."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self._read(left)

    def send(self, typed: bytes) -> None:
        """Types something, and waits for nothing."""
        os.write(self._screen, typed)

    def paste(self, text: str) -> None:
        """Pastes a text, as terminals bracket it; in pieces, for the line holds no more at once."""
        typed = b"\x1b[200~" + text.replace("\n", "\r").encode() + b"\x1b[201~"
        for start in range(0, len(typed), 1000):
            os.write(self._screen, typed[start : start + 1000])
            self._read(0.02)

    def press(self, key: str) -> float | None:
        """Milliseconds from a key, named or as typed, to the last byte of what it drew; None when it drew nothing."""
        while self._read(_QUIET):
            pass
        sent = time.perf_counter()
        os.write(self._screen, KEYS.get(key) or key.encode())
        if not self._read(1.0):
            return None
        last = time.perf_counter()
        while self._read(_QUIET):
            last = time.perf_counter()
        return 1000 * (last - sent)

    def memory(self) -> tuple[float, float]:
        """RSS and PSS in MiB, of the program and of every process it has started."""
        sums = {"Rss": 0, "Pss": 0}
        for pid in _family(self.pid):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
                name, _, rest = line.partition(":")
                if name in sums:
                    sums[name] += int(rest.split()[0])
        return sums["Rss"] / 1024, sums["Pss"] / 1024

    def peak(self) -> float:
        """MiB: the most that the program held, and the most that each process held that it has now, together."""
        held = 0
        for pid in _family(self.pid):
            held += int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0])
        return held / 1024

    def _read(self, seconds: float) -> bytes:
        if not select.select([self._screen], [], [], seconds)[0]:
            return b""
        try:
            came = os.read(self._screen, 65536)
        except OSError as problem:
            raise Ended from problem
        if not came:
            raise Ended
        self._seen += came
        for mode in _MODE_ASKED.findall(came):
            os.write(self._screen, b"\x1b[?" + mode + b";2$y")
        for asked, answer in _ANSWERS.items():
            if asked in came:
                os.write(self._screen, answer)
        return came

    def _leave(self) -> None:
        """Quits as a person would; ends the program when it does not."""
        with contextlib.suppress(OSError):
            os.write(self._screen, _QUIT)
        for ending in (signal.SIGTERM, signal.SIGKILL, None):
            deadline = time.monotonic() + 3
            while time.monotonic() < deadline:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self._screen)
                    return
                try:
                    self._read(0.02)
                except Ended:
                    time.sleep(0.01)
            if ending is not None:
                os.kill(self.pid, ending)
        raise SystemExit("the program does not end")


def _family(pid: int) -> list[int]:
    members = [pid]
    for member in members:
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            members += [int(each) for each in children.read_text().split()]
    return members
