"""The office's one key, in a file outside the database, and everything secret wrapped under it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert, select

from zhubi.core.trust.chance import random_bytes
from zhubi.core.trust.encodings import to_base64url
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.privatefile import read_private, write_private
from zhubi.core.trust.sealing import SealingKey
from zhubi.core.trust.wrapping import KEY_BYTES, derive, from_file, raw, to_file, unwrap, wrap
from zhubi.office.ledger.tables import wrapped_keys
from zhubi.office.vault.errors import VaultError

_FORM: Final = "zhubi-office-key/1"
_MAX_FILE: Final = 4096


class OfficeSecrets:
    """Wraps and unwraps under the office's key. It shows nothing of itself when printed."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = derive(key, b"", "office/wrapping")

    def wrap(self, name: str, content: bytes) -> str:
        """``content`` so that only this office reads it, and only under this name."""
        return wrap(self._key, content, name)

    def unwrap(self, name: str, wrapped: str) -> bytes:
        """What was wrapped under a name; ``vault.wrong-key``: by another key, under another name, or damaged."""
        try:
            content = unwrap(self._key, wrapped, name)
        except TrustError as problem:
            raise _wrong_key(name) from problem
        if content is None:
            raise _wrong_key(name)
        return content

    def __repr__(self) -> str:
        return "OfficeSecrets()"


def _wrong_key(name: str) -> VaultError:
    return VaultError(
        "vault.wrong-key",
        f"the office's key file does not open {name}: it belongs to another office",
        name=name,
    )


def create_secrets(path: Path) -> OfficeSecrets:
    """Makes the office's key and its file, readable by its owner alone.

    ``vault.key-exists``: there is one already, and it is never replaced; ``trust.cannot-write``.
    """
    if path.exists():
        raise VaultError("vault.key-exists", f"there is an office key at {path} already", path=str(path))
    key = random_bytes(KEY_BYTES)
    write_private(path, to_file(_FORM, {"key": to_base64url(key)}))
    return OfficeSecrets(key)


def open_secrets(path: Path) -> OfficeSecrets:
    """The office's key from its file.

    ``vault.key-missing``; ``vault.key-exposed``: others on this machine may read the file; ``vault.key-damaged``;
    ``trust.cannot-read``.
    """
    data = read_private(path, _MAX_FILE)
    if data is None:
        raise VaultError(
            "vault.key-missing",
            f"the office's key file {path} is missing: put it back from where it is kept",
            path=str(path),
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise VaultError(
            "vault.key-exposed", f"others may read {path}: allow its owner alone (chmod 600)", path=str(path)
        )
    try:
        return OfficeSecrets(raw(from_file(_FORM, data).get("key"), KEY_BYTES))
    except TrustError as problem:
        raise VaultError(
            "vault.key-damaged", f"the office's key file {path} is damaged: {problem}", path=str(path)
        ) from problem


def keep_key(connection: Connection, secrets: OfficeSecrets, name: str, key: SigningKey) -> None:
    """Keeps a signing key, wrapped, under a name that is not taken."""
    connection.execute(insert(wrapped_keys).values(name=name, wrapped=secrets.wrap(f"key/{name}", key.seed)))


def load_key(connection: Connection, secrets: OfficeSecrets, name: str) -> SigningKey:
    """The signing key of a name; ``vault.no-such-key``, ``vault.wrong-key``."""
    wrapped = connection.execute(select(wrapped_keys.c.wrapped).where(wrapped_keys.c.name == name)).scalar()
    if wrapped is None:
        raise VaultError("vault.no-such-key", f"this office keeps no key named {name}", name=name)
    return SigningKey.from_seed(secrets.unwrap(f"key/{name}", wrapped))


def keep_sealing_key(connection: Connection, secrets: OfficeSecrets, name: str, key: SealingKey) -> None:
    """Keeps a sealing key, wrapped, beside the signing key of the same name."""
    wrapped = secrets.wrap(f"sealing/{name}", key.text.encode("ascii"))
    connection.execute(insert(wrapped_keys).values(name=f"sealing/{name}", wrapped=wrapped))


def load_sealing_key(connection: Connection, secrets: OfficeSecrets, name: str) -> SealingKey:
    """The sealing key of a name: opens what was sealed to its holder; ``vault.no-such-key``, ``vault.wrong-key``."""
    stored = f"sealing/{name}"
    wrapped = connection.execute(select(wrapped_keys.c.wrapped).where(wrapped_keys.c.name == stored)).scalar()
    if wrapped is None:
        raise VaultError("vault.no-such-key", f"this office keeps no key named {stored}", name=stored)
    return SealingKey.from_text(secrets.unwrap(stored, wrapped).decode("ascii"))
