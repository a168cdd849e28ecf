"""An office that answers with whatever bytes a story needs, over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

Reply = bytes | Callable[[socket.socket], None]


def http(status: str, body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def problem(status: str, kind: str, **headers: str) -> bytes:
    """An RFC 9457 problem."""
    body = f'{{"type":"urn:zhubi:problem:{kind}","title":"{kind}","status":{status[:3]},"details":{{"found":"7"}}}}'
    return http(status, body.encode(), Content_Type="application/problem+json", **headers)


@dataclass
class ScriptedOffice:
    """Answers requests in turn with the given replies, the last one for ever; keeps what was asked."""

    replies: list[Reply] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                self.asked.append(_request(connection))
                reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
                try:
                    if callable(reply):
                        reply(connection)
                    else:
                        connection.sendall(reply)
                except OSError:
                    continue

    def stop(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(timeout=5)


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    wanted = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def scripted() -> Iterator[ScriptedOffice]:
    office = ScriptedOffice()
    yield office
    office.stop()
