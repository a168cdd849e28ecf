"""``zhubi print`` from a shell: files that can be handed over, and what is wrong in a sentence."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PASSPHRASE = "朱笔圈点一二三四五六七八"


def _stories() -> Any:
    # Test folders are no packages: the story of an office and its experts is loaded by its path.
    path = Path(__file__).parents[1] / "expert" / "conftest.py"
    spec = importlib.util.spec_from_file_location("printing_stories", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["printing_stories"] = module
    spec.loader.exec_module(module)
    return module


stories = _stories()
cheap_argon = stories.cheap_argon


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Three projects declared and one of them filled in, and ``zhubi`` run on that machine."""
    from datetime import UTC, datetime

    from zhubi.cli.commands import run
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import overview

    monkeypatch.delenv("ZHUBI_LANG", raising=False)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    monkeypatch.setenv("ZHUBI_PASSPHRASE_FILE", str(secret))
    story = stories.seat_expert(
        stories.Story(tmp_path, stories.Clock(datetime.now(UTC))), *stories.DAZU, title="里程碑考核"
    )
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    fill(story.desk, overview.rows(story.desk, None, 0, 1)[0].key)
    story.desk.close()

    def said(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run(["--directory", str(tmp_path / "expert"), "print", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err

    yield said
    story.close()


def test_one_review_goes_to_the_file_that_is_named_and_it_is_told_that_it_is_in_clear(
    shell: Any, tmp_path: Path
) -> None:
    target = tmp_path / "表.pdf"
    status, out, err = shell("DZ26-002", "-o", target)
    assert (status, out) == (0, f"现场考察表 -- {target}\n")
    assert target.read_bytes().startswith(b"%PDF-") and "明文" in err
    status, out, err = shell("DZ26-002", "-o", target)
    assert (status, out) == (1, "") and "已存在" in err


def test_several_reviews_and_a_whole_round_go_into_a_folder(shell: Any, tmp_path: Path) -> None:
    folder = tmp_path / "打印"
    assert shell("--round", "里程碑", "-o", folder)[0] == 2, "a folder that is there is asked for"
    folder.mkdir()
    status, out, _ = shell("--round", "里程碑", "-o", folder)
    assert (status, out.count("\n")) == (0, 1)
    assert [each.name for each in folder.iterdir()] == ["DZ26-002-陈思远-现场考察表.pdf"]
    status, out, err = shell("DZ26-002", "DZ26-999", "--form", "review", "-o", folder)
    assert (status, out.count("\n")) == (1, 1)
    assert "DZ26-999 未打印" in err


def test_the_forms_of_a_round_are_printed_for_the_round(shell: Any, tmp_path: Path) -> None:
    for form, title in (("commitments", "承诺与回避汇总"), ("signatures", "签字页")):
        status, out, err = shell("--round", "里程碑", "--form", form, "-o", tmp_path)
        assert status == 0, err
        assert out.startswith(title) and list(tmp_path.glob(f"里程碑考核-陈思远-{title}*.pdf"))


def test_what_cannot_be_meant_is_said(shell: Any, tmp_path: Path) -> None:
    for arguments in ((), ("DZ26-002", "--form", "signatures"), ("--form", "review")):
        status, out, err = shell(*arguments, "-o", tmp_path)
        assert (status, out) == (2, "") and "--round" in err
    status, _, err = shell("DZ26-002", "--form", "cuts", "-o", tmp_path)
    assert status == 1 and "建议核减表" in err
    status, _, err = shell("DZ26-002", "--record", "0000-00", "-o", tmp_path)
    assert status == 1 and "0000-00" in err


@pytest.fixture
def office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A round that one expert has handed in to, and ``zhubi office`` run beside no server at all."""
    from datetime import UTC, datetime

    from zhubi.cli.commands import run
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import overview, submit

    monkeypatch.delenv("ZHUBI_LANG", raising=False)
    story = stories.seat_expert(
        stories.Story(tmp_path, stories.Clock(datetime.now(UTC))), *stories.DAZU, title="里程碑考核"
    )
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    key = overview.rows(story.desk, None, 0, 1)[0].key
    fill(story.desk, key)
    submit.sign(story.desk, (key,), stories.PIN)
    assert submit.submit(story.desk).unsent == 0
    code = overview.row(story.desk, key).receipt_code
    story.close()

    def said(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run(["office", "--dir", str(tmp_path / "office"), *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err

    said.code = code  # type: ignore[attr-defined]
    return said


def test_the_office_prints_a_round_without_a_network(office: Any, tmp_path: Path) -> None:
    folder = tmp_path / "打印"
    status, out, err = office("print", "里程碑考核", "-o", folder)
    assert status == 0, err
    assert [each.name for each in folder.iterdir()] == [f"DZ26-002-陈思远-现场考察表-{office.code}.pdf"]
    assert office.code in out and "共 1 份" in err and "明文" in err
    assert err.count("没有可打印的评审表") == 2
    for form, title in (("commitments", "承诺与回避汇总"), ("signatures", "签字页")):
        assert office("print", "里程碑考核", "--form", form, "-o", folder)[0] == 0
        assert len(list(folder.glob(f"*{title}*.pdf"))) == 1
    status, out, err = office("print", "里程碑考核", "-o", folder)
    assert (status, out) == (1, "") and "已存在" in err


def test_the_office_names_the_record_of_a_code(office: Any) -> None:
    status, out, err = office("find", office.code.lower())
    assert (status, err) == (0, "")
    assert out.startswith(f"{office.code}  个人评审表") and "陈思远" in out and "DZ26-002" in out
    status, out, err = office("find", "不是短码")
    assert (status, out) == (1, "") and "7K3M-Q2" in err
