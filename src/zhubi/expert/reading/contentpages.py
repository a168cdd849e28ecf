"""The content of a dossier as pages to be searched: the card, each section, and what stands in tables as lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhubi.core.model.dossier import Card, Content
from zhubi.expert.store.searchindex import PageText

FactWords = Mapping[str, Mapping[str, Any]]
"""For each fact that the rules declare: its ``name``, and its ``choices`` by id."""


def pages_of(content: Content, facts: FactWords) -> list[PageText]:
    """The content in the order it is read in: sections count from 1, and behind them each table has its number."""
    pages = [PageText(0, "card", "", _card(content.card))]
    for number, section in enumerate(content.sections, 1):
        pages.append(PageText(number, "section", section.heading, f"{section.heading}\n{section.text}"))
    number = len(content.sections)
    if facts:
        stated = [_fact(facts[each.name], each.value) for each in content.facts if each.name in facts]
        pages.append(PageText(number + 1, "facts", "", "\n".join(stated)))
    if content.budget:
        budget = [f"{each.subject} {each.total:,} {each.fiscal:,} {each.note}" for each in content.budget]
        pages.append(PageText(number + 2, "budget", "", "\n".join(budget)))
    if content.indicators:
        listed = [f"{each.name} {each.target}{each.unit} {each.reported}" for each in content.indicators]
        pages.append(PageText(number + 3, "indicators", "", "\n".join(listed)))
    return [each for each in pages if each.text.strip()]


def _card(card: Card) -> str:
    units = "、".join(each.name for each in card.units)
    people = "、".join(f"{each.name} {each.unit}".strip() for each in card.people)
    return "\n".join(
        each for each in (f"{card.code} {card.title}", units, people, card.field, card.summary) if each
    )


def _fact(rule: Mapping[str, Any], value: object) -> str:
    if isinstance(value, bool):
        said = ""
    elif isinstance(value, int):
        said = f"{value:,} {value}"
    else:
        said = str(rule["choices"].get(value, value))
    return f"{rule['name']} {said}".strip()
