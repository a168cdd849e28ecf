"""What an expert is told when an act cannot be done as asked."""

from __future__ import annotations

from zhubi.core.model.errors import ZhubiError


class DeskError(ZhubiError):
    """An act that cannot be done now; ``kind`` is ``desk.…``, or that of the rule which says so (``rules.…``)."""
