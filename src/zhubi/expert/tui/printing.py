"""打印 on the screens: which form, where to, and once a session that what is printed lies in clear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zhubi.expert.tui.boxes import LineBox, PickBox
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.printing import Printed
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.tui.application import ZhubiApp


def offer_print(app: ZhubiApp, key: ReviewKey | None, round_id: str | None, record: str = "") -> None:
    """Ask for a form of a review, or of its round, and for a file, and write it.

    ``record`` is the digest of the signed review that is meant; empty: the one that is under way, or counts.
    """
    from zhubi.expert.desk import overview, printing

    desk = app.desk

    def known() -> list[tuple[ReviewKey | str, str, str]]:
        found: list[tuple[ReviewKey | str, str, str]] = []
        if key is not None:
            row = overview.row(desk, key)
            code = row.code if row is not None else ""
            found += [(key, each, say("printing.for-review", title=printing.form_title(each), code=code))
                      for each in printing.forms(desk, key)]  # fmt: skip
        if round_id is not None and not record:
            found += [(round_id, each, say("printing.for-round", title=printing.form_title(each)))
                      for each in printing.forms(desk, round_id)]  # fmt: skip
        return found

    def ask(options: list[tuple[ReviewKey | str, str, str]]) -> None:
        def picked(place: int | None) -> None:
            if place is not None:
                subject, form, _ = options[place]
                _ask_where(app, subject, form, record)

        said = [(say("printing.which-form"), "quiet")]
        if not printing.warned(desk):
            said.insert(0, (say("printing.plain"), "warn"))
        app.push_screen(PickBox(say("tui.act.print"), [name for _, _, name in options], *said), picked)

    app.errand(known, ask)


def _ask_where(app: ZhubiApp, subject: ReviewKey | str, form: str, record: str) -> None:
    from zhubi.expert.desk import printing

    desk = app.desk

    def write(path: str | None) -> None:
        if path:
            target = Path(path).expanduser()
            app.errand(
                lambda: printing.write_pdf(desk, subject, form, target, record),
                lambda printed: _say_written(app, printed),
            )

    def ask(name: str) -> None:
        title = f"{say('tui.act.print')} {printing.form_title(form)}"
        app.push_screen(LineBox(title, str(Path.home() / name), say("printing.where")), write)

    app.errand(lambda: printing.proposed_name(printing.paper(desk, subject, form, record)), ask)


def _say_written(app: ZhubiApp, printed: Printed) -> None:
    app.say_done(say("printing.written-draft" if printed.draft else "printing.written", path=printed.path))
