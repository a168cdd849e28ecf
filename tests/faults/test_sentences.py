"""Every fault that the source can name has its sentence in both languages, and fills every gap in it."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "zhubi"
KIND = re.compile(r"^[a-z]+\.[a-z][a-z0-9-]+$")
# What WireError and its kin take for themselves, beside the facts of the sentence.
OWN = {"status", "retry_after"}


class Raised:
    """A place where a fault is made: its kind, the facts that go with it, and whether more facts may."""

    def __init__(self, kind: str, place: str, facts: set[str], more: bool) -> None:
        self.kind, self.place, self.facts, self.more = kind, place, facts, more


def _raised() -> Iterator[Raised]:
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if not name.endswith(("Error", "Conflict", "Failed")) or not isinstance(first, ast.Constant):
                continue
            if isinstance(first.value, str) and KIND.match(first.value):
                facts = {each.arg for each in node.keywords if each.arg}
                facts -= OWN if name == "WireError" else set()
                more = any(each.arg is None for each in node.keywords)
                yield Raised(first.value, f"{file.relative_to(SOURCE)}:{node.lineno}", facts, more)


def _sentences(tongue: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in (SOURCE / "locale" / tongue).glob("*.toml"):
        for slug, sentence in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if isinstance(sentence, str):
                found[f"{file.stem}.{slug}"] = sentence
    return found


def _gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
def test_every_fault_has_a_sentence_with_no_gap_left(tongue: str) -> None:
    known = _sentences(tongue)
    raised = list(_raised())
    assert len(raised) > 100
    silent = sorted({f"{each.kind} ({each.place})" for each in raised if each.kind not in known})
    assert not silent
    gaping = sorted(
        f"{each.kind} ({each.place}) lacks {sorted(missing)}"
        for each in raised
        if not each.more and (missing := _gaps(known[each.kind]) - each.facts)
    )
    assert not gaping


@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
def test_every_sentence_can_be_filled(tongue: str) -> None:
    for key, sentence in _sentences(tongue).items():
        assert sentence.strip(), key
        for _, name, _, _ in string.Formatter().parse(sentence):
            assert name is None or re.match(r"^[a-z_]+$", name), f"{key}: {{{name}}}"
