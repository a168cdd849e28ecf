"""The public log: tiles, entries and proofs are what the digests make, and nothing beyond the signed tree."""

from __future__ import annotations

import pytest

from zhubi.core.model.records import AcceptanceBody, RecordType
from zhubi.core.trust.checkpoints import read_checkpoint
from zhubi.core.trust.merkle import leaf_hash, root_of
from zhubi.core.trust.proofs import verify_proof
from zhubi.core.trust.tiles import TreeReader, check_extends, decode_entries, parse_tile_path
from zhubi.office.ledger.acts import compose
from zhubi.office.ledger.errors import LedgerError
from zhubi.office.ledger.ledger import Reading
from zhubi.office.opening import Office


def grow(office: Office, count: int) -> None:
    body = AcceptanceBody(record="c" * 64, payload_sha256="d" * 64)
    with office.ledger.writing() as writing:
        for _ in range(count):
            writing.append(
                compose(office.ledger, office.service, RecordType.ACCEPTANCE, body, now=office.clock())
            )


def leaves(reading: Reading) -> list[bytes]:
    found = [reading.at(index) for index in range(reading.size())]
    return [leaf_hash(bytes.fromhex(each.digest)) for each in found if each is not None]


def fetcher(reading: Reading):
    def fetch(path: str) -> bytes:
        level, index, width = parse_tile_path(path)
        return reading.entries(index, width) if level == "entries" else reading.tile(level, index, width)

    return fetch


def test_tiles_equal_those_recomputed_from_the_records(office: Office) -> None:
    grow(office, 258 * 2)
    with office.ledger.reading() as reading:
        hashes = leaves(reading)
        assert len(hashes) == 518
        for index, width in ((0, 256), (1, 256), (2, 6), (0, 1), (2, 3)):
            first = index * 256
            assert reading.tile(0, index, width) == b"".join(hashes[first : first + width])
        above = [root_of(hashes[first : first + 256]) for first in (0, 256)]
        assert reading.tile(1, 0, 2) == b"".join(above)
        assert decode_entries(reading.entries(2, 6)) == tuple(
            bytes.fromhex(each.digest) for each in (reading.at(index) for index in range(512, 518)) if each
        )


def test_a_reader_with_pinned_keys_alone_follows_the_log_as_it_grows(office: Office) -> None:
    older = None
    for more in (1, 3, 250, 1, 1, 300):
        grow(office, more)
        with office.ledger.reading() as reading:
            newest = read_checkpoint(reading.checkpoint(), office.ledger.pins)
            tree: TreeReader = check_extends(older, newest, fetcher(reading))
            hashes = leaves(reading)
            assert [tree.leaf(index) for index in range(newest.size)] == hashes
        older = newest


def test_an_old_proof_holds_while_the_log_grows(office: Office) -> None:
    with office.ledger.reading() as reading:
        first = reading.at(0)
        assert first is not None
        early = reading.proof(first.digest)
    grow(office, 20)
    with office.ledger.reading() as reading:
        late = reading.proof(first.digest)
    assert early is not None and late is not None and early != late
    sizes = [verify_proof(each, first.digest, office.ledger.pins).size for each in (early, late)]
    assert sizes == [2, 22]


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [
        (0, 0, 256),
        (0, 0, 0),
        (0, 0, 257),
        (0, 1, 1),
        (1, 0, 1),
        (8, 0, 1),
        (0, -1, 1),
        (-1, 0, 1),
        (0, 2**60, 1),
    ],
)
def test_what_the_signed_tree_does_not_have_is_not_served(
    office: Office, level: int, index: int, width: int
) -> None:
    grow(office, 5)
    with office.ledger.reading() as reading:
        with pytest.raises(LedgerError) as caught:
            reading.tile(level, index, width)
        assert caught.value.kind == "ledger.no-such-tile"
        if level == 0:
            with pytest.raises(LedgerError):
                reading.entries(index, width)


def test_what_is_not_logged_has_no_proof(office: Office) -> None:
    with office.ledger.reading() as reading:
        assert reading.proof("0" * 64) is None
        assert reading.record("0" * 64) is None
