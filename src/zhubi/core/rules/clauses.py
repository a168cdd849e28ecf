"""What rests on each clause of a policy: the way back from the text to the items that honour it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from zhubi.core.model.rulebook import Basis, Policy

Rests = dict[str, tuple[str, ...]]
"""Items by the id of their review kind, each as ``checks.zj9-cap``; "" is the policy's own file, or the kind itself."""


def resting(policy: Policy) -> dict[str, Rests]:
    """For each clause on which something rests: which items of which kinds, in the order of a kind's parts."""
    found: dict[str, dict[str, dict[str, None]]] = {}

    def note(owner: str, item: str, basis: Basis) -> None:
        for clause in basis.clauses:
            found.setdefault(clause, {}).setdefault(owner, {})[item] = None

    for name in ("term", "relations", "seats"):
        for item, basis in _bases(getattr(policy, name), name):
            note("", item, basis)
    for kind in policy.kinds:
        for item, basis in _bases(kind, ""):
            note(kind.id, item, basis)
    return {
        clause: {owner: tuple(items) for owner, items in rests.items()} for clause, rests in found.items()
    }


def _bases(value: object, path: str) -> Iterator[tuple[str, Basis]]:
    if isinstance(value, Basis):
        yield path, value
    elif isinstance(value, tuple):
        for each in value:
            yield from _bases(each, f"{path}.{each.id}" if hasattr(each, "id") else path)
    elif isinstance(value, BaseModel):
        for name, inner in value:
            # "basis" is the item's own; "modes_basis" is that of its modes.
            part = "" if name == "basis" else name.removesuffix("_basis")
            yield from _bases(inner, ".".join(filter(None, (path, part))))
