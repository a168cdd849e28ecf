"""Searching from a shell: what is missing is indexed first, and what is found is a place a line."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def _beside() -> Any:
    # Test folders are no packages: the shell and its story are loaded by their path.
    spec = importlib.util.spec_from_file_location("shell_stories", Path(__file__).with_name("test_expert.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["shell_stories"] = module
    spec.loader.exec_module(module)
    return module


shells = _beside()
cheap_argon = shells.cheap_argon


@pytest.fixture
def unsealed(tmp_path: Path) -> Iterator[Any]:
    story = shells.stories.Story(tmp_path, shells.stories.Clock())
    shells.stories.seat_expert(story, *shells.stories.DAZU)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    story.desk.close()
    story.experts.clear()
    yield story
    story.close()


def test_a_word_is_found_in_text_and_as_json(
    unsealed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = shells.Shell(tmp_path / "expert", tmp_path, capsys)
    secret = ("--passphrase-file", str(shell.passphrase))
    status, out, _ = shell("search", "锶", *secret)
    assert status == 0 and "[锶]" in out and out.startswith("DZ26-")
    status, out, _ = shell("search", "锶", "--json", "--limit", "3", *secret)
    found = json.loads(out)
    assert (
        status == 0 and found["asked"] and found["more"] and found["state"]["done"] == found["state"]["total"]
    )
    assert all(
        hit["marks"] and hit["where"] and hit["key"]["round"] == unsealed.round for hit in found["hits"]
    )
    status, out, _ = shell("search", "鿫鿬", *secret)
    assert (status, out) == (1, "")
    status, _, said = shell("search", "——", *secret)
    assert status == 1 and "符号" in said
    status, _, said = shell("search", "锶", "--round", "没有这个场次", *secret)
    assert status == 1 and said
