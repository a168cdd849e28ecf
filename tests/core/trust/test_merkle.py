"""Merkle trees: the known roots and proofs of RFC 6962, and every small tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.trust import merkle
from zhubi.core.trust.errors import TrustError

# The eight leaves that Certificate Transparency's own implementations are tested with, and the root after each.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
A = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
B = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
C = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
E = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
F = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
G = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"


def tree_of(entries):
    """The nodes of a tree grown leaf by leaf, as a reader."""
    nodes: dict[tuple[int, int], bytes] = {}

    def read(level, index):
        return nodes[level, index]

    for size, entry in enumerate(entries):
        for level, index, node in merkle.new_nodes(size, merkle.leaf_hash(entry), read):
            assert (level, index) not in nodes
            nodes[level, index] = node
    return read


READ = tree_of(ENTRIES)
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
SIZES = st.integers(min_value=1, max_value=600)
BIG = [f"entry {number}".encode() for number in range(600)]
BIG_READ = tree_of(BIG)
BIG_LEAVES = [merkle.leaf_hash(entry) for entry in BIG]


def kind(act, *arguments):
    with pytest.raises(TrustError) as caught:
        act(*arguments)
    return caught.value.kind


def test_hashes_of_nothing_a_leaf_and_a_node():
    assert merkle.empty_root() == ROOTS[0]
    assert (
        merkle.leaf_hash(b"L123456").hex()
        == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    )
    node = merkle.node_hash(b"N123", b"N456").hex()
    assert node == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size):
    assert merkle.root_of(LEAVES[:size]) == ROOTS[size]
    assert merkle.root_from_nodes(size, READ) == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [C, A, E]),
        (5, 8, [B, F, ROOTS[4].hex()]),
        (2, 3, [ROOTS[2].hex()]),
        (1, 5, [ROOTS[1].hex(), A, B]),
    ],
)
def test_known_audit_paths(index, size, path):
    assert [step.hex() for step in merkle.inclusion_proof(index, size, READ)] == path
    merkle.check_inclusion(LEAVES[index], index, size, [bytes.fromhex(step) for step in path], ROOTS[size])


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [(1, 1, []), (1, 8, [C, A, E]), (6, 8, [G, F, ROOTS[4].hex()]), (2, 5, [A, B]), (0, 8, []), (8, 8, [])],
)
def test_known_consistency_proofs(old, new, path):
    assert [step.hex() for step in merkle.consistency_proof(old, new, READ)] == path
    merkle.check_consistency(old, ROOTS[old], new, ROOTS[new], [bytes.fromhex(step) for step in path])


def test_every_leaf_and_prefix_of_every_small_tree():
    for size in range(1, 41):
        root = merkle.root_of(BIG_LEAVES[:size])
        assert merkle.root_from_nodes(size, BIG_READ) == root
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, BIG_READ)
            merkle.check_inclusion(BIG_LEAVES[index], index, size, proof, root)
        for old in range(size + 1):
            proof = merkle.consistency_proof(old, size, BIG_READ)
            merkle.check_consistency(old, merkle.root_of(BIG_LEAVES[:old]), size, root, proof)


@given(SIZES, st.data())
def test_an_altered_inclusion_proof_shows_nothing(size, data):
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    root, leaf = merkle.root_of(BIG_LEAVES[:size]), BIG_LEAVES[index]
    proof = list(merkle.inclusion_proof(index, size, BIG_READ))
    merkle.check_inclusion(leaf, index, size, proof, root)
    other = data.draw(st.integers(min_value=0, max_value=size + 3).filter(lambda n: n != index))
    wrong = [(BIG_LEAVES[(index + 1) % 600], index, size, proof, root), (leaf, index, size, proof, ROOTS[8])]
    wrong += [(leaf, index, size, [*proof, leaf], root), (leaf, index, size, [leaf, *proof], root)]
    wrong += [(leaf, other, size, proof, root)]
    if proof:
        place = data.draw(st.integers(min_value=0, max_value=len(proof) - 1))
        flipped = bytes([proof[place][0] ^ 1]) + proof[place][1:]
        wrong += [(leaf, index, size, [*proof[:place], flipped, *proof[place + 1 :]], root)]
        wrong += [(leaf, index, size, proof[:place] + proof[place + 1 :], root)]
    for arguments in wrong:
        assert kind(merkle.check_inclusion, *arguments) == "trust.not-included"


@given(SIZES, st.data())
def test_an_altered_consistency_proof_shows_nothing(new, data):
    old = data.draw(st.integers(min_value=1, max_value=new))
    before, after = merkle.root_of(BIG_LEAVES[:old]), merkle.root_of(BIG_LEAVES[:new])
    proof = list(merkle.consistency_proof(old, new, BIG_READ))
    merkle.check_consistency(old, before, new, after, proof)
    wrong = [(old, ROOTS[8], new, after, proof), (old, before, new, ROOTS[8], proof)]
    wrong += [(old, before, new, after, [*proof, before]), (old, before, new, after, [after, *proof])]
    if proof:
        place = data.draw(st.integers(min_value=0, max_value=len(proof) - 1))
        flipped = proof[place][:-1] + bytes([proof[place][-1] ^ 128])
        wrong += [(old, before, new, after, [*proof[:place], flipped, *proof[place + 1 :]])]
        wrong += [(old, before, new, after, proof[:place] + proof[place + 1 :])]
    for arguments in wrong:
        expected = "trust.log-rewritten" if old == new else "trust.log-forked"
        assert kind(merkle.check_consistency, *arguments) == expected


@given(SIZES, st.data())
def test_a_log_that_changed_one_old_entry_has_no_proof(new, data):
    old = data.draw(st.integers(min_value=1, max_value=new))
    changed = data.draw(st.integers(min_value=0, max_value=old - 1))
    entries = [*BIG[:changed], b"another", *BIG[changed + 1 : new]]
    read = tree_of(entries)
    after = merkle.root_from_nodes(new, read)
    proof = merkle.consistency_proof(old, new, read)
    found = kind(merkle.check_consistency, old, merkle.root_of(BIG_LEAVES[:old]), new, after, proof)
    assert found == ("trust.log-rewritten" if old == new else "trust.log-forked")


def test_hashes_of_another_length_prove_nothing():
    assert kind(merkle.check_inclusion, b"", 0, 1, [], b"") == "trust.not-included"
    assert kind(merkle.check_consistency, 0, b"x", 0, b"x", []) == "trust.log-forked"
    assert kind(merkle.check_consistency, 0, ROOTS[0], 1, b"x", []) == "trust.log-forked"


def test_leaves_and_sizes_that_are_not_there():
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        assert kind(merkle.inclusion_proof, index, size, READ) == "trust.no-such-leaf"
        assert kind(merkle.check_inclusion, LEAVES[0], index, size, [], ROOTS[1]) == "trust.not-included"
    assert kind(merkle.consistency_proof, 5, 4, READ) == "trust.log-shrank"
    assert kind(merkle.check_consistency, 5, ROOTS[5], 4, ROOTS[4], []) == "trust.log-shrank"
    assert kind(merkle.check_consistency, 0, ROOTS[4], 4, ROOTS[4], []) == "trust.log-forked"
    huge = merkle.MAX_SIZE + 1
    assert kind(merkle.check_inclusion, LEAVES[0], 0, huge, [], ROOTS[1]) == "trust.not-included"


@given(st.integers(min_value=0, max_value=2**62))
def test_perfect_subtrees_cover_a_tree_once(size):
    found = merkle.perfect_subtrees(size)
    place = 0
    for level, index in found:
        assert index << level == place
        place += 1 << level
    assert place == size
    assert len(found) == size.bit_count()
