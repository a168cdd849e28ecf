"""The views of a whole round from a shell."""

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
from zhubi.expert.desk import overview, review


def _stories() -> ModuleType:
    # Test folders are no packages: the office of the expert's tests is loaded by its path.
    name = "expert_stories_for_round_views"
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
def scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Three projects of Dazu: two scored alike, one not begun."""
    story = stories.Story(tmp_path, stories.Clock(datetime.now(UTC)))
    stories.seat_expert(story, *stories.DAZU)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    for row in overview.rows(story.desk, None, 0, 2):
        for criterion in review.open_review(story.desk, row.key).state.criteria:
            review.set_score(story.desk, row.key, criterion.id, "9")
    secret = tmp_path / "passphrase"
    secret.write_text(stories.PASSPHRASE, encoding="utf-8")
    monkeypatch.setenv("ZHUBI_PASSPHRASE_FILE", str(secret))
    monkeypatch.delenv("ZHUBI_LANG", raising=False)
    story.desk.close()
    yield story
    story.close()


def said(scored: Any, capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str, str]:
    status = run(["--directory", str(scored.folder / "expert"), *command])
    words = capsys.readouterr()
    assert "Traceback" not in words.err + words.out
    return status, words.out, words.err


def test_the_grid_has_a_line_a_project_with_total_and_place(
    scored: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = said(scored, capsys, "grid")
    assert (status, err) == (0, "")
    lines = [line.split("\t") for line in out.splitlines()[2:]]
    assert [(line[0], line[-3], line[-2]) for line in lines] == [
        ("DZ26-002", "27", "1="), ("DZ26-004", "27", "1="), ("DZ26-007", "--", "--"),
    ]  # fmt: skip


def test_the_grid_as_json_is_for_programs(scored: Any, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(scored, capsys, "grid", "评审场次", "--json")
    found = json.loads(out)
    assert status == 0
    assert [each["total"] for each in found["projects"]] == ["27", "27", ""]
    assert found["projects"][0]["cells"]["node"]["value"] == "9"
    assert {each["id"] for each in found["columns"]} >= {"node", "recommendation"}


def test_the_glance_says_what_is_alike(scored: Any, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(scored, capsys, "glance")
    assert status == 0
    assert "第1名并列：DZ26-002、DZ26-004，同为27分。" in out and "只在本机计算，不上传。" in out
    assert json.loads(said(scored, capsys, "glance", "--json")[1])["finished"] == 2


def test_two_projects_side_by_side(scored: Any, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(scored, capsys, "compare", "DZ26-002", "DZ26-007")
    assert status == 0
    assert "DZ26-002" in out.splitlines()[0] and "DZ26-007" in out.splitlines()[0]
    assert any(line.startswith("* ") and line.endswith("9\t--") for line in out.splitlines())
    only = said(scored, capsys, "compare", "DZ26-002", "DZ26-007", "--only-differences")[1]
    assert len(only.splitlines()) < len(out.splitlines())
    assert not any(line.startswith("  ") and "\t" in line for line in only.splitlines())


@pytest.mark.parametrize("codes", [("DZ26-002",), ("DZ26-002", "DZ26-002"), ("a", "b", "c", "d")])
def test_as_many_as_can_be_read_side_by_side(
    scored: Any, capsys: pytest.CaptureFixture[str], codes: tuple[str, ...]
) -> None:
    status, _, err = said(scored, capsys, "compare", *codes)
    assert status == 1 and err == "请给出两个或3个不同项目的编号。\n"
