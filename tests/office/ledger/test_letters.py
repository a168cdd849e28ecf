"""A sealed letter is a leaf of the log like any record, and nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.trust.canonical import sha256_hex
from zhubi.core.trust.checkpoints import read_checkpoint
from zhubi.core.trust.proofs import read_proof, verify_proof
from zhubi.core.trust.tiles import decode_entries
from zhubi.office.opening import Office


def append(office: Office, sealed: bytes) -> str:
    with office.ledger.writing() as writing:
        return writing.append_letter(sealed)


def size(office: Office) -> int:
    return read_checkpoint(office.ledger.checkpoint(), office.ledger.pins).size


def test_a_letter_is_proven_by_the_log_like_a_record(office: Office) -> None:
    before = size(office)
    digest = append(office, b"sealed letter")
    assert digest == sha256_hex(b"sealed letter")
    with office.ledger.reading() as reading:
        proof = reading.proof(digest)
        assert reading.record(digest) is None
    assert proof is not None
    assert verify_proof(proof, digest, office.ledger.pins).size == before + 1
    assert read_proof(proof).index == before


def test_the_same_letter_twice_is_one_leaf(office: Office) -> None:
    append(office, b"sealed letter")
    grown = size(office)
    append(office, b"sealed letter")
    with office.ledger.writing() as writing:
        writing.append_letter(b"another")
        writing.append_letter(b"another")
    assert size(office) == grown + 1


def test_records_before_and_after_letters_keep_their_proofs(house: Any) -> None:
    office = house.office
    first = house.enrol("王一")
    append(office, b"one")
    second = house.enrol("王二")
    append(office, b"two")
    with office.ledger.reading() as reading:
        wanted = [first.enrolment.digest, sha256_hex(b"one"), second.enrolment.digest, sha256_hex(b"two")]
        proofs = reading.proofs(wanted)
        entries = decode_entries(reading.entries(0, reading.covered()))
    places = [read_proof(proofs[each]).index for each in wanted]
    assert places == sorted(set(places))
    for each in wanted:
        verify_proof(proofs[each], each, office.ledger.pins)
        place = read_proof(proofs[each]).index
        assert entries[place].hex() == each


def test_a_letter_is_in_nobodys_feed(house: Any) -> None:
    expert = house.enrol("王一")
    office = house.office
    with office.ledger.reading() as reading:
        before = reading.feed(expert.person, (0, 0), 100)
    digest = append(office, b"sealed letter")
    with office.ledger.reading() as reading:
        assert reading.feed(expert.person, (0, 0), 100) == before
        assert not reading.listed(expert.person, digest)


def test_what_is_undone_leaves_no_letter(office: Office) -> None:
    before = size(office)
    with pytest.raises(ZeroDivisionError), office.ledger.writing() as writing:
        writing.append_letter(b"sealed letter")
        raise ZeroDivisionError
    assert size(office) == before
    with office.ledger.reading() as reading:
        assert reading.proof(sha256_hex(b"sealed letter")) is None


def test_an_office_is_opened_again_on_a_log_that_ends_in_a_letter(house: Any) -> None:
    from zhubi.office.opening import open_office

    append(house.office, b"sealed letter")
    grown = size(house.office)
    again = open_office(house.office.directory, clock=house.office.clock)
    assert size(again) == grown
    with again.ledger.reading() as reading:
        assert len(reading.by_type(RecordType.STAFF_KEY)) == 2
    again.close()
