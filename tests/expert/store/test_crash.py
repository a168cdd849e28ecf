"""Killed at any moment: everything that was acknowledged is there, and nothing readable lies on the disk."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

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
