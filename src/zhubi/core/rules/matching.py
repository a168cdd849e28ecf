"""Local matching of an expert's own names and units with those on a card. Hints, each explained; never a verdict.

Nothing here leaves the machine: the expert's units, former units and aliases are compared where they are kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Strength = Literal["certain", "likely", "possible"]

_BRACKETS: Final = re.compile(r"[((\[【〔][^))\]】〕]*[))\]】〕]")
_PUNCTUATION: Final = re.compile(r"[\s·•.,，。、\-—_'\"“”‘’]+")
_LEGAL_FORM: Final = re.compile(
    r"(?:(?:股份|集团)?有限责任公司|(?:集团)?股份有限公司|集团有限公司|有限公司|总公司|集团公司|分公司|公司|集团)$"
)
_ROOT: Final = re.compile(r"^(.{2,}?(?:大学|科学院|研究院|研究所|设计院|医院|学院))")
_SHORT_HEAD: Final = re.compile(r"^(?:(.{1,4}?大)(?!学)|(.{2,3})附)")
_NUMERALS: Final = re.compile(r"[0-9〇一二三四五六七八九十]")
_SIMILAR_PERCENT: Final = 87
_SIMILAR_LENGTH: Final = 5
_ORDER: Final[dict[Strength, int]] = {"certain": 0, "likely": 1, "possible": 2}


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """A unit of the expert's: where they are, where they were, and the other names it goes by."""

    name: str
    current: bool = True
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """One hint. ``mine`` and ``theirs`` are the names as written; ``reason`` names the sentence that explains it."""

    kind: Literal["unit", "person"]
    mine: str
    theirs: str
    strength: Strength
    reason: str


def match_card(
    name: str,
    units: Sequence[OwnUnit],
    card_units: Iterable[str],
    card_people: Iterable[tuple[str, str]] = (),
    *,
    aliases: Sequence[str] = (),
) -> tuple[Match, ...]:
    """What of the expert's is found on a card, the surest first, each pair once with its surest reason.

    ``card_people`` are pairs of name and unit (the unit may be empty); their units are compared as well. ``aliases``
    are other names of the expert's own.
    """
    people = tuple(card_people)
    theirs = tuple(dict.fromkeys(filter(None, [*card_units, *(unit for _, unit in people)])))
    found: dict[tuple[str, str, str], Match] = {}
    for match in [*_unit_matches(units, theirs), *_person_matches((name, *aliases), people)]:
        key = (match.kind, match.mine, match.theirs)
        if key not in found or _ORDER[match.strength] < _ORDER[found[key].strength]:
            found[key] = match
    return tuple(sorted(found.values(), key=lambda match: _ORDER[match.strength]))


def _unit_matches(units: Sequence[OwnUnit], theirs: Sequence[str]) -> Iterable[Match]:
    for own in units:
        tense = "current" if own.current else "former"
        for their in theirs:
            judged = compare_units(own.name, their)
            if judged is not None:
                strength, how = judged
                yield Match("unit", own.name, their, strength, f"rules.match-{tense}-{how}")
            for alias in own.aliases:
                judged = compare_units(alias, their)
                if judged is not None:
                    strength = "likely" if judged[0] == "certain" else judged[0]
                    yield Match("unit", own.name, their, strength, f"rules.match-{tense}-alias")


def _person_matches(names: Sequence[str], people: Sequence[tuple[str, str]]) -> Iterable[Match]:
    mine = {folded(name): name for name in names if folded(name)}
    for person, _ in people:
        if folded(person) in mine:
            yield Match("person", mine[folded(person)], person, "likely", "rules.match-same-name")


def compare_units(mine: str, theirs: str) -> tuple[Strength, str] | None:
    """How two unit names stand to each other: same-unit, same-stem, same-root, similar; None for not at all.

    A root is the institution a longer name begins with: 浙江大学医学院附属第一医院, 浙大一院, 浙江大学 share one.
    """
    one, other = folded(mine), folded(theirs)
    if len(one) < 2 or len(other) < 2:
        return None
    if one == other:
        return "certain", "same-unit"
    stem, their_stem = _LEGAL_FORM.sub("", one), _LEGAL_FORM.sub("", other)
    if stem == their_stem and len(stem) >= 3:
        return "likely", "same-stem"
    if _same_root(one, other):
        return "likely", "same-root"
    if _company_within(one, other) or _company_within(other, one):
        return "possible", "same-root"
    return ("possible", "similar") if _similar(stem, their_stem) else None


def folded(name: str) -> str:
    """A name for comparing: compatibility forms, spaces, punctuation and bracketed additions gone, case folded."""
    name = unicodedata.normalize("NFKC", name)
    return _PUNCTUATION.sub("", _BRACKETS.sub("", name)).casefold()


def _root(name: str) -> str:
    found = _ROOT.match(name)
    return found[1] if found else name


def _company_within(short: str, company: str) -> bool:
    stem = _LEGAL_FORM.sub("", short)
    return len(stem) >= 4 and _LEGAL_FORM.search(company) is not None and stem in company


def _same_root(one: str, other: str) -> bool:
    root, their_root = _root(one), _root(other)
    if root == their_root and (_ROOT.match(one) is not None):
        return True
    return (
        _abbreviates(one, other)
        or _abbreviates(other, one)
        or _head_abbreviates(one, their_root)
        or _head_abbreviates(other, root)
        or _same_head(one, other)
    )


def _head(name: str) -> str:
    found = _SHORT_HEAD.match(name)
    return (found[1] or found[2]) if found else ""


def _head_abbreviates(short: str, root: str) -> bool:
    head = _head(short)
    if not head:
        return False
    # 重医附一院: what stands before 附 names the university without its 大学.
    return _abbreviates(head, root) or (
        not head.endswith("大") and _picks(head, root) and root.endswith("大学")
    )


def _same_head(one: str, other: str) -> bool:
    return len(_head(one)) >= 2 and _head(one) == _head(other)


def _abbreviates(short: str, full: str) -> bool:
    """Whether ``short`` picks characters of ``full`` in order, as names of universities and hospitals are shortened."""
    if _ROOT.match(full) is None or _ROOT.match(short) is not None or not 2 <= len(short) < len(full):
        return False
    if len(short) == 2 and not (len(full) == 4 and full.endswith("大学")):
        return False
    ends_alike = short[-1] == full[-1] or (short.endswith("大") and full.endswith("大学"))
    return ends_alike and _picks(short, full) and len(short) * 10 <= len(full) * 7


def _picks(short: str, full: str) -> bool:
    rest = iter(full)
    return short[0] == full[0] and all(character in rest for character in short)


def _similar(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _SIMILAR_LENGTH or _NUMERALS.findall(one) != _NUMERALS.findall(other):
        return False
    from rapidfuzz import fuzz  # only reached for names that share neither unit nor root

    return fuzz.ratio(one, other) >= _SIMILAR_PERCENT
