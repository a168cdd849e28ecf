"""A small office for the store's tests: it signs real records about numbered rounds and dossiers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import Record, RecordType, parse_record
from zhubi.core.model.values import instant
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import record_digest, sign
from zhubi.expert.store.records import Arrival
from zhubi.expert.store.store import Store
from zhubi.expert.store.values import AssignmentKey, Office

NOW = datetime(2026, 7, 3, 7, 0, tzinfo=UTC)
ORIGIN = "review.example.gov/log"
RECIPIENT = "age1" + "q" * 58


class SecretInMemory:
    """A secret store that lasts as long as the test."""

    def __init__(self) -> None:
        self.secret: bytes | None = None
        self.loads = 0

    def load(self) -> bytes | None:
        self.loads += 1
        return self.secret

    def save(self, secret: bytes) -> None:
        self.secret = secret

    def forget(self) -> None:
        self.secret = None


def numbered(kind: int, number: int) -> str:
    """A UUIDv7 that says what it is: 1 rounds, 2 dossiers, 3 people, 4 records."""
    return f"0190{kind:04x}-0000-7000-8000-{number:012x}"


@dataclass
class World:
    """Signs records as the office, as me and as others; keeps count, so that no two are the same."""

    origin: str = ORIGIN
    staff: SigningKey = field(default_factory=lambda: SigningKey.from_seed(b"s" * 32))
    mine: SigningKey = field(default_factory=lambda: SigningKey.from_seed(b"m" * 32))
    made: int = 0

    me = numbered(3, 1)
    other = numbered(3, 2)

    def office(self) -> Office:
        return Office(
            self.origin, "https://review.example.gov", "某科技厅", "log", "cosigner", "root", "", self.me,
            "张三", "浙江大学", self.mine.kid, "0" * 64, NOW - timedelta(days=9),
        )  # fmt: skip

    def key(self, round: int, dossier: int) -> AssignmentKey:
        return AssignmentKey(self.origin, numbered(1, round), numbered(2, dossier))

    def arrival(
        self,
        type: RecordType,
        body: dict[str, Any],
        *,
        round: int | None = None,
        dossiers: tuple[int, ...] = (),
        author: str = "staff",
        index: int | None = None,
        supersedes: tuple[str, ...] = (),
        logged_at: int | None = None,
    ) -> Arrival:
        self.made += 1
        key = self.mine if author == self.me else self.staff
        payload = {
            "origin": self.origin, "type": type.value, "id": numbered(4, self.made),
            "round": None if round is None else numbered(1, round),
            "subjects": [numbered(2, each) for each in dossiers], "author": author, "made_at": instant(NOW),
            "seen": None, "supersedes": list(supersedes), "relies_on": [], "nonce": f"{self.made:032x}", "body": body,
        }  # fmt: skip
        compact = sign(payload, key)
        record = parse_record(record_digest(compact), key.kid, payload, index)
        at = None if index is None else 1_782_000_000 + index
        return Arrival(compact, record, at if logged_at is None else logged_at, index)

    def round(
        self, round: int, *, index: int, closes: datetime = NOW + timedelta(days=2), **known: Any
    ) -> Arrival:
        body = {
            "title": f"第{round}场", "kind": "project-appraisal", "rulebook": "b" * 64, "overrides": {},
            "opens_at": instant(NOW - timedelta(days=5)), "closes_at": instant(closes),
            "organiser": "某科技厅", **known,
        }  # fmt: skip
        return self.arrival(RecordType.ROUND, body, round=round, index=index)

    def change(self, round: int, change: str, *, index: int, closes: datetime | None = None) -> Arrival:
        body = {"change": change, "closes_at": None if closes is None else instant(closes)}
        return self.arrival(RecordType.ROUND_CHANGE, body, round=round, index=index)

    def assign(
        self,
        round: int,
        dossier: int,
        *,
        index: int,
        order: int = 0,
        action: str = "assign",
        person: str | None = None,
    ) -> Arrival:
        who = None if action == "withdraw" else person or self.me
        body = {"action": action, "person": who, "order": order, "role": "technical", "tags": ["peer"]}
        return self.arrival(RecordType.ASSIGNMENT, body, round=round, dossiers=(dossier,), index=index)

    def dossier(
        self,
        dossier: int,
        *,
        index: int,
        version: int = 1,
        card: str = "c",
        blobs: tuple[tuple[str, int], ...] = (),
    ) -> Arrival:
        blobs = blobs or ((f"{dossier:04x}{version:04x}" * 8, 1000),)
        refs = [{"digest": digest, "size": size} for digest, size in blobs]
        body = {
            "version": version,
            "card": {
                "code": f"KJ26-{dossier:03d}", "title": f"项目{dossier}", "summary": "简介",
                "units": [{"name": f"单位{dossier}", "part": "lead"}, {"name": "某公司", "part": "partner"}],
            },
            "card_digest": card * 64, "manifest_digest": f"{dossier:032x}{version:032x}",
            "manifest": {"content": refs[0], "attachments": refs[1:], "sealed_to": RECIPIENT},
        }  # fmt: skip
        return self.arrival(RecordType.DOSSIER, body, dossiers=(dossier,), index=index)

    def commitment(self, round: int, *, index: int | None = None) -> Arrival:
        body = {"documents": ["integrity"], "text_digest": "d" * 64, "name": "张三"}
        return self.arrival(RecordType.COMMITMENT, body, round=round, author=self.me, index=index)

    def declaration(
        self,
        round: int,
        dossier: int,
        outcome: str = "clear",
        *,
        index: int | None = None,
        card: str = "c",
        **known: Any,
    ) -> Arrival:
        body = {"outcome": outcome, "card_digest": card * 64}
        return self.arrival(
            RecordType.DECLARATION,
            body,
            round=round,
            dossiers=(dossier,),
            author=self.me,
            index=index,
            **known,
        )

    def release(
        self, round: int, dossier: int, *, index: int, version: int = 1, sealed: str = "c2VhbGVk"
    ) -> Arrival:
        body = {
            "person": self.me, "device": self.mine.kid, "dossier": "e" * 64,
            "manifest_digest": f"{dossier:032x}{version:032x}", "sealed": sealed,
        }  # fmt: skip
        return self.arrival(RecordType.KEY_RELEASE, body, round=round, dossiers=(dossier,), index=index)

    def review(
        self,
        round: int,
        dossier: int,
        *,
        index: int | None = None,
        points: int = 86,
        of: str = "e" * 64,
        **known: Any,
    ) -> Arrival:
        total = {"points": points, "full": 100, "raw": points, "base": 100, "rescaled": False}
        body = {
            "dossier": of, "manifest_digest": f"{dossier:032x}{1:032x}", "rulebook": "b" * 64,
            "kind": "project-appraisal", "role": "technical", "sheet": {"total": total, "opinion": "同意"},
        }  # fmt: skip
        return self.arrival(
            RecordType.REVIEW, body, round=round, dossiers=(dossier,), author=self.me, index=index, **known
        )

    def about(self, type: RecordType, other: Record, *, index: int, **known: Any) -> Arrival:
        member = {"decision": "about", "return": "review"}.get(type.value, "record")
        bodies: dict[RecordType, dict[str, Any]] = {
            RecordType.DECISION: {"person": self.me, "matter": "declaration", "granted": True},
            RecordType.RETURN: {"person": self.me, "words": "请补充意见"},
            RecordType.REFUSAL: {"person": self.me, "kind": "judging.score-missing"},
        }
        rounds = int(other.payload.round[-12:], 16) if other.payload.round else None
        dossiers = tuple(int(each[-12:], 16) for each in other.payload.subjects)
        body = {**bodies[type], member: other.digest, **known}
        return self.arrival(type, body, round=rounds, dossiers=dossiers, index=index)

    def purged(self, round: int, *, index: int | None = None) -> Arrival:
        body: dict[str, Any] = {"device": self.mine.kid, "dossiers": 1, "blobs": 1}
        return self.arrival(RecordType.PURGE, body, round=round, author=self.me, index=index)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def secret() -> SecretInMemory:
    return SecretInMemory()


@pytest.fixture
def store(tmp_path: Path, world: World, secret: SecretInMemory) -> Iterator[Store]:
    """A store enrolled with one office."""
    with Store.create(tmp_path / "device", secret) as made:
        made.offices.put(world.office())
        yield made


@pytest.fixture
def now() -> datetime:
    return NOW


def _proven(store: Store, arrival: Arrival, *, index: int = 0, now: datetime = NOW) -> None:
    from zhubi.core.trust.receipts import Receipt, receipt_code

    digest = arrival.record.digest
    at = arrival.record.index if arrival.record.index is not None else index
    store.receipts.put(
        digest,
        Receipt("proof", "acceptance", "staff key"),
        code=receipt_code(digest),
        index=at,
        logged_at=arrival.logged_at or 1_782_000_000 + at,
        now=now,
    )


@pytest.fixture
def prove() -> Callable[..., None]:
    """Keeps a receipt of a record, as if it had been verified."""
    return _proven
