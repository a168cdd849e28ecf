"""Searching for a shell: what the search screen finds, a place a line."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import as_json_text, passphrase_file
from zhubi.cli.judging import round_of
from zhubi.core.model.errors import ZhubiError
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.searchviews import IndexState, SearchHit

_LOOK_AGAIN: Final = 0.5


@click.command(help=say("cli.help-search"))
@click.argument("words", nargs=-1, required=True)
@click.option("--round", "round_name", help=say("cli.opt-search-round"))
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help=say("cli.opt-limit")
)
@click.option("--json", "as_json", is_flag=True, help=say("cli.opt-json"))
@passphrase_file
@click.pass_obj
def search(
    place: Place,
    words: tuple[str, ...],
    round_name: str | None,
    limit: int,
    as_json: bool,
    passphrase_file: Path | None,
) -> int:
    """Print where all the words stand together; exit status 1 when they stand nowhere."""
    from zhubi.expert.desk import search as searching

    with _desk(place, passphrase_file) as desk:
        _make_whole(desk)
        round_id = round_of(desk, round_name).round if round_name else None
        found = searching.search(desk, " ".join(words), round=round_id, limit=limit)
        if as_json:
            click.echo(as_json_text(asdict(found)))
        else:
            for each in found.hits:
                click.echo(f"{each.code}  {each.where}  {_marked(each)}")
        if not found.asked:
            click.echo(say("search.marks-only"), err=True)
        elif found.more:
            click.echo(say("search.count-more", count=found.total), err=True)
        if not found.state.whole:
            missing = found.state.total - found.state.done
            click.echo(say("search.incomplete", missing=missing), err=True)
    return 0 if found.hits else 1


def _desk(place: Place, passphrase_file: Path | None) -> Desk:
    try:
        return asking.open_desk(place, passphrase_file)
    except ZhubiError as problem:
        if problem.kind != "store.in-use":
            raise
    # Beside the app that has it open: the app keeps the index, and here it is only read.
    return asking.open_desk(place, passphrase_file, read_only=True)


def _make_whole(desk: Desk) -> None:
    """Index what is missing, and tell how far it is."""
    from zhubi.expert.desk import search as searching
    from zhubi.expert.desk.indexing import searching as session

    mine = session(desk)
    mine.begin(desk)
    told: IndexState | None = None
    while not mine.wait(_LOOK_AGAIN):
        state = searching.index_state(desk)
        if told is None or state.done != told.done:
            click.echo(say("search.cli.indexing", done=state.done, total=state.total), err=True)
            told = state


def _marked(hit: SearchHit) -> str:
    """The context with what was found in brackets: a shell's output may have no colours."""
    text = hit.context
    for start, end in reversed(hit.marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text
