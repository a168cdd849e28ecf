"""The way in: opens the desk and runs the app. Textual is imported only after the terminal is settled."""

from __future__ import annotations

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
    from zhubi.core.model.errors import ZhubiError
    from zhubi.expert.desk import opening
    from zhubi.expert.tui import errands
    from zhubi.locale import explain, use_language

    if language:
        use_language(language)
    mine = desk
    first = None
    if mine is None:
        if not opening.is_enrolled(directory):
            first = "enrol"
        else:
            try:
                mine = opening.open_desk(directory, ask_passphrase=_passphrase_later)
            except _PassphraseNeeded:
                mine = None
            except ZhubiError as problem:
                sys.stderr.write(explain(problem) + "\n")
                return 1
    from zhubi.expert.tui.application import ZhubiApp

    if mine is not None and not language:
        from zhubi.expert.desk import settings

        use_language(settings.get(mine).language)
    app = ZhubiApp(mine, directory=directory, plain=plain, first=first)
    status = app.run()
    if app.has_desk and desk is None and errands.finished(LEAVING_SECONDS):
        app.desk.close()
    return status if status is not None else app.return_code or 0


class _PassphraseNeeded(Exception):  # noqa: N818 - not a failure: the unlock screen asks
    """There is no keyring, so that the unlock screen must ask before the desk can be opened."""


def _passphrase_later() -> str:
    raise _PassphraseNeeded
