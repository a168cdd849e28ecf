"""How a call travels: one pool of connections, bounded answers, faults named, repeated where that changes nothing."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from zhubi import __version__
from zhubi.core.trust.canonical import parse_object
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.invitations import is_loopback
from zhubi.core.wire.errors import WireError, malformed, refused, too_large
from zhubi.core.wire.messages import PROBLEM_PREFIX

if TYPE_CHECKING:
    import httpx

_PROBLEM_LIMIT: Final = 64 * 1024
_IDLE: Final = 3.0
"""Seconds after which an idle connection is not used again: sooner than servers commonly end it themselves."""
_PATIENT_WAIT: Final = 5
_PACE: Final = 64 * 1024
"""Bytes that must come for a long answer to go on for another ``Policy.whole``."""
_BUSY: Final = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to wait, in seconds, and how often to try: ``whole`` bounds an answer that trickles in."""

    connect: float = 10.0
    read: float = 30.0
    whole: float = 120.0
    attempts: int = 3
    connections: int = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose size was bounded; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """The body as UTF-8; ``wire.malformed``."""
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise malformed("text that is not UTF-8") from problem


class Connection:
    """The way to one office."""

    def __init__(
        self, url: str, tls_anchor: str, policy: Policy, transport: httpx.BaseTransport | None
    ) -> None:
        import httpx

        parts = urlsplit(url)
        loopback = is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
            raise WireError(
                "wire.plain-http", "https was expected: plain http is for this machine only", url=url
            )
        self._policy = policy
        self.office_time: datetime | None = None
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            verify=_trusted(parts.scheme, tls_anchor),
            timeout=httpx.Timeout(policy.read, connect=policy.connect),
            limits=httpx.Limits(
                max_connections=policy.connections,
                max_keepalive_connections=policy.connections,
                keepalive_expiry=_IDLE,
            ),
            headers={"User-Agent": f"zhubi/{__version__}", "Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=not loopback,
            transport=transport,
        )

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def elapsed(self) -> float:
        """Seconds on a clock that nobody sets."""
        return time.monotonic()

    def ask(
        self,
        method: Literal["GET", "POST", "PUT"],
        path: str,
        limit: int,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        again: bool = False,
        results: tuple[int, ...] = (),
    ) -> Answer:
        """One answer of at most ``limit`` bytes. ``again``: the call may be repeated when the way failed.

        ``results`` are statuses beside 2xx and 304 whose body is an answer and not a problem.
        """
        if not again:
            return self._once(method, path, limit, headers, body, results)
        import stamina

        for attempt in stamina.retry_context(
            on=_worth_repeating, attempts=self._policy.attempts, timeout=None, wait_initial=0.2, wait_max=2.0
        ):
            with attempt:
                return self._once(method, path, limit, headers, body, results)
        raise AssertionError("unreachable")

    def _once(
        self,
        method: str,
        path: str,
        limit: int,
        headers: Mapping[str, str],
        body: bytes | None,
        results: tuple[int, ...],
    ) -> Answer:
        until = self.elapsed() + self._policy.whole
        with (
            _faults_named(),
            self._http.stream(method, path, headers=dict(headers), content=body) as response,
        ):
            self._note(response)
            if response.status_code == 304:
                return Answer(304, _plain(response), b"")
            if response.is_success or response.status_code in results:
                found = b"".join(self._pieces(response, limit, until))
                if response.status_code not in results or not _is_problem(response):
                    return Answer(response.status_code, _plain(response), found)
                raise _problem(response, found)
            raise _problem(response, b"".join(self._pieces(response, _PROBLEM_LIMIT, until)))

    def stream(self, path: str, headers: Mapping[str, str], limit: int) -> Iterator[Answer | bytes]:
        """The answer's head, then its body in pieces: exactly ``limit`` bytes, else ``wire.cut`` or too large."""
        with _faults_named(), self._http.stream("GET", path, headers=dict(headers)) as response:
            self._note(response)
            if not response.is_success:
                until = self.elapsed() + self._policy.whole
                raise _problem(response, b"".join(self._pieces(response, _PROBLEM_LIMIT, until)))
            yield Answer(response.status_code, _plain(response), b"")
            came = 0
            begun = self.elapsed()
            for piece in self._pieces(response, limit, None):
                came += len(piece)
                yield piece
                # What is large may take long, as long as it moves: a trickle is taken up again later.
                if self.elapsed() - begun > self._policy.whole * (1 + came // _PACE):
                    raise WireError("wire.slow", "the office answers too slowly")
            if came != limit:
                raise WireError("wire.cut", f"the answer ended after {came} of {limit} bytes")

    def _pieces(self, response: httpx.Response, limit: int, until: float | None) -> Iterator[bytes]:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise malformed("a compressed answer")
        came = 0
        for piece in response.iter_raw():
            came += len(piece)
            if came > limit:
                raise too_large(limit)
            if until is not None and self.elapsed() > until:
                raise WireError("wire.slow", "the office answers too slowly")
            yield piece

    def _note(self, response: httpx.Response) -> None:
        # Only ever a hint: the way is not always authenticated, and time in records is log time.
        try:
            said = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return
        self.office_time = said if said.tzinfo else said.replace(tzinfo=UTC)


def _trusted(scheme: str, tls_anchor: str) -> ssl.SSLContext | bool:
    if scheme == "http":
        # Never used, and costs nothing: the default would read the system's authorities from disk.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not tls_anchor:
        return True
    try:
        return ssl.create_default_context(cadata=tls_anchor)
    except ssl.SSLError as problem:
        raise WireError("wire.tls", "the pinned certificate cannot be read", reason="anchor") from problem


def _plain(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _worth_repeating(problem: Exception) -> bool | float:
    if not isinstance(problem, WireError):
        return False
    if problem.kind == "wire.rate-limited":
        wait = problem.retry_after or 1
        return float(wait) if wait <= _PATIENT_WAIT else False
    return problem.kind == "wire.cut" or problem.status in _BUSY


def _is_problem(response: httpx.Response) -> bool:
    return str(response.headers.get("content-type", "")).startswith("application/problem+json")


def _problem(response: httpx.Response, body: bytes) -> WireError:
    status = response.status_code
    found: dict[str, Any] = {}
    if _is_problem(response):
        try:
            found = dict(parse_object(body, max_bytes=_PROBLEM_LIMIT, max_depth=8))
        except TrustError as problem:
            raise malformed(str(problem)) from problem
    kind = str(found.get("type", ""))
    kind = kind.removeprefix(PROBLEM_PREFIX) if kind.startswith(PROBLEM_PREFIX) else ""
    details = found.get("details")
    facts = {str(k): str(v) for k, v in details.items()} if isinstance(details, Mapping) else {}
    wait = response.headers.get("retry-after", str(found.get("retry_after") or ""))
    retry_after = int(wait) if wait.isdecimal() and len(wait) < 7 else None
    return refused(
        status, kind, str(found.get("title", "")), str(found.get("detail", "")), facts, retry_after
    )


@contextmanager
def _faults_named() -> Iterator[None]:
    import httpx

    try:
        yield
    except httpx.ConnectError as problem:
        if _of_tls(problem):
            raise WireError("wire.tls", "the office is not the one whose certificate is trusted") from problem
        raise WireError("wire.unreachable", "the office cannot be reached") from problem
    except (httpx.ConnectTimeout, httpx.PoolTimeout) as problem:
        raise WireError("wire.unreachable", "the office cannot be reached") from problem
    except httpx.TimeoutException as problem:
        raise WireError("wire.slow", "the office answers too slowly") from problem
    except (httpx.NetworkError, httpx.RemoteProtocolError) as problem:
        raise WireError("wire.cut", "the connection broke off") from problem
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as problem:
        raise WireError(
            "wire.unreachable", f"the office cannot be reached: {type(problem).__name__}"
        ) from problem


def _of_tls(problem: BaseException) -> bool:
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError) or "CERTIFICATE_VERIFY_FAILED" in str(cause):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
