"""Opening an attachment with the system's own program: an explicit act, warned of once a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.expert.desk import reading
from zhubi.expert.tui.boxes import PickBox
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import AttachmentRow
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.tui.application import ZhubiApp


def open_outside(app: ZhubiApp, key: ReviewKey, attachment: AttachmentRow) -> None:
    """Hand an attachment to the system's program, after the warning where it is the first of the session."""
    if reading.outside_warned(app.desk):
        _open(app, key, attachment)
        return
    options = [say("tui.reader.outside-yes"), say("tui.reader.outside-no")]
    warning = (say("tui.reader.outside-warning"), "warn")
    box = PickBox(say("tui.act.open-outside"), options, warning, "", here=1)
    app.push_screen(box, lambda place: _open(app, key, attachment) if place == 0 else None)


def _open(app: ZhubiApp, key: ReviewKey, attachment: AttachmentRow) -> None:
    desk = app.desk
    app.errand(
        lambda: reading.open_outside(desk, key, attachment.blob),
        lambda _path: app.say_done(say("tui.reader.outside-done")),
    )
