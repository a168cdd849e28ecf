"""What goes wrong in matters of trust, each fault by its own name."""

from __future__ import annotations

from zhubi.core.model.errors import ZhubiError


class TrustError(ZhubiError):
    """A signature, a proof, a key or a sealed thing that is not what it should be; ``kind`` is ``trust.…``."""
