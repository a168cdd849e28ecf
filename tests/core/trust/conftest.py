"""A log in memory and an office that writes records into it, as real as those who read them need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import settings

from zhubi.core.trust import chance, merkle
from zhubi.core.trust.canonical import canonical, sha256_hex
from zhubi.core.trust.checkpoints import (
    CosignedCheckpoint,
    Cosigner,
    LogSigner,
    PinnedLog,
    make_checkpoint,
    read_checkpoint,
)
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.possession import prove, statement
from zhubi.core.trust.proofs import make_proof
from zhubi.core.trust.receipts import Receipt
from zhubi.core.trust.records import record_digest, sign
from zhubi.core.trust.sealing import SealingKey
from zhubi.core.trust.tiles import parse_tile_path
from zhubi.core.trust.wrapping import ArgonCost

# A slow machine is no fault: how long an example takes says nothing about trust.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ORIGIN = "office.example/log"
NOW = datetime(2026, 7, 3, 10, 0, tzinfo=UTC)


class MemoryLog:
    """An append-only tree with its signers; tiles are cut from its nodes."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.signer = LogSigner(origin, SigningKey.generate())
        self.cosigner = Cosigner(f"{origin}/clock", SigningKey.generate())
        self.pins = PinnedLog(origin, self.signer.verifier_key, self.cosigner.verifier_key)
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.fetched: list[str] = []

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def append(self, entry: bytes) -> int:
        index = self.size
        for level, place, node in merkle.new_nodes(index, merkle.leaf_hash(entry), self.node):
            self.nodes[level, place] = node
        self.size += 1
        return index

    def grow(self, size: int) -> MemoryLog:
        while self.size < size:
            self.append(f"entry {self.size}".encode())
        return self

    def text(self, size: int | None = None, time: int = 1_780_000_000) -> str:
        count = self.size if size is None else size
        root = merkle.root_from_nodes(count, self.node)
        return make_checkpoint(self.signer.name, count, root, self.signer, self.cosigner, time)

    def checkpoint(self, size: int | None = None, time: int = 1_780_000_000) -> CosignedCheckpoint:
        return read_checkpoint(self.text(size, time), self.pins)

    def fetch(self, path: str) -> bytes:
        self.fetched.append(path)
        level, index, width = parse_tile_path(path)
        assert isinstance(level, int)
        return b"".join(self.nodes[level * 8, index * 256 + place] for place in range(width))

    def proof(self, index: int, size: int | None = None) -> str:
        count = self.size if size is None else size
        return make_proof(index, merkle.inclusion_proof(index, count, self.node), self.text(count))


class Office:
    """A root, a service and a secretary, whose records go into a log in order."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.root = SigningKey.generate()
        self.service = SigningKey.generate()
        self.secretary = SigningKey.generate()
        self.service_record = self.staff_key("service:ledger", "service", self.service)

    def payload(self, type_: str, author: str, body: dict[str, object], **more: object) -> dict[str, object]:
        said: dict[str, object] = {
            "origin": self.log.signer.name,
            "type": type_,
            "id": chance.uuid7(NOW),
            "author": author,
            "made_at": "2026-07-03T10:00:00Z",
            "nonce": chance.nonce(),
            "body": body,
        }
        return {**said, **more}

    def staff_key(self, person: str, role: str, key: SigningKey, by: SigningKey | None = None) -> str:
        body = {"person": person, "name": "值班", "role": role, "signing": key.public, "sealing": None}
        return sign(self.payload("staff-key", "root", body), by or self.root)

    def enrolment(
        self,
        person: str,
        signing: SigningKey,
        transport: SigningKey,
        vouched_by: SigningKey | None = None,
        by: SigningKey | None = None,
        changes: dict[str, object] | None = None,
    ) -> str:
        sealing = SealingKey.generate().recipient
        said = statement(
            origin=self.log.signer.name,
            invitation="a" * 64,
            person=person,
            signing=signing.public,
            transport=transport.public,
            sealing=sealing,
        )
        body = {
            "invitation": "a" * 64,
            "person": person,
            "name": "王芳",
            "signing": signing.public,
            "transport": transport.public,
            "sealing": sealing,
            "signing_proof": prove(said, signing),
            "transport_proof": prove(said, transport),
            "vouched_by": None if vouched_by is None else prove(said, vouched_by),
        }
        return sign(
            self.payload("enrolment", "service:ledger", {**body, **(changes or {})}), by or self.service
        )

    def revocation(self, author: str, by: SigningKey, person: str, kid: str) -> str:
        return sign(self.payload("revocation", author, {"person": person, "kid": kid, "reason": "遗失"}), by)

    def enter(self, compact: str) -> int:
        return self.log.append(bytes.fromhex(record_digest(compact)))

    def acceptance(self, compact: str, payload: dict[str, object], by: SigningKey | None = None) -> str:
        body = {"record": record_digest(compact), "payload_sha256": sha256_hex(canonical(payload))}
        return sign(self.payload("acceptance", "service:ledger", body), by or self.service)

    def receipt(self, compact: str, payload: dict[str, object]) -> Receipt:
        index = self.enter(compact)
        return Receipt(self.log.proof(index), self.acceptance(compact, payload), self.service_record)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def new_log() -> type[MemoryLog]:
    return MemoryLog


@pytest.fixture(scope="session")
def large_log() -> MemoryLog:
    """Three levels of tiles."""
    return MemoryLog().grow(66_000)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def person() -> str:
    return chance.uuid7(NOW)


@pytest.fixture(scope="session")
def quick() -> ArgonCost:
    """The cheapest cost that is still accepted."""
    return ArgonCost(memory_kib=8 * 1024, passes=1)


@pytest.fixture(scope="session")
def flip() -> Callable[..., bytes]:
    """Bytes with one bit changed at a place."""

    def flipped(data: bytes, place: int, bit: int = 1) -> bytes:
        return data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]

    return flipped
