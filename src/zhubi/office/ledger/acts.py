"""Saying something in the log: who speaks, and the record that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from zhubi.core.model.records import RecordType, Seen
from zhubi.core.model.values import Frozen, instant
from zhubi.core.trust.canonical import JsonObject
from zhubi.core.trust.chance import nonce, uuid7
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import sign


@dataclass(frozen=True, slots=True)
class Actor:
    """Who speaks: a person's id, ``root`` or ``service:office``, and the key that signs for them."""

    author: str
    key: SigningKey = field(repr=False)


class Log(Protocol):
    """Whatever knows the log's name."""

    origin: str


def compose(
    ledger: Log,
    actor: Actor,
    type: RecordType,
    body: Frozen,
    *,
    round: str | None = None,
    subjects: Sequence[str] = (),
    relies_on: Sequence[str] = (),
    supersedes: Sequence[str] = (),
    now: datetime,
    seen: Seen | None = None,
) -> str:
    """The signed record, compact, of one act; nothing is logged yet.

    ``now`` is an aware time: what the record claims as its making. ``trust.not-canonical``, ``trust.record-too-large``.
    """
    payload: JsonObject = {
        "origin": ledger.origin,
        "type": type.value,
        "id": uuid7(now),
        "round": round,
        "subjects": list(subjects),
        "author": actor.author,
        "made_at": instant(now),
        "seen": None if seen is None else seen.model_dump(mode="json"),
        "supersedes": list(supersedes),
        "relies_on": list(relies_on),
        "nonce": nonce(),
        "body": body.model_dump(mode="json"),
    }
    return sign(payload, actor.key)
