"""Where a device's 32-byte secret lives: the system's keyring, or a file under a passphrase."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from zhubi.core.trust.chance import nonce
from zhubi.core.trust.encodings import from_base64url, to_base64url
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keyfile import check_passphrase_form, unwrap_secret, wrap_secret
from zhubi.core.trust.privatefile import read_private, remove_private, write_private
from zhubi.core.trust.wrapping import KEY_BYTES, MAX_FILE, ArgonCost

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

# Backends that keep nothing, and those that keep secrets readable.
_Answer = TypeVar("_Answer")
_REFUSED: Final = ("keyring.backends.null", "keyring.backends.fail", "keyrings.alt")


class SecretStore(Protocol):
    """A place for one secret."""

    def load(self) -> bytes | None:
        """The secret, ``None`` when there is none."""

    def save(self, secret: bytes) -> None:
        """Keeps the secret in place of any before."""

    def forget(self) -> None:
        """Removes the secret; nothing happens when there is none."""


class KeyringSecret:
    """The secret in the system's keyring, under a service and an account."""

    def __init__(self, service: str, account: str) -> None:
        self._service = service
        self._account = account

    def load(self) -> bytes | None:
        """The secret; ``trust.keyring-failed`` when the keyring refuses or holds something else."""
        found = _asked(lambda backend: backend.get_password(self._service, self._account))
        if found is None:
            return None
        try:
            secret = from_base64url(found)
        except TrustError as problem:
            raise _failed("it holds something else under this name") from problem
        if len(secret) != KEY_BYTES:
            raise _failed("it holds something else under this name")
        return secret

    def save(self, secret: bytes) -> None:
        """Keeps the secret and reads it back; ``trust.keyring-failed``."""
        _asked(lambda backend: backend.set_password(self._service, self._account, to_base64url(secret)))
        if self.load() != secret:
            raise _failed("it did not keep what it was given")

    def forget(self) -> None:
        """Removes the secret; ``trust.keyring-failed``."""
        if self.load() is not None:
            _asked(lambda backend: backend.delete_password(self._service, self._account))


def _failed(reason: str) -> TrustError:
    return TrustError("trust.keyring-failed", f"the system's keyring failed: {reason}", reason=reason)


def _backend() -> KeyringBackend:
    # Importing keyring costs more than the rest of a start: only those who need it pay.
    import keyring
    from keyring.backends.chainer import ChainerBackend

    backend = keyring.get_keyring()
    if isinstance(backend, ChainerBackend):
        # A chain would read from its plaintext members as well: only its best is used.
        chain = list(backend.backends)
        if not chain:
            raise _failed("there is none")
        backend = chain[0]
    if type(backend).__module__.startswith(_REFUSED) or "plaintext" in type(backend).__name__.lower():
        raise _failed(f"{type(backend).__module__} keeps no secrets")
    return backend


def _asked(act: Callable[[KeyringBackend], _Answer]) -> _Answer:
    try:
        return act(_backend())
    except TrustError:
        raise
    except Exception as problem:
        raise _failed(type(problem).__name__) from problem


def keyring_works(service: str = "zhubi") -> bool:
    """Whether a probe entry can be set, read back and deleted: many a keyring is chosen and then fails."""
    account, probe = f"probe-{nonce()}", nonce()
    try:
        _asked(lambda backend: backend.set_password(service, account, probe))
        try:
            found = _asked(lambda backend: backend.get_password(service, account))
        finally:
            _asked(lambda backend: backend.delete_password(service, account))
        gone = _asked(lambda backend: backend.get_password(service, account)) is None
    except TrustError:
        return False
    return found == probe and gone


class PassphraseSecret:
    """The secret in a file, under a passphrase that ``ask`` brings each time it is needed."""

    def __init__(self, path: Path, ask: Callable[[], str], argon: ArgonCost | None = None) -> None:
        self._path = path
        self._ask = ask
        self._argon = argon

    def load(self) -> bytes | None:
        """The secret; ``trust.wrong-passphrase``, ``trust.keyfile-damaged``, ``trust.cannot-read``."""
        data = read_private(self._path, MAX_FILE)
        return None if data is None else unwrap_secret(data, self._ask())

    def save(self, secret: bytes) -> None:
        """Asks for a passphrase and writes the file; ``trust.passphrase-form``, ``trust.cannot-write``."""
        passphrase = check_passphrase_form(self._ask())
        write_private(self._path, wrap_secret(secret, passphrase, self._argon))

    def forget(self) -> None:
        """Removes the file; ``trust.cannot-write``."""
        remove_private(self._path)
