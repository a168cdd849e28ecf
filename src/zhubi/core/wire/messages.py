"""The messages of the API, as both sides speak it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from zhubi.core.model.values import Digest, Frozen, Line, PublicKey, Recipient, Uuid

Compact = Annotated[
    str, Field(max_length=1_048_576, pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$")
]
"""A record as JWS compact serialisation."""

CHUNK_LIMIT = 1024 * 1024
"""How many bytes of a sealed file one request may bring."""

RECORDS_PER_POST = 500
"""How many records one request may bring."""

PROBLEM_PREFIX = "urn:zhubi:problem:"
"""What the stable ``type`` of every RFC 9457 problem begins with; the kind follows."""


class EnrolmentRequest(Frozen):
    """The one-time code, and the device's three public keys with proof of possession."""

    code: Annotated[str, Field(min_length=8, max_length=80)]
    person: Uuid
    name: Line
    unit: Line = ""
    device: Line = ""
    signing: PublicKey
    transport: PublicKey
    sealing: Recipient
    signing_proof: Compact
    transport_proof: Compact
    vouched_by: Compact | None = None


class EnrolmentAnswer(Frozen):
    """The logged enrolment, and every staff key and service key record needed to verify what follows."""

    enrolment: Compact
    index: Annotated[int, Field(ge=0)]
    staff: tuple[Compact, ...]
    earlier: tuple[Compact, ...] = ()
    """The person's other devices, enrolled and revoked before, in log order: one of them may vouch for this one."""
    checkpoint: str


class TokenAnswer(Frozen):
    """An RFC 6749 token answer; ``expires_in`` in seconds."""

    access_token: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~+/-]{1,8000}=*$")]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: Annotated[int, Field(ge=1)]


class FeedItem(Frozen):
    """A record that is visible to me: listed at the index of the record that made it so."""

    at: Annotated[int, Field(ge=0)]
    position: Annotated[int, Field(ge=0)]
    index: Annotated[int, Field(ge=0)]
    """The record's own place in the log."""
    logged_at: Annotated[int, Field(ge=0)]
    """Time of the earliest cosigned checkpoint that holds it, Unix seconds."""
    record: Compact


class FeedPage(Frozen):
    """What changed for me after a cursor, in order. ``next`` is the cursor to go on from; ``more`` whether to."""

    items: tuple[FeedItem, ...]
    next: Annotated[str, Field(pattern=r"^[0-9]{1,16}\.[0-9]{1,16}$")]
    more: bool
    checkpoint: str


class ReceiptMessage(Frozen):
    """The proof, the acceptance, and the certified key that signed it: all of it verifies offline."""

    proof: str
    acceptance: Compact
    staff_key: Compact


class RecordsRequest(Frozen):
    """One record or many."""

    records: Annotated[tuple[Compact, ...], Field(min_length=1, max_length=RECORDS_PER_POST)]


class RecordResult(Frozen):
    """What became of one record: logged, waiting for another record, or refused by a signed refusal."""

    digest: Digest
    status: Literal["logged", "waiting", "refused", "conflict"]
    index: int | None = None
    logged_at: int | None = None
    waiting_for: Digest | None = None
    refusal: Compact | None = None
    kind: str | None = None
    """Why, as a sentence's key, where refused or in conflict."""
    details: dict[str, str] = Field(default_factory=dict)
    receipt: ReceiptMessage | None = None


class RecordsAnswer(Frozen):
    """A result for each record, in the order they came."""

    results: tuple[RecordResult, ...]
    checkpoint: str


class ReleaseRequest(Frozen):
    """Asks for the key of one dossier version, by its manifest digest, in one round."""

    manifest: Digest
    round: Uuid


class ReleaseAnswer(Frozen):
    """The logged key release to the asking device."""

    record: Compact
    index: Annotated[int, Field(ge=0)]
    logged_at: Annotated[int, Field(ge=0)]
    checkpoint: str


class UploadAnswer(Frozen):
    """How much of a sealed file the office holds, in bytes from its beginning.

    ``complete``: all of it, under the digest that names it. ``accepted``: said so in the log, as ``receipt`` proves
    once a checkpoint holds the acceptance.
    """

    received: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=1)]
    complete: bool = False
    accepted: bool = False
    receipt: ReceiptMessage | None = None


class Problem(Frozen):
    """An RFC 9457 problem; ``details`` fill the sentence that ``type`` names."""

    type: str
    title: str
    status: int
    detail: str = ""
    details: dict[str, str] = Field(default_factory=dict)
    retry_after: int | None = None


class LetterAnswer(Frozen):
    """A sealed letter is a leaf of the log, and the proof of that; nothing else is kept of who brought it."""

    digest: Digest
    proof: str
