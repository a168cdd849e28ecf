"""Going out and signing in, from a shell."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from zhubi.cli.commands import run


def _stories() -> ModuleType:
    # Test folders are no packages: the office of the expert's tests is loaded by its path.
    name = "expert_stories_for_trips"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, Path(__file__).parent.parent / "expert" / "conftest.py"
        )
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


stories = _stories()
cheap_argon = stories.cheap_argon


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Three projects of Dazu, everything here, the office out of reach."""
    story = stories.Story(tmp_path, stories.Clock(datetime.now(UTC)))
    stories.seat_expert(story, *stories.DAZU)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    story.server.stop()
    secret = tmp_path / "passphrase"
    secret.write_text(stories.PASSPHRASE, encoding="utf-8")
    monkeypatch.setenv("ZHUBI_PASSPHRASE_FILE", str(secret))
    monkeypatch.delenv("ZHUBI_LANG", raising=False)
    (tmp_path / "pin").write_text(stories.PIN, encoding="utf-8")
    monkeypatch.setattr("zhubi.expert.desk.trip.ROOM_FOR_EVIDENCE", 1024)
    story.desk.close()
    yield story
    story.close()


def said(story: Any, capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    status = run(["--directory", str(story.folder / "expert"), *command])
    words = capsys.readouterr()
    assert "Traceback" not in words.err + words.out
    return status, words.out


def test_pack_ends_in_one_line_and_its_status_says_the_same(
    packed: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out = said(packed, capsys, "pack")
    assert (status, out.splitlines()[-1]) == (0, "可以出发：3个项目齐备。")
    for blob in (packed.folder / "expert").glob("**/blobs/*/*"):
        blob.unlink()
    status, out = said(packed, capsys, "pack", "--json")
    found = json.loads(out)
    assert (status, found["ready"]) == (1, False)
    assert found["sentence"].startswith("还差")


def test_signing_in_for_one_project_and_then_for_the_rest(
    packed: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    pin = str(packed.folder / "pin")
    status, out = said(packed, capsys, "attend", "DZ26-002", "--pin-file", pin)
    assert (status, out.splitlines()) == (0, ["已签到1项。", "DZ26-002\t到会1 技术专家1"])
    status, out = said(packed, capsys, "attend", "--mode", "meeting", "--pin-file", pin)
    assert (status, out.splitlines()[0]) == (0, "已签到2项。")
    status, out = said(packed, capsys, "attend", "--pin-file", pin)
    assert (status, out) == (0, "没有需要签到的项目。\n")
