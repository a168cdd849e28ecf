"""The guide for writers of rulebooks shows what works, and faults as they are really shown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from zhubi.core.model.rulebook import Basis, Policy, ReviewKind
from zhubi.core.model.wording import Bilingual
from zhubi.core.rules.compile import read_policy, shipped
from zhubi.locale import explain, use_language

DOCS = Path(__file__).parents[3] / "docs"
GUIDES = {"rulebooks.md": "en", "rulebooks.zh.md": "zh"}


def blocks(guide: str, language: str) -> list[str]:
    text = (DOCS / guide).read_text("utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [body for named, body in found if named == language]


def write(folder: Path, guide: str) -> Path:
    target = folder / "example-2025"
    target.mkdir()
    policy, kind = blocks(guide, "toml")
    (target / "policy.toml").write_text(policy, "utf-8")
    (target / "site-visit.toml").write_text(kind, "utf-8")
    return target


@pytest.mark.parametrize("guide", GUIDES)
def test_the_rulebook_in_the_guide_is_sound(tmp_path: Path, guide: str) -> None:
    policy, faults = read_policy(write(tmp_path, guide))
    assert faults == ()
    assert policy is not None
    assert len(policy.kinds[0].examples) == 2


@pytest.mark.parametrize(("guide", "language"), GUIDES.items())
def test_the_fault_in_the_guide_is_shown_just_so(tmp_path: Path, guide: str, language: str) -> None:
    folder = write(tmp_path, guide)
    kind = folder / "site-visit.toml"
    kind.write_text(
        kind.read_text("utf-8").replace("fact.fiscal_requested *", "fact.fiscal_reqested *"), "utf-8"
    )
    _, faults = read_policy(folder)
    use_language(language)
    try:
        shown = f"{explain(faults[0])}\n{faults[0].excerpt}\n"
    finally:
        use_language("zh")
    assert shown in blocks(guide, "")


def test_both_guides_teach_the_same_rulebook() -> None:
    assert blocks("rulebooks.md", "toml") == blocks("rulebooks.zh.md", "toml")


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(annotation):
        yield from models(inner)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_tells_of_every_key_and_of_every_default(guide: str) -> None:
    text = (DOCS / guide).read_text("utf-8")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    code = "\n".join(re.findall(r"`([^`]+)`", prose) + blocks(guide, "toml"))
    words = set(re.findall(r"[a-z0-9_-]+", code))
    made_of = {*models(Policy), *models(ReviewKind)} - {Basis, Bilingual}
    keys = {name for model in made_of for name in model.model_fields} - {"policy", "kinds"}
    assert keys - words == set()
    defaults = tomllib.loads(files("zhubi.core.rulebooks").joinpath("defaults.toml").read_text("utf-8"))
    assert {each["id"] for items in defaults.values() for each in items} - words == set()
    judging = next(kind for kind in shipped("shanxi-2024-10").kinds if kind.judges_indicators)
    reads = {name for name, _ in judging.vocabulary if name.startswith(("sheet.", "panel.", "indicator."))}
    own = ("sheet.points.", "panel.role.", "panel.tag.")
    assert {name for name in reads if name not in code and not name.startswith(own)} == set()
    assert all(f"{each}x" in code for each in own)
