"""A rulebook of one's own, from its folder to a round that is open under it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from zhubi.cli import commands
from zhubi.locale import use_language

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "horizon-europe"


@pytest.fixture(autouse=True)
def own_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHUBI_OFFICE", str(tmp_path / "office"))


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = commands.run(["--lang", "en", *arguments])
    use_language("zh_CN")
    return status, *capsys.readouterr()


def test_a_folder_is_checked_and_a_round_opened_under_it(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "rulebook", "check", str(EXAMPLE))
    assert status == 0, out
    assert said(capsys, "office", "init", "--organiser", "Agency", "--manager", "Eva")[0] == 0
    status, _, err = said(
        capsys, "office", "round", "open", "RIA 2026", "--policy", str(EXAMPLE), "--kind", "he.ria-evaluation",
        "--closes", "+9d",
    )  # fmt: skip
    assert status == 0, err
    _, out, _ = said(capsys, "office", "round", "show")
    assert "RIA 2026" in out


def test_no_round_opens_under_a_folder_with_a_fault(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    faulty = tmp_path / "horizon-europe"
    shutil.copytree(EXAMPLE, faulty)
    kind = faulty / "ria-evaluation.toml"
    kind.write_text(kind.read_text("utf-8").replace("sheet.total >= 20", "sheet.totl >= 20"), "utf-8")
    assert said(capsys, "office", "init", "--organiser", "Agency", "--manager", "Eva")[0] == 0
    status, out, err = said(
        capsys, "office", "round", "open", "RIA 2026", "--policy", str(faulty), "--kind", "he.ria-evaluation",
        "--closes", "+9d",
    )  # fmt: skip
    assert status != 0
    assert "sheet.totl" in out + err
    assert "Traceback" not in out + err
