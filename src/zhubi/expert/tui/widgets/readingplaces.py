"""From what the reading engine and the desk say to chapters and places of the reader. Plain functions, no widget."""

from __future__ import annotations

from typing import Any

from zhubi.expert.desk.passages import Passage
from zhubi.expert.tui.widgets.reader import Spot
from zhubi.expert.tui.widgets.readinglines import Chapter, found_in
from zhubi.locale import say


def spot_of(chapters: list[Chapter], passage: Passage | None) -> Spot | None:
    """A place that was remembered."""
    if passage is None:
        return None
    chapter = next((each for each in chapters if each.page == passage.page), None)
    return Spot(chapter.id, passage.row) if chapter is not None else None


def spot_with(chapters: list[Chapter], chapter: Chapter | None, sought: Passage) -> Spot | None:
    """Where the words that are sought stand: on their page, else anywhere; else the row, or the page."""
    if sought.words:
        for each in ([chapter] if chapter is not None else []) + chapters:
            found = found_in(each, sought.words)
            if found is not None:
                return Spot(each.id, *found)
    if chapter is not None:
        return Spot(chapter.id, sought.row if sought.row or not sought.words else -1)
    return None


def page_chapter(event: Any) -> Chapter | None:
    """The chapter of one page, when the event is a page."""
    number = getattr(event, "number", None)
    if number is None:
        return None
    table = getattr(event, "table", ()) or ()
    # A sheet or a heading names its page; a bare number is called a page.
    named = event.label and not event.label.isdigit()
    label = event.label if named else say("tui.reader.page", label=event.label or number)
    text = event.text if not table else ""
    look = ""
    if not event.has_text:
        text, look = say("tui.reader.page-without-text"), "quiet"
    return Chapter(f"page-{number}", label, 2, text, look, tuple(tuple(row) for row in table), page=number)


def finished_words(event: Any) -> str | None:
    """What is to be said when reading ended: nothing after a plain success; None when it has not ended."""
    if getattr(event, "state", None) is None:
        return None
    return "" if event.state == "read" else say(event.sentence)
