"""Hostile text on every screen of the real app, at a real terminal: none of it reaches the bytes, and the app lives."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhubi.expert.desk import commit, declare, settings
from zhubi.expert.desk.views import Profile

from .house import PASSPHRASE, PIN, Town, furnish

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="takes a pty"),
]

EVIL = (
    "恶\x1b]52;c;SEFDSw==\x07题\x1b]8;;http://evil.example\x1b\\链\x1b[31m红\x9b32m绿\x90dcs\x9c\u202e倒\u2066隔\u200b零"
    "[@click=app.quit]点[/] x[/]y [b]粗 $name {x} %s \x00\x08\x7f\x0e"
)

_NEVER = {
    "clipboard": rb"\x1b\]52",
    "link": rb"\x1b\]8;;http",
    "link-id": rb"evil\.example\x1b\\",
    "c1": rb"\xc2[\x80-\x9f]",
    "bell": rb"SEFDSw==\x07",
    "dcs": rb"\x1bPdcs",
    "bidi": "[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f]".encode(),
    "red": "\x1b\\[31m红".encode(),
    "nul": rb"\x00",
    "shift-out": rb"\x0e",
}
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f]")

_APP = """
import sys
from pathlib import Path
from zhubi.expert.tui.app import run
from zhubi.expert.tui import terminal
terminal.settle()
from zhubi.expert.desk.opening import open_desk
home = Path(sys.argv[1])
with open_desk(home, ask_passphrase=lambda: sys.argv[2]) as desk:
    status = run(home, desk=desk)
