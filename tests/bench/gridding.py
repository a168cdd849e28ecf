"""A session scored from the grid, through a pseudo-terminal: how many keys ten scores take, and what a key costs."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from experts import commit_all, declare_all, enrolled, fresh_office, say, served, synchronised
from offices import Wanted
from settings import HERE, Settings, environment
from starting import zhubi
from table import Row
from terminal import KEYS, Terminal

_PROJECTS = 200
_SETTLED = 5.0
_TAB, _ENTER, _RIGHT = "tab", "enter", "right"
_SCORES = 10


def scoring(settings: Settings) -> Iterator[Row]:
    """Ten scores typed as digit and Enter; then the keys of the grid and of Textual's table, one after the other."""
    projects = settings.few(_PROJECTS, 20)
    directory = _unsealed(settings, projects)
    before = _scores(directory)
    KEYS.update(
        {_TAB: b"\t", _ENTER: b"\r", _RIGHT: b"\x1b[C"} | {str(digit): b"%d" % digit for digit in range(10)}
    )
    child = environment() | {"BENCH_KEYRING": os.environ["BENCH_KEYRING"]}
    table_command = (sys.executable, str(HERE / "gridtable.py"), str(projects), str(before.criteria))
    # On a place that was used before, another digit than the one that stands there.
    digit = "8" if "9" in before.values else "9"
    keys = 0
    with (
        Terminal((zhubi(),), child | {"ZHUBI_HOME": str(directory)}) as grid,
        Terminal(table_command, child) as table,
    ):
        grid.painted("BM000001")
        table.painted("ROW0001")
        for each in (grid, table):
            each.rest(_SETTLED)
        grid.press("home")
        grid.press(_TAB)
        grid.rest(_SETTLED)
        digits: list[float | None] = []
        enters: list[float | None] = []
        for _ in range(_SCORES):
            digits.append(grid.press(digit))
            enters.append(grid.press(_ENTER))
            keys += 2
        moves = [_RIGHT, "down", "down", "left", "up", "down"] * settings.few(15, 3)
        KEYS["left"] = b"\x1b[D"
        ours = [taken for key in moves if (taken := grid.press(key)) is not None]
        bare = [taken for key in moves if (taken := table.press(key)) is not None]
        grid.rest(1.0)
    after = _scores(directory).values
    given = sum(now != then for now, then in zip(after, before.values, strict=True))
    yield Row(
        f"keys for {given} scores in the grid",
        keys / max(1, given),
        "keys a score",
        2,
        note="digit and Enter",
    )
    yield Row(
        f"move in the grid, {projects} x {before.criteria}", statistics.median(ours), "ms", 1.5,
        "DataTable of that size", statistics.median(bare),
    )  # fmt: skip
    typed = statistics.median(each for each in digits if each is not None)
    gone = statistics.median(each for each in enters if each is not None)
    yield Row(
        "digit in the grid, journaled and ranked", typed, "ms", 50, note=f"the Enter behind it {gone:.0f} ms",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    """How many criteria the form has, and every score as it is kept, empty where there is none."""

    criteria: int
    values: tuple[str, ...]


def _scores(directory: Path) -> _Found:
    from zhubi.expert.desk import grid, opening, overview

    with opening.open_desk(directory, read_only=True) as desk:
        (found,) = overview.rounds(desk)
        view = grid.grid(desk, found.office, found.round)
    scored = [place for place, each in enumerate(view.columns) if each.kind == "score"]
    return _Found(len(scored), tuple(row.cells[place].value for row in view.rows for place in scored))


def _unsealed(settings: Settings, projects: int) -> Path:
    """An expert with so many projects in one round, all of them unsealed and here."""
    directory = settings.place / f"expert-grid-{projects}"
    ready = directory.with_name(f"{directory.name}.ready")
    if ready.exists():
        return directory
    say(f"making an expert with {projects} unsealed projects")
    made = fresh_office(settings, "grid", Wanted(projects))
    with served(made) as url, enrolled(settings, made, url, f"grid-{projects}") as desk:
        synchronised(desk)
        commit_all(desk)
        synchronised(desk)
        declare_all(desk)
        synchronised(desk)
        synchronised(desk)
    ready.touch()
    return directory
