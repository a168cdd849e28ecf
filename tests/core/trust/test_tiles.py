"""Tiles: the specification's examples, honest logs of many sizes, and logs that fork, drop, rewrite or lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.trust import merkle
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.tiles import (
    TreeReader,
    check_extends,
    decode_entries,
    encode_entries,
    parse_tile_path,
    tile_path,
)

SIZES = [1, 2, 3, 255, 256, 257, 511, 512, 513, 700]


def kind(act, *arguments):
    with pytest.raises(TrustError) as caught:
        act(*arguments)
    return caught.value.kind


def test_paths_of_the_specification():
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(0, 1234067, 8) == "tile/0/x001/x234/067.p/8"
    assert tile_path("entries", 0, 1) == "tile/entries/000.p/1"
    assert tile_path(63, 999) == "tile/63/999"
    assert parse_tile_path("tile/0/x001/x234/067.p/8") == (0, 1234067, 8)
    assert parse_tile_path("tile/entries/x273/000") == ("entries", 273_000, 256)


@given(
    st.integers(min_value=0, max_value=63) | st.just("entries"),
    st.integers(min_value=0, max_value=2**54),
    st.integers(min_value=1, max_value=256),
)
def test_paths_read_back(level, index, width):
    assert parse_tile_path(tile_path(level, index, width)) == (level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/08",
        "tile/0/000.p/",
        "tile/0/../0/000",
        "tile/0/٠٠٠",
        "tile/0/000\n",
        "tile/leaves/000",
        "tile/0/" + "x001/" * 7 + "000",
    ],
)
def test_other_spellings_are_refused(path):
    assert kind(parse_tile_path, path) == "trust.bad-tile-path"


@pytest.mark.parametrize(
    ("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_no_path_for_no_tile(level, index, width):
    assert kind(tile_path, level, index, width) == "trust.bad-tile-path"


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entry_bundles_read_back(entries):
    assert decode_entries(encode_entries(entries)) == tuple(entries)


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x02a", b"\x00\x01a\x00", b"\xff\xffabc"])
def test_a_bundle_that_ends_in_the_middle_is_damaged(bundle):
    assert kind(decode_entries, bundle) == "trust.tile-damaged"


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_and_root_is_authenticated(log, size):
    log.grow(size)
    reader = TreeReader(log.checkpoint(), log.fetch)
    assert [reader.leaf(index) for index in range(size)] == [log.node(0, index) for index in range(size)]
    for old in (0, 1, size // 2, size - 1, size):
        assert reader.root_at(old) == merkle.root_from_nodes(old, log.node)
    assert len(log.fetched) == len(set(log.fetched))


def test_a_log_of_three_levels(large_log):
    grown = large_log
    new = grown.checkpoint()
    for old in (1, 255, 256, 257, 65_535, 65_536, 65_537, 65_999):
        reader = check_extends(grown.checkpoint(old), new, grown.fetch)
        for index in (0, old - 1, old, 65_999):
            assert reader.leaf(index) == grown.node(0, index)
        assert reader.node(16, 0) == grown.node(16, 0)
        assert reader.node(3, 8249) == grown.node(3, 8249)


def test_a_small_step_fetches_little(large_log):
    grown = large_log
    grown.fetched.clear()
    check_extends(grown.checkpoint(65_990), grown.checkpoint(66_000), grown.fetch)
    assert sorted(grown.fetched) == ["tile/0/257.p/208", "tile/1/001.p/1", "tile/2/000.p/1"]


def test_nothing_is_fetched_when_nothing_changed(log):
    log.grow(300)
    check_extends(log.checkpoint(time=1), log.checkpoint(time=2), log.fetch)
    assert log.fetched == []


def test_an_empty_log_is_extended_by_any(log):
    empty = log.checkpoint(0)
    check_extends(None, empty, log.fetch)
    check_extends(empty, log.grow(5).checkpoint(), log.fetch)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (5, 9), (255, 256), (256, 700), (300, 301), (257, 513)])
def test_a_fork_is_seen(log, new_log, old, new):
    log.grow(new)
    other = new_log()
    other.signer, other.cosigner, other.pins = log.signer, log.cosigner, log.pins
    other.grow(old - 1)
    other.append(b"another act")
    assert kind(check_extends, other.checkpoint(old), log.checkpoint(new), log.fetch) == "trust.log-forked"


def test_a_dropped_record_is_seen(log, new_log):
    log.grow(600)
    other = new_log()
    other.signer, other.cosigner, other.pins = log.signer, log.cosigner, log.pins
    for number in [*range(300), *range(301, 700)]:
        other.append(f"entry {number}".encode())
    assert kind(check_extends, log.checkpoint(), other.checkpoint(), other.fetch) == "trust.log-forked"
    # Dropped before anyone saw a later checkpoint, nothing contradicts.
    check_extends(log.checkpoint(300), other.checkpoint(), other.fetch)


def test_a_rewrite_and_a_shrinking_are_seen(log, new_log):
    log.grow(10)
    other = new_log()
    other.signer, other.cosigner, other.pins = log.signer, log.cosigner, log.pins
    other.append(b"another act")
    other.grow(10)
    assert kind(check_extends, log.checkpoint(), other.checkpoint(), other.fetch) == "trust.log-rewritten"
    assert kind(check_extends, log.checkpoint(), log.checkpoint(9), log.fetch) == "trust.log-shrank"


def test_another_log_is_not_a_continuation(log, new_log):
    other = new_log("other.example/log").grow(3)
    assert kind(check_extends, log.checkpoint(), other.checkpoint(), other.fetch) == "trust.wrong-origin"


@pytest.mark.parametrize("place", [0, 31, 32, 5000, 8191])
@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001"])
def test_a_full_tile_with_one_bit_changed_is_refused(log, flip, path, place):
    log.grow(600)

    def fetch(asked):
        data = log.fetch(asked)
        return flip(data, place) if asked == path else data

    reader = TreeReader(log.checkpoint(), fetch)
    index = int(path[-3:]) * 256
    assert kind(reader.leaf, index) == "trust.tile-damaged"
    assert reader.leaf(599) == log.node(0, 599)


@pytest.mark.parametrize("path", ["tile/0/002.p/88", "tile/1/000.p/2"])
def test_a_damaged_edge_is_refused(log, flip, path):
    log.grow(600)

    def fetch(asked):
        data = log.fetch(asked)
        return flip(data, len(data) - 1) if asked == path else data

    assert kind(TreeReader(log.checkpoint(), fetch).leaf, 0) == "trust.tile-damaged"
    assert kind(check_extends, None, log.checkpoint(), fetch) == "trust.tile-damaged"
    assert kind(check_extends, log.checkpoint(5), log.checkpoint(), fetch) == "trust.tile-damaged"


@pytest.mark.parametrize("data", [b"", b"x", bytes(32 * 255), bytes(32 * 257)])
def test_a_tile_of_another_size_is_refused(log, data):
    log.grow(256)
    reader = TreeReader(log.checkpoint(), lambda path: data if path == "tile/0/000" else log.fetch(path))
    assert kind(reader.leaf, 0) == "trust.tile-damaged"


def test_a_swapped_tile_is_refused(log):
    log.grow(512)
    swap = {"tile/0/000": "tile/0/001", "tile/0/001": "tile/0/000"}
    reader = TreeReader(log.checkpoint(), lambda path: log.fetch(swap.get(path, path)))
    assert kind(reader.leaf, 0) == "trust.tile-damaged"


@pytest.mark.parametrize(("level", "index"), [(0, 300), (0, -1), (-1, 0), (8, 1), (9, 0), (62, 0)])
def test_what_is_not_in_the_tree_is_not_given(log, level, index):
    reader = TreeReader(log.grow(300).checkpoint(), log.fetch)
    assert kind(reader.node, level, index) == "trust.no-such-leaf"


def test_a_root_later_than_the_checkpoint_is_not_given(log):
    reader = TreeReader(log.grow(300).checkpoint(), log.fetch)
    assert kind(reader.root_at, 301) == "trust.no-such-leaf"


def test_faults_of_the_network_pass_through(log):
    def fetch(path):
        raise ConnectionError(path)

    with pytest.raises(ConnectionError):
        TreeReader(log.grow(3).checkpoint(), fetch).leaf(0)
