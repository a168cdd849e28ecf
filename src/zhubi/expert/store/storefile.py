"""``store.json``: which database file is the store, and the salt from which its key follows.

A re-keyed database is a new file under a new salt; replacing this small file atomically is what makes it the store.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zhubi.expert.store.errors import StoreError, damaged, fault_of_file

NAME: Final = "store.json"
KEY_BYTES: Final = 32
_FORM: Final = "zhubi-store/1"
_MAX_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class StoreFile:
    """The store's current database: its number, and the 32-byte salt of its key."""

    generation: int
    salt: bytes

    @property
    def database(self) -> str:
        """The name of the database file beside ``store.json``."""
        return f"store-{self.generation}.db"

    def key(self, secret: bytes) -> bytes:
        """The database's 32-byte key."""
        return _derive(secret, self.salt, "store key")

    @property
    def search_index(self) -> str:
        """The name of the search index that belongs to this database."""
        return f"search-{self.generation}.db"

    def search_key(self, secret: bytes) -> bytes:
        """The 32-byte key of the search index: it goes when the database's own goes, for both follow from the salt."""
        return _derive(secret, self.salt, "search key")

    def fits(self, secret: bytes, check: bytes) -> bool:
        """Whether ``check`` was made under the same secret: this tells a wrong key from a damaged page."""
        return hmac.compare_digest(_derive(secret, self.salt, "store check"), check)


def _derive(secret: bytes, salt: bytes, purpose: str) -> bytes:
    # HKDF-SHA-256 (RFC 5869) for one block, from the standard library: the first paint waits for this, and
    # importing the cryptography package would cost it more than everything else here.
    if len(secret) != KEY_BYTES or len(salt) != KEY_BYTES:
        raise StoreError("store.wrong-key", "a secret and a salt of 32 bytes were expected")
    material = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(material, f"zhubi/1/{purpose}".encode() + b"\x01", hashlib.sha256)


def write_store_file(directory: Path, store: StoreFile, secret: bytes) -> None:
    """Makes ``store`` the current one, atomically and durably; ``store.read-only``, ``store.disk-full``."""
    from zhubi.core.trust.errors import TrustError
    from zhubi.core.trust.privatefile import write_private

    body = {
        "check": _derive(secret, store.salt, "store check").hex(),
        "form": _FORM,
        "generation": store.generation,
        "salt": store.salt.hex(),
    }
    try:
        write_private(directory / NAME, (json.dumps(body, sort_keys=True) + "\n").encode())
    except TrustError as problem:
        if isinstance(problem.__cause__, OSError):
            raise fault_of_file(problem.__cause__, directory=str(directory)) from problem
        raise


def read_store_file(directory: Path, secret: bytes) -> StoreFile:
    """The current store; ``store.not-enrolled``, ``store.wrong-key``, ``store.damaged-no-backup``."""
    try:
        with (directory / NAME).open("rb") as file:
            data = file.read(_MAX_BYTES)
    except FileNotFoundError as problem:
        raise StoreError(
            "store.not-enrolled", f"there is no store in {directory}", directory=str(directory)
        ) from problem
    except OSError as problem:
        raise fault_of_file(problem, directory=str(directory)) from problem
    try:
        found = json.loads(data)
        if found["form"] != _FORM:
            raise _newer(str(found["form"])[:80])
        store = StoreFile(int(found["generation"]), bytes.fromhex(found["salt"]))
        check = bytes.fromhex(found["check"])
        if len(store.salt) != KEY_BYTES or store.generation < 1:
            raise ValueError("a salt of 32 bytes was expected")
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise damaged(str(directory), "") from problem
    if not store.fits(secret, check):
        raise StoreError(
            "store.wrong-key", "the secret of this machine does not open this store", directory=str(directory)
        )
    return store


def _newer(found: str) -> StoreError:
    return StoreError(
        "store.newer-schema",
        f"the store was written by a newer version ({found}, known is {_FORM})",
        found=found,
        known=_FORM,
    )
