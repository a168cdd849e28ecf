"""Every fault of ledger, vault and opening can be said in both languages, with the details it carries."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import zhubi.office
from zhubi.locale import catalogue

ROOMS = ("ledger", "vault", "opening")
HOUSE = Path(zhubi.office.__file__).parent


def raised(room: str) -> dict[str, set[str]]:
    """The kinds of a room that the office raises, and the details each gives, read from the source."""
    found: dict[str, set[str]] = {}
    for source in HOUSE.rglob("*.py"):
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            kind = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
            name = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
            if not isinstance(kind, str) or not re.fullmatch(rf"{room}\.[a-z-]+", kind):
                continue
            if name.endswith("Error") or name == "__init__":
                found.setdefault(kind, set()).update(word.arg for word in call.keywords if word.arg)
    return found


def named(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
@pytest.mark.parametrize("room", ROOMS)
def test_every_kind_has_its_sentence_and_no_sentence_is_left_over(room: str, tongue: str) -> None:
    assert set(catalogue(room, tongue)) == set(raised(room))


@pytest.mark.parametrize("room", ROOMS)
def test_a_sentence_names_only_what_the_fault_tells_and_the_same_in_both_languages(room: str) -> None:
    chinese, english = catalogue(room, "zh_CN"), catalogue(room, "en")
    for kind, details in raised(room).items():
        assert named(chinese[kind]) == named(english[kind]), kind
        assert named(chinese[kind]) <= details, kind
