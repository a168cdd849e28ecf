"""Receipts: proven from pinned keys alone, and each way in which one proves nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.receipts import receipt_code, verify_receipt
from zhubi.core.trust.records import record_digest, sign


@pytest.fixture
def payload(office, person):
    return office.payload("review", person, {"opinion": "同意通过"}, subjects=[person])


@pytest.fixture
def record(payload):
    return sign(payload, SigningKey.generate())


@pytest.fixture
def receipt(office, record, payload):
    office.log.grow(5)
    return office.receipt(record, payload)


def kind(receipt, record, pins, root):
    with pytest.raises(TrustError) as caught:
        verify_receipt(receipt, record, pins, root)
    return caught.value.kind


def test_a_receipt_proves_its_record(office, record, receipt):
    found = verify_receipt(receipt, record, office.log.pins, office.root.public)
    assert (found.index, found.checkpoint.size) == (5, 6)
    assert found.checkpoint.time == 1_780_000_000
    assert found.code == receipt_code(record_digest(record))


def test_a_receipt_is_for_one_record(office, record, receipt, payload):
    other = sign(payload, SigningKey.generate())
    assert kind(receipt, other, office.log.pins, office.root.public) == "trust.receipt-proof"
    index = office.enter(other)
    mixed = replace(receipt, proof=office.log.proof(index))
    assert kind(mixed, other, office.log.pins, office.root.public) == "trust.receipt-other-record"


def test_the_log_must_hold_it(office, record, receipt):
    pins = office.log.pins
    assert kind(replace(receipt, proof=""), record, pins, office.root.public) == "trust.receipt-proof"
    earlier = replace(receipt, proof=office.log.proof(4))
    assert kind(earlier, record, pins, office.root.public) == "trust.receipt-proof"


def test_the_pins_decide(office, record, receipt, new_log):
    other = new_log().pins
    assert kind(receipt, record, other, office.root.public) == "trust.receipt-proof"
    stranger = SigningKey.generate().public
    assert kind(receipt, record, office.log.pins, stranger) == "trust.receipt-staff-key"


def test_what_was_stored_must_be_what_was_signed(office, record, receipt, payload):
    altered = office.acceptance(record, {**payload, "body": {"opinion": "不同意"}})
    found = kind(replace(receipt, acceptance=altered), record, office.log.pins, office.root.public)
    assert found == "trust.receipt-altered"


def test_only_a_service_accepts(office, record, receipt, payload):
    manager = SigningKey.generate()
    by_manager = replace(
        receipt,
        staff_key=office.staff_key("chen", "manager", manager),
        acceptance=office.acceptance(record, payload, by=manager),
    )
    assert kind(by_manager, record, office.log.pins, office.root.public) == "trust.receipt-staff-key"
    uncertified = replace(receipt, acceptance=office.acceptance(record, payload, by=manager))
    assert kind(uncertified, record, office.log.pins, office.root.public) == "trust.receipt-acceptance"


def test_the_services_key_is_the_roots_word(office, record, receipt):
    forger = SigningKey.generate()
    for staff_key in (
        "",
        office.staff_key("service:ledger", "service", office.service, by=forger),
        office.staff_key("service:ledger", "service", office.service, by=office.service),
        receipt.acceptance,
    ):
        spoilt = replace(receipt, staff_key=staff_key)
        assert kind(spoilt, record, office.log.pins, office.root.public) == "trust.receipt-staff-key"


def test_an_acceptance_is_an_acceptance_of_this_log_by_its_author(office, record, receipt, payload):
    body = {"record": record_digest(record), "payload_sha256": "0" * 64}
    whole = office.payload("acceptance", "service:ledger", body)
    spoilt = replace(receipt, acceptance=sign(whole, office.service))
    assert kind(spoilt, record, office.log.pins, office.root.public) == "trust.receipt-altered"
    for said in (
        office.payload("refusal", "service:ledger", body),
        office.payload("acceptance", "service:other", body),
        office.payload("acceptance", "service:ledger", {"record": record_digest(record)}),
        office.payload("acceptance", "service:ledger", body, origin="other.example/log"),
        {"type": "acceptance"},
    ):
        spoilt = replace(receipt, acceptance=sign(said, office.service))
        assert kind(spoilt, record, office.log.pins, office.root.public) == "trust.receipt-acceptance"
    spoilt = replace(receipt, acceptance="")
    assert kind(spoilt, record, office.log.pins, office.root.public) == "trust.receipt-acceptance"


def test_a_staff_key_that_says_something_else_is_refused(office, record, receipt):
    service = {
        "person": "service:ledger",
        "name": "值班",
        "role": "service",
        "signing": office.service.public,
    }
    whole = replace(receipt, staff_key=sign(office.payload("staff-key", "root", service), office.root))
    verify_receipt(whole, record, office.log.pins, office.root.public)
    for said in (
        office.payload("staff-key", "root", {}),
        office.payload("revocation", "root", {}),
        office.payload("staff-key", "root", {}, origin="other.example/log"),
        office.payload("staff-key", "someone", service),
        office.payload("staff-key", "root", service, origin="other.example/log"),
    ):
        spoilt = replace(receipt, staff_key=sign(said, office.root))
        assert kind(spoilt, record, office.log.pins, office.root.public) == "trust.receipt-staff-key"


def test_a_code_can_be_read_out():
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}", receipt_code("ab" * 32))
    assert receipt_code("ab" * 32) == receipt_code("ab" * 32) != receipt_code("ac" * 32)
    # The first 30 bits of the SHA-256 of 32 zero bytes, 66687aad…
    assert receipt_code("00" * 32) == "CSM7-NB"
