"""What can go wrong on this machine while a document is read or opened outside; faults of documents are states."""

from __future__ import annotations

from zhubi.core.model.errors import ZhubiError


class ReadingError(ZhubiError):
    """This machine would not do what reading or opening a document needs."""
