"""佐证 from a shell: added, listed, taken off, sent with its review, and opened by the office."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from zhubi.expert.desk import overview


def _expert() -> Any:
    # Test folders are no packages: what the expert's shell is tried with is loaded by its path.
    path = Path(__file__).with_name("test_expert.py")
    spec = importlib.util.spec_from_file_location("expert_shell", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["expert_shell"] = module
    spec.loader.exec_module(module)
    return module


expert = _expert()
cheap_argon, story, shell, enrolled = expert.cheap_argon, expert.story, expert.shell, expert.enrolled


@pytest.fixture
def reading(enrolled: Any, shell: Any) -> Any:
    """The same expert with everything unsealed."""
    desk = enrolled.open()
    enrolled.declare_all(desk, enrolled.round)
    enrolled.sync(desk)
    enrolled.code = overview.rows(desk, None, 0, 9)[0].code
    desk.close()
    return enrolled


def test_evidence_from_a_shell(reading: Any, shell: Any, tmp_path: Path) -> None:
    paper = tmp_path / "检测记录.txt"
    paper.write_text("现场检测三次，均合格", encoding="utf-8")
    status, out, err = shell("evidence", "add", reading.code, str(paper), "--note", "铭牌与任务书一致")
    assert (status, err) == (0, "")
    assert out.count("已加密加入佐证") == 2
    status, out, _ = shell("evidence", "list", reading.code)
    assert status == 0
    assert [line.split("  ")[0] for line in out.splitlines()] == ["1", "2"]
    assert out.count("未签名") == 2
    status, out, _ = shell("evidence", "remove", reading.code, "2")
    assert (status, "已从表上移除" in out) == (0, True)
    status, out, _ = shell("evidence", "list", reading.code)
    assert len(out.splitlines()) == 1


def test_what_cannot_be_added_is_one_sentence_and_keeps_no_other_back(
    reading: Any, shell: Any, tmp_path: Path
) -> None:
    good = tmp_path / "记录.txt"
    good.write_text("合格", encoding="utf-8")
    status, out, err = shell("evidence", "add", reading.code, str(tmp_path / "没有.jpg"), str(good))
    assert status == 1
    assert len(err.strip().splitlines()) == 1
    assert "没有.jpg" in err
    assert "记录.txt" in out
    assert shell("evidence", "add", reading.code)[0] == 2
    status, _, err = shell("evidence", "remove", reading.code, "9")
    assert (status, len(err.strip().splitlines())) == (1, 1)


def test_an_original_is_deleted_only_when_asked(reading: Any, shell: Any, tmp_path: Path) -> None:
    paper = tmp_path / "记录.txt"
    paper.write_text("合格", encoding="utf-8")
    shell("evidence", "add", reading.code, str(paper))
    assert paper.exists()
    _, out, _ = shell("evidence", "add", reading.code, str(paper), "--delete-originals")
    assert not paper.exists()
    assert "删除不等于销毁" in out


def test_the_office_lists_and_opens_what_arrived(reading: Any, shell: Any, tmp_path: Path) -> None:
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import evidence, submit

    desk = reading.open()
    key = overview.rows(desk, None, 0, 9)[0].key
    row = evidence.add_note(desk, key, "铭牌与任务书一致")
    fill(desk, key)
    assert submit.sign(desk, [key], expert.PIN)[0].digest
    submit.submit(desk)
    desk.close()
    office = ("office", "--dir", str(tmp_path / "office"))
    status, out, _ = shell(*office, "evidence", reading.round)
    assert status == 0
    assert row.digest in out
    assert "已接收" in out
    status, out, _ = shell(*office, "evidence", reading.round, "--output", str(tmp_path / "opened"))
    assert status == 0
    (opened,) = (tmp_path / "opened").iterdir()
    assert opened.read_text(encoding="utf-8") == "铭牌与任务书一致"
    assert "陈思远" in opened.name
