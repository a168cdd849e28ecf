"""A receipt file is judged from keys alone: no store, no office, no network."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import (
    AcceptanceBody,
    CommitmentBody,
    EnrolmentBody,
    Payload,
    RecordType,
    StaffKeyBody,
)
from zhubi.core.model.values import Frozen, instant
from zhubi.core.trust.canonical import canonical, sha256_hex
from zhubi.core.trust.chance import nonce, uuid7
from zhubi.core.trust.checkpoints import Cosigner, LogSigner, make_checkpoint
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.merkle import leaf_hash, root_of
from zhubi.core.trust.possession import prove, statement
from zhubi.core.trust.proofs import make_proof
from zhubi.core.trust.receipts import Receipt, receipt_code
from zhubi.core.trust.records import peek, record_digest, sign
from zhubi.core.trust.sealing import SealingKey
from zhubi.core.verify.receipt_file import (
    Pins,
    make_receipt_file,
    read_pins,
    verify_receipt_file,
)

NOW = datetime(2026, 7, 3, 10, 0, tzinfo=UTC)
ORIGIN = "office.example/log"


class World:
    """A root, a service, an expert, and a log of two records."""

    def __init__(self) -> None:
        self.root, self.service, self.expert = (SigningKey.generate() for _ in range(3))
        self.person = uuid7(NOW)
        log, cosigner = LogSigner(ORIGIN, SigningKey.generate()), Cosigner("cosigner", SigningKey.generate())
        self.pins = Pins(ORIGIN, log.verifier_key, cosigner.verifier_key, self.root.public)
        body = StaffKeyBody(
            person="service:office", name="office", role="service", signing=self.service.public
        )
        self.staff_key = self.say(RecordType.STAFF_KEY, body, self.root, "root")
        self.enrolment = self.enrol()
        commitment = CommitmentBody(documents=("integrity",), text_digest="0" * 64, name="陈思远")
        self.record = self.say(RecordType.COMMITMENT, commitment, self.expert, self.person)
        digest = record_digest(self.record)
        accepted = AcceptanceBody(record=digest, payload_sha256=sha256_hex(canonical(peek(self.record)[0])))
        acceptance = self.say(RecordType.ACCEPTANCE, accepted, self.service, "service:office")
        leaves = [leaf_hash(bytes.fromhex(digest)), leaf_hash(b"\1" * 32)]
        checkpoint = make_checkpoint(ORIGIN, 2, root_of(leaves), log, cosigner, int(NOW.timestamp()))
        self.receipt = Receipt(make_proof(0, [leaves[1]], checkpoint), acceptance, self.staff_key)

    def say(self, kind: RecordType, body: Frozen, key: SigningKey, author: str) -> str:
        payload = Payload(
            origin=ORIGIN, type=kind, id=uuid7(NOW), author=author, made_at=instant(NOW), nonce=nonce(),
            body=body.model_dump(mode="json"),
        )  # fmt: skip
        return sign(payload.model_dump(mode="json"), key)

    def enrol(self) -> str:
        transport, sealing = SigningKey.generate(), SealingKey.generate()
        said = statement(
            origin=ORIGIN, invitation="1" * 64, person=self.person, signing=self.expert.public,
            transport=transport.public, sealing=sealing.recipient,
        )  # fmt: skip
        body = EnrolmentBody(
            invitation="1" * 64, person=self.person, name="陈思远", signing=self.expert.public,
            transport=transport.public, sealing=sealing.recipient,
            signing_proof=prove(said, self.expert), transport_proof=prove(said, transport),
        )  # fmt: skip
        return self.say(RecordType.ENROLMENT, body, self.service, "service:office")

    def file(self, **changes: Any) -> bytes:
        found = json.loads(make_receipt_file(self.record, self.receipt, self.pins, self.enrolment))
        return json.dumps({**found, **changes}).encode()


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def refusal(data: bytes, pins: Pins | None = None) -> str:
    with pytest.raises(ZhubiError) as caught:
        verify_receipt_file(data, pins)
    return caught.value.kind


def test_a_whole_file_tells_what_was_said_by_whom_and_since_when(world: World) -> None:
    found = verify_receipt_file(world.file(), world.pins)
    assert (found.signer, found.record.type, found.verified.index) == ("陈思远", RecordType.COMMITMENT, 0)
    assert found.verified.checkpoint.time == int(NOW.timestamp())
    assert found.verified.code == receipt_code(found.digest)
    assert found.stated_pins == world.pins


def test_without_the_enrolment_it_does_not_say_who_signed(world: World) -> None:
    assert verify_receipt_file(world.file(enrolment=""), world.pins).signer is None


def test_the_enrolment_of_someone_else_is_caught(world: World) -> None:
    other = World()
    assert refusal(world.file(enrolment=other.enrolment), world.pins).startswith("trust.")


@pytest.mark.parametrize("name", ["log_key", "cosigner_key", "root_key", "origin"])
def test_other_pins_do_not_verify_it(world: World, name: str) -> None:
    other = replace(world.pins, **{name: getattr(World().pins, name) if name != "origin" else "another/log"})
    assert refusal(world.file(), other).startswith("trust.")


@pytest.mark.parametrize("part", ["proof", "acceptance", "staff_key"])
def test_each_part_is_needed(world: World, part: str) -> None:
    receipt = {name: text for name, text in asdict(world.receipt).items() if name != part}
    assert refusal(world.file(receipt=receipt), world.pins) == "verify.not-a-receipt"
    other = asdict(World().receipt)[part]
    swapped = {**asdict(world.receipt), part: other}
    assert refusal(world.file(receipt=swapped), world.pins).startswith("trust.receipt-")


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b"{}", b'{"form":"zhubi-receipt/9"}', b"{" * 99, b"\xff", b" " * 5_000_000]
)
def test_anything_else_is_no_receipt_file(data: bytes) -> None:
    assert refusal(data) == "verify.not-a-receipt"


def test_pins_are_read_alone_or_out_of_a_receipt_file(world: World) -> None:
    assert read_pins(json.dumps(asdict(world.pins)).encode()) == world.pins
    assert read_pins(world.file()) == world.pins
    with pytest.raises(ZhubiError) as caught:
        read_pins(b'{"origin":"x"}')
    assert (caught.value.kind, caught.value.details["reason"]) == ("verify.bad-pins", "log_key")
