"""A way to an office on which every connection breaks off after so many bytes; the next one is let through again."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class BreakingWire:
    """Cuts each connection once ``every`` bytes have gone up over it. ``sent`` counts all that went up."""

    def __init__(self, office: str, every: int) -> None:
        parts = urlsplit(office)
        self._office = (parts.hostname or "", parts.port or 0)
        self._every = every
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._since = 0
        self.sent = 0
        self.broken = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(self._office)
                for each in (near, far):
                    # Else small pieces wait for each other's receipt, and the wire is slower than any real one.
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += [near, far]
                threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                cut = False
                if up:
                    with self._lock:
                        data = data[: self._every - self._since]
                        self._since += len(data)
                        self.sent += len(data)
                        cut = self._since >= self._every
                        if cut:
                            self._since = 0
                            self.broken += 1
                target.sendall(data)
                if cut:
                    break
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Ends everything."""
        for each in (self._listening, *self._open):
            each.close()
