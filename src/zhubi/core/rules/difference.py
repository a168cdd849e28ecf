"""What differs between two sheets, or two cards: each difference a value that people can be told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from zhubi.core.model.dossier import Card
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Cuts, Sheet
from zhubi.core.model.wording import Bilingual
from zhubi.core.rules.checks import MATERIAL

What = Literal["added", "removed", "changed"]
Name = Bilingual | str
Plain = int | bool | str | Bilingual | None
Value = Plain | tuple[Plain, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of which ``part``, of which item of it, and which of its members.

    ``item`` is empty where the part has no items, ``field`` where the item as a whole came or went. Points are in the
    smallest step of the scale of the side they stand on, money in yuan (元).
    """

    part: str
    item: str
    what: What
    field: str = ""
    before: Value = None
    after: Value = None
    name: Name = ""

    @property
    def place(self) -> str:
        """Where on a form this is: see ``place_of``."""
        return place_of(self.part, self.item)


def place_of(part: str, item: str) -> str:
    """An item of the form as one word: ``score:innovation``, ``opinion``."""
    return f"{part}:{item}" if item else part


Item = TypeVar("Item")
Fields = Mapping[str, Callable[[Any], Value]]


def differing(part: str, item: str, before: Any, after: Any, fields: Fields, name: Name = "") -> list[Change]:
    """The members of one item that differ; what was empty before was added, what is empty now was removed."""
    changes = []
    for field, value_of in fields.items():
        one, two = value_of(before), value_of(after)
        if one != two or type(one) is not type(two):
            what: What = "added" if _empty(one) else "removed" if _empty(two) else "changed"
            changes.append(Change(part, item, what, field, one, two, name))
    return changes


def _empty(value: Value) -> bool:
    return value is None or value == "" or value == () or value is False


def keyed(items: Iterable[Item], key_of: Callable[[Item], str]) -> dict[str, Item]:
    """Items by their key; a key that comes again is numbered, so that none hides another."""
    found: dict[str, Item] = {}
    for each in items:
        key = base = key_of(each)
        count = 1
        while key in found:
            count += 1
            key = f"{base}#{count}"
        found[key] = each
    return found


def come_and_gone(
    part: str,
    before: Mapping[str, Item],
    after: Mapping[str, Item],
    fields: Fields,
    name_of: Callable[[Item], Name],
    worth: Callable[[Item], Value] = lambda item: None,
) -> list[Change]:
    """The items that came, went or changed, in the order of ``after``, then what is gone in the order of ``before``."""
    changes: list[Change] = []
    for key, item in after.items():
        if key not in before:
            changes.append(Change(part, key, "added", "", None, worth(item), name_of(item)))
        else:
            changes += differing(part, key, before[key], item, fields, name_of(item))
    changes += [
        Change(part, key, "removed", "", worth(item), None, name_of(item))
        for key, item in before.items()
        if key not in after
    ]
    return changes


# Sheets

_NOTHING: Final = object()
_SCORE: Final[Fields] = {
    "points": lambda each: getattr(each, "points", None),
    "not_applicable": lambda each: getattr(each, "not_applicable", False),
    "comment": lambda each: getattr(each, "comment", ""),
}
_ANSWER: Final[Fields] = {"value": lambda each: getattr(each, "value", "")}
_FINDING: Final[Fields] = {
    "value": lambda each: getattr(each, "value", ""),
    "words": lambda each: getattr(each, "words", ""),
}
_FACT: Final[Fields] = {
    "value": lambda each: getattr(each, "value", None),
    "confirmed": lambda each: getattr(each, "confirmed", False),
}
_INDICATOR: Final[Fields] = {
    "judgement": lambda each: getattr(each, "judgement", ""),
    "observed": lambda each: getattr(each, "observed", ""),
    "words": lambda each: getattr(each, "words", ""),
}
_CUT: Final[Fields] = {
    "amount": lambda each: getattr(each, "amount", None),
    "reason": lambda each: getattr(each, "reason", ""),
}
_CUTS: Final[Fields] = {
    "core_indicators_stand": lambda each: each.core_indicators_stand,
    "total_follows": lambda each: each.total_follows,
}
_CHECK: Final[Fields] = {"words": lambda each: getattr(each, "words", "")}
_METHOD: Final[Fields] = {
    "done": lambda each: getattr(each, "done", False),
    "words": lambda each: getattr(each, "words", ""),
}
_CITATION: Final[Fields] = {
    "document": lambda each: getattr(each, "document", ""),
    "page": lambda each: getattr(each, "page", None),
    "quotation": lambda each: getattr(each, "quotation", ""),
}
_EVIDENCE: Final[Fields] = {
    "name": lambda each: getattr(each, "name", ""),
    "about": lambda each: getattr(each, "about", ""),
}
_OWN: Final[Mapping[str, Callable[[Sheet], Value]]] = {
    "total": lambda sheet: None if sheet.total is None else sheet.total.points,
    "recommendation": lambda sheet: sheet.recommendation,
    "recommendation-words": lambda sheet: sheet.recommendation_words,
    "opinion": lambda sheet: sheet.opinion,
}


