"""How often one address or one subject may try to enrol or sign in: guessing stays slow, people do not notice."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from typing import Final

_KEPT: Final = 20_000


class RateLimit:
    """A bucket of ``burst`` tries a key, refilled at ``per_minute``; in memory, bounded, safe between threads."""

    def __init__(self, burst: int, per_minute: float) -> None:
        self._burst = burst
        self._rate = per_minute / 60
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str, now: float) -> int:
        """0 where the try may go ahead (and is counted); else the seconds to wait. ``now`` in seconds."""
        with self._lock:
            left, since = self._buckets.pop(key, (float(self._burst), now))
            left = min(self._burst, left + max(0.0, now - since) * self._rate)
            allowed = left >= 1
            self._buckets[key] = (left - 1 if allowed else left, now)
            while len(self._buckets) > _KEPT:
                self._buckets.popitem(last=False)
            return 0 if allowed else max(1, math.ceil((1 - left) / self._rate))
