"""Differences in words: every member of a form and of papers has its name, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from zhubi.core.model import dossier, rulebook
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.difference import Change
from zhubi.core.rules.formchanges import PARTS, kind_changes
from zhubi.expert.desk.changewords import Speaker
from zhubi.locale import knows, use_language

POLICIES = ("zhejiang-2023", "shapingba-2023-41", "shanxi-2024-10", "dazu-2023-26")
_SAID_WHOLE = {"Bilingual", "Basis", "Choice", "Anchor"}


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    for each in get_args(annotation):
        yield from models_in(each)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation


def named(model: type[BaseModel], part: str) -> Iterator[tuple[str, str]]:
    """Every part with every member of it, from here down."""
    for name, field in model.model_fields.items():
        inner = [each for each in models_in(field.annotation) if each.__name__ not in _SAID_WHOLE]
        if name in ("id", "policy", "examples"):
            continue
        if not inner:
            yield part, name
        for each in inner:
            yield from named(each, PARTS.get(name, name))


def test_every_member_of_a_form_is_called_by_a_name() -> None:
    for part, member in named(rulebook.ReviewKind, "kind"):
        assert knows(f"difference.part.{part}"), part
        assert knows(f"difference.field.{member}"), f"{part}.{member}"


def test_every_member_of_papers_is_called_by_a_name() -> None:
    models = {
        "section": dossier.Section, "fact": dossier.Fact, "budget": dossier.BudgetLine, "card": dossier.Card,
        "indicator": dossier.Indicator, "attachment": dossier.Attachment, "unit": dossier.Unit,
    }  # fmt: skip
    for part, model in models.items():
        assert knows(f"difference.part.{part}")
        for member in model.model_fields:
            if member not in ("id", "units", "people", "blob", "plain_size"):
                assert knows(f"difference.field.{member}"), f"{part}.{member}"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_any_difference_of_two_forms_is_said_without_a_gap(language: str) -> None:
    use_language(language)
    kinds = [kind for policy in POLICIES for kind in shipped(policy).kinds]
    for before, after in zip(kinds, kinds[3:], strict=False):
        changes = kind_changes(before, after)
        lines = Speaker(before, after).lines(changes)
        assert len([each for each in lines if not each.inner]) == len(changes)
        for line in lines:
            assert line.text.strip() and "difference." not in line.text and "None" not in line.text, line


def test_a_long_text_is_said_by_the_places_that_changed() -> None:
    kind = shipped("dazu-2023-26").kind("dz.milestone-assessment")
    before = "项目面向丘陵果园，研制轻简化采收装备。预计年产能五百台套，投资三千万元。"
    change = Change(
        "section", "goal", "changed", "text", before, before.replace("五百", "四百二十"), "一、目标"
    )
    head, *inner = Speaker(kind, kind).lines([change])
    assert (head.sign, head.text) == ("*", "章节 一、目标 正文有改动")
    assert [(each.sign, each.text, each.inner) for each in inner] == [
        ("-", "简化采收装备。预计年产能【五百】台套，投资三千万元。", True),
        ("+", "简化采收装备。预计年产能【四百二十】台套，投资三千万元。", True),
    ]
