"""``store.json``: the current database and its key, told apart from damage and from another machine's secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zhubi.core.trust.wrapping import derive
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.storefile import NAME, StoreFile, read_store_file, write_store_file

SECRET = b"s" * 32


def test_what_is_written_is_read_under_the_same_secret(tmp_path: Path) -> None:
    store = StoreFile(3, b"n" * 32)
    write_store_file(tmp_path, store, SECRET)
    found = read_store_file(tmp_path, SECRET)
    assert found == store
    assert found.database == "store-3.db"


def test_the_key_is_hkdf_of_the_secret_and_never_in_the_file(tmp_path: Path) -> None:
    store = StoreFile(1, b"n" * 32)
    write_store_file(tmp_path, store, SECRET)
    key = store.key(SECRET)
    assert key == derive(SECRET, b"n" * 32, "store key")
    written = (tmp_path / NAME).read_text()
    assert key.hex() not in written
    assert SECRET.hex() not in written
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_another_salt_is_another_key() -> None:
    assert StoreFile(1, b"n" * 32).key(SECRET) != StoreFile(1, b"m" * 32).key(SECRET)


def test_another_secret_is_a_wrong_key(tmp_path: Path) -> None:
    write_store_file(tmp_path, StoreFile(1, b"n" * 32), SECRET)
    with pytest.raises(StoreError) as caught:
        read_store_file(tmp_path, b"t" * 32)
    assert caught.value.kind == "store.wrong-key"


def test_no_file_is_not_enrolled(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        read_store_file(tmp_path, SECRET)
    assert caught.value.kind == "store.not-enrolled"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"form":"zhubi-store/1","generation":1}', b"\xff\xfe"]
)
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(StoreError) as caught:
        read_store_file(tmp_path, SECRET)
    assert caught.value.kind == "store.damaged-no-backup"


def test_a_later_form_asks_for_a_later_program(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({"form": "zhubi-store/2"}))
    with pytest.raises(StoreError) as caught:
        read_store_file(tmp_path, SECRET)
    assert caught.value.kind == "store.newer-schema"


@pytest.mark.parametrize("secret", [b"", b"s" * 31, b"s" * 33])
def test_a_secret_of_another_length_is_a_wrong_key(tmp_path: Path, secret: bytes) -> None:
    with pytest.raises(StoreError) as caught:
        write_store_file(tmp_path, StoreFile(1, b"n" * 32), secret)
    assert caught.value.kind == "store.wrong-key"
    assert not (tmp_path / NAME).exists()
