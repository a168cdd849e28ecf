"""What letting people in needs of an office."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from zhubi.office.ledger.acts import Actor
from zhubi.office.ledger.ledger import Ledger


class Named(Protocol):
    """How an office calls itself, and where experts find it."""

    @property
    def organiser(self) -> str:
        """The organisation's name."""

    @property
    def url(self) -> str:
        """The address experts use."""


class Host(Protocol):
    """An open office, as ``zhubi.office.opening.Office`` is one."""

    @property
    def directory(self) -> Path:
        """Where it lives."""

    @property
    def settings(self) -> Named:
        """What ``office.toml`` says."""

    @property
    def ledger(self) -> Ledger:
        """Its log."""

    @property
    def service(self) -> Actor:
        """Who signs where no person acts."""
