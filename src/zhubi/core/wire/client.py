"""The one client of the office's API: every call, every answer bounded and checked, every fault by its name."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from pydantic import ValidationError

from zhubi.core.model.text import clean_line
from zhubi.core.model.values import Frozen
from zhubi.core.trust.canonical import parse_object, sha256_hex
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.tiles import parse_tile_path
from zhubi.core.wire.connection import Answer, Connection, Policy
from zhubi.core.wire.errors import WireError, malformed
from zhubi.core.wire.identity import GRANT, Session, TransportIdentity
from zhubi.core.wire.messages import (
    EnrolmentAnswer,
    EnrolmentRequest,
    FeedPage,
    LetterAnswer,
    RecordsAnswer,
    RecordsRequest,
    ReleaseAnswer,
    ReleaseRequest,
    TokenAnswer,
    UploadAnswer,
)

if TYPE_CHECKING:
    import httpx

CHECKPOINT_LIMIT: Final = 64 * 1024
PAGE_LIMIT: Final = 64 * 1024 * 1024
RULEBOOK_LIMIT: Final = 8 * 1024 * 1024
RECORD_LIMIT: Final = 1024 * 1024
PROOF_LIMIT: Final = 256 * 1024
_CLOCK_MATTERS: Final = 60
_RANGE: Final = re.compile(r"^bytes (\d{1,16})-(\d{1,16})/(\d{1,16})$")
_Message = TypeVar("_Message", bound=Frozen)


@dataclass(frozen=True, slots=True)
class CheckpointAnswer:
    """The newest checkpoint, not verified yet, and the tag to ask for a newer one with."""

    text: str
    etag: str


class OfficeClient:
    """The calls of one office, over one pool of connections; safe from several threads.

    ``tls_anchor``: the PEM certificate that the invitation pins, or empty for the system's own authorities. Plain
    ``http://`` goes to this machine only. Without an ``identity`` only public calls work. Every call raises
    ``WireError``. ``clock`` is what this machine thinks the time is; ``transport`` replaces the network.
    """

    def __init__(
        self,
        url: str,
        tls_anchor: str = "",
        identity: TransportIdentity | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        policy: Policy = Policy(),  # noqa: B008 - a frozen value
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._connection = Connection(url, tls_anchor, policy, transport)
        self._identity = identity
        self._clock = clock
        self._session = Session(self._trade, self._connection.elapsed)

    def close(self) -> None:
        """Ends the connections."""
        self._connection.close()

    def __enter__(self) -> OfficeClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def skew(self) -> int:
        """By how many seconds this machine's clock is ahead of the office's, as its last answer showed; 0 before."""
        said = self._connection.office_time
        return 0 if said is None else int((self._clock() - said).total_seconds())

    # The log, which is public

    def checkpoint(self, etag: str = "") -> CheckpointAnswer | None:
        """The newest checkpoint; None when it still is the one that ``etag`` names."""
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._public("/v1/log/checkpoint", CHECKPOINT_LIMIT, headers)
        if answer.status == 304:
            return None
        return CheckpointAnswer(answer.text(), answer.headers.get("etag", ""))

    def tile(self, path: str) -> bytes:
        """A tile of the log by its ``tile/…`` path, not authenticated; a ``Fetch`` for ``TreeReader``."""
        _, _, width = parse_tile_path(path)
        return self._public(f"/v1/log/{path}", max(width, 1) * 32).body

    def proof(self, digest: str) -> str:
        """The proof of a record in the log, not verified; ``wire.gone`` when the log does not hold it."""
        return self._public(f"/v1/log/proof/{digest}", PROOF_LIMIT).text()

    # Enrolling

    def enrol(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        """Trades the one-time code for an enrolment. The same request again brings the same answer."""
        answer = self._connection.ask(
            "POST", "/v1/enrolments", PAGE_LIMIT, body=_json(request), headers=_JSON, again=True
        )
        return _typed(EnrolmentAnswer, answer)

    # What is mine

    def feed(self, after: str, limit: int = 500) -> FeedPage:
        """What became visible to me after the cursor ``at.position``; an empty one asks from the beginning."""
        return _typed(FeedPage, self._mine("GET", f"/v1/feed?after={after}&limit={limit}", PAGE_LIMIT))

    def record(self, digest: str) -> str:
        """A record by its digest, as compact JWS whose digest was checked."""
        text = self._mine("GET", f"/v1/records/{digest}", RECORD_LIMIT).text()
        if sha256_hex(text.encode()) != digest:
            raise malformed("another record than was asked for")
        return text

    def rulebook(self, digest: str) -> bytes:
        """A compiled rulebook as canonical JSON whose digest was checked."""
        body = self._mine("GET", f"/v1/rulebooks/{digest}", RULEBOOK_LIMIT).body
        if sha256_hex(body) != digest:
            raise malformed("another rulebook than was asked for")
        return body

    def submit(self, records: Sequence[str], *, dry_run: bool = False) -> RecordsAnswer:
        """Delivers at most 500 records: a result for each, in their order. The same again changes nothing."""
        path = "/v1/records?dry_run=1" if dry_run else "/v1/records"
        request = RecordsRequest.model_construct(records=tuple(records))
        # One record that conflicts answers 409, with its result like any other.
        answer = self._mine("POST", path, PAGE_LIMIT, body=_json(request), results=(409,))
        results = _typed(RecordsAnswer, answer)
        if len(results.results) != len(records):
            raise malformed(f"{len(results.results)} results for {len(records)} records")
        return results

    def release(self, manifest: str, round_id: str) -> ReleaseAnswer:
        """The key of a dossier version, released to this device; the same again brings the same record."""
        request = ReleaseRequest(manifest=manifest, round=round_id)
        return _typed(
            ReleaseAnswer, self._mine("POST", "/v1/releases", RECORD_LIMIT * 2, body=_json(request))
        )

    def blob(self, digest: str, size: int, start: int = 0) -> Iterator[bytes]:
        """The bytes of a blob from ``start`` to its ``size``, in pieces; the caller checks the digest.

        ``wire.cut`` when fewer come, ``wire.too-large`` when more would: what was yielded before is good to keep.
        """
        headers = {"Range": f"bytes={start}-"} if start else {}
        token = self._session.token()
        stream = self._connection.stream(f"/v1/blobs/{digest}", {**headers, **_bearer(token)}, size - start)
        opened = next(stream, None)
        if not isinstance(opened, Answer):
            raise malformed("no answer")
        if start and opened.status == 206:
            found = _RANGE.match(opened.headers.get("content-range", ""))
            if found is None or (int(found[1]), int(found[3])) != (start, size):
                raise malformed("another range than was asked for")
        elif start:
            raise malformed("the whole instead of a range")
        for piece in stream:
            assert isinstance(piece, bytes)
            yield piece

    def upload(self, digest: str) -> UploadAnswer:
        """How much of a sealed file of mine the office holds; ``vault.not-named``."""
        return _typed(UploadAnswer, self._mine("GET", f"/v1/uploads/{digest}", RECORD_LIMIT))

    def upload_chunk(self, digest: str, start: int, data: bytes, size: int) -> UploadAnswer:
        """Brings the bytes of a sealed file from ``start`` on, at most ``CHUNK_LIMIT``; none ask only to finish it.

        Not repeated here when the way fails: what arrived of it is asked for first. ``vault.upload-gap``,
        ``api.chunk-damaged``: nothing changed; ``vault.upload-other-bytes``: all of it begins anew.
        """
        place = f"{start}-{start + len(data) - 1}" if data else "*"
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {place}/{size}",
            "Content-Digest": f"sha-256=:{b64encode(sha256(data).digest()).decode()}:",
        }
        return _typed(
            UploadAnswer,
            self._mine("PUT", f"/v1/uploads/{digest}", RECORD_LIMIT, body=data, headers=headers, again=False),
        )

    def send_letter(self, sealed: bytes) -> LetterAnswer:
        """Brings a sealed letter for the inspectors, at most 256 KiB; the same again changes nothing."""
        headers = {"Content-Type": "application/octet-stream"}
        return _typed(
            LetterAnswer, self._mine("POST", "/v1/letters", PROOF_LIMIT * 2, body=sealed, headers=headers)
        )

    # How the calls are made

    def _public(self, path: str, limit: int, headers: Mapping[str, str] | None = None) -> Answer:
        return self._connection.ask("GET", path, limit, headers=headers or {}, again=True)

    def _mine(
        self,
        method: Literal["GET", "POST", "PUT"],
        path: str,
        limit: int,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        again: bool = True,
        results: tuple[int, ...] = (),
    ) -> Answer:
        said = headers or (_JSON if body is not None else {})
        for last in (False, True):
            token = self._session.token()
            try:
                return self._connection.ask(
                    method, path, limit, body=body, headers={**_bearer(token), **said}, again=again,
                    results=results,
                )  # fmt: skip
            except WireError as problem:
                if problem.status != 401:
                    raise
                self._session.drop(token)
                if last:
                    raise
        raise AssertionError("unreachable")

    def _trade(self) -> TokenAnswer:
        if self._identity is None:
            raise WireError("wire.unauthorised", "this machine is not enrolled with the office", status=401)
        try:
            return self._ask_token(self._identity, self._clock())
        except WireError as problem:
            # An assertion by a clock that is far off is refused; the office's own clock serves for this one purpose.
            said = self._connection.office_time
            if problem.status not in (400, 401) or said is None or abs(self.skew()) < _CLOCK_MATTERS:
                raise
            return self._ask_token(self._identity, said)

    def _ask_token(self, identity: TransportIdentity, now: datetime) -> TokenAnswer:
        from urllib.parse import urlencode

        form = urlencode({"grant_type": GRANT, "assertion": identity.assertion(now)}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return _typed(
            TokenAnswer,
            self._connection.ask("POST", "/v1/token", CHECKPOINT_LIMIT, body=form, headers=headers),
        )


_JSON: Final = {"Content-Type": "application/json"}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _json(message: Frozen) -> bytes:
    return message.model_dump_json().encode()


def _typed(model: type[_Message], answer: Answer) -> _Message:
    try:
        # The strict reader first: pydantic's own would take duplicate keys, and nesting without end.
        parse_object(answer.body, max_bytes=PAGE_LIMIT)
        return model.model_validate_json(answer.body)
    except TrustError as problem:
        raise malformed(str(problem)) from problem
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        # The place may hold a name that the answer made up.
        place = clean_line(".".join(map(str, first["loc"])), 120) or "/"
        raise malformed(f"{first['type']} ({place})") from problem
