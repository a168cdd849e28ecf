"""The view of changes line by line, for a screen and a shell alike: what changed first, then what can be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from zhubi.expert.desk.changeviews import CarriedView, ChangeLine, ChangesView, EarlierView
from zhubi.locale import say

Told = tuple[str, str, str]
"""A line: its text, its look (``head``, ``good``, ``bad``, ``warn``, ``quiet`` or empty), the place it stands for."""

_LOOKS: Final = {"+": "good", "-": "bad", "*": "", "!": "warn", "": "quiet"}


def told(view: ChangesView) -> tuple[Told, ...]:
    """Every line; lines with a place are those that ask for another look."""
    return tuple(_lines(view))


def _lines(view: ChangesView) -> Iterator[Told]:
    if view.problem:
        yield view.problem, "bad", ""
    for section in view.sections:
        yield section.title + (say("changes.kept") if section.kept else ""), "head", ""
        yield from (_line(each) for each in section.lines)
    for carried in view.carried:
        yield from _carried(carried)
    if view.look_again:
        yield say("changes.look-again-head", count=len(view.look_again)), "head", ""
        yield from (
            (f"! {say('changes.look-again-item', name=each.name)}", "warn", each.place)
            for each in view.look_again
        )
    for earlier in view.earlier:
        yield from _earlier(earlier)
    if not (view.sections or view.look_again or view.earlier or view.problem):
        yield say("changes.none"), "quiet", ""


def line_texts(lines: Iterable[ChangeLine]) -> tuple[tuple[str, str], ...]:
    """Lines with their signs, indented where they belong to the one above; and their looks."""
    return tuple(_line(each)[:2] for each in lines)


def _line(line: ChangeLine) -> Told:
    sign = f"{line.sign} " if line.sign else "  "
    return ("    " if line.inner else "") + sign + line.text, _LOOKS[line.sign], ""


def _carried(carried: CarriedView) -> Iterator[Told]:
    dropped = sum(not each.inner for each in carried.dropped)
    key = f"changes.carried-{carried.what}"
    yield say(key, kept=carried.kept, dropped=dropped, again=len(carried.look_again)), "head", ""
    if carried.dropped:
        yield say("changes.drops"), "quiet", ""
        yield from (_line(each) for each in carried.dropped)
    if carried.look_again:
        yield say("changes.asks", names=say("difference.comma").join(carried.look_again)), "warn", ""


def _earlier(earlier: EarlierView) -> Iterator[Told]:
    at = f"{earlier.at.astimezone():%m-%d %H:%M:%S}"
    yield say("changes.earlier" if earlier.lines else "changes.earlier-same", at=at), "head", ""
    yield from (_line(each) for each in earlier.lines)
