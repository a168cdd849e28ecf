"""A folder of TOML made into a policy, every fault pointed at in its file.

A policy's folder holds ``policy.toml`` (title, term, clauses, seats, what its kinds share) and one file for each review
kind. Roles, bands, commitments and conflict relations that a policy does not write come from ``defaults.toml`` of the
shipped rulebooks; what it writes under the same id replaces them.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from zhubi.core.model.rulebook import Policy, ReviewKind
from zhubi.core.model.text import clean_line
from zhubi.core.rules.errors import RulebookFault
from zhubi.core.rules.places import Path, Place, Places, excerpt
from zhubi.core.rules.soundness import Unsound, unsaid_clauses, unsound, unsound_policy
from zhubi.core.rules.trial import try_example

POLICY_FILE: Final = "policy.toml"
_MAX_BYTES: Final = 1_000_000
_SHARED: Final = ("roles", "tags", "seats", "commitments")
_KINDS_ONLY: Final = ("roles", "tags", "commitments", "bands")
_Model = TypeVar("_Model", bound=BaseModel)
_SLUG: Final = re.compile(r"^[a-z0-9][a-z0-9._-]{0,79}$")
_AT: Final = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")
_EXPECTED: Final = {
    "int_type": "expected-number",
    "int_from_float": "expected-number",
    "string_type": "expected-text",
    "bool_type": "expected-yes-no",
    "bool_parsing": "expected-yes-no",
    "tuple_type": "expected-list",
    "list_type": "expected-list",
    "dict_type": "expected-table",
    "model_type": "expected-table",
    "model_attributes_type": "expected-table",
    "literal_error": "expected-one-of",
    "string_pattern_mismatch": "expected-id",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a rulebook: its name for people, its text, what the parser made of it."""

    name: str
    text: str
    data: dict[str, Any]

    def fault(
        self, what: str, path: Path, reason: str, names: Mapping[str, str | int] | None = None
    ) -> RulebookFault:
        """The fault at a path of this file, with the line and a caret; ``names`` fill its sentence."""
        places = Places(self.text)
        place = places.of_key(path) if what.startswith(("unknown-key", "sum")) else places.of(path)
        return _fault(what, self.name, self.text, place, reason, names or {})

    def unsound(self, found: Unsound) -> RulebookFault:
        """The fault that soundness found, inside the condition it is about where it is about one."""
        if found.line == 0:
            return self.fault(found.what, found.path, found.reason, found.details)
        place = Places(self.text).inside(found.path, found.line, found.column)
        return _fault(found.what, self.name, self.text, place, found.reason, found.details)


def _fault(
    what: str, name: str, text: str, place: Place, reason: str, details: Mapping[str, str | int]
) -> RulebookFault:
    return RulebookFault(what, name, place.line, place.column, reason, excerpt(text, place), details)


def load_policy(folder: Traversable | FilePath, *, try_examples: bool = True) -> Policy:
    """The compiled policy of a folder. Raises the first ``RulebookFault``; ``read_policy`` gives all of them."""
    policy, faults = read_policy(folder, try_examples=try_examples)
    if faults or policy is None:
        raise faults[0]
    return policy


def read_policy(
    folder: Traversable | FilePath, *, try_examples: bool = True
) -> tuple[Policy | None, tuple[RulebookFault, ...]]:
    """The policy of a folder and every fault found in its files; no policy where there is a fault."""
    faults: list[RulebookFault] = []
    title = clean_line(folder.name, 100)
    head = _read(folder.joinpath(POLICY_FILE), f"{title}/{POLICY_FILE}", faults)
    sources = [
        source
        for each in sorted(_toml_files(folder), key=lambda item: item.name)
        if each.name != POLICY_FILE
        and (source := _read(each, f"{title}/{clean_line(each.name, 100)}", faults)) is not None
    ]
    if head is None:
        return None, tuple(faults)
    shared = _with_defaults(head, _defaults())
    context = _context(head)
    kinds = [
        kind for each in sources if (kind := _kind(each, shared, context, faults, try_examples)) is not None
    ]
    own = {name: value for name, value in shared.items() if name not in _KINDS_ONLY}
    # Where a kind is at fault, that there are too few of them is not one more.
    policy = _validated(
        Policy, head, own | {"kinds": kinds}, context, faults, without="kinds" if faults else ""
    )
    if policy is not None:
        faults += [head.unsound(each) for each in unsound_policy(policy)]
        # A kind at fault is not among the kinds: what rests on its clauses is not known then.
        faults += [] if faults else [head.unsound(each) for each in unsaid_clauses(policy)]
    return (None if faults else policy), tuple(faults)


