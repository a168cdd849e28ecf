"""What a PIN signs beside what it is asked for: that the material of ended rounds is gone from this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.expert.desk import unlock
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.tui.application import ZhubiApp


def signed_too(app: ZhubiApp) -> tuple[tuple[str, str], ...]:
    """A paragraph on it, to stand beside the field of the PIN; nothing where nothing is due."""
    titles = app.attempt(lambda: unlock.signed_too(app.desk)) if app.has_desk else ()
    return ((say("purge.with-pin", titles="、".join(titles)), "warn"),) if titles else ()
