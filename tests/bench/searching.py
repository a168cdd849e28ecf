"""How soon a search answers, what the index takes, how fast it is written, and what a key feels of that meanwhile."""

from __future__ import annotations

import re
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from settings import Settings
from table import Row
from timing import milliseconds

DOSSIERS, BYTES_A_DOSSIER, SECTIONS = 2_000, 20_000, 10
PAGES, BYTES_A_PAGE, PAGES_AN_ATTACHMENT = 20_000, 1_500, 10
KEY = bytes(range(32))
_TYPED = "申报书附件里写到的指标和经费，请核对一下技术路线与进度安排是否合理"


def search(settings: Settings) -> Iterator[Row]:
    """Made-up dossiers of clauses from the demonstration's, shuffled, each with a few words of its own."""
    from zhubi.expert.store.searchindex import SearchReader
    from zhubi.expert.store.searchwords import wanted

    dossiers, pages = settings.few(DOSSIERS, 40), settings.few(PAGES, 400)
    path = settings.place / "search" / f"search-{dossiers}.db"
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir(parents=True)
    chance = _Chance(7)
    clauses = _clauses()
    start = time.perf_counter()
    size = _write(path, clauses, dossiers, pages, chance)
    took = time.perf_counter() - start
    count = dossiers * SECTIONS + pages
    allowed = frozenset(f"{name}-{each}" for name in ("content", "papers") for each in range(dossiers))
    reader = SearchReader(path, KEY)
    asked = []
    for _ in range(settings.few(1_000, 60)):
        clause = clauses[chance.below(len(clauses))]
        at = chance.below(len(clause))
        asked.append(clause[at : at + 1 + chance.below(6)])
    asked += ["的", "技术", "不在任何材料里", "的的项目", "a", "2026", "项目 经费"]
    answers = []
    for typed in asked:
        question = wanted(typed)
        if question is not None:
            answers.append(milliseconds(partial(reader.find, question, allowed, 50)))
    reader.close()
    answers.sort()
    held = sum(each.stat().st_size for each in path.parent.glob(path.name + "*"))
    told = f"{dossiers} dossiers of 20 KB, {pages} pages; median {statistics.median(answers):.1f} ms"
    yield Row("search to first results, p95", answers[len(answers) * 95 // 100], "ms", 30, note=told)
    yield Row("search to first results, the slowest", answers[-1], "ms", 200, note="no promise")
    yield Row("search index on disk", held / 1e6, "MB", 2.2, "text in UTF-8", size / 1e6)
    yield Row(
        "search index, a page written", 1000 * took / count, "ms", 10, note=f"{count / took:.0f} pages/s"
    )
    quiet, busy = _keys(settings, path, clauses)
    yield Row(
        "key in a text field while the index is written, median", busy, "ms", 1.5, "the same, idle", quiet
    )


class _Chance:
    """Numbers that look like chance and are the same in every run."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, limit: int) -> int:
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % limit


def _clauses() -> list[str]:
    text = []
    for each in sorted(Path(str(files("zhubi.demo") / "content")).rglob("*")):
        if each.suffix in (".toml", ".md", ".txt", ".json"):
            with suppress(UnicodeDecodeError):
                text.append(each.read_text(encoding="utf-8"))
    rules = sorted(Path(str(files("zhubi.core.rulebooks"))).rglob("*.toml"))
    text += [each.read_text(encoding="utf-8") for each in rules]
    found = re.findall(r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9%.]{4,40}", "\n".join(text))
    return sorted(set(found))


def _text(clauses: Sequence[str], size: int, chance: _Chance) -> str:
    parts: list[str] = []
    length = 0
    while length < size:
        clause = clauses[chance.below(len(clauses))]
        if not chance.below(8):
            clause += "".join(chr(0x4E00 + chance.below(4000)) for _ in range(3)) + str(chance.below(10_000))
        parts.append(clause)
        length += len(clause.encode()) + 3
    return "，".join(parts)


def _write(path: Path, clauses: Sequence[str], dossiers: int, pages: int, chance: _Chance) -> int:
    """Writes an index as the indexing process does; the bytes of text that went into it."""
    from zhubi.expert.store.searchindex import PageText, SearchWriter

    size = 0
    each_has = max(1, pages // dossiers)
    with SearchWriter(path, KEY) as writer:
        for dossier in range(dossiers):
            for name, count, length in (
                ("content", SECTIONS, BYTES_A_DOSSIER // SECTIONS), ("papers", each_has, BYTES_A_PAGE),
            ):  # fmt: skip
                texts = [_text(clauses, length, chance) for _ in range(count)]
                size += sum(len(text.encode()) for text in texts)
                document = writer.begin(f"{name}-{dossier}", name)
                writer.add(document, [PageText(at, "page", "", text) for at, text in enumerate(texts, 1)])
                writer.finish(document)
    return size


def _keep_writing(path: Path, clauses: Sequence[str]) -> None:
    import os

    with suppress(OSError, AttributeError):
        os.nice(10)
    while True:
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir(parents=True)
        _write(path, clauses, 2_000, 20_000, _Chance(3))


def _keys(settings: Settings, path: Path, clauses: Sequence[str]) -> tuple[float, float]:
    """A key typed into a text area, until it is drawn: with nothing beside it, and while an index is written."""
    import asyncio

    other = path.parent.parent / "search-busy" / "search-1.db"
    quiet = asyncio.run(_typing(settings.few(120, 20)))
    writing = get_context("spawn").Process(target=_keep_writing, args=(other, clauses), daemon=True)
    writing.start()
    try:
        time.sleep(settings.few(6, 3))
        busy = asyncio.run(_typing(settings.few(120, 20)))
    finally:
        writing.kill()
        writing.join()
    return quiet, busy


async def _typing(keys: int) -> float:
    from textual import events
    from textual.app import App, ComposeResult
    from textual.widgets import TextArea

    class Typing(App[None]):
        def compose(self) -> ComposeResult:
            yield TextArea()

    taken: list[float] = []
    app: Any = Typing()
    async with app.run_test(size=(120, 40)) as pilot:
        for number in range(keys):
            letter = _TYPED[number % len(_TYPED)]
            start = time.perf_counter()
            # Not pilot.press: it rests longer than any key takes.
            app.query_one(TextArea).post_message(events.Key(letter, letter))
            await pilot.pause(0)
            taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)
