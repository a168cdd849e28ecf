"""材料清退 from a shell: what is gone is said, what was never signed is asked about, and the record is signed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from zhubi.demo.sheets import fill
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
def over(enrolled: Any, shell: Any) -> Any:
    """A round that has ended, with one sheet that was typed and never signed; the machine does not know it yet."""
    desk = enrolled.open()
    enrolled.declare_all(desk, enrolled.round)
    enrolled.sync(desk)
    fill(desk, overview.rows(desk, None, 0, 9)[0].key)
    desk.close()
    assert shell("purge")[:2] == (0, "没有要清退的场次。\n")
    enrolled.clock.on(seconds=2)
    enrolled.change(enrolled.round, "close")
    enrolled.change(enrolled.round, "end")
    return enrolled


def test_a_purge_from_a_shell(over: Any, shell: Any) -> None:
    shell("sync")
    status, out, err = shell("purge", "--dry-run", "--json")
    (seen,) = json.loads(out).values()
    assert (status, err) == (0, "")
    assert (seen["deleted"], seen["signed"], seen["drafts"], seen["dossiers"]) == (True, False, 1, 3)
    status, out, _ = shell("purge", "--dry-run")
    assert "1份草稿写过而没有签名" in out and "清退确认还没有签名" in out and "打印" in out
    status, out, err = shell("purge", "--pin-file", str(shell.pin))
    assert (status, err) == (0, "")
    assert "清退确认已签名。" in out
    assert shell("sync")[0] == 0
    status, out, _ = shell("purge", "--dry-run", "--json")
    (seen,) = json.loads(out).values()
    assert (seen["signed"], seen["drafts"]) == (True, 0)
    assert "已清退" in shell("status")[1]


def test_a_round_that_goes_on_is_left_alone(enrolled: Any, shell: Any) -> None:
    shell("sync")
    status, out, _ = shell("purge", "评审场次", "--pin-file", str(shell.pin))
    assert status == 0
    assert "还没有结束，不清退" in out
