"""``zhubi rulebook`` for people who write rulebooks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zhubi.cli.rulebook import rulebook
from zhubi.core.rules.compile import shipped, shipped_policies
from zhubi.locale import use_language


@pytest.fixture(autouse=True, params=["zh", "en"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language(request.param)
    yield str(request.param)
    use_language("zh")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rulebook, list(arguments))


def test_the_shipped_rulebooks_are_checked(spoken: str) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert result.output.count("\n") == 5
    assert "zhejiang-2023" in result.output


def test_a_fault_is_shown_with_its_line_and_a_caret(tmp_path: Path, spoken: str) -> None:
    with as_file(files("zhubi.core.rulebooks").joinpath("dazu-2023-26")) as source:
        folder = Path(shutil.copytree(source, tmp_path / "mine"))
    kind = folder / "milestone-assessment.toml"
    kind.write_text(kind.read_text("utf-8").replace("fact.period_months <=", "fact.months <="), "utf-8")
    result = run("check", str(folder))
    assert result.exit_code == 1
    assert "mine/milestone-assessment.toml" in result.output
    assert "fact.months" in result.output
    assert "^" in result.output
    assert "Traceback" not in result.output


def test_a_folder_that_is_no_rulebook(tmp_path: Path, spoken: str) -> None:
    result = run("check", str(tmp_path))
    assert result.exit_code == 1
    assert "policy.toml" in result.output


def test_list_names_every_kind(spoken: str) -> None:
    result = run("list")
    assert result.exit_code == 0
    for name in ("zj.project-appraisal", "spb.project-appraisal", "sx.acceptance-meeting"):
        assert name in result.output
    assert "2026-06-29" in result.output


def test_show_gives_every_item_with_its_basis(spoken: str) -> None:
    result = run("show", "sx.acceptance-meeting")
    assert result.exit_code == 0
    kind = shipped("shanxi-2024-10").kind("sx.acceptance-meeting")
    items = (*kind.criteria, *kind.checks, *kind.materials, *kind.conclusions, *kind.recommendations)
    for item in (*items, *kind.contradictions):
        assert item.name.said(spoken) in result.output
    assert "[晋 第四十三条(二)]" in result.output
    assert "{" not in result.output
    assert "60%" in result.output
    assert "100%" not in result.output


def test_show_json_is_the_compiled_data(spoken: str) -> None:
    result = run("show", "dz.milestone-assessment", "--json")
    assert json.loads(result.output) == shipped("dazu-2023-26").kind("dz.milestone-assessment").model_dump(
        mode="json"
    )


def test_an_unknown_kind_names_those_there_are(spoken: str) -> None:
    result = run("show", "sx.nothing")
    assert result.exit_code == 1
    assert "sx.acceptance-meeting" in result.output


@pytest.mark.parametrize("file", ["kind", "policy"])
def test_schema_is_json(file: str, spoken: str) -> None:
    result = run("schema", file)
    assert result.exit_code == 0
    assert json.loads(result.output)["$schema"].startswith("https://json-schema.org/")


def test_the_page_of_clauses_is_what_the_rulebooks_say(spoken: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "clauses.md").read_bytes()
    assert run("clauses").stdout_bytes == page, (
        "the rulebooks changed: zhubi rulebook clauses > docs/clauses.md"
    )
    for name in shipped_policies():
        for clause in shipped(name).clauses:
            assert f"\n| {clause.id} | ".encode() in page
