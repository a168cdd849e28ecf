"""Blobs by the digest of their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhubi.office.vault.blobs import BlobStore
from zhubi.office.vault.errors import VaultError


@pytest.fixture(params=["directory", "object store"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return BlobStore(str(tmp_path / "blobs") if request.param == "directory" else "memory:///")


def test_what_is_put_is_found_by_its_digest(store: BlobStore) -> None:
    ref = store.put(b"sealed bytes")
    assert ref.digest == hashlib.sha256(b"sealed bytes").hexdigest()
    assert (ref.size, store.size(ref.digest)) == (12, 12)
    assert store.put(b"sealed bytes") == ref
    assert b"".join(store.get_range(ref.digest, 0, 12)) == b"sealed bytes"


def test_a_directory_keeps_what_it_was_given(tmp_path: Path) -> None:
    ref = BlobStore(str(tmp_path / "blobs")).put(b"sealed bytes")
    again = BlobStore(str(tmp_path / "blobs"))
    assert b"".join(again.get_range(ref.digest, 0, 12)) == b"sealed bytes"


@given(data=st.binary(min_size=1, max_size=2000), ends=st.tuples(st.integers(0, 2000), st.integers(0, 2000)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_range_of_a_blob(store: BlobStore, data: bytes, ends: tuple[int, int]) -> None:
    start, end = sorted(min(each, len(data)) for each in ends)
    assert b"".join(store.get_range(store.put(data).digest, start, end)) == data[start:end]


def test_a_large_blob_comes_in_pieces(tmp_path: Path) -> None:
    store = BlobStore(str(tmp_path / "blobs"))
    data = bytes(range(256)) * 8000
    pieces = list(store.get_range(store.put(data).digest, 3, len(data)))
    assert len(pieces) > 1
    assert b"".join(pieces) == data[3:]


@pytest.mark.parametrize("name", ["0" * 64, "", "../../etc/passwd", "0" * 63 + "/", "A" * 64])
def test_what_is_not_there_or_is_no_digest_is_unknown(store: BlobStore, name: str) -> None:
    assert store.size(name) is None
    with pytest.raises(VaultError) as caught:
        list(store.get_range(name, 0, 1))
    assert caught.value.kind == "vault.unknown-blob"


@pytest.mark.parametrize(("start", "end"), [(0, 7), (4, 3), (-1, 3)])
def test_a_range_beyond_the_blob_is_refused(store: BlobStore, start: int, end: int) -> None:
    ref = store.put(b"sealed")
    with pytest.raises(VaultError):
        list(store.get_range(ref.digest, start, end))


def test_what_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    store = BlobStore(str(tmp_path / "blobs"))
    with store.incoming() as coming:
        coming.write(b"half a blob")
    assert list((tmp_path / "blobs").rglob("*")) == []


def test_a_place_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for place in (str(tmp_path / "file" / "blobs"), "nonsense://bucket"):
        with pytest.raises(VaultError) as caught:
            BlobStore(place)
        assert caught.value.kind == "vault.blobs-unreachable"
