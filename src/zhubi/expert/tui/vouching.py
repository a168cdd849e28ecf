"""A new device and an old one of the same person: the texts that pass between them, and the code on both screens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from zhubi.expert.tui.boxes import AskBox, LineBox, PinBox
from zhubi.expert.tui.pasted import pasted
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.enrol import Asked
    from zhubi.expert.tui.application import ZhubiApp


def offer_vouching(app: ZhubiApp) -> None:
    """On the old device: take in what a new one shows, let the codes be compared, sign, and save the answer."""
    from zhubi.expert.desk import vouching

    desk = app.desk
    title = say("tui.act.vouch-device")

    def read(words: str | None) -> None:
        text = app.attempt(lambda: pasted(words)) if words else None
        view = app.attempt(lambda: vouching.read_request(desk, text)) if text else None
        if text is None or view is None:
            return
        named = view.device or say("device.vouch-unnamed")
        app.push_screen(
            PinBox(
                title, lambda pin: vouching.vouch(desk, text, pin),
                (say("device.vouch-seen", name=view.name, device=named, organiser=view.organiser), "strong"),
                (say("device.vouch-code", code=view.code), "head"), (say("device.vouch-warn"), "warn"),
            ),
            signed,
        )  # fmt: skip

    def signed(answer: str | None) -> None:
        if answer:
            _save(app, title, answer, say("device.file-vouched"), say("device.vouch-done"), then=None)

    rows = app.attempt(lambda: vouching.devices(desk)) or ()
    listed = [
        (
            say(
                "device.row", name=each.name + (say("device.here") if each.here else ""),
                state=say("device.acts" if each.acts else "device.revoked"),
                how=say("device.how-vouched" if each.vouched else "device.how-invited"),
                at="" if each.enrolled_at is None else f"{each.enrolled_at:%Y-%m-%d}", organiser=each.organiser,
            ),
            "quiet",
        )
        for each in rows
    ]  # fmt: skip
    app.push_screen(AskBox(title, *listed, say("device.vouch-how")), read)


def offer_asking(app: ZhubiApp, asked: Asked, use: Callable[[str], None]) -> None:
    """On the new device: save what it asks, show the code, and give the old one's answer to ``use``."""
    title = say("tui.act.ask-voucher")

    def answered(words: str | None) -> None:
        text = app.attempt(lambda: pasted(words)) if words else None
        if text:
            use(text)

    def saved() -> None:
        code = say("device.ask-code", code=asked.code)
        app.push_screen(AskBox(title, (code, "head"), say("device.ask-answer")), answered)

    code = (say("device.ask-code", code=asked.code), "head")
    _save(app, title, asked.text, say("device.file-asked"), say("device.ask-how"), code, then=saved)


def _save(
    app: ZhubiApp,
    title: str,
    text: str,
    name: str,
    *paragraphs: tuple[str, str] | str,
    then: Callable[[], None] | None,
) -> None:
    def write(path: str | None) -> None:
        if not path:
            return
        said = app.attempt(lambda: _write(Path(path).expanduser(), text))
        if said:
            app.say_done(said)
            if then is not None:
                then()

    app.push_screen(LineBox(title, str(Path.home() / name), *paragraphs), write)


def _write(path: Path, text: str) -> str:
    path.write_text(text + "\n", encoding="utf-8")
    return say("device.written", path=str(path))
