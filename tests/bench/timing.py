"""Taking times: in turn, so that whatever else the machine does falls on both sides alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

Timed = Callable[[], float]
"""Does something once and gives what it measured of it."""


def medians(runs: int, *sides: Timed, warmups: int = 1) -> tuple[float, ...]:
    """The median of each side over ``runs`` rounds in which every side has its turn."""
    for _ in range(warmups):
        for side in sides:
            side()
    taken = [[side() for side in sides] for _ in range(runs)]
    return tuple(statistics.median(each) for each in zip(*taken, strict=True))


def milliseconds(act: Callable[[], object]) -> float:
    """The wall time of one call."""
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def process(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Timed:
    """Times a command from its start to its end, in milliseconds; a command that fails stops the measuring."""

    def once() -> float:
        start = time.perf_counter()
        subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True
        )
        return 1000 * (time.perf_counter() - start)

    return once
