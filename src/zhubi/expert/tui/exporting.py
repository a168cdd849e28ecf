"""A receipt as a file: asked for by its path, never written over something else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zhubi.expert.tui.boxes import LineBox
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.tui.application import ZhubiApp


def offer_export(app: ZhubiApp, digest: str, code: str) -> None:
    """Ask where to write the receipt of a record, and write it there."""
    if not code:
        app.say_problem(say("tui.export.none"))
        return
    proposed = Path.home() / f"zhubi-receipt-{code}.json"

    def write(path: str | None) -> None:
        if path:
            target = Path(path).expanduser()
            app.errand(lambda: _write(app, target, digest), lambda said: app.say_done(str(said)))

    app.push_screen(LineBox(say("tui.act.export"), str(proposed), say("tui.export.what")), write)


def _write(app: ZhubiApp, target: Path, digest: str) -> str:
    from zhubi.expert.desk import trail

    text = trail.export_receipt(app.desk, digest)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return say("tui.export.exists", path=str(target))
    return say("tui.export.done", path=str(target))
