"""What stands between a machine and its office: a wire that is cut, slow or talks nonsense; a meddler with answers."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from zhubi.core.wire.client import OfficeClient
from zhubi.core.wire.connection import Policy

HASTY = Policy(connect=5.0, read=5.0, whole=20.0, attempts=1)
VERY_HASTY = Policy(connect=5.0, read=0.4, whole=1.2, attempts=1)
"""Waits that a test can afford."""


def hurry(monkeypatch: pytest.MonkeyPatch, policy: Policy = HASTY) -> None:
    """Every client of the office waits no longer than this, and tries once."""
    monkeypatch.setitem(OfficeClient.__init__.__kwdefaults__, "policy", policy)


class Wire:
    """A way to an office that lets ``budget`` bytes of its answers through, then breaks off for good."""

    def __init__(self, office: str, budget: int | None = None) -> None:
        parts = urlsplit(office)
        self._office = (parts.hostname or "", parts.port or 0)
        self._left = budget
        self.carried = 0
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self._left == 0:
                    near.close()
                    continue
                far = socket.create_connection(self._office)
                self._open += [near, far]
                threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, True), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if counts:
                    with self._lock:
                        if self._left is not None:
                            data = data[: self._left]
                            self._left -= len(data)
                        self.carried += len(data)
                target.sendall(data)
                if self._left == 0:
                    break
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for each in (self._listening, *self._open):
            each.close()


@contextmanager
def talking(answer: bytes, *, piece: int = 0, pause: float = 0.0) -> Iterator[str]:
    """The address of something that answers every request with the same bytes, whole or in slow pieces."""
    stopped = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def speak(near: socket.socket) -> None:
        with contextlib.suppress(OSError), near:
            near.recv(65536)
            for start in range(0, len(answer), piece or len(answer) or 1):
                near.sendall(answer[start : start + (piece or len(answer))])
                if pause and stopped.wait(pause):
                    return

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                threading.Thread(target=speak, args=(near,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    stopped.set()
    listening.close()


Change = Callable[[bytes], bytes]


class Meddler(httpx.BaseTransport):
    """Passes calls on, and gives answers to paths that begin with ``path`` changed by ``change``.

    With a ``clock``, answers are dated by it.
    """

    def __init__(self, path: str, change: Change, clock: Callable[[], datetime] | None = None) -> None:
        self._path, self._change, self._clock = path, change, clock
        self._way = httpx.HTTPTransport()
        self.met = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._way.handle_request(request)
        body = b"".join(answer.stream)  # type: ignore[arg-type]
        answer.close()
        if request.url.path.startswith(self._path) and answer.status_code < 300:
            self.met += 1
            body = self._change(body)
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name in ("etag", "content-type", "content-range")
        }
        if self._clock is not None:
            kept["date"] = format_datetime(self._clock(), usegmt=True)
        return httpx.Response(
            answer.status_code, headers=kept, stream=httpx.ByteStream(body), request=request
        )

    def close(self) -> None:
        """Stays open: every client of the test shares it."""


def dated(monkeypatch: pytest.MonkeyPatch, clock: Callable[[], datetime]) -> None:
    """From now on the office dates its answers by its own clock, as one that is not under test does."""
    monkeypatch.setitem(
        OfficeClient.__init__.__kwdefaults__, "transport", Meddler("/none", lambda body: body, clock)
    )


@contextmanager
def meddling(monkeypatch: pytest.MonkeyPatch, path: str, change: Change) -> Iterator[Meddler]:
    """While it lasts, every client of the office gets changed answers."""
    meddler = Meddler(path, change)
    with monkeypatch.context() as for_now:
        for_now.setitem(OfficeClient.__init__.__kwdefaults__, "transport", meddler)
        yield meddler


def rewritten(change: Callable[[Any], Any]) -> Change:
    """A change of the JSON value of an answer."""
    return lambda body: json.dumps(change(json.loads(body))).encode()
