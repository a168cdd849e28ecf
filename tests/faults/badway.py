"""A way to an office on which one thing goes wrong, once: at a byte of what is carried, or at a whole call."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import httpx
import pytest

from zhubi.core.wire.client import OfficeClient
from zhubi.core.wire.connection import Policy
from zhubi.office.access.limits import RateLimit
from zhubi.office.api import serving
from zhubi.office.api.app import create_app

Toward = Literal["office", "expert"]
Bytewise = Literal["cut", "flip", "delay", "stall", "drip", "long", "short"]
Callwise = Literal["lost", "failed", "gateway", "busy", "doubled", "answer-lost", "straggling", "replayed"]

IMPATIENT: Final = Policy(connect=5.0, read=0.6, whole=3.0, attempts=1)
PATIENT: Final = Policy(connect=5.0, read=20.0, whole=60.0, attempts=3)
_LENGTH: Final = re.compile(rb"(?i)content-length: *(\d+)")
_DRIPPED: Final = 40


def wait_for(monkeypatch: pytest.MonkeyPatch, policy: Policy) -> None:
    """Every client of the office that is made from now on is as patient as this."""
    monkeypatch.setitem(OfficeClient.__init__.__kwdefaults__, "policy", policy)


def serve_without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test is faster than the rates that people are held to."""

    def unlimited(office: Any) -> Any:
        app = create_app(office)
        app.state.limits = {name: RateLimit(100_000, 100_000) for name in app.state.limits}
        return app

    monkeypatch.setattr(serving, "create_app", unlimited)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong at which byte of all that is carried one way; ``bit`` is the one that is flipped."""

    what: Bytewise
    toward: Toward
    at: int
    bit: int = 0


class BadWay:
    """Carries bytes both ways. A fault that is expected happens once, on the connection that comes to its byte."""

    def __init__(self, office: str) -> None:
        parts = urlsplit(office)
        self._office = (parts.hostname or "", parts.port or 0)
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._fault: Fault | None = None
        self.carried: dict[Toward, int] = {"office": 0, "expert": 0}
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def expect(self, fault: Fault | None) -> None:
        """Counts anew from here."""
        with self._lock:
            self._fault = fault
            self.carried = {"office": 0, "expert": 0}

    @property
    def happened(self) -> bool:
        """Whether what was expected took place."""
        return self._fault is None

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(self._office)
                self._open += [near, far]
                threading.Thread(target=self._carry, args=(near, far, "office"), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, "expert"), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, toward: Toward) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                fault, place = self._due(toward, data)
                if fault is None:
                    target.sendall(data)
                elif not _befall(fault, place, data, target):
                    break
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _due(self, toward: Toward, data: bytes) -> tuple[Fault | None, int]:
        """The fault that befalls these bytes, and the place in them."""
        with self._lock:
            start = self.carried[toward]
            self.carried[toward] += len(data)
            fault = self._fault
            if fault is None or fault.toward != toward or start + len(data) <= fault.at:
                return None, 0
            if fault.what in ("long", "short") and not _states_a_length(data):
                return None, 0
            self._fault = None
            return fault, max(0, fault.at - start)

    def close(self) -> None:
        """Ends everything."""
        for each in (self._listening, *self._open):
            each.close()


def _states_a_length(data: bytes) -> bool:
    found = _LENGTH.search(data)
    return found is not None and int(found[1]) > 0


def _befall(fault: Fault, place: int, data: bytes, target: socket.socket) -> bool:
    """Sends on what becomes of the bytes; False when the connection ends there."""
    if fault.what == "cut":
        target.sendall(data[:place])
        return False
    if fault.what == "flip":
        changed = bytearray(data)
        changed[place] ^= 1 << fault.bit
        target.sendall(changed)
    elif fault.what in ("delay", "stall"):
        target.sendall(data[:place])
        time.sleep(0.1 if fault.what == "delay" else 2 * IMPATIENT.read)
        target.sendall(data[place:])
    elif fault.what == "drip":
        target.sendall(data[:place])
        for start in range(place, min(place + _DRIPPED, len(data))):
            target.sendall(data[start : start + 1])
            time.sleep(0.002)
        target.sendall(data[place + _DRIPPED :])
    else:
        more = 7 if fault.what == "long" else -1
        target.sendall(_LENGTH.sub(lambda found: b"Content-Length: %d" % (int(found[1]) + more), data, 1))
    return True


class BadCalls(httpx.BaseTransport):
    """Passes calls on, and lets one of them, counted from ``expect``, go wrong as a whole."""

    def __init__(self) -> None:
        self._way = httpx.HTTPTransport()
        self._lock = threading.Lock()
        self._what: Callwise | None = None
        self._at = 0
        self._met = 0
        self._late: tuple[int, httpx.Request] | None = None
        self._earlier: list[httpx.Request] = []

    def expect(self, what: Callwise | None, at: int = 0) -> None:
        """From here on, the call of this number goes wrong."""
        self._what, self._at, self._met = what, at, 0

    @property
    def happened(self) -> bool:
        """Whether what was expected took place."""
        return self._what is None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        with self._lock:
            number, self._met = self._met, self._met + 1
            what = self._what if number == self._at else None
        self._arrive_late(number)
        if what is None:
            if request.method != "GET":
                self._earlier = [*self._earlier[-20:], request]
            return self._passed(request)
        self._what = None
        return self._wrong(what, number, request)

    def _wrong(self, what: Callwise, number: int, request: httpx.Request) -> httpx.Response:
        if what == "lost":
            raise httpx.ConnectError("broke off")
        if what == "failed":
            return httpx.Response(500, content=b"Internal Server Error", request=request)
        if what == "busy":
            return httpx.Response(429, content=b"", request=request)
        if what == "straggling":
            self._late = (number + 2, request)
            raise httpx.ReadTimeout("nothing came")
        if what == "replayed":
            for earlier in self._earlier:
                self._passed(earlier).read()
            return self._passed(request)
        self._passed(request).read()
        if what == "answer-lost":
            raise httpx.ReadError("broke off")
        if what == "gateway":
            return httpx.Response(502, content=b"<html>nginx</html>", request=request)
        return self._passed(request)

    def _arrive_late(self, number: int) -> None:
        """What was given up arrives behind what was said after it."""
        late = self._late
        if late is not None and number >= late[0]:
            self._late = None
            self._passed(late[1]).read()

    def _passed(self, request: httpx.Request) -> httpx.Response:
        anew = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        return self._way.handle_request(anew)

    def close(self) -> None:
        """Stays open: every client of the test shares it."""
