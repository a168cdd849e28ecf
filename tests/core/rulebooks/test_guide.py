"""The guide for writers of rulebooks shows what works, and faults as they are really shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhubi.core.rules.compile import read_policy
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
