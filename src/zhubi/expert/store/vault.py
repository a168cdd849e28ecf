"""The key files of this device, one an enrolment, each in its own folder: wrapped under the machine's secret."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zhubi.expert.store.errors import StoreError, fault_of_file

if TYPE_CHECKING:
    from zhubi.core.trust.keyfile import DeviceKeys
    from zhubi.core.trust.keys import SigningKey
    from zhubi.core.trust.sealing import SealingKey
    from zhubi.core.trust.wrapping import ArgonCost

_FOLDER: Final = "offices"
_FILE: Final = "keys.json"
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, repr=False)
class OpenVault:
    """The keys of one enrolment that need no PIN."""

    transport: SigningKey
    sealing: SealingKey

    def __repr__(self) -> str:
        return "OpenVault()"


class Vaults:
    """The room of key files. Offices are named by their log's origin."""

    def __init__(self, directory: Path, secret: bytes) -> None:
        self._directory = directory
        self._secret = secret

    def __repr__(self) -> str:
        return "Vaults()"

    def create(
        self,
        office: str,
        *,
        pin: str,
        signing: SigningKey,
        transport: SigningKey,
        sealing: SealingKey,
        argon: ArgonCost | None = None,
    ) -> None:
        """Writes the keys of an enrolment, in place of a former one's, whole or not at all.

        ``trust.pin-form``, ``store.read-only``, ``store.disk-full``.
        """
        from zhubi.core.trust.chance import random_bytes
        from zhubi.core.trust.errors import TrustError
        from zhubi.core.trust.keyfile import DeviceKeys, create_keyfile
        from zhubi.core.trust.privatefile import write_private

        keys = DeviceKeys(random_bytes(32), transport, sealing)
        data = create_keyfile(self._secret, pin, signing, keys, argon)
        path = self._path(office)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, data)
        except OSError as problem:
            raise fault_of_file(problem, directory=str(self._directory)) from problem
        except TrustError as problem:
            if isinstance(problem.__cause__, OSError):
                raise fault_of_file(problem.__cause__, directory=str(self._directory)) from problem
            raise

    def exists(self, office: str) -> bool:
        """Whether this machine has keys for an office."""
        return self._path(office).is_file()

    def open(self, office: str) -> OpenVault:
        """The keys that need no PIN; ``store.no-keys``, ``trust.wrong-secret``, ``trust.keyfile-damaged``."""
        from zhubi.core.trust.keyfile import open_device

        found: DeviceKeys = open_device(self._data(office), self._secret)
        return OpenVault(found.transport, found.sealing)

    def unlock(self, office: str, pin: str) -> SigningKey:
        """The signing key: the PIN is proven by opening it. ``trust.wrong-pin``, and the faults of ``open``."""
        from zhubi.core.trust.keyfile import open_signing

        return open_signing(self._data(office), self._secret, pin)

    def forget(self, office: str) -> None:
        """Removes the keys of an enrolment; nothing happens when there are none."""
        from zhubi.core.trust.privatefile import remove_private

        if self.exists(office):
            remove_private(self._path(office))

    def _data(self, office: str) -> bytes:
        from zhubi.core.trust.privatefile import read_private
        from zhubi.core.trust.wrapping import MAX_FILE

        data = read_private(self._path(office), MAX_FILE)
        if data is None:
            raise StoreError("store.no-keys", f"this machine has no keys for {office}", office=office)
        return data

    def _path(self, office: str) -> Path:
        # The digest keeps apart what the readable part does not, and no origin can name another folder.
        plain = _NOT_PLAIN.sub("-", office.lower()).strip("-")[:40]
        mark = hashlib.sha256(office.encode()).hexdigest()[:12]
        return self._directory / _FOLDER / f"{plain or 'office'}-{mark}" / _FILE
