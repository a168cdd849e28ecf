"""What goes wrong between a machine and an office, each fault by its own name."""

from __future__ import annotations

import re
from typing import Final

from zhubi.core.model.errors import Detail, ZhubiError
from zhubi.core.model.text import clean_line
from zhubi.locale import knows

_KIND: Final = re.compile(r"^[a-z][a-z0-9]*\.[a-z][a-z0-9-]{0,60}$")

CLOCK_REFUSED: Final = "access.assertion-clock"
"""How the office names a sign-in whose time is too far from its own."""

OFFLINE: Final = frozenset({"wire.unreachable", "wire.slow", "wire.cut"})
"""Faults of the way, not of either end: work goes on without the office, and is delivered later."""


class WireError(ZhubiError):
    """A call that brought no usable answer; ``kind`` is ``wire.…``, or what the office's own problem says.

    ``status`` is the HTTP status, 0 when there was none; ``retry_after`` seconds to wait, where the office said.
    """

    def __init__(
        self, kind: str, message: str, *, status: int = 0, retry_after: int | None = None, **details: Detail
    ) -> None:
        super().__init__(kind, message, **details)
        self.status = status
        self.retry_after = retry_after

    @property
    def offline(self) -> bool:
        """Whether the office was simply not reached, so that waiting is all there is to do."""
        return self.kind in OFFLINE


def malformed(what: str) -> WireError:
    """The fault of an answer that is not what the API promises."""
    return WireError("wire.malformed", f"the office's answer is not usable: {what}", reason=what)


def too_large(limit: int) -> WireError:
    """The fault of an answer above its bound, in bytes."""
    return WireError("wire.too-large", f"the office's answer is larger than {limit} bytes", limit=limit)


def refused(
    status: int, kind: str, title: str, detail: str, details: dict[str, str], retry_after: int | None
) -> WireError:
    """The fault that an RFC 9457 problem states. Its texts are foreign: cleaned here, before anyone shows them."""
    words = clean_line(detail or title, 300) or f"HTTP {status}"
    facts = {clean_line(name, 40): clean_line(value, 300) for name, value in list(details.items())[:20]}
    facts = {name: value for name, value in facts.items() if name.isidentifier()}
    if status == 429:
        seconds = max(1, min(retry_after or 30, 86_400))
        return WireError(
            "wire.rate-limited", f"the office asks to wait {seconds} s", status=status, retry_after=seconds,
            seconds=seconds,
        )  # fmt: skip
    if status == 507:
        return WireError("wire.office-full", "the office's disk is full", status=status)
    if status >= 500:
        return WireError(
            "wire.server-error", f"the office failed: HTTP {status}", status=status, found=status
        )
    if status == 401 and kind != CLOCK_REFUSED:
        return WireError("wire.unauthorised", "the office does not know this device", status=status)
    if status in (404, 410) and kind in ("", "api.not-found"):
        return WireError("wire.gone", "the office does not have this, or does not show it", status=status)
    if _KIND.match(kind) and knows(kind):
        return _named(status, kind, words, facts, retry_after)
    return WireError("wire.refused", f"the office refused: {words}", status=status, reason=words)


def _named(status: int, kind: str, words: str, facts: dict[str, str], retry_after: int | None) -> WireError:
    for taken in ("kind", "message", "status", "retry_after"):
        facts.pop(taken, None)
    return WireError(kind, words, status=status, retry_after=retry_after, **facts)
