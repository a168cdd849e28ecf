"""What sealing and key release need of an office."""

from __future__ import annotations

from typing import Protocol

from zhubi.office.ledger.acts import Actor
from zhubi.office.ledger.ledger import Ledger
from zhubi.office.vault.blobs import BlobStore
from zhubi.office.vault.secrets import OfficeSecrets


class Keeper(Protocol):
    """An open office, as ``zhubi.office.opening.Office`` is one."""

    @property
    def ledger(self) -> Ledger:
        """Its log."""

    @property
    def secrets(self) -> OfficeSecrets:
        """Its key."""

    @property
    def blobs(self) -> BlobStore:
        """Its sealed blobs."""

    @property
    def service(self) -> Actor:
        """Who signs where no person acts."""
