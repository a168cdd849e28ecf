"""Every fault of trust can be said in both languages, with the details it carries."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from string import Formatter

import pytest

from zhubi.core.trust import invitations, vouching
from zhubi.locale import catalogue


def raised() -> dict[str, set[str]]:
    """The kinds that the room raises, and the details each raise gives, read from its source."""
    found: dict[str, set[str]] = {}
    # What is pasted as text names its faults by its sort.
    for sort in {invitations._FORM.kind, vouching._REQUEST.kind, vouching._ANSWER.kind}:
        found |= {f"trust.{sort}-malformed": {"reason"}, f"trust.{sort}-incomplete": {"found", "expected"}}
        found[f"trust.{sort}-version"] = {"found"}
    for source in files("zhubi.core.trust").iterdir():
        if source.name.endswith(".py"):
            for kind in re.findall(r'"(trust\.[a-z0-9-]+)"', source.read_text(encoding="utf-8")):
                found.setdefault(kind, set())
            for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "TrustError":
                    name = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
                    if name is not None:
                        found[name] |= {word.arg for word in call.keywords if word.arg}
    return found


KINDS = raised()


@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
def test_every_kind_has_its_sentence_and_no_sentence_is_left_over(tongue):
    assert set(catalogue("trust", tongue)) == set(KINDS)


@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
def test_a_sentence_names_only_what_the_fault_tells(tongue):
    variable = {"trust.pin-form", "trust.passphrase-form", "trust.cannot-read", "trust.cannot-write"}
    for kind, sentence in catalogue("trust", tongue).items():
        named = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        assert kind in variable or named <= KINDS[kind], kind


def test_both_languages_tell_the_same():
    chinese, english = catalogue("trust", "zh_CN"), catalogue("trust", "en")
    for kind in KINDS:
        named = [
            sorted(n for _, n, _, _ in Formatter().parse(said[kind]) if n) for said in (chinese, english)
        ]
        assert named[0] == named[1], kind
