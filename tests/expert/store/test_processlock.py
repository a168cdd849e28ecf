"""Two copies of the app on one store: the second is told which process has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.processlock import ProcessLock

HOLD = """
import sys
from pathlib import Path
from zhubi.expert.store.processlock import ProcessLock
ProcessLock(Path(sys.argv[1])).take()
print("held", flush=True)
sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_copy_learns_the_process_of_the_first(tmp_path: Path) -> None:
    with holder(tmp_path / "store.lock") as process:
        with pytest.raises(StoreError) as caught:
            ProcessLock(tmp_path / "store.lock").take()
        process.kill()
    assert caught.value.kind == "store.in-use"
    assert caught.value.details["pid"] == process.pid


def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    with holder(tmp_path / "store.lock") as process:
        process.kill()
    lock = ProcessLock(tmp_path / "store.lock")
    lock.take()
    lock.drop()


def test_a_dropped_lock_can_be_taken_again(tmp_path: Path) -> None:
    first, second = ProcessLock(tmp_path / "store.lock"), ProcessLock(tmp_path / "store.lock")
    first.take()
    with pytest.raises(StoreError):
        second.take()
    first.drop()
    first.drop()
    second.take()
    second.drop()
