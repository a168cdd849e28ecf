"""What differs between two forms (a review kind, as two rulebooks or overrides have it), and two versions of papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from zhubi.core.model.dossier import Content
from zhubi.core.model.rulebook import Basis, ReviewKind
from zhubi.core.model.wording import Bilingual
from zhubi.core.rules.difference import Change, Fields, Plain, Value, come_and_gone, differing, keyed

_NOT_ASKED: Final = frozenset({"id", "policy", "examples"})
"""Members of a kind that ask nothing of anybody: what it is called by, and its trials."""

PARTS: Final[Mapping[str, str]] = {
    "criteria": "criterion", "bands": "band", "questions": "question", "findings": "finding", "facts": "fact-rule",
    "checks": "check", "materials": "material", "recommendations": "recommendation", "conclusions": "conclusion",
    "commitments": "commitment", "roles": "role", "tags": "tag", "seats": "seat", "methods": "method",
    "requirements": "requirement", "contradictions": "contradiction",
}  # fmt: skip
"""What one item of a list is called, by the list."""


def kind_changes(before: ReviewKind, after: ReviewKind) -> tuple[Change, ...]:
    """Everything that one form asks otherwise than the other, in the order of the form; its examples left out.

    ``part`` is ``criterion``, ``question``, ``check`` …, or ``kind`` for what the form as a whole says; ``field`` a
    member's own name in ``zhubi.core.model.rulebook``. A list whose items only changed places says ``order``.
    """
    return tuple(_of_model("kind", before, after, _NOT_ASKED))


def _of_model(part: str, before: BaseModel, after: BaseModel, leave: frozenset[str]) -> list[Change]:
    changes: list[Change] = []
    for field in type(after).model_fields:
        one, two = getattr(before, field), getattr(after, field)
        if field in leave or one == two:
            continue
        if _is_list(one) and _is_list(two):
            changes += _of_list(PARTS.get(field, field), one, two)
        elif _is_group(one) and _is_group(two):
            changes += _of_model(field, one, two, frozenset())
        elif _is_group(one or two):
            changes.append(Change(field, "", "removed" if two is None else "added"))
        else:
            changes += differing(part, "", before, after, {field: _member(field)})
    return changes


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple) and all(hasattr(each, "id") for each in value)


def _is_group(value: Any) -> bool:
    return isinstance(value, BaseModel) and not isinstance(value, Bilingual | Basis)


def _of_list(part: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> list[Change]:
    old, new = keyed(before, lambda each: each.id), keyed(after, lambda each: each.id)
    members = [*(type(after[0]).model_fields if after else ())]
    fields: Fields = {each: _member(each) for each in members if each != "id"}
    changes = come_and_gone(part, old, new, fields, _name_of, _worth)
    told = {(each.item, each.field) for each in changes}
    for key in new.keys() & old.keys():
        # Two values may read alike and still not be the same (the ids behind choices): that is said too.
        changes += [
            Change(part, key, "changed", each, _plain(getattr(old[key], each)), _plain(getattr(new[key], each)),
                   _name_of(new[key]))
            for each in fields
            if getattr(old[key], each) != getattr(new[key], each) and (key, each) not in told
        ]  # fmt: skip
    kept_before, kept_after = [each for each in old if each in new], [each for each in new if each in old]
    if kept_before != kept_after:
        changes.append(
            Change(part, "", "changed", "order", _names(old, kept_before), _names(new, kept_after))
        )
    return changes


def _names(items: Mapping[str, Any], keys: list[str]) -> tuple[Plain, ...]:
    return tuple(_name_of(items[key]) for key in keys)


def _name_of(item: Any) -> Bilingual | str:
    name: Bilingual | str = getattr(item, "name", item.id)
    return name


def _worth(item: Any) -> Value:
    """What is said of an item that came or went: full points, severity, or from where a band counts."""
    for field in ("full", "severity", "from_percent"):
        if hasattr(item, field):
            value: Value = getattr(item, field)
            return value
    return None


def _member(field: str) -> Any:
    return lambda each: _plain(getattr(each, field, None))


def _plain(value: Any) -> Value:
    if isinstance(value, tuple):
        return tuple(_one(each) for each in value)
    return _one(value)


def _one(value: Any) -> Plain:
    if isinstance(value, Basis):
        return value.text
    if isinstance(value, BaseModel) and not isinstance(value, Bilingual):
        return _one(getattr(value, "name", None) or getattr(value, "words", None) or str(value))
    plain: Plain = value
    return plain


# Papers

_SECTION: Final[Fields] = {name: _member(name) for name in ("heading", "level", "text")}
_FACT: Final[Fields] = {name: _member(name) for name in ("value", "section")}
_LINE: Final[Fields] = {name: _member(name) for name in ("subject", "total", "fiscal", "note")}
_INDICATOR: Final[Fields] = {
    name: _member(name) for name in ("name", "target", "unit", "binding", "reported")
}
_ATTACHMENT: Final[Fields] = {name: _member(name) for name in ("title", "material", "media_type", "plain")}


def content_changes(before: Content, after: Content) -> tuple[Change, ...]:
    """What differs between two versions of the papers: sections, facts, budget, indicators, attachments.

    Attachments are the same when they have the same name; their ``plain`` differs when their own bytes do. The card
    is left out: see ``zhubi.core.rules.difference.card_changes``.
    """
    changes = differing("papers", "", before, after, {"set_up_on": _member("set_up_on")})
    changes += come_and_gone(
        "section", keyed(before.sections, _id), keyed(after.sections, _id), _SECTION, lambda each: each.heading,
        lambda each: each.text,
    )  # fmt: skip
    # The last statement of a name is the one that rules read.
    old, new = ({each.name: each for each in papers.facts} for papers in (before, after))
    changes += come_and_gone("fact", old, new, _FACT, lambda each: each.name, lambda each: each.value)
    changes += come_and_gone(
        "budget", keyed(before.budget, _id), keyed(after.budget, _id), _LINE, lambda each: each.subject,
        lambda each: each.total,
    )  # fmt: skip
    changes += come_and_gone(
        "indicator", keyed(before.indicators, _id), keyed(after.indicators, _id), _INDICATOR,
        lambda each: each.name, lambda each: each.target,
    )  # fmt: skip
    changes += come_and_gone(
        "attachment", keyed(before.attachments, _file), keyed(after.attachments, _file), _ATTACHMENT,
        lambda each: each.title or each.name,
    )  # fmt: skip
    return tuple(changes)


def _id(item: Any) -> str:
    return str(item.id)


def _file(attachment: Any) -> str:
    return str(attachment.name)