@lru_cache(maxsize=1)
def shipped_policies() -> tuple[str, ...]:
    """The ids of the policies that come with the program, in order."""
    root = files("zhubi.core.rulebooks")
    return tuple(
        sorted(each.name for each in root.iterdir() if each.is_dir() and each.joinpath(POLICY_FILE).is_file())
    )


@lru_cache(maxsize=16)
def shipped(policy_id: str) -> Policy:
    """A policy that comes with the program, compiled once. Raises ``KeyError`` for an unknown id.

    Its examples are not tried again here: the tests of the program do that.
    """
    if policy_id not in shipped_policies():
        raise KeyError(policy_id)
    return load_policy(files("zhubi.core.rulebooks").joinpath(policy_id), try_examples=False)


def _toml_files(folder: Traversable | FilePath) -> list[Traversable]:
    return [each for each in folder.iterdir() if each.name.endswith(".toml") and each.is_file()]


def _read(file: Traversable | FilePath, name: str, faults: list[RulebookFault]) -> Source | None:
    try:
        data = file.read_bytes()
        text = data.decode("utf-8")
    except OSError as problem:
        faults.append(RulebookFault("unreadable", name, 0, 0, str(problem.strerror or problem), ""))
        return None
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        faults.append(RulebookFault("not-utf8", name, line, 1, "the file is not UTF-8 text", ""))
        return None
    if len(data) > _MAX_BYTES:
        faults.append(RulebookFault("too-large", name, 0, 0, "a rulebook file is at most 1 MB", ""))
        return None
    try:
        return Source(name, text, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        reason = str(problem)
        at = _AT.search(reason)
        lines = text.splitlines() or [""]
        place = Place(int(at[1]), int(at[2])) if at else Place(len(lines), len(lines[-1]) + 1)
        faults.append(_fault("syntax", name, text, place, _AT.sub("", reason), {}))
        return None


@lru_cache(maxsize=1)
def _defaults() -> dict[str, Any]:
    text = files("zhubi.core.rulebooks").joinpath("defaults.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _with_defaults(head: Source, defaults: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(head.data)
    for name, items in defaults.items():
        own = merged.get(name)
        if isinstance(own, list) and all(isinstance(each, dict) for each in own):
            taken = {each.get("id") for each in own}
            merged[name] = [*own, *(each for each in items if each["id"] not in taken)]
        elif own is None:
            merged[name] = items
    return merged


def _context(head: Source) -> dict[str, Any]:
    short = head.data.get("short")
    clauses = head.data.get("clauses")
    name = str(head.data.get("id"))
    return {
        # What is wrong with these two is told once, in policy.toml, and not again at every basis.
        "policy": name if _SLUG.match(name) else "unnamed",
        "short": clean_line(str(short.get("zh", "")), 20) if isinstance(short, dict) else "",
        "clauses": frozenset(
            each.get("id")
            for each in (clauses if isinstance(clauses, list) else [])
            if isinstance(each, dict)
        ),
    }


def _kind(
    source: Source,
    shared: Mapping[str, Any],
    context: dict[str, Any],
    faults: list[RulebookFault],
    try_examples: bool,
) -> ReviewKind | None:
    before = len(faults)
    raw = _expanded(source, shared, faults) | {"policy": context["policy"]}
    kind = _validated(ReviewKind, source, raw, context, faults, without="policy")
    if kind is None or len(faults) > before:
        return None
    if kind.id.rpartition(".")[2] + ".toml" != source.name.rpartition("/")[2]:
        expected = kind.id.rpartition(".")[2] + ".toml"
        reason = f"a kind {kind.id} stands in a file named {expected}"
        faults.append(source.fault("file-name", ("id",), reason, {"expected": expected}))
    faults += [source.unsound(each) for each in unsound(kind)]
    if try_examples and len(faults) == before:
        for at, example in enumerate(kind.examples):
            for mismatch in try_example(kind, example):
                path = ("examples", at, *mismatch.path)
                reason = f"example {example.id}: expected {mismatch.expected}, found {mismatch.found}"
                names = {"item": example.id, "expected": mismatch.expected, "found": mismatch.found}
                faults.append(source.fault("example", path, reason, names))
    return kind


def _expanded(source: Source, shared: Mapping[str, Any], faults: list[RulebookFault]) -> dict[str, Any]:
    """Ids of shared things become the things; points become steps of the scale."""
    raw = dict(source.data)
    for name in _SHARED:
        if not isinstance(raw.get(name), list):
            continue
        known = {each.get("id"): each for each in shared.get(name, []) if isinstance(each, dict)}
        wanted = []
        for at, item in enumerate(raw[name]):
            if isinstance(item, str) and item in known:
                wanted.append(known[item])
            else:
                listed = ", ".join(sorted(str(each) for each in known)) or "-"
                shown = clean_line(str(item), 60)
                names = {"item": shown, "expected": listed}
                faults.append(
                    source.fault("unknown-item", (name, at), f"{shown} is none of: {listed}", names)
                )
        raw[name] = wanted
    scale = raw.get("scale")
    if isinstance(scale, dict):
        raw.setdefault("bands", shared.get("bands", []))
        if scale.get("step") == "0.5":
            raw["scale"] = scale | {"full": _doubled(scale.get("full", 100))}
            if isinstance(raw.get("criteria"), list):
                raw["criteria"] = [
                    each | {"full": _doubled(each.get("full"))} if isinstance(each, dict) else each
                    for each in raw["criteria"]
                ]
    return raw


def _doubled(points: Any) -> Any:
    if type(points) is int:
        return points * 2
    # 7.5 is how half points are written; anything finer is left as it is and refused by its type.
    return int(points * 2) if isinstance(points, float) and (points * 2).is_integer() else points


def _validated(
    model: type[_Model],
    source: Source,
    raw: dict[str, Any],
    context: dict[str, Any],
    faults: list[RulebookFault],
    *,
    without: str,
) -> _Model | None:
    """The model, or its faults added to the list, leaving out those of one top-level key that is not the file's own."""
    try:
        return model.model_validate(_tupled(raw), strict=True, context=context)
    except ValidationError as problem:
        faults += [
            _explained(model, source, each)
            for each in problem.errors()
            if not without or each["loc"][:1] != (without,)
        ]
        return None


def _tupled(value: Any) -> Any:
    # Validation is strict, so that "25" is no number and 1 no yes; strict models hold tuples where TOML has lists.
    if isinstance(value, list):
        return tuple(_tupled(each) for each in value)
    if isinstance(value, dict):
        return {key: _tupled(each) for key, each in value.items()}
    return value


def _explained(model: type[BaseModel], source: Source, problem: ErrorDetails) -> RulebookFault:
    path = tuple(part for part in problem["loc"])
    name = str(path[-1]) if path else ""
    kind = problem["type"]
    found = clean_line(str(problem["input"]), 60)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, _field_names(model), 1)
        hint = near[0] if near else ""
        reason = f"unknown key {name}" + (f"; did you mean {hint}?" if hint else "")
        what = "unknown-key-near" if hint else "unknown-key"
        return source.fault(what, path, reason, {"item": clean_line(name, 60), "expected": hint})
    if kind == "missing":
        what = "missing-basis" if name == "basis" else "missing-key"
        return source.fault(what, path[:-1] or path, f"the key {name} is missing", {"item": name})
    if kind == "value_error" and "basis" in name:
        reason = problem["msg"].removeprefix("Value error, ")
        return source.fault("unknown-clause", path, reason, {"found": found})
    if kind in _EXPECTED:
        expected = str(problem.get("ctx", {}).get("expected", ""))
        names = {"item": name, "found": found, "expected": expected}
        return source.fault(_EXPECTED[kind], path, problem["msg"], names)
    reason = problem["msg"].removeprefix("Value error, ")
    return source.fault("value", path, reason, {"item": name, "found": found})


def _field_names(model: type[BaseModel]) -> Sequence[str]:
    names = set(model.model_fields)
    for definition in model.model_json_schema().get("$defs", {}).values():
        names |= set(definition.get("properties", {}))
    return sorted(names)
