"""What a round may replace: defaults only. What rests on a clause stands, and the refusal names the clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from zhubi.core.model.rulebook import Basis, ConflictRelation, Policy, ReviewKind, spelled
from zhubi.core.rules.conditions import references
from zhubi.core.rules.errors import OverrideRefused
from zhubi.core.rules.panel import is_satisfiable
from zhubi.core.rules.soundness import expressions

_COMMENTS: Final = ("comment_below", "comment_above", "comment_severity", "comment_minimum")
_LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "criteria": ("full", "roles", "may_not_apply", *_COMMENTS),
    "bands": ("from_percent",),
    "panel": ("count", "numerator", "denominator"),
}
_COUNTED_IN_STEPS: Final = ("panel.mean", "sheet.total", "sheet.points.")


def apply_overrides(kind: ReviewKind, overrides: Mapping[str, Any]) -> ReviewKind:
    """The kind as a round uses it.

    Keys are dotted or nested: ``criteria.innovation.full`` (in points), ``bands.good.from_percent``,
    ``panel.minimum.count``, ``opinion_minimum``, ``scale.step``; keys under ``relations`` are for
    ``apply_to_relations``. Raises ``OverrideRefused`` naming the key and the reason: a clause, an unknown item, a value
    that does not fit, full points that no longer sum to the scale, a panel that nobody could seat, a step or full
    points by which conditions on points would come to mean something else.
    """
    wanted = {key: value for key, value in _flat("", overrides) if not key.startswith("relations.")}
    if not wanted:
        return kind
    raw = kind.model_dump(mode="json") | {"examples": []}
    step = wanted.pop("scale.step", None)
    if step is not None:
        _change_step(kind, raw, step)
    for key, value in wanted.items():
        _replace(kind, raw, key, value)
    try:
        changed = ReviewKind.model_validate(raw)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise _refused("value", ".".join(str(part) for part in first["loc"]), reason=first["msg"]) from None
    if (
        changed.scale
        and changed.criteria
        and sum(each.full for each in changed.criteria) != changed.scale.full
    ):
        found = sum(each.full for each in changed.criteria)
        raise _refused("sum", "criteria", found=found, expected=changed.scale.full)
    if not is_satisfiable(changed.panel):
        raise _refused("panel", "panel")
    return changed


def apply_to_relations(policy: Policy, overrides: Mapping[str, Any]) -> tuple[ConflictRelation, ...]:
    """The policy's conflict relations with the round's own windows (``relations.former-employer.window_months``)."""
    relations = {each.id: each for each in policy.relations}
    for key, value in _flat("", overrides):
        if not key.startswith("relations."):
            continue
        _, name, field = _three(key)
        if name not in relations or field != "window_months":
            raise _refused("unknown", key)
        relation = relations[name]
        _check_default(relation.basis, key)
        if type(value) is not int or not 0 <= value <= 600:
            raise _refused("value", key, reason="0 to 600 months")
        relations[name] = relation.model_copy(update={"window_months": value, "window": "months"})
    return tuple(relations.values())


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(value, Mapping):
            yield from _flat(name, value)
        else:
            yield name, value


def _three(key: str) -> tuple[str, str, str]:
    # An item's id may itself hold dots, a field's name never does.
    head, _, rest = key.partition(".")
    name, _, field = rest.rpartition(".")
    return head, name, field


def _refused(what: str, key: str, **details: Any) -> OverrideRefused:
    return OverrideRefused(f"rules.override-{what}", f"override {key} refused: {what}", key=key, **details)


def _check_default(basis: Basis, key: str) -> None:
    if not basis.is_default:
        raise _refused("clause", key, basis=basis.text)


def _change_step(kind: ReviewKind, raw: dict[str, Any], step: Any) -> None:
    if kind.scale is None or step not in ("1", "0.5"):
        raise _refused("value", "scale.step", reason='"1" or "0.5"')
    _check_default(kind.scale.basis, "scale.step")
    before, after = kind.scale.steps_a_point, 2 if step == "0.5" else 1
    # A line such as 90 is written in the rulebook's own steps; halves would move it to 45.
    if before != after and any(
        name.startswith(_COUNTED_IN_STEPS) for _, text, _ in expressions(kind) for name in references(text)
    ):
        raise _refused("total", "scale.step")
    raw["scale"] |= {"step": step, "full": kind.scale.full * after // before}
    for criterion in raw["criteria"]:
        criterion["full"] = criterion["full"] * after // before


def _replace(kind: ReviewKind, raw: dict[str, Any], key: str, value: Any) -> None:
    if key == "opinion_minimum":
        _check_default(kind.opinion_minimum_basis, key)
        raw[key] = value
        return
    head, name, field = _three(key)
    if field not in _LISTS.get(head, ()):
        raise _refused("unknown", key)
    items = raw["panel"]["requirements"] if head == "panel" else raw[head]
    item = next((each for each in items if each["id"] == name), None)
    if item is None:
        raise _refused("unknown", key)
    # A criterion may rest on a clause while its points are ours: then the points, and only they, may change.
    basis = item["full_basis"] if head == "criteria" else item["basis"]
    _check_default(Basis.model_validate(basis), key)
    if head == "criteria" and field == "full":
        value = _points(raw, key, value)
        # A line such as 15 of 25 is written for those full points; under others it would be another line.
        read = f"sheet.points.{spelled(name)}"
        if value != item["full"] and any(read in references(text) for _, text, _ in expressions(kind)):
            raise _refused("points", key)
    item[field] = value


def _points(raw: dict[str, Any], key: str, value: Any) -> int:
    steps = 2 if (raw["scale"] or {}).get("step") == "0.5" else 1
    if type(value) is int and 0 < value <= 1000:
        return value * steps
    if (
        steps == 2
        and isinstance(value, str)
        and value.removesuffix(".5").isdecimal()
        and value.endswith(".5")
    ):
        return int(value.removesuffix(".5")) * 2 + 1
    raise _refused("value", key, reason="points as a whole number, or a half where the scale has them")
