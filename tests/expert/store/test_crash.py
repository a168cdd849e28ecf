"""Killed at any moment: everything that was acknowledged is there, and nothing readable lies on the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.sheet import Score, Sheet
from zhubi.expert.store.store import Store

TYPIST = Path(__file__).parent / "typist.py"


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.07, 0.15, 0.3, 0.55])
def test_every_acknowledged_edit_survives_kill_minus_nine(
    store: Store, world: Any, secret: Any, tmp_path: Path, seconds: float
) -> None:
    key = world.key(1, 3)
    store.close()
    acknowledged = 0
    for _ in range(2):
        acknowledged = max(acknowledged, typed_until_killed(tmp_path / "device", secret.secret, key, seconds))
        data = b"".join(path.read_bytes() for path in (tmp_path / "device").rglob("*") if path.is_file())
        assert "金丝雀".encode() not in data
        with Store.open(tmp_path / "device", secret) as again:
            draft = again.drafts.read(key)
            assert draft is not None
            number, _, words = draft.sheet.opinion.partition(":")
            assert int(number) >= acknowledged
            assert words == "金丝雀" * (int(number) % 400)
            found = again.drafts.recovered(key)
            assert found is not None
            assert found.at == draft.saved_at
            again.drafts.keep_recovered(key)


def typed_until_killed(directory: Path, secret: bytes, key: Any, seconds: float) -> int:
    """Lets a child type for a while after its first edit, kills it, and gives the last edit it had acknowledged."""
    command = [sys.executable, str(TYPIST), str(directory), secret.hex(), key.office, key.round, key.dossier]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        lines = [first, *process.stdout.read().splitlines(keepends=True)]
        timer.join()
    # The last line may be cut in two by the kill itself.
    return int([line for line in lines if line.endswith("\n")][-1])


# At every single write


def begins(store: Store, key: Any, now: datetime) -> None:
    store.drafts.begin(
        key, Sheet(opinion="第一个字"), rulebook="b" * 64, version="e" * 64, missing=1, score_text="", now=now,
        begun_as="a" * 64, before=Sheet(),
    )  # fmt: skip


def types(store: Store, key: Any, now: datetime) -> None:
    store.drafts.write(
        key, Sheet(opinion="接着写"), missing=0, score_text="86", look_again=["opinion"], now=now
    )


def moves(store: Store, key: Any, now: datetime) -> None:
    draft = store.drafts.read(key)
    assert draft is not None
    with store.writing():
        store.earlier.put(key, draft, now)
        store.drafts.move(
            key, Sheet(scores=(Score(criterion="goal", points=9),)), rulebook="c" * 64, version="f" * 64,
            begun_as="d" * 64, look_again=["score:goal"], missing=2, score_text="", now=now,
        )  # fmt: skip


def goes_back(store: Store, key: Any, now: datetime) -> None:
    with store.writing():
        moves(store, key, now)
        (first, *_) = store.earlier.all(key)
        draft = store.drafts.read(key)
        assert draft is not None
        store.earlier.put(key, draft, now)
        store.drafts.move(
            key, first.sheet, rulebook=first.rulebook, version=first.version, begun_as=first.begun_as,
            look_again=(), missing=1, score_text="", now=now,
        )  # fmt: skip
        store.earlier.drop(first.number)


def decides(store: Store, key: Any, now: datetime) -> None:
    with store.writing():
        store.drafts.keep_against(key, ["a" * 64])
        store.drafts.looked_again(key, ["opinion"])


def keeps_a_phrase(store: Store, key: Any, now: datetime) -> None:
    store.phrases.add("指标有据", now)


def seen(store: Store, key: Any) -> tuple[Any, ...]:
    """All that these acts may change, as it is found."""
    draft, recovered = store.drafts.read(key), store.drafts.recovered(key)
    return (
        draft,
        None if recovered is None else (recovered.before, recovered.edits),
        [(each.sheet, each.rulebook) for each in store.earlier.all(key)],
        [each.words for each in store.phrases.all()],
        [(each.missing, each.score_text) for each in store.drafts.all()],
    )


@pytest.mark.parametrize("act", [begins, types, moves, goes_back, decides, keeps_a_phrase])
def test_killed_before_any_write_it_is_all_as_it_was_or_all_as_it_became(
    store: Store,
    world: Any,
    secret: Any,
    tmp_path: Path,
    now: datetime,
    act: Callable[[Store, Any, datetime], None],
) -> None:
    key, home = world.key(1, 3), tmp_path / "device"
    begins(store, key, now)
    store.drafts.settle(key)
    store.drafts.looked_again(key, ["opinion", "score:goal"])
    before = seen(store, key)
    store.close()
    for number in range(1, 200):
        killed = killed_at(number, home, secret, lambda opened: act(opened, key, now + timedelta(seconds=1)))
        with Store.open(home, secret) as again:
            found = seen(again, key)
        if not killed:
            break
        assert found == before, f"half done before write {number}"
    assert number > 2, "there were writes to be killed at"
    assert found != before, "acknowledged, and there"
    offered = found[1]
    assert (offered is not None) == (act in (begins, types)), (
        "what was typed is offered; what was chosen stands"
    )


def killed_at(number: int, home: Path, secret: Any, act: Callable[[Store], None]) -> bool:
    """Does something in a child that dies before its write of this number; whether it died."""
    child = os.fork()
    if child == 0:
        store = Store.open(home, secret)
        count = 0

        def traced(_cursor: Any, statement: str, _bindings: Any) -> bool:
            nonlocal count
            if statement.lstrip().split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE", "COMMIT"):
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)
            return True

        store._database._writer.exec_trace = traced
        status = 1
        try:
            act(store)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the act itself failed"
    return os.WIFSIGNALED(status)
