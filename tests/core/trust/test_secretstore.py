"""Where the secret lives: keyrings that work, keyrings that only seem to, and files."""

from __future__ import annotations

import os
import stat

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError

from zhubi.core.trust import privatefile
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keyfile import unwrap_secret
from zhubi.core.trust.privatefile import read_private, remove_private, write_private
from zhubi.core.trust.secretstore import KeyringSecret, PassphraseSecret, keyring_works

SECRET = bytes(range(32))


class WorkingKeyring(KeyringBackend):
    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


class LockedKeyring(WorkingKeyring):
    def set_password(self, service, username, password):
        raise KeyringLocked("locked")

    get_password = delete_password = set_password


class BrokenBus(WorkingKeyring):
    """A Secret Service that is chosen, and then fails in a way of its own."""

    def get_password(self, service, username):
        raise RuntimeError("org.freedesktop.DBus.Error.ServiceUnknown")


class ForgetfulKeyring(WorkingKeyring):
    def set_password(self, service, username, password):
        pass


class StickyKeyring(WorkingKeyring):
    def delete_password(self, service, username):
        pass


class PlaintextKeyring(WorkingKeyring):
    pass


@pytest.fixture
def use(monkeypatch):
    def chosen(backend):
        monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
        return backend

    return chosen


def kind(act, *arguments):
    with pytest.raises(TrustError) as caught:
        act(*arguments)
    return caught.value.kind


def test_a_keyring_keeps_the_secret(use):
    backend = use(WorkingKeyring())
    store = KeyringSecret("zhubi", "office.example")
    assert store.load() is None
    store.forget()
    store.save(SECRET)
    assert store.load() == SECRET
    assert KeyringSecret("zhubi", "other.example").load() is None
    # Windows caps an item at 2,560 bytes.
    assert all(len(kept) < 100 for kept in backend.kept.values())
    store.forget()
    assert store.load() is None and backend.kept == {}


def test_a_working_keyring_is_left_as_it_was(use):
    backend = use(WorkingKeyring())
    backend.set_password("zhubi", "mine", "kept")
    assert keyring_works()
    assert backend.kept == {("zhubi", "mine"): "kept"}


@pytest.mark.parametrize(
    "backend",
    [LockedKeyring, BrokenBus, ForgetfulKeyring, StickyKeyring, PlaintextKeyring, fail.Keyring, null.Keyring],
)
def test_a_keyring_that_only_seems_to_work_is_found_out(use, backend):
    use(backend())
    assert keyring_works() is False


@pytest.mark.parametrize("backend", [LockedKeyring, BrokenBus, PlaintextKeyring, fail.Keyring, null.Keyring])
def test_a_failing_keyring_has_one_name(use, backend):
    use(backend())
    store = KeyringSecret("zhubi", "office.example")
    for act in (store.load, store.forget, lambda: store.save(SECRET)):
        assert kind(act) == "trust.keyring-failed"


def test_a_keyring_that_keeps_nothing_is_noticed_when_saving(use):
    use(ForgetfulKeyring())
    assert kind(KeyringSecret("zhubi", "a").save, SECRET) == "trust.keyring-failed"


@pytest.mark.parametrize("found", ["", "nonsense!", "AAAA"])
def test_a_foreign_entry_is_not_taken_for_the_secret(use, found):
    use(WorkingKeyring()).set_password("zhubi", "a", found)
    assert kind(KeyringSecret("zhubi", "a").load) == "trust.keyring-failed"


def test_of_a_chain_only_the_best_is_used(use, monkeypatch):
    best, worse = WorkingKeyring(), PlaintextKeyring()
    worse.set_password("zhubi", "a", "AAAA")
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [best, worse])
    use(chainer.ChainerBackend())
    assert KeyringSecret("zhubi", "a").load() is None
    assert keyring_works()
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [])
    assert not keyring_works()


def test_a_choice_of_keyring_that_fails_is_a_keyring_that_fails(monkeypatch):
    def choose():
        raise KeyringError("no backend")

    monkeypatch.setattr(keyring, "get_keyring", choose)
    assert keyring_works() is False
    assert kind(KeyringSecret("zhubi", "a").load) == "trust.keyring-failed"


def test_a_passphrase_file_keeps_the_secret(tmp_path, quick):
    path = tmp_path / "secret"
    store = PassphraseSecret(path, lambda: "correct horse battery", quick)
    assert store.load() is None
    store.save(SECRET)
    assert store.load() == SECRET
    assert unwrap_secret(path.read_bytes(), "correct horse battery") == SECRET
    assert kind(PassphraseSecret(path, lambda: "another passphrase", quick).load) == "trust.wrong-passphrase"
    store.forget()
    store.forget()
    assert store.load() is None


def test_nobody_is_asked_for_a_passphrase_that_is_not_needed(tmp_path):
    def ask():
        raise AssertionError("asked")

    assert PassphraseSecret(tmp_path / "none", ask).load() is None


def test_a_weak_passphrase_changes_nothing(tmp_path, quick):
    path = tmp_path / "secret"
    PassphraseSecret(path, lambda: "correct horse battery", quick).save(SECRET)
    before = path.read_bytes()
    assert kind(PassphraseSecret(path, lambda: "short", quick).save, SECRET) == "trust.passphrase-form"
    assert path.read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"x", b"{" * 20_000])
def test_a_damaged_file_is_not_taken_for_a_missing_one(tmp_path, data):
    path = tmp_path / "secret"
    path.write_bytes(data)
    assert kind(PassphraseSecret(path, lambda: "correct horse battery").load) in (
        "trust.keyfile-damaged",
        "trust.cannot-read",
    )


def test_private_files_are_for_their_owner_alone(tmp_path):
    path = tmp_path / "keys"
    write_private(path, b"one")
    write_private(path, b"two")
    assert path.read_bytes() == b"two" and read_private(path, 3) == b"two"
    assert [each.name for each in tmp_path.iterdir()] == ["keys"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    remove_private(path)
    assert read_private(path, 3) is None


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "keys"
    write_private(path, b"old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(privatefile.os, "fsync", full)
    with pytest.raises(TrustError) as caught:
        write_private(path, b"new")
    assert caught.value.kind == "trust.cannot-write"
    assert caught.value.details["reason"] == "No space left on device"
    assert path.read_bytes() == b"old" and [each.name for each in tmp_path.iterdir()] == ["keys"]


def test_places_that_cannot_be_written_or_read(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    assert kind(write_private, tmp_path / "none" / "keys", b"x") == "trust.cannot-write"
    assert kind(write_private, tmp_path / "file" / "keys", b"x") == "trust.cannot-write"
    assert kind(read_private, tmp_path, 10) == "trust.cannot-read"
    assert kind(remove_private, tmp_path) == "trust.cannot-write"
    assert kind(read_private, tmp_path / "file", 0) == "trust.cannot-read"
