"""Places in a TOML file, and the line with a caret under the fault."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.rules.places import Path, Place, Places, excerpt

TEXT = """# 说明
id = "a"   # 尾注 = [1]
name = {zh = "中文]", en = 'e'}
list = [1, 2, # 注
  {a = 1, b = 'x.y'},
]
[t.u]
q.r = 3
"k k" = 1979-05-27
[[c]]
id = "one"
expr = 'fact.x > 1'
[[c.sub]]
z = '''
fact.x
  && fact.y'''
[[c]]
id = "two"
[c.m]
y = "he said \\"]\\" twice"
[[c.sub]]
z = 2
"""


def test_every_value_is_found_where_it_stands() -> None:
    places = Places(TEXT)
    assert places.of(("id",)) == Place(2, 6)
    assert places.of(("name", "en")) == Place(3, 26)
    assert places.of(("list", 2, "b")) == Place(5, 15)
    assert places.of(("t", "u", "q", "r")) == Place(8, 7)
    assert places.of(("t", "u", "k k")) == Place(9, 9)
    assert places.of(("c", 0, "expr")) == Place(12, 8)
    assert places.of(("c", 1, "m", "y")) == Place(20, 5)
    assert places.of(("c", 1, "sub", 0, "z")) == Place(22, 5)


def test_keys_have_their_own_place() -> None:
    places = Places(TEXT)
    assert places.of_key(("c", 1, "id")) == Place(18, 1)
    assert places.of_key(("name", "en")) == Place(3, 21)
    assert places.of_key(("c",)) == Place(10, 1)


def test_what_is_not_written_is_shown_by_what_is_around_it() -> None:
    places = Places(TEXT)
    assert places.of(("c", 1, "basis")) == Place(17, 1)
    assert places.of(("nothing", 4)) == Place(1, 1)


def test_a_column_inside_a_condition_is_a_column_of_the_file() -> None:
    places = Places(TEXT)
    assert places.inside(("c", 0, "expr"), 1, 6) == Place(12, 14)
    assert places.inside(("c", 0, "sub", 0, "z"), 2, 6) == Place(16, 6)
    assert places.inside(("c", 0, "sub", 0, "z"), 1, 1) == Place(15, 1)


def test_the_caret_stands_under_the_fault_after_wide_characters() -> None:
    shown = excerpt('name = {zh = "中文", en = 1}', Place(1, 25))
    line, caret = shown.split("\n")
    assert line == '1 | name = {zh = "中文", en = 1}'
    cells_before = 4 + 24 + 2
    assert caret == "  | " + " " * (cells_before - 4) + "^"


def test_a_long_line_is_cut_around_the_fault() -> None:
    shown = excerpt("x" * 300 + "!" + "y" * 300, Place(1, 301))
    line, caret = shown.split("\n")
    assert len(line) <= 104
    assert line[caret.index("^")] == "!"


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    assert "\x1b" not in excerpt("a = \x1b[31m\u202e", Place(1, 5))


def test_no_line_no_excerpt() -> None:
    assert excerpt("a = 1", Place(0, 0)) == ""
    assert excerpt("a = 1", Place(9, 1)) == ""


KEYS = st.sampled_from(["a", "b-c", "d_e", "f"])
PLAIN = st.one_of(st.integers(-9, 9), st.booleans(), st.text(alphabet="ab中[]{}=,.# '", max_size=6))
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value + '"'
    if isinstance(value, list):
        return "[" + ", ".join(written(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(each)}" for key, each in value.items()) + "}"
    return str(value)


def paths(value: Any, path: Path) -> list[tuple[Path, Any]]:
    found: list[tuple[Path, Any]] = [(path, value)] if path else []
    if isinstance(value, dict):
        for key, each in value.items():
            found += paths(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            found += paths(each, (*path, at))
    return found


@given(
    st.dictionaries(KEYS, VALUES, max_size=4), st.lists(st.dictionaries(KEYS, PLAIN, max_size=3), max_size=3)
)
def test_whatever_is_written_is_found_again(head: dict[str, Any], tables: list[dict[str, Any]]) -> None:
    lines = [f"{key} = {written(value)}" for key, value in head.items()]
    for table in tables:
        lines += ["[[table]]", *(f"{key} = {written(value)}" for key, value in table.items())]
    text = "\n".join(lines)
    data = tomllib.loads(text)
    places = Places(text)
    for path, value in paths(data, ()):
        if path[0] == "table" and len(path) < 3:
            continue
        place = places.of(path)
        assert text.split("\n")[place.line - 1][place.column - 1 :].startswith(written(value))
