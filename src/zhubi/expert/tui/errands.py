"""Blocking work beside the drawing thread, for the app: sync, sign, submit and all that touches a slow thing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Done = TypeVar("Done")

_running: set[threading.Thread] = set()


async def aside(work: Callable[[], Done]) -> Done:
    """The result of ``work``, done in a thread of its own; raises what it raised.

    The thread is a daemon: a network call that hangs does not keep the app from closing. The store is consistent
    whenever the process ends, so nothing is lost by that.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Done] = loop.create_future()

    def settle(result: Done | None, problem: BaseException | None) -> None:
        if future.cancelled():
            return
        if problem is not None:
            future.set_exception(problem)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def body() -> None:
        result: Done | None = None
        problem: BaseException | None = None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits
            problem = error
        try:
            loop.call_soon_threadsafe(settle, result, problem)
        except RuntimeError:
            return  # the app closed while we worked
        finally:
            _running.discard(threading.current_thread())

    thread = threading.Thread(target=body, daemon=True, name="zhubi-errand")
    _running.add(thread)
    thread.start()
    return await future


def finished(within: float) -> bool:
    """Wait at most ``within`` seconds for the errands that still run; whether none does."""
    for thread in list(_running):
        thread.join(within)
    return not _running
