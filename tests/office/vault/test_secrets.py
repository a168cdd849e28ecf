"""The office's key, and what is wrapped under it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zhubi.core.trust.keys import SigningKey
from zhubi.office.ledger.database import Database
from zhubi.office.ledger.migration import migrate
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.secrets import create_secrets, keep_key, load_key, open_secrets


def kind_of(act) -> str:
    with pytest.raises(VaultError) as caught:
        act()
    return caught.value.kind


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "office.key"


def test_what_is_wrapped_opens_under_its_name_with_the_same_key(path: Path) -> None:
    wrapped = create_secrets(path).wrap("key/log", b"secret")
    assert "secret" not in wrapped
    again = open_secrets(path)
    assert again.unwrap("key/log", wrapped) == b"secret"
    assert kind_of(lambda: again.unwrap("key/root", wrapped)) == "vault.wrong-key"
    assert kind_of(lambda: again.unwrap("key/log", wrapped[:-8])) == "vault.wrong-key"
    assert kind_of(lambda: again.unwrap("key/log", "?")) == "vault.wrong-key"


def test_another_offices_key_opens_nothing(path: Path, tmp_path: Path) -> None:
    wrapped = create_secrets(path).wrap("key/log", b"secret")
    other = create_secrets(tmp_path / "other.key")
    assert kind_of(lambda: other.unwrap("key/log", wrapped)) == "vault.wrong-key"


def test_a_key_shows_nothing_of_itself(path: Path) -> None:
    assert repr(create_secrets(path)) == "OfficeSecrets()"


def test_a_key_is_never_replaced(path: Path) -> None:
    create_secrets(path)
    before = path.read_bytes()
    assert kind_of(lambda: create_secrets(path)) == "vault.key-exists"
    assert path.read_bytes() == before


def test_a_missing_and_a_damaged_key_are_told_apart(path: Path) -> None:
    assert kind_of(lambda: open_secrets(path)) == "vault.key-missing"
    create_secrets(path)
    whole = path.read_bytes()
    for broken in (
        b"",
        whole[:-5],
        whole.replace(b"office-key", b"other-file"),
        whole[:20] + b"x" + whole[21:],
    ):
        path.write_bytes(broken)
        assert kind_of(lambda: open_secrets(path)) == "vault.key-damaged"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_key_that_others_may_read_is_refused(path: Path) -> None:
    create_secrets(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    assert kind_of(lambda: open_secrets(path)) == "vault.key-exposed"


def test_signing_keys_are_kept_wrapped(path: Path, database_url: str) -> None:
    database, secrets, key = Database(database_url), create_secrets(path), SigningKey.generate()
    migrate(database)
    with database.writing() as connection:
        keep_key(connection, secrets, "log", key)
        assert load_key(connection, secrets, "log").kid == key.kid
        assert kind_of(lambda: load_key(connection, secrets, "root")) == "vault.no-such-key"
    database.close()
