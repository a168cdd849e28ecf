"""What the store hands out where nothing heavy may be imported: small frozen values, moments aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC moment of ``to_micros``."""
    return _EPOCH + timedelta(microseconds=micros)


class Key(Protocol):
    """Which assignment: the office's log origin, the round and the dossier."""

    @property
    def office(self) -> str: ...
    @property
    def round(self) -> str: ...
    @property
    def dossier(self) -> str: ...


@dataclass(frozen=True, slots=True)
class AssignmentKey:
    """Which assignment: the office's log origin, the round and the dossier (both UUIDs)."""

    office: str
    round: str
    dossier: str


@dataclass(frozen=True, slots=True)
class Office:
    """An office this machine is enrolled with, and what the invitation pinned of it.

    ``device`` is the thumbprint of this machine's signing key there. ``problem`` is the kind of the last sync's
    fault, None when it went well.
    """

    office: str
    url: str
    organiser: str
    log_key: str
    cosigner_key: str
    root_key: str
    tls_anchor: str
    person: str
    name: str
    unit: str
    device: str
    invitation: str
    enrolled_at: datetime
    synced_at: datetime | None = None
    problem: str | None = None
    problem_details: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as its records leave it, and how its assignments stand.

    ``committed_at`` is log time where it is known, else the time the commitment claims. ``record`` is the digest of the
    newest record that set the rulebook, overrides or dates. ``kind_name`` is empty until the rulebook is here.
    """

    office: str
    round: str
    title: str
    kind: str
    kind_name: str
    rulebook: str
    organiser: str
    opens_at: datetime
    closes_at: datetime
    ended: bool
    committed_at: datetime | None
    committed_proven: bool
    total: int
    stages: dict[str, int]
    record: str


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One line of the desk. ``stage`` is a value of ``Stage`` at the moment that was asked for.

    ``code``, ``title`` and ``units`` are empty before the commitment. ``flags``: ``redeclare``, ``older-version``,
    ``new-version`` (a newer version than the one whose key is here), ``correcting`` (an unsigned draft beside a
    signed review). ``position`` is the row's place among all rows, from 0.
    """

    office: str
    round: str
    dossier: str
    order: int
    code: str
    title: str
    units: str
    stage: str
    role: str
    seat: str | None
    tags: tuple[str, ...]
    score_text: str
    missing: int | None
    receipt_code: str
    closes_at: datetime
    flags: frozenset[str]
    may_unseal: bool
    unsealed: bool
    committed: bool
    review: str | None
    manifest: str | None
    position: int


@dataclass(frozen=True, slots=True)
class KeyWanted:
    """A dossier version that may be unsealed and whose key is not here: its manifest's digest."""

    round: str
    dossier: str
    manifest: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A signed record that is not yet proven to have arrived.

    ``waiting_for`` is the digest the office waits for. ``problem`` is the kind of the last attempt's fault.
    """

    office: str
    digest: str
    compact: str
    type: str
    round: str | None
    subjects: tuple[str, ...]
    put_at: datetime
    waiting_for: str | None
    problem: str | None
    problem_details: Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """What is known of a draft without reading its sheet."""

    office: str
    round: str
    dossier: str
    missing: int
    score_text: str
    saved_at: datetime
    signed_as: str | None


@dataclass(frozen=True, slots=True)
class KindSummary:
    """What rows need of a review kind: its name, and how many of the scale's smallest steps make one point."""

    name: str
    steps_a_point: int = 1


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """The newest verified checkpoint of an office's log. ``root`` in hexadecimal, ``time`` in Unix seconds."""

    text: str
    size: int
    root: str
    time: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two checkpoints of one log that contradict each other, as they came."""

    kind: str
    kept: str
    found: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BlobWanted:
    """A sealed blob of a current version that may be unsealed, not whole on this machine. ``size`` in bytes."""

    digest: str
    size: int
    round: str
    dossier: str


@dataclass(frozen=True, slots=True)
class BlobState:
    """How much of a sealed blob is on this machine."""

    state: Literal["here", "partial", "missing"]
    percent: int


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes on disk."""

    database: int
    blobs: int
    search: int = 0


@dataclass(frozen=True, slots=True)
class SiteEvidence:
    """A piece of evidence gathered here. ``digest`` and ``size`` are of the ciphertext, ``plain`` what is inside it.

    ``taken_at`` is what the camera said; ``received`` bytes are known to be with the office; ``accepted_at`` is when
    its receipt was verified here, ``acceptance`` that receipt.
    """

    key: AssignmentKey
    digest: str
    size: int
    plain: str
    plain_size: int
    name: str
    media_type: str
    about: str
    taken_at: str
    noted_at: datetime
    received: int
    accepted_at: datetime | None
    acceptance: str | None


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What a purge of a round would take, and what it would leave. ``bytes`` of ciphertext.

    ``kept`` dossiers stay because another live round needs them. ``unsent`` records have not arrived yet and stay;
    ``drafts`` are unsigned sheets, which go when the expert says so. ``evidence`` that a signed review names has not
    been accepted and stays.
    """

    dossiers: int
    blobs: int
    bytes: int
    kept: int
    unsent: int
    drafts: int
    evidence: int = 0


@dataclass(frozen=True, slots=True)
class PurgeOutcome:
    """What a purge took from this machine: dossiers, blobs and their ``bytes``; ``kept`` as in the plan."""

    dossiers: int
    blobs: int
    bytes: int
    kept: int
