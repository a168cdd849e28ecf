"""What one keystroke into a sheet costs before it is safe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from settings import Settings
from table import Row
from timing import medians, milliseconds


class _Secret:
    """The store's secret, kept as long as the measuring lasts."""

    _kept: bytes | None = None

    def load(self) -> bytes | None:
        return self._kept

    def save(self, secret: bytes) -> None:
        self._kept = secret

    def forget(self) -> None:
        self._kept = None


def journal(settings: Settings) -> Iterator[Row]:
    """One edit of a full sheet journaled, beside as many bytes appended to a file and one fsync, on the same disk."""
    from zhubi.core.model.sheet import Score, Sheet
    from zhubi.core.trust.canonical import canonical
    from zhubi.expert.store.store import Store
    from zhubi.expert.store.values import AssignmentKey

    moment = datetime(2026, 7, 3, 7, 0, tzinfo=UTC)
    key = AssignmentKey(
        "bench", "01900001-0000-7000-8000-000000000001", "01900002-0000-7000-8000-000000000001"
    )
    directory = settings.place / "journal"
    _empty(directory)
    words = "技术路线总体可行，关键指标有依据，进度安排略紧。"
    scores = tuple(Score(criterion=f"item-{number}", points=80, comment=words) for number in range(10))
    sheet = Sheet(scores=scores, recommendation="support", opinion=words * 20)
    size = len(canonical(sheet.model_dump(mode="json")))
    typed = 0
    with (
        Store.create(directory / "store", _Secret()) as store,
        (directory / "bare").open("ab", buffering=0) as bare,
    ):
        store.drafts.begin(
            key, sheet, rulebook="a" * 64, version="b" * 64, missing=3, score_text="80", now=moment
        )

        def edit() -> float:
            nonlocal typed
            typed += 1
            newer = sheet.model_copy(update={"opinion": sheet.opinion + str(typed)})
            return milliseconds(
                lambda: store.drafts.write(key, newer, missing=3, score_text="80", now=moment)
            )

        def append() -> None:
            bare.write(b"x" * size)
            os.fsync(bare.fileno())

        ours, fsync = medians(settings.few(301, 21), edit, lambda: milliseconds(append), warmups=5)
    note = "synchronous=FULL: safe against a kill and against power loss when the call returns"
    yield Row("journal one edit", ours, "ms", 2, f"write of {size:,} B + fsync", fsync, note=note)


def _empty(directory: Path) -> None:
    import shutil

    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
