"""Why someone is not let in."""

from __future__ import annotations

from zhubi.core.model.errors import ZhubiError


class AccessError(ZhubiError):
    """An invitation, an enrolment or a sign-in that does not hold; ``kind`` is ``access.…``."""
