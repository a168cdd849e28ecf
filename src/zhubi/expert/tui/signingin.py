"""签到 on the screens: in which way, for this project or for all that may be signed in to, and the PIN once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from zhubi.expert.desk import attendance
from zhubi.expert.tui.boxes import PickBox, PinBox
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.attendance import AttendanceView
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.tui.application import ZhubiApp


def offer_sign_in(app: ZhubiApp, key: ReviewKey, view: AttendanceView) -> None:
    """Ask how, and for what, and sign in; where that is done already, tell who is there."""
    if view.state in ("waiting", "proven"):
        people = [
            f"{each.name} {each.role} {say(f'onsite.mode-{each.mode}')}".strip() for each in view.people
        ]
        app.say_done(say("onsite.signed-in-already", people=say("tui.list-comma").join(people)))
        return
    everything = app.attempt(lambda: attendance.to_sign_in(app.desk, key.round)) or ()
    ways: list[tuple[attendance.Mode, tuple[ReviewKey, ...]]] = [(view.mode, (key,))]
    if len(everything) > 1:
        ways.append((view.mode, everything))
    ways += [(mode, (key,)) for mode in ("site", "meeting", "remote") if mode != view.mode]
    options = [
        say(
            "onsite.sign-in-all" if len(keys) > 1 else "onsite.sign-in-this",
            mode=say(f"onsite.mode-{mode}"), count=len(keys),
        )
        for mode, keys in ways
    ]  # fmt: skip

    def chosen(place: int | None) -> None:
        if place is not None:
            _sign_in(app, key.round, *ways[place])

    app.push_screen(PickBox(say("tui.act.sign-in"), options, say("onsite.seen-by")), chosen)


def _sign_in(app: ZhubiApp, round_id: str, mode: attendance.Mode, keys: tuple[ReviewKey, ...]) -> None:
    dossiers = [each.dossier for each in keys]

    def signed(count: int | None) -> None:
        if count:
            app.say_done(say("onsite.signed-in", count=count))
            app.desk_changed()

    work = partial(_signing, app, round_id, dossiers, mode)
    app.push_screen(PinBox(say("tui.act.sign-in"), work, say("onsite.one-signature")), signed)


def _signing(app: ZhubiApp, round_id: str, dossiers: list[str], mode: attendance.Mode, pin: str) -> int:
    return attendance.sign_in(app.desk, round_id, dossiers, pin, mode)
