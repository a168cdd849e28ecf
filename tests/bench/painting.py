"""How the desk starts, answers keys and rests, in a real pseudo-terminal beside Textual's own smallest apps."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from experts import machine_with
from settings import HERE, Settings, environment
from starting import zhubi
from table import Row
from terminal import Terminal
from timing import Timed, medians

FEW, MANY = 10, 10_000
_FIRST_ROW = "BM000001"
_SETTLED = 4.0
"""Seconds after the first paint in which the app tries its first sync and comes to rest."""


def first_paint(settings: Settings) -> Iterator[Row]:
    """From exec to the desk's first row on the screen, nothing but ``zhubi`` typed."""
    many = settings.few(MANY, 100)
    small, large = machine_with(settings, FEW), machine_with(settings, many)
    bare, with_few, with_many = medians(
        settings.few(15, 3), _paint(_python("onewidget.py"), "PAINTED"), _desk(small), _desk(large)
    )
    yield Row(f"desk painted, {FEW} assignments", with_few, "ms", 1.8, "one-widget app", bare)
    yield Row(f"desk painted, {many:,} assignments", with_many, "ms", 1.8, "one-widget app", bare)
    yield Row(f"desk painted, {many:,} beside {FEW}", with_many, "ms", 1.1, f"with {FEW}", with_few)


def keys(settings: Settings) -> Iterator[Row]:
    """From a key to the last byte it draws: the desk and the table side by side, one press after the other."""
    many = settings.few(MANY, 100)
    with _opened(machine_with(settings, many)) as desk, Terminal(_python("baretable.py"), _child()) as table:
        desk.painted(_FIRST_ROW)
        table.painted("ROW0001")
        for each in (desk, table):
            each.rest(_SETTLED)
        rows = ["down"] * settings.few(90, 20)
        pages = ["pagedown", "pagedown", "pageup", "pageup"] * settings.few(20, 2)
        for what, presses in (("row", rows), ("page", pages)):
            ours, bare = _pressed(desk, presses), _pressed(table, presses)
            yield Row(
                f"{what} key, {many:,} rows", statistics.median(ours), "ms", 1.5,
                "100-row DataTable", statistics.median(bare),
                note=f"95 of 100 within {_p95(ours):.0f} ms, in the table {_p95(bare):.0f} ms",
            )  # fmt: skip


def memory(settings: Settings) -> Iterator[Row]:
    """What the app holds once it has painted, tried its first sync, and nobody touches it."""
    many = settings.few(MANY, 100)
    with _opened(machine_with(settings, many)) as desk:
        desk.painted(_FIRST_ROW)
        desk.rest(2 * _SETTLED)
        resident, proportional = desk.memory()
    yield Row(
        f"idle memory, {many:,} assignments", resident, "MiB", 100, note=f"RSS; PSS {proportional:.0f} MiB"
    )


def _pressed(terminal: Terminal, presses: list[str]) -> list[float]:
    terminal.press("home")
    taken = [terminal.press(key) for key in presses]
    return [each for each in taken if each is not None]


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


def _paint(command: tuple[str, ...], text: str, **more: str) -> Timed:
    def once() -> float:
        with Terminal(command, _child() | more) as terminal:
            return terminal.painted(text)

    return once


def _desk(directory: Path) -> Timed:
    return _paint((zhubi(),), _FIRST_ROW, ZHUBI_HOME=str(directory))


def _opened(directory: Path) -> Terminal:
    return Terminal((zhubi(),), _child() | {"ZHUBI_HOME": str(directory)})


def _python(script: str) -> tuple[str, ...]:
    return (sys.executable, str(HERE / script))


def _child() -> dict[str, str]:
    return environment() | {"BENCH_KEYRING": os.environ["BENCH_KEYRING"]}
