"""Contact reports from a shell: the expert's side, and the inspector's."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.trust.invitations import encode_invitation


def _shells() -> Any:
    # Test folders are no packages: the shell of the other tests is loaded by its path.
    spec = importlib.util.spec_from_file_location("expert_shells", Path(__file__).with_name("test_expert.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["expert_shells"] = module
    spec.loader.exec_module(module)
    return module


shells = _shells()
cheap_argon, story, shell = shells.cheap_argon, shells.story, shells.shell

FORM = 'who = "某公司副总"\nwhen = "昨晚"\nasked = """请求打高分\n第二行"""\ngift = "拒收"\n'


@pytest.fixture
def enrolled(story: Any, shell: Any, tmp_path: Path) -> Iterator[Any]:
    from zhubi.office.opening import add_staff

    add_staff(story.office, "纪检甲", "inspector")
    letter = tmp_path / "invitation.txt"
    letter.write_text(encode_invitation(story.invite()), encoding="utf-8")
    status, _, err = shell("enrol", str(letter), "--yes", "--pin-file", str(shell.pin))
    assert status == 0, err
    assert shell("sync")[0] == 0
    yield story


def office(story: Any, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    from zhubi.cli.commands import run

    capsys.readouterr()
    status = run(["office", "--dir", str(story.office.directory), *arguments])
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return status, said.out, said.err


def test_from_the_form_to_the_inspector(
    enrolled: Any, shell: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, form, _ = shell("contact", "--template")
    assert status == 0 and "who =" in form
    path = tmp_path / "report.toml"
    path.write_text(FORM, encoding="utf-8")
    status, out, err = shell("contact", "--from", str(path), "--pin-file", str(shell.pin))
    assert status == 1 and "未签名" in err and "组织方仍可看到" in err
    assert "没有送出过" in shell("contact")[1]
    status, out, err = shell(
        "contact", "--from", str(path), "--keep-copy", "--yes", "--pin-file", str(shell.pin)
    )
    assert status == 0 and "已送达" in out, err
    status, out, _ = shell("contact")
    code = out.split()[0]
    assert "已送达" in out and "有留存" in out
    status, out, _ = shell("contact", "--show", code)
    assert status == 0 and "请求打高分\n    第二行" in out
    status, out, _ = office(enrolled, capsys, "letters", "--as", "纪检甲")
    assert status == 0
    assert code in out and "陈思远" in out and "某公司副总" in out and "签名有效" in out
    assert office(enrolled, capsys, "letters", code, "--as", "纪检甲")[1] == out
    status, out, _ = office(enrolled, capsys, "letters", "0000-00", "--as", "纪检甲")
    assert status == 1 and "没有编号" in out


def test_others_of_the_office_are_refused(
    enrolled: Any, shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = office(enrolled, capsys, "letters")
    assert status == 1 and not out and "评审处" in err and "纪检甲" in err
    status, out, _ = office(enrolled, capsys, "letters", "--as", "纪检甲")
    assert status == 0 and "没有密封件" in out


@pytest.mark.parametrize("form", ["who = ", 'who = "某"\nauthor = "x"\n', "who = 3\n", 'when = "昨晚"\n'])
def test_a_form_that_cannot_be_used_signs_nothing(
    enrolled: Any, shell: Any, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "report.toml"
    path.write_text(form, encoding="utf-8")
    status, _, err = shell("contact", "--from", str(path), "--yes", "--pin-file", str(shell.pin))
    assert status == 1 and err.strip()
    assert "没有送出过" in shell("contact")[1]


def test_a_copy_that_was_not_kept_is_said_to_be_nowhere(enrolled: Any, shell: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.toml"
    path.write_text(FORM, encoding="utf-8")
    assert shell("contact", "--from", str(path), "--yes", "--pin-file", str(shell.pin))[0] == 0
    code = shell("contact")[1].split()[0]
    status, out, err = shell("contact", "--show", code)
    assert status == 1 and not out and "没有留存" in err
