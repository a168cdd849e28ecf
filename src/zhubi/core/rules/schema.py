"""The JSON Schema of rulebook files, for editors that complete and check while one types.

It is made from the models, with what authors write differently put in its place: ids instead of shared items, a basis
in one line, points as people write them. What a schema cannot say (sums, conditions, examples) is said by the check.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from zhubi.core.model.rulebook import Policy, ReviewKind

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_IDS: Final = ("roles", "tags", "seats", "commitments")
_IN_POLICY: Final = {"roles": "Role", "tags": "Tag", "commitments": "Commitment", "bands": "Band"}


def rulebook_schema(file: Literal["kind", "policy"]) -> dict[str, Any]:
    """The schema of a review kind's file, or of ``policy.toml``."""
    kind = ReviewKind.model_json_schema()
    _plain_bases(kind)
    if file == "kind":
        return _kind(kind)
    policy = Policy.model_json_schema()
    _plain_bases(policy)
    return _policy(policy, kind)


def _plain_bases(schema: dict[str, Any]) -> None:
    """A basis left out is ``default``; the compiled form of that default is nobody's to write."""
    for definition in (schema, *schema["$defs"].values()):
        for name, field in definition.get("properties", {}).items():
            if isinstance(field.get("default"), dict) and "clauses" in field["default"]:
                field["default"] = "default"
            if name == "full":
                field["type"] = "number"


def _kind(schema: dict[str, Any]) -> dict[str, Any]:
    properties = schema["properties"]
    del properties["policy"]
    for name in _IDS:
        properties[name] = {
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": True,
            "description": f"Ids of {name} that policy.toml or the shipped defaults define.",
        }
    schema["required"] = [name for name in schema["required"] if name != "policy"]
    return _finished(schema, "A review kind of a Zhubi rulebook")


def _policy(schema: dict[str, Any], kind: dict[str, Any]) -> dict[str, Any]:
    properties = schema["properties"]
    del properties["kinds"]
    schema["required"] = [name for name in schema["required"] if name != "kinds"]
    for name, model in _IN_POLICY.items():
        schema["$defs"][model] = kind["$defs"][model]
        properties[name] = {"type": "array", "items": {"$ref": f"#/$defs/{model}"}}
    return _finished(schema, "The policy.toml of a Zhubi rulebook")


def _finished(schema: dict[str, Any], title: str) -> dict[str, Any]:
    return {"$schema": DIALECT, **schema, "title": title, "$defs": _reached(schema)}


def _reached(schema: dict[str, Any]) -> dict[str, Any]:
    definitions: dict[str, Any] = schema["$defs"]
    wanted = {"properties": schema["properties"]}
    reached: dict[str, Any] = {}
    waiting = _references(wanted)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = definitions[name]
            waiting |= _references(definitions[name])
    return dict(sorted(reached.items()))


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        found = {str(node["$ref"]).rpartition("/")[2]} if "$ref" in node else set()
        return found.union(*(_references(each) for each in node.values()))
    if isinstance(node, list):
        return set().union(*(_references(each) for each in node))
    return set()
