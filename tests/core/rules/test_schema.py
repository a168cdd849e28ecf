"""The JSON Schema that editors are given."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest

from zhubi.core.rules.compile import shipped_policies
from zhubi.core.rules.schema import rulebook_schema


def valid(file: str, data: dict[str, Any]) -> bool:
    schema = rulebook_schema("policy" if file == "policy.toml" else "kind")
    return bool(jsonschema_rs.validator_for(schema).is_valid(data))


def shipped_files() -> list[tuple[str, str]]:
    root = files("zhubi.core.rulebooks")
    return [(policy, each.name) for policy in shipped_policies() for each in root.joinpath(policy).iterdir()]


def read(policy: str, file: str) -> dict[str, Any]:
    source = files("zhubi.core.rulebooks").joinpath(policy, file)
    return tomllib.loads(source.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("policy", "file"), shipped_files())
def test_every_shipped_file_is_valid(policy: str, file: str) -> None:
    assert valid(file, read(policy, file))


def test_the_schema_knows_what_authors_get_wrong() -> None:
    good = read("shanxi-2024-10", "acceptance-meeting.toml")
    assert not valid("kind.toml", good | {"modes": ["telepathy"]})
    assert not valid("kind.toml", good | {"unheard-of": 1})
    assert not valid("kind.toml", {name: value for name, value in good.items() if name != "panel"})
    assert not valid("kind.toml", good | {"basis": {"policy": "x"}})
    assert not valid("kind.toml", good | {"roles": [{"id": "technical"}]})
    assert valid("kind.toml", good | {"basis": "default"})


def test_what_the_folder_says_is_not_asked_of_the_file() -> None:
    kind = rulebook_schema("kind")
    assert "policy" not in kind["properties"]
    policy = rulebook_schema("policy")
    assert "kinds" not in policy["properties"]
    assert {"roles", "tags", "commitments", "bands"} <= set(policy["properties"])


@pytest.mark.parametrize("file", ["kind", "policy"])
def test_every_reference_leads_somewhere_and_nothing_is_left_over(file: Any) -> None:
    schema = rulebook_schema(file)
    text = str(schema)
    for name in schema["$defs"]:
        assert f"'#/$defs/{name}'" in text
    jsonschema_rs.validator_for(schema)
