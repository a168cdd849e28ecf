"""What a key costs in the opinion's editor at 5,000 characters, beside Textual's own text area with the same text."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from experts import commit_all, declare_all, enrolled, fresh_office, served, synchronised
from offices import Wanted
from settings import HERE, Settings, environment
from starting import zhubi
from table import Row
from terminal import Terminal

CHARACTERS = 5_000
_SENTENCE = "技术路线总体可行，关键指标有依据，进度安排略紧，经费与任务相称；"
_PARAGRAPHS = 20
_SETTLED = 3.0
_NEXT_MISSING = b"\x0e"


def opinion_keys(settings: Settings) -> Iterator[Row]:
    """From a key to the last byte it draws, journaled on the way; in twenty paragraphs, and in a single one."""
    directory = _expert(settings)
    for what, paragraphs in (("in 20 paragraphs", _PARAGRAPHS), ("in one paragraph", 1)):
        text = _text(settings.few(CHARACTERS, 300), paragraphs)
        ours, bare = _keys(settings, directory, text), _bare(settings, text)
        beside = statistics.median(bare)
        slow = sorted(ours)[int(0.95 * (len(ours) - 1))]
        yield Row(
            f"key in an opinion of {len(text):,} characters {what}", statistics.median(ours), "ms", 30,
            note=f"95 of 100 within {slow:.0f} ms; in a bare text area of that size {beside:.0f} ms",
        )  # fmt: skip


def _text(characters: int, paragraphs: int) -> str:
    each = (_SENTENCE * (characters // len(_SENTENCE) + 1))[: characters // paragraphs]
    return "\n".join([each] * paragraphs)


def _keys(settings: Settings, directory: Path, text: str) -> list[float]:
    _empty_opinion(directory)
    with Terminal((zhubi(),), _child() | {"ZHUBI_HOME": str(directory)}) as terminal:
        terminal.painted("BM000001")
        terminal.rest(_SETTLED)
        terminal.send(b"\r")
        terminal.painted("综合意见")
        # All but the opinion is filled in: the next missing item is its text.
        terminal.send(_NEXT_MISSING)
        terminal.rest(1)
        terminal.paste(text)
        terminal.rest(1)
        return _pressed(terminal, settings)


def _bare(settings: Settings, text: str) -> list[float]:
    with Terminal((sys.executable, str(HERE / "baretext.py")), _child()) as terminal:
        terminal.rest(1)
        terminal.paste(text)
        terminal.rest(1)
        return _pressed(terminal, settings)


def _pressed(terminal: Terminal, settings: Settings) -> list[float]:
    # A character, and the key that takes it back: the text stays as long as it is.
    taken = [terminal.press(key) for key in ["好", "backspace"] * settings.few(40, 5)]
    return [each for each in taken if each is not None]


def _expert(settings: Settings) -> Path:
    """An expert whose only project is unsealed and filled in."""
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import overview

    made = fresh_office(settings, "writing", Wanted(1))
    with served(made) as url, enrolled(settings, made, url, "writing") as desk:
        for act in (commit_all, declare_all):
            synchronised(desk)
            act(desk)
        synchronised(desk)
        fill(desk, overview.rows(desk, None, 0, 1)[0].key)
        return desk.directory


def _empty_opinion(directory: Path) -> None:
    from zhubi.expert.desk import opening, overview, review

    with opening.open_desk(directory) as desk:
        review.set_opinion(desk, overview.rows(desk, None, 0, 1)[0].key, "")


def _child() -> dict[str, str]:
    return environment() | {"BENCH_KEYRING": os.environ["BENCH_KEYRING"]}
