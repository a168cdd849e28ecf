"""Everything the rules say can be said in both languages."""

from __future__ import annotations

import re
from importlib.resources import files

from zhubi.locale import catalogue

_KEY = re.compile(r'"(rules\.[a-z][a-z-]+[a-z])"')


def test_the_two_languages_say_the_same_things() -> None:
    for room in ("rules", "rulebook"):
        chinese, english = catalogue(room, "zh_CN"), catalogue(room, "en")
        assert set(chinese) == set(english)
        for key, sentence in chinese.items():
            names = set(re.findall(r"{(\w+)}", sentence))
            assert names == set(re.findall(r"{(\w+)}", english[key])), key


def test_every_key_in_the_rules_has_a_sentence() -> None:
    sources = files("zhubi.core.rules")
    used = {
        key
        for each in sources.iterdir()
        if each.name.endswith(".py")
        for key in _KEY.findall(each.read_text(encoding="utf-8"))
    }
    assert len(used) > 20
    assert used <= set(catalogue("rules", "zh_CN"))
