"""From a clause back to what honours it; a clause that nothing honours is a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhubi.core.model.rulebook import Clause
from zhubi.core.rules.clauses import resting
from zhubi.core.rules.compile import load_policy, read_policy, shipped
from zhubi.locale import explain, knows

POLICY = """
id = "trial-1"
title = {zh = "试验办法", en = "trial"}
short = {zh = "试", en = "T"}
issuer = "某局"
[term]
basis = "三"
[[clauses]]
id = "一"
gist = {zh = "要求", en = "what is asked"}
[[clauses]]
id = "三"
gist = {zh = "施行", en = "in force"}
[[clauses]]
id = "二"
gist = {zh = "公示", en = "published"}
"""

KIND = """
id = "t.kind"
name = {zh = "环节", en = "kind"}
basis = "一"
modes = ["meeting"]
modes_basis = "一"
commitments = ["integrity"]
opinion_minimum = 0
[panel]
basis = "default"
[[panel.requirements]]
id = "minimum"
name = {zh = "5人以上", en = "five or more"}
kind = "minimum"
count = 5
severity = "warn"
basis = "一; 三"
[[findings]]
id = "done"
name = {zh = "完成", en = "done"}
basis = "一"
"""
HOW = 'how = {zh = "开场次", en = "a round is opened"}\n'
WHY = 'why = {zh = "评审之后", en = "after the review"}\n'


def written(folder: Path, said: str, kind: str = KIND) -> Path:
    (folder / "policy.toml").write_text(POLICY + said, encoding="utf-8")
    (folder / "kind.toml").write_text(kind, encoding="utf-8")
    return folder


def test_items_are_found_by_the_clause_they_rest_on(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, 'honoured = "outside"\n' + WHY))
    assert resting(policy) == {
        "一": {"t.kind": ("", "modes", "findings.done", "panel.requirements.minimum")},
        "三": {"": ("term",), "t.kind": ("panel.requirements.minimum",)},
    }


@pytest.mark.parametrize("said", ['honoured = "office"\n' + HOW, 'honoured = "outside"\n' + WHY])
def test_a_clause_without_items_says_where_it_is_honoured(tmp_path: Path, said: str) -> None:
    _, faults = read_policy(written(tmp_path, said))
    assert faults == ()


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("", "clause-unsaid"),
        ('honoured = "office"\n', "clause-words"),
        ('honoured = "office"\n' + WHY, "clause-words"),
        ('honoured = "outside"\n' + HOW, "clause-words"),
        ('honoured = "outside"\n' + HOW + WHY, "clause-words"),
        (WHY, "clause-words"),
        ('honoured = "nowhere"\n', "expected-one-of"),
    ],
)
def test_a_clause_that_nothing_honours_is_pointed_at(tmp_path: Path, said: str, what: str) -> None:
    policy, faults = read_policy(written(tmp_path, said))
    assert policy is None
    assert [fault.what for fault in faults] == [what]
    assert "二" in explain(faults[0]) or what == "expected-one-of"
    assert knows(f"rules.fault-{what}")
    line = (POLICY + said).splitlines()[faults[0].line - 1]
    assert line.startswith("honoured" if what == "expected-one-of" else 'id = "二"')


def test_a_clause_with_items_may_say_where_the_rest_of_it_is_honoured(tmp_path: Path) -> None:
    folder = written(tmp_path, 'honoured = "office"\n' + HOW, KIND.replace('"default"', '"二"'))
    policy = load_policy(folder)
    assert resting(policy)["二"] == {"t.kind": ("panel",)}


def test_a_kind_at_fault_is_not_missed_a_second_time_by_its_clauses(tmp_path: Path) -> None:
    _, faults = read_policy(written(tmp_path, "", KIND.replace("count = 5", "count = 0")))
    assert [fault.what for fault in faults] == ["value"]


def test_what_a_clause_does_not_say_leaves_its_digest_alone() -> None:
    clause = shipped("zhejiang-2023").clause("四.9")
    assert clause is not None
    assert set(clause.model_dump(mode="json")) == {"id", "gist"}
    said = shipped("zhejiang-2023").clause("六.14")
    assert said is not None
    assert set(said.model_dump(mode="json")) == {"id", "gist", "honoured", "why"}
    assert Clause.model_validate(said.model_dump(mode="json")) == said
