"""Log proofs: the text of the specification, and proofs that prove nothing."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.trust import merkle
from zhubi.core.trust.encodings import to_base64
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.proofs import make_proof, read_proof, verify_proof

DIGESTS = [hashlib.sha256(bytes([number])).hexdigest() for number in range(12)]


@pytest.fixture
def full(log):
    for digest in DIGESTS:
        log.append(bytes.fromhex(digest))
    return log


def kind(act, *arguments):
    with pytest.raises(TrustError) as caught:
        act(*arguments)
    return caught.value.kind


def test_the_form_is_the_specifications():
    text = make_proof(73894, [bytes(32), b"\xff" * 32], "example.com/log\n1\n…", b"extra data")
    assert text == (
        "c2sp.org/tlog-proof@v1\n"
        "extra ZXh0cmEgZGF0YQ==\n"
        "index 73894\n"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "//////////////////////////////////////////8=\n"
        "\n"
        "example.com/log\n1\n…"
    )


@given(
    st.integers(min_value=0, max_value=2**62 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.none() | st.binary(max_size=40),
)
def test_proofs_read_back(index, hashes, extra):
    found = read_proof(make_proof(index, hashes, "checkpoint\n\n— x y\n", extra))
    assert (found.index, found.hashes, found.extra) == (index, tuple(hashes), extra)
    assert found.checkpoint_text == "checkpoint\n\n— x y\n"


def test_every_record_is_proven_at_every_later_size(full):
    for size in range(1, 13):
        for index in range(size):
            found = verify_proof(full.proof(index, size), DIGESTS[index], full.pins)
            assert (found.size, found.time) == (size, 1_780_000_000)


def test_another_record_is_not_proven(full):
    proof = full.proof(3)
    assert kind(verify_proof, proof, DIGESTS[4], full.pins) == "trust.not-included"
    assert kind(verify_proof, proof, DIGESTS[3].upper(), full.pins) == "trust.proof-malformed"
    assert kind(verify_proof, proof, DIGESTS[3][:-1], full.pins) == "trust.proof-malformed"
    # The leaf is the digest, not a hash that happens to be inside the tree.
    assert kind(verify_proof, proof, full.node(1, 0).hex(), full.pins) == "trust.not-included"


def test_another_index_or_path_is_not_believed(full):
    proof = full.proof(3)
    assert (
        kind(verify_proof, proof.replace("index 3", "index 2"), DIGESTS[3], full.pins) == "trust.not-included"
    )
    path = merkle.inclusion_proof(3, 12, full.node)
    for hashes in (path[1:], path[::-1], [*path, bytes(32)], []):
        altered = make_proof(3, hashes, full.text())
        assert kind(verify_proof, altered, DIGESTS[3], full.pins) == "trust.not-included"


def test_the_checkpoint_must_be_signed_by_the_pinned_log(full, new_log):
    other = new_log()
    assert kind(verify_proof, full.proof(3), DIGESTS[3], other.pins) == "trust.checkpoint-unsigned"
    bare = full.proof(3).rsplit("— ", 1)[0]
    assert kind(verify_proof, bare, DIGESTS[3], full.pins) == "trust.checkpoint-unsigned"


def test_extra_data_proves_nothing_and_harms_nothing(full):
    path = merkle.inclusion_proof(3, 12, full.node)
    verify_proof(make_proof(3, path, full.text(), b"whatever"), DIGESTS[3], full.pins)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: "",
        lambda p: "\n" + p,
        lambda p: p.replace("@v1", "@v2", 1),
        lambda p: p.replace("index 3\n", ""),
        lambda p: p.replace("index 3", "index 03"),
        lambda p: p.replace("index 3", "index -3"),
        lambda p: p.replace("index 3", "index ٣"),
        lambda p: p.replace("index 3", f"index {2**62}"),
        lambda p: p.replace("index 3", "index 3 "),
        lambda p: p.replace("index 3", "extra AA==\nextra AA==\nindex 3"),
        lambda p: p.replace("index 3", "extra *\nindex 3"),
        lambda p: p.replace("index 3", "index 3\nAAAA"),
        lambda p: p.replace("index 3", "index 3\n" + (to_base64(bytes(32)) + "\n") * 63 + "AAAA"),
        lambda p: p.replace("\n\n", "\n"),
        lambda p: p.replace("\n", "\r\n"),
        lambda p: p + "x" * 300_000,
    ],
)
def test_malformed_proofs_are_refused(full, spoil):
    assert kind(verify_proof, spoil(full.proof(3)), DIGESTS[3], full.pins) == "trust.proof-malformed"
