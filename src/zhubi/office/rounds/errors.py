"""What the office will not do, and why."""

from __future__ import annotations

from zhubi.core.model.errors import ZhubiError


class RoundsError(ZhubiError):
    """An act on a round that cannot be done as asked."""
