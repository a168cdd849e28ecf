"""The way in: opens the desk and runs the app. Textual is imported only after the terminal is settled."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zhubi.expert.tui import terminal

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

LEAVING_SECONDS = 2.0
"""How long the app waits, on leaving, for what still runs beside it."""


def run(
    directory: Path | None = None,
    *,
    language: str | None = None,
    plain: bool = False,
    desk: Desk | None = None,
) -> int:
    """Open the app for the expert of ``directory`` (None: the user's own); gives the exit status.

    ``desk`` given: that one is used and stays open. ``language`` overrides the setting for this run.
    """
    terminal.settle()
    # Much is made before the first paint and little of it is garbage; the app collects again after it.
    gc.disable()
    from zhubi.core.model.errors import ZhubiError
    from zhubi.expert.desk import opening
    from zhubi.expert.tui import errands
    from zhubi.locale import explain, say, use_language

    if language:
        use_language(language)
    mine = desk
    first = None
    if mine is None:
        if not opening.is_enrolled(directory):
            first = "enrol"
        else:
            try:
                mine = opening.open_desk(directory)
            except ZhubiError as problem:
                # Without a keyring the unlock screen asks for the passphrase and opens the desk.
                if problem.kind != "desk.passphrase-needed":
                    return _say_and_leave(explain(problem))
            except OSError as problem:
                return _say_and_leave(say("tui.failed.system", reason=problem.strerror or str(problem)))
    from zhubi.expert.desk import settings

    folder = mine.directory if mine is not None else directory or opening.default_directory()
    if not language:
        use_language(settings.read(folder).language)
    from zhubi.expert.tui.application import ZhubiApp

    app = ZhubiApp(mine, directory=folder, plain=plain, first=first)
    status = app.run()
    idle = errands.finished(LEAVING_SECONDS)
    if app.has_desk:
        app.wipe_outside()
        if desk is None and idle:
            app.desk.close()
    return status if status is not None else app.return_code or 0


def _say_and_leave(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