print("LEFT", status)
"""


class Terminal:
    """The app in a terminal of 120 by 40: keys go in, every byte that comes out is kept."""

    def __init__(self, home: Path) -> None:
        self.bytes = b""
        near, far = os.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self._near = near
        self.process = subprocess.Popen(
            [sys.executable, "-c", _APP, str(home), PASSPHRASE], stdin=far, stdout=far, stderr=far,
            start_new_session=True, env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )  # fmt: skip
        os.close(far)

    def settle(self, quiet: float = 0.5, longest: float = 12.0) -> bytes:
        """What came out until nothing more comes."""
        begun, start = time.monotonic(), len(self.bytes)
        while time.monotonic() - begun < longest:
            ready, _, _ = select.select([self._near], [], [], quiet)
            if not ready:
                break
            try:
                piece = os.read(self._near, 65536)
            except OSError:
                break
            if not piece:
                break
            self.bytes += piece
        return self.bytes[start:]

    def until(self, wanted: str, longest: float = 40.0) -> None:
        """Waits until this was written."""
        begun = time.monotonic()
        while wanted.encode() not in self.bytes:
            assert time.monotonic() - begun < longest, f"{wanted} never came: {self.bytes[-1500:]!r}"
            assert self.process.poll() is None, self.bytes[-3000:].decode("utf-8", "replace")
            self.settle(0.2, 1.0)

    def press(self, *keys: str) -> bytes:
        out = b""
        for key in keys:
            os.write(self._near, key.encode())
            out += self.settle()
            assert self.process.poll() is None, self.bytes[-3000:].decode("utf-8", "replace")
        return out

    def leave(self) -> None:
        for _ in range(6):
            with contextlib.suppress(OSError):
                os.write(self._near, b"\x11")
            self.settle(0.6, 3.0)
            if self.process.poll() is not None or b"LEFT" in self.bytes:
                break
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.settle(0.1, 1.0)
        assert self.process.poll() is not None, re.sub(
            r"\x1b\[[0-9;?]*[A-Za-z]|\s+", " ", self.bytes[-9000:].decode()
        )

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._near)


F1, F3, F4, F6 = "\x1bOP", "\x1bOR", "\x1bOS", "\x1b[17~"
ESC, ENTER, DOWN, PAGE_DOWN = "\x1b", "\r", "\x1b[B", "\x1b[6~"
CTRL_G, CTRL_L, CTRL_N, CTRL_P, CTRL_R = "\x07", "\x0c", "\x0e", "\x10", "\x12"
HELP = (F1, ESC, CTRL_P, "恶", ESC)


def hostile(folder: Path) -> None:
    """Two dossiers whose every text is hostile, as applicants might bring them."""
    evil = json.dumps(EVIL)
    # TOML has no escape for these two in JSON's spelling.
    evil = evil.replace("\\b", "\\u0008").replace("\x7f", "\\u007f")
    for code in ("DZ-1", "DZ-2"):
        home = folder / code
        home.mkdir(parents=True)
        (home / "报告.txt").write_text(f"{code} {EVIL}\n" * 30, encoding="utf-8")
        (home / "dossier.toml").write_text(
            f'''code = "{code}"
title = {evil}
set_up_on = 2026-03-06
[card]
units = [{{ name = {evil}, part = "lead" }}, {{ name = "西南矿物研究所", part = "demand" }}]
people = [{{ name = {evil}, unit = {evil}, part = "leader" }}]
field = {evil}
summary = {evil}
[facts]
total_budget = 3_600_000
demand_paid = 1_440_000
stated = {evil}
[[sections]]
id = "overview"
heading = {evil}
text = {evil}
[[budget]]
id = "equipment"
subject = {evil}
total = 200000
fiscal = 100000
note = {evil}
[[indicators]]
id = "purity"
name = {evil}
target = {evil}
unit = {evil}
reported = {evil}
[[attachments]]
file = "报告.txt"
title = {evil}
''',
            encoding="utf-8",
        )


@pytest.fixture
def bad_town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "town")
    town.folder.mkdir()
    furnish(town, title=EVIL, bring=hostile)
    settings.put(town.desk, "ask_pin_at_start", False)
    yield town
    town.close()


def shows(town: Town, *keys: str, first: str = "恶") -> None:
    """The app is opened, taken through the keys, and left: its bytes are harmless, and show what is there."""
    town.leave()
    app = Terminal(town.expert_home)
    try:
        app.until(first)
        app.settle()
        app.press(*keys)
        app.leave()
    finally:
        app.close()
    text = app.bytes.decode("utf-8", "replace")
    assert "LEFT 0" in text, text[-3000:]
    assert "Traceback" not in text
    assert not list(town.expert_home.rglob("zhubi.log"))
    for name, pattern in _NEVER.items():
        if name != "bidi":
            found = re.search(pattern, app.bytes)
            assert found is None, (name, app.bytes[max(0, found.start() - 80) : found.end() + 80])
    assert not _BIDI.search(text)
    assert "\x1b[31m红" not in text


def test_before_the_commitment(bad_town: Town) -> None:
    assert not bad_town.sync().problem
    shows(bad_town, *HELP, CTRL_N, PAGE_DOWN, PAGE_DOWN, PAGE_DOWN, *HELP, CTRL_G, "111111", ENTER, ESC, ESC)


def test_the_cards(bad_town: Town) -> None:
    assert not bad_town.sync().problem
    commit.sign_commitment(bad_town.desk, bad_town.round, PIN)
    assert not bad_town.sync().problem
    declare.save_profile(
        bad_town.desk, Profile(name="陈思远", unit=EVIL, units=(EVIL,), aliases=((EVIL, EVIL),))
    )
    shows(
        bad_town, *HELP, CTRL_N, ESC, CTRL_N, " ", ESC, DOWN, " ", ESC, "2", ENTER, ESC, F4, ESC, *HELP, ESC, F3, ESC
    )  # fmt: skip


def test_the_papers_the_trail_and_the_submission(bad_town: Town) -> None:
    bad_town.commit_and_declare()
    bad_town.unseal()
    bad_town.fill_and_sign_first()
    shows(
        bad_town, *HELP, CTRL_R, ENTER, PAGE_DOWN, PAGE_DOWN, F6, *HELP, CTRL_N, CTRL_L, ESC, DOWN, "8", F3, ESC, ESC,
        DOWN, ENTER, F6, DOWN, DOWN, "9", ENTER, F6, PAGE_DOWN, "\t", "\t", ENTER, PAGE_DOWN, CTRL_G, *HELP, ESC, F3,
        ESC, ESC,
    )  # fmt: skip
