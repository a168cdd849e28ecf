"""The office on the network: in the foreground for an organisation, or beside the demo and the tests."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.invitations import is_loopback
from zhubi.office.api.app import create_app
from zhubi.office.opening import Office

_START_SECONDS: Final = 15.0


def serve(
    office: Office, host: str, port: int, certificate: Path | None = None, key: Path | None = None
) -> None:
    """Serve until interrupted. Beyond loopback only with TLS. Raises ``ZhubiError`` api.tls-needed, api.address."""
    if certificate is None and not is_loopback(host):
        raise ZhubiError("api.tls-needed", "beyond this machine the office speaks only TLS", host=host)
    listening = _listen(host, port)
    server = uvicorn.Server(_configuration(office, certificate, key))
    server.run(sockets=[listening])


@dataclass(frozen=True, slots=True)
class RunningOffice:
    """An office served by a thread of this process."""

    url: str
    server: uvicorn.Server
    thread: threading.Thread

    def stop(self) -> None:
        """Answer what is under way, then stop."""
        self.server.should_exit = True
        self.thread.join(timeout=10)


def serve_in_thread(
    office: Office, port: int = 0, certificate: Path | None = None, key: Path | None = None
) -> RunningOffice:
    """Serve on loopback beside this process; port 0 takes a free one. Raises ``ZhubiError`` api.address."""
    configuration = _configuration(office, certificate, key)
    listening = _listen("127.0.0.1", port)
    scheme = "http" if certificate is None else "https"
    url = f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(configuration)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, name="zhubi-office", daemon=True
    )
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise ZhubiError("api.address", "the office did not start", address=url, reason="-")
        time.sleep(0.01)
    return RunningOffice(url, server, thread)


def _configuration(office: Office, certificate: Path | None, key: Path | None) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(office),
        log_level="warning",
        access_log=False,
        ssl_certfile=str(certificate) if certificate else None,
        ssl_keyfile=str(key) if key else None,
        timeout_graceful_shutdown=5,
        server_header=False,
        h11_max_incomplete_event_size=64 * 1024,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: only then does asyncio send answers at once, where each would otherwise wait for 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as problem:
        listening.close()
        raise ZhubiError(
            "api.address",
            "the address cannot be used",
            address=f"{host}:{port}",
            reason=problem.strerror or "",
        ) from problem
    listening.listen(128)
    return listening
