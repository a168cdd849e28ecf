"""Making a record: what every act of an expert says beside its own body, signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zhubi.core.model.records import Payload, Record, RecordType
from zhubi.core.model.values import Frozen, instant
from zhubi.core.trust.chance import nonce, uuid7
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import record_digest, sign
from zhubi.expert.store.records import record_of
from zhubi.expert.sync.feed import read_to

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office


def compose(
    desk: Desk,
    office: Office,
    key: SigningKey,
    type: RecordType,
    body: Frozen,
    *,
    round: str,
    subjects: Sequence[str] = (),
    relies_on: Sequence[str] = (),
    supersedes: Sequence[str] = (),
    now: datetime,
) -> tuple[str, Record]:
    """A signed record of this expert, compact and typed; not yet kept anywhere."""
    payload = payload_of(
        desk, office, type, body,
        round=round, subjects=subjects, relies_on=relies_on, supersedes=supersedes, now=now,
    )  # fmt: skip
    compact = sign(payload, key)
    return compact, record_of(record_digest(compact), key.kid, compact, None)


def payload_of(
    desk: Desk,
    office: Office,
    type: RecordType,
    body: Frozen,
    *,
    round: str | None,
    subjects: Sequence[str] = (),
    relies_on: Sequence[str] = (),
    supersedes: Sequence[str] = (),
    now: datetime,
) -> dict[str, Any]:
    """What a record of this expert would say, before anybody signs it."""
    return Payload(
        origin=office.office,
        type=type,
        id=uuid7(now),
        round=round,
        subjects=tuple(subjects),
        author=office.person,
        made_at=instant(now),
        seen=read_to(desk.store, office.office),
        supersedes=tuple(supersedes),
        relies_on=tuple(relies_on),
        nonce=nonce(),
        body=body.model_dump(mode="json"),
    ).model_dump(mode="json")
