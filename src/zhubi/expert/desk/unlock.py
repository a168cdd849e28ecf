"""The PIN: proven by opening the signing key with it. Wrong ones cost time, which a restart does not give back."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from zhubi.expert.desk import settings
from zhubi.expert.desk.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zhubi.core.trust.keys import SigningKey
    from zhubi.expert.desk.opening import Desk

WAITS: Final = (0, 0, 10, 30, 60, 120, 300)
"""Seconds to wait after the first, second, … wrong PIN in a row; the last for every one after it."""

_FAILURES: Final = "pin.failures"
_UNTIL: Final = "pin.until"


def asks_at_start(desk: Desk) -> bool:
    """Whether the unlock screen comes first."""
    return settings.get(desk).ask_pin_at_start


def wait_seconds(desk: Desk) -> int:
    """How many seconds until a PIN is taken again; 0 for now."""
    until = desk.store.settings.get(_UNTIL, 0)
    left = int(until) - int(desk.clock().timestamp()) if isinstance(until, int) else 0
    # A clock that was set back must not lock anyone out for longer than the longest wait.
    return max(0, min(left, WAITS[-1]))


def unlock(desk: Desk, pin: str) -> None:
    """Returns when the PIN is the one of this machine; ``desk.wrong-pin`` and ``desk.pin-wait`` name the seconds.

    Takes about as long as a blink, on purpose: call it beside the drawing.
    """
    offices = [each.office for each in desk.store.offices.all()]
    _check_wait(desk)
    for place, office in enumerate(offices):
        last = place == len(offices) - 1
        key = _opened(desk, office, pin, counts=last)
        if key is not None:
            _confirm_purges(desk, {office: key})
            return


def signed_too(desk: Desk) -> tuple[str, ...]:
    """What the next PIN signs beside what it is asked for: the titles of rounds whose material is gone from here."""
    if not desk.store.purge.unconfirmed():
        return ()
    from zhubi.expert.desk import purge

    return purge.due(desk)


def signing_key(desk: Desk, office: str, pin: str, *, confirming: bool = True) -> SigningKey:
    """The signing key for an office, opened with the PIN; ``desk.wrong-pin``, ``desk.pin-wait``.

    With it is signed, where that is due, that the material of ended rounds is gone; ``confirming`` False leaves that
    to the caller.
    """
    _check_wait(desk)
    key = _opened(desk, office, pin, counts=True)
    assert key is not None
    if confirming:
        _confirm_purges(desk, {office: key})
    return key


def _confirm_purges(desk: Desk, pens: Mapping[str, SigningKey]) -> None:
    from zhubi.core.model.errors import ZhubiError

    # That it cannot be said now keeps nobody from what the PIN was typed for.
    with suppress(ZhubiError):
        if not desk.store.read_only and desk.store.purge.unconfirmed():
            from zhubi.expert.desk import purge

            for office, pen in pens.items():
                purge.confirm(desk, office, pen)


def _check_wait(desk: Desk) -> None:
    seconds = wait_seconds(desk)
    if seconds:
        raise DeskError("desk.pin-wait", f"the PIN is taken again in {seconds} s", seconds=seconds)


def _opened(desk: Desk, office: str, pin: str, *, counts: bool) -> SigningKey | None:
    from zhubi.core.trust.errors import TrustError

    store = desk.store
    try:
        key = store.vaults.unlock(office, pin)
    except TrustError as problem:
        if problem.kind != "trust.wrong-pin":
            raise
        if not counts:
            return None
        raise _wrong(desk) from problem
    if store.settings.get(_FAILURES, 0):
        with store.writing():
            store.settings.set(_FAILURES, 0)
            store.settings.set(_UNTIL, 0)
    return key


def _wrong(desk: Desk) -> DeskError:
    store = desk.store
    before = store.settings.get(_FAILURES, 0)
    failures = (before if isinstance(before, int) else 0) + 1
    seconds = WAITS[min(failures, len(WAITS)) - 1]
    until = desk.clock() + timedelta(seconds=seconds)
    with store.writing():
        store.settings.set(_FAILURES, failures)
        store.settings.set(_UNTIL, int(until.timestamp()) if seconds else 0)
    if seconds:
        return DeskError("desk.wrong-pin-wait", f"wrong PIN; again in {seconds} s", seconds=seconds)
    return DeskError("desk.wrong-pin", "wrong PIN")
