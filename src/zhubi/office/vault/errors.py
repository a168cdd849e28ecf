"""What goes wrong in the vault, each fault by its own name."""

from __future__ import annotations

from zhubi.core.model.errors import ZhubiError


class VaultError(ZhubiError):
    """A key, a sealed version or a blob that is not there, not whole, or not for the one who asks; ``vault.…``."""
