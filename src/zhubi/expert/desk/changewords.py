"""A difference in words: what came, what went, what it was and what it is; long texts by the places that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.wording import Bilingual
from zhubi.core.rules.carrying import Dropped
from zhubi.core.rules.checks import MATERIAL
from zhubi.core.rules.difference import Change, Name, Plain, Value
from zhubi.core.rules.scoring import points_text
from zhubi.core.rules.textchanges import text_changes
from zhubi.expert.desk.changeviews import ChangeLine, Sign
from zhubi.expert.desk.reading import fact_text
from zhubi.expert.desk.words import yuan_text
from zhubi.locale import knows, language, say

_SIGNS: Final[Mapping[str, Sign]] = {"added": "+", "removed": "-", "changed": "*"}
_LONG: Final = 24
_SHOWN: Final = 400
_YUAN: Final = frozenset({("cut", "amount"), ("budget", "total"), ("budget", "fiscal")})
_POINTS: Final = frozenset({("score", "points"), ("criterion", "full"), ("scale", "full"), ("total", "")})
_PLAINLY: Final = frozenset(
    {("answer", "value"), ("score", "points"), ("fact", "value"), ("finding", "value")}
)
"""Members that an item is all about: naming them would only lengthen the line."""
_PERCENT: Final = frozenset({"from_percent", "comment_below", "comment_above"})
_UNREADABLE: Final = frozenset({"plain", "document"})
"""Members that are digests: that they changed is all there is to say."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """What is needed to say a difference: the form on either side, and the names of what papers name by an id."""

    before: ReviewKind
    after: ReviewKind
    names: Mapping[str, str] = field(default_factory=dict)

    def lines(self, changes: Iterable[Change]) -> tuple[ChangeLine, ...]:
        """Each difference as a line, long texts with the places that changed under it."""
        return tuple(line for each in changes for line in self._lines(each))

    def dropped(self, dropped: Iterable[Dropped]) -> tuple[ChangeLine, ...]:
        """What finds no place on a new form: what stood there and why; the words it had, whole, under it."""
        lines: list[ChangeLine] = []
        for each in dropped:
            where = self.where(each.part, "" if each.part == "cuts" else each.item, each.name)
            why = say(f"difference.why.{each.why}")
            value = self._dropped_value(each)
            told = say("difference.dropped", where=where, value=value, why=why)
            lines.append(
                ChangeLine("-", told if value else say("difference.dropped-words", where=where, why=why))
            )
            lines += [ChangeLine("", words, inner=True) for words in each.words.splitlines() if words.strip()]
        return tuple(lines)

    def where(self, part: str, item: str, name: Name = "") -> str:
        """A place by the sort of thing it is and its name."""
        noun = _noun("part", part)
        named = self.name_of(part, item, name) if item else ""
        return f"{noun} {named}" if named else noun

    def name_of(self, part: str, item: str, name: Name = "") -> str:
        """What an item is called: by the rules, by the papers, else by its id."""
        if isinstance(name, Bilingual):
            return name.said(language())
        groups = (
            self.after.criteria, self.after.questions, self.after.findings, self.after.facts, self.after.checks,
            self.after.materials, self.after.recommendations, self.before.criteria, self.before.questions,
            self.before.facts,
        )  # fmt: skip
        plain = item.removeprefix(MATERIAL)
        if plain in self.names and part in ("cut", "indicator", "budget"):
            return self.names[plain]
        for group in groups if not name or name == item else ():
            for each in group:
                if each.id == plain:
                    return str(each.name.said(language()))
        return name or item

    def _lines(self, change: Change) -> Iterable[ChangeLine]:
        if not change.field and change.part not in (
            "total",
            "recommendation",
            "recommendation-words",
            "opinion",
        ):
            yield self._came_or_went(change)
        elif change.field == "order":
            yield ChangeLine("*", say("difference.order", part=_noun("part", change.part)))
        else:
            yield from self._member(change)

    def _came_or_went(self, change: Change) -> ChangeLine:
        part = _noun("part", change.part)
        if not change.item:
            return ChangeLine(_SIGNS[change.what], say(f"difference.group-{change.what}", part=part))
        worth = self._worth(change)
        name = self.name_of(change.part, change.item, change.name)
        said = say("difference.worth", value=worth) if worth else ""
        return ChangeLine(
            _SIGNS[change.what], say(f"difference.{change.what}", part=part, name=name, worth=said)
        )

    def _worth(self, change: Change) -> str:
        value = change.after if change.what == "added" else change.before
        kind = self.after if change.what == "added" else self.before
        if value is None or value in ("", ()) or change.part == "section":
            return ""
        if change.part == "criterion" and isinstance(value, int):
            return say("difference.value.full", value=points_text(kind, value))
        if change.part == "band":
            return say("difference.value.from", value=value)
        if change.part == "budget" and isinstance(value, int):
            return yuan_text(value)
        if isinstance(value, tuple):
            return " ".join(filter(None, (self._plain(change, each, kind) for each in value)))
        return self._plain(change, value, kind)

    def _member(self, change: Change) -> Iterable[ChangeLine]:
        where = self.where(change.part, change.item, change.name)
        if change.field and (change.part, change.field) not in _PLAINLY:
            where = f"{where} {_noun('field', change.field)}"
        before, after = (
            self._said(change, change.before, self.before),
            self._said(change, change.after, self.after),
        )
        sign = _SIGNS[change.what]
        if change.field in _UNREADABLE or before == after:
            yield ChangeLine("*", say("difference.text", where=where))
        elif max(len(before), len(after)) > _LONG or "\n" in before + after:
            yield from _long(sign, change.what, where, before, after)
        elif change.what == "changed" or isinstance(change.before, bool):
            yield ChangeLine(
                "*", say("difference.changed", where=where, before=before or say("difference.value.nothing"),
                         after=after or say("difference.value.nothing")),
            )  # fmt: skip
        else:
            key = "set" if change.what == "added" else "unset"
            yield ChangeLine(sign, say(f"difference.{key}", where=where, before=before, after=after))

    def _said(self, change: Change, value: Value, kind: ReviewKind) -> str:
        if isinstance(value, tuple):
            return say("difference.comma").join(self._plain(change, each, kind) for each in value)
        return self._plain(change, value, kind)

    def _plain(self, change: Change, value: Plain, kind: ReviewKind) -> str:
        if value is None:
            return ""
        if isinstance(value, Bilingual):
            return value.said(language())
        if change.part == "fact" and change.field in ("", "value"):
            return fact_text(next((each for each in kind.facts if each.id == change.item), None), value)
        if isinstance(value, bool):
            return say("difference.value.yes" if value else "difference.value.no")
        if isinstance(value, int):
            return _number(change, value, kind)
        return _coded(change, value, kind)

    def _dropped_value(self, dropped: Dropped) -> str:
        if dropped.part == "score" and dropped.value is True:
            return _noun("field", "not_applicable")
        if dropped.part == "cuts":
            return _noun("field", dropped.item)
        field_ = {"score": "points", "cut": "amount", "indicator": "judgement"}.get(dropped.part, "value")
        change = Change(dropped.part, dropped.item, "removed", field_)
        value = self._plain(change, dropped.value, self.before)
        # The name of a recommendation is its value already.
        return "" if dropped.part == "recommendation" else value


def _number(change: Change, value: int, kind: ReviewKind) -> str:
    if (change.part, change.field) in _POINTS:
        return points_text(kind, value)
    if change.field in _PERCENT:
        return say("difference.value.percent", value=value)
    return yuan_text(value) if (change.part, change.field) in _YUAN else f"{value:,}"


def _coded(change: Change, value: str, kind: ReviewKind) -> str:
    """A word of ours for a value that is an id; text as it is."""
    said = language()
    if change.part == "answer":
        question = next((each for each in kind.questions if each.id == change.item), None)
        choice = next((each for each in question.choices if each.id == value), None) if question else None
        if choice is not None:
            return choice.name.said(said)
        if question is None or question.asks != "yes-no":
            return value
    if change.part == "recommendation" and not change.field:
        return next((each.name.said(said) for each in kind.recommendations if each.id == value), value)
    if change.field in ("roles", "role"):
        return next((each.name.said(said) for each in kind.roles if each.id == value), value)
    known = f"difference.value.{value}"
    coded = change.field in _CODED or (change.part in ("answer", "finding") and change.field == "value")
    return say(known) if (coded or change.part in ("unit", "person", "check")) and knows(known) else value


_CODED: Final = frozenset(
    {"judgement", "severity", "comment_severity", "on", "asks", "type", "modes", "subjects", "part"}
)


def _long(sign: Sign, what: str, where: str, before: str, after: str) -> Iterable[ChangeLine]:
    if not before or not after:
        yield ChangeLine(sign, say(f"difference.text-{'removed' if before else 'added'}", where=where))
        one: Sign = "-" if before else "+"
        yield from (
            ChangeLine(one, _short(each), inner=True)
            for each in (before or after).splitlines()
            if each.strip()
        )
        return
    yield ChangeLine("*", say("difference.text", where=where))
    for each in text_changes(before, after):
        lead, tail = each.lead.rpartition("\n")[2], each.tail.partition("\n")[0]
        if each.removed:
            yield ChangeLine("-", f"{lead}【{_flat(each.removed)}】{tail}", inner=True)
        if each.added:
            yield ChangeLine("+", f"{lead}【{_flat(each.added)}】{tail}", inner=True)


def _flat(text: str) -> str:
    return _short(" / ".join(line for line in text.split("\n") if line) or "/")


def _short(text: str) -> str:
    if len(text) <= _SHOWN:
        return text
    return say("difference.long", start=text[:_SHOWN], count=len(text) - _SHOWN)


def _noun(group: str, name: str) -> str:
    key = f"difference.{group}.{name}"
    return say(key) if knows(key) else say(f"difference.{group}.other")
