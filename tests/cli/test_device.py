"""The devices of a person from a shell: a new one asks, the old one vouches, both are listed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from zhubi.core.trust.invitations import encode_invitation


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


def test_a_new_device_from_a_shell(enrolled: Any, shell: Any, tmp_path: Path, capsys: Any) -> None:
    shell("sync")
    letter, request, answer = (tmp_path / name for name in ("邀请.txt", "请求.txt", "担保.txt"))
    invitation = enrolled.invite(person=enrolled.invitation.person)
    letter.write_text(encode_invitation(invitation), encoding="utf-8")
    new = expert.Shell(tmp_path / "new", tmp_path, capsys)
    given = (str(letter), "--device", "平板", "--yes", "--pin-file", str(new.pin))
    status, _, err = new("enrol", *given)
    assert status == 1 and "--ask-voucher" in err

    status, out, err = new("enrol", *given, "--ask-voucher", str(request))
    assert (status, err) == (0, "")
    code = next(line for line in out.splitlines() if line.startswith("核对码"))[4:]
    status, out, err = shell(
        "device", "vouch", str(request), "-o", str(answer), "--yes", "--pin-file", str(shell.pin)
    )
    assert status == 0 and "平板" in err and code in err
    status, out, err = new("enrol", *given, "--vouched", str(answer))
    assert (status, err) == (0, "")
    assert "未签名的草稿找不回来" in out
    assert new("sync")[0] == 0
    status, out, _ = new("device", "list")
    assert status == 0
    assert "平板（本机）  有效  由旧设备担保" in out
    rows = json.loads(new("device", "list", "--json")[1])
    assert [each["vouched"] for each in rows] == [False, True]