def sheet_changes(kind: ReviewKind, before: Sheet, after: Sheet) -> tuple[Change, ...]:
    """What was typed, taken back or changed between two sheets on one form, in the order of the form.

    The outcomes of checks follow from the rest and are left out; the total is said, for it is what people look for.
    """
    changes: list[Change] = []
    groups: tuple[tuple[str, Sequence[Any], Sequence[Any], str, Fields, Sequence[Any]], ...] = (
        ("answer", before.answers, after.answers, "question", _ANSWER, kind.questions),
        ("score", before.scores, after.scores, "criterion", _SCORE, kind.criteria),
        ("finding", before.findings, after.findings, "finding", _FINDING, kind.findings),
        ("indicator", before.indicators, after.indicators, "indicator", _INDICATOR, ()),
        ("method-used", before.methods, after.methods, "key", _METHOD, kind.methods),
        ("fact", before.facts, after.facts, "fact", _FACT, kind.facts),
        ("cut", _lines(before), _lines(after), "line", _CUT, ()),
        ("check", before.checks, after.checks, "check", _CHECK, (*kind.checks, *kind.materials)),
        ("citation", before.citations, after.citations, "number", _CITATION, ()),
        ("evidence", before.evidence, after.evidence, "digest", _EVIDENCE, ()),
    )  # fmt: skip
    for part, one, two, key, fields, rules in groups:
        names = {each.id: each.name for each in rules}
        old = {str(getattr(each, key)): each for each in one}
        new = {str(getattr(each, key)): each for each in two}
        order = [*(each for each in names if each in old or each in new), *old, *new]
        for item in dict.fromkeys(order):
            name = names.get(item.removeprefix(MATERIAL), item)
            changes += differing(part, item, old.get(item, _NOTHING), new.get(item, _NOTHING), fields, name)
        if part == "cut":
            changes += differing("cuts", "", before.cuts or Cuts(), after.cuts or Cuts(), _CUTS)
    for part, value_of in _OWN.items():
        changes += differing(part, "", before, after, {"": value_of})
    return tuple(changes)


def _lines(sheet: Sheet) -> Sequence[Any]:
    return sheet.cuts.lines if sheet.cuts is not None else ()


# Cards

_CARD: Final[Fields] = {
    "code": lambda card: card.code,
    "title": lambda card: card.title,
    "field": lambda card: card.field,
    "summary": lambda card: card.summary,
}
_PART: Final[Fields] = {"part": lambda each: each.part}


def card_changes(before: Card, after: Card) -> tuple[Change, ...]:
    """What differs between two cards: any of it asks for a new declaration (law 1)."""
    changes = differing("card", "", before, after, _CARD)
    changes += come_and_gone(
        "unit", keyed(before.units, lambda unit: unit.name), keyed(after.units, lambda unit: unit.name),
        _PART, lambda unit: unit.name, lambda unit: unit.part,
    )  # fmt: skip
    changes += come_and_gone(
        "person", keyed(before.people, _person), keyed(after.people, _person), _PART, lambda each: each.name,
        lambda each: (each.unit, each.part),
    )  # fmt: skip
    return tuple(changes)


def _person(person: Any) -> str:
    return f"{person.name} {person.unit}".strip()
