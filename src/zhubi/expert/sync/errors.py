"""What goes wrong while bringing the store and the office together."""

from __future__ import annotations

from typing import Final

from zhubi.core.model.errors import ZhubiError

CONTRADICTED: Final = frozenset({"sync.log-forked", "sync.log-rewritten", "sync.log-shrank"})
"""The office showed two logs that cannot both be true: nothing more is exchanged with it."""


class SyncError(ZhubiError):
    """The office answered, and what it said does not hold; ``kind`` is ``sync.…``."""


def bad_record(digest: str, reason: str, cause: str = "") -> SyncError:
    """A record that the office lists and that does not verify."""
    return SyncError(
        "sync.bad-record",
        f"record {digest[:12]} does not verify: {reason}",
        record=digest[:12],
        reason=cause or reason,
    )
