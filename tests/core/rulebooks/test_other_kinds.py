"""What the format holds: forms without points, head counts, seats, gates, several subjects, grades by a mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Answer, Finding, Sheet
from zhubi.core.rules.checks import check_results
from zhubi.core.rules.compile import load_policy
from zhubi.core.rules.completeness import missing_items
from zhubi.core.rules.conclusions import evaluate
from zhubi.core.rules.conditions import Outcome
from zhubi.core.rules.panel import Member, panel_faults

POLICY = """
id = "trial-1"
title = {zh = "试验办法", en = "trial"}
short = {zh = "试", en = "T"}
issuer = "某局"
[term]
basis = "一"
[[clauses]]
id = "一"
gist = {zh = "要求", en = "what is asked"}
[[tags]]
id = "demand-party"
name = {zh = "需求方", en = "demand party"}
basis = "一"
[[tags]]
id = "end-user"
name = {zh = "最终用户", en = "end user"}
basis = "一"
"""

HEAD = """
id = "t.{name}"
name = {{zh = "环节", en = "kind"}}
basis = "一"
modes = ["meeting"]
commitments = ["integrity"]
opinion_minimum = 0
"""

PANEL = """
[panel]
basis = "一"
"""


def kind_of(folder: Path, body: str, name: str = "kind") -> ReviewKind:
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / f"{name}.toml").write_text(HEAD.format(name=name) + body, encoding="utf-8")
    return load_policy(folder).kind(f"t.{name}")


def test_a_form_without_points_is_made_of_questions(tmp_path: Path) -> None:
    """Stage checks, verifications, guideline drafting: completion levels instead of points."""
    kind = kind_of(
        tmp_path,
        """
[[questions]]
id = "stage-goal"
name = {zh = "约定阶段性目标", en = "stage goal"}
asks = "choice"
choices = [
  {id = "met", name = {zh = "完成", en = "met"}},
  {id = "partly", name = {zh = "部分完成", en = "partly"}},
  {id = "not-met", name = {zh = "未完成", en = "not met"}},
  {id = "na", name = {zh = "不适用", en = "n/a"}},
]
basis = "一"
[[findings]]
id = "stage_goal_met"
name = {zh = "目标完成", en = "goal met"}
basis = "一"
[[conclusions]]
id = "continue"
name = {zh = "继续支持", en = "continue"}
when = 'finding.stage_goal_met'
basis = "一"
[[conclusions]]
id = "terminate"
name = {zh = "终止", en = "terminate"}
when = '!finding.stage_goal_met'
basis = "一"
"""
        + PANEL,
    )
    assert [each.item for each in missing_items(kind, Sheet(), "", ())] == ["stage-goal", "stage_goal_met"]
    done = Sheet(
        answers=(Answer(question="stage-goal", value="partly"),),
        findings=(Finding(finding="stage_goal_met", value="no"),),
    )
    assert missing_items(kind, done, "", ()) == ()
    assert evaluate(kind, {"stage_goal_met": "no"}).holding == ("terminate",)


def test_head_counts_by_role(tmp_path: Path) -> None:
    """Nine technical and three finance experts, twelve together without being said."""
    kind = kind_of(
        tmp_path,
        """roles = ["technical", "finance"]
[scale]
[[criteria]]
id = "proposal"
name = {zh = "方案", en = "proposal"}
full = 100
basis = "一"
"""
        + PANEL
        + """
[[panel.requirements]]
id = "technical"
name = {zh = "技术专家不少于9名", en = "nine technical"}
kind = "role-minimum"
role = "technical"
count = 9
severity = "block"
basis = "一"
[[panel.requirements]]
id = "finance"
name = {zh = "财务专家不少于3名", en = "three finance"}
kind = "role-minimum"
role = "finance"
count = 3
severity = "block"
basis = "一"
""",
    )
    people = [Member(str(at), "technical") for at in range(9)] + [
        Member(f"f{at}", "finance") for at in range(2)
    ]
    assert [fault.requirement.id for fault in panel_faults(kind.panel, people, kind=kind)] == ["finance"]


def test_participants_that_must_be_there(tmp_path: Path) -> None:
    """Demand party and end user take part in acceptance: tags, held back by the panel alone."""
    kind = kind_of(
        tmp_path,
        'tags = ["demand-party", "end-user"]\n'
        + PANEL
        + "".join(
            f"""
[[panel.requirements]]
id = "{tag}"
name = {{zh = "参与方到场", en = "takes part"}}
kind = "tag"
tag = "{tag}"
severity = "block"
basis = "一"
"""
            for tag in ("demand-party", "end-user")
        ),
    )
    people = [Member("a", "", frozenset({"demand-party"}))]
    faults = panel_faults(kind.panel, people, kind=kind)
    assert [(fault.requirement.id, fault.severity) for fault in faults] == [("end-user", "block")]


def test_gates_facts_and_missing_papers_decide_together(tmp_path: Path) -> None:
    """Gate questions, a conclusion on figures, a paper that only larger projects need."""
    kind = kind_of(
        tmp_path,
        """subjects = "several"
[[questions]]
id = "not-mature"
name = {zh = "非已成熟技术", en = "not mature"}
gate = true
basis = "一"
[[facts]]
id = "fiscal"
name = {zh = "财政", en = "fiscal"}
type = "int"
unit = "元"
[[facts]]
id = "spent"
name = {zh = "支出", en = "spent"}
type = "int"
unit = "元"
[[checks]]
id = "gate"
name = {zh = "门槛", en = "gate"}
expr = 'answer.not_mature'
severity = "block"
basis = "一"
[[materials]]
id = "audit-report"
name = {zh = "审计报告", en = "audit"}
required_when = 'fact.fiscal > 1000000'
severity = "inform"
basis = "一"
[[conclusions]]
id = "suspend-payment"
name = {zh = "暂缓拨付", en = "suspend"}
when = 'fact.spent * 100 < fact.fiscal * 80'
basis = "一"
"""
        + PANEL,
    )
    sheet = Sheet(answers=(Answer(question="not-mature", value="no"),))
    results = {each.check: each for each in check_results(kind, {"fiscal": 1_000_000}, sheet)}
    assert results["gate"].is_block
    assert "material.audit-report" not in results
    larger = {each.check: each for each in check_results(kind, {"fiscal": 1_000_001}, sheet)}
    assert larger["material.audit-report"].outcome is Outcome.UNMET
    assert evaluate(kind, {}, {"fiscal": 100, "spent": 79}).holding == ("suspend-payment",)
    assert evaluate(kind, {}, {"fiscal": 100, "spent": 80}).verdict == "uncovered"


def test_an_example_states_the_mean_that_a_grade_turns_on(tmp_path: Path) -> None:
    """The mean is written in points as people say them, also where the scale has halves."""
    body = """
[scale]
step = "0.5"
[[criteria]]
id = "output"
name = {zh = "产出", en = "output"}
full = 100
basis = "一"
[[conclusions]]
id = "excellent"
name = {zh = "优", en = "excellent"}
when = 'panel.mean >= 180'
basis = "default"
[[examples]]
id = "ninety"
name = {zh = "九十分", en = "ninety"}
mean = 90
expect = {verdict = "one", holding = ["excellent"]}
[[examples]]
id = "less"
name = {zh = "不到九十", en = "less"}
mean = 89
expect = {verdict = "uncovered"}
[[examples]]
id = "not-added-up"
name = {zh = "还没有平均分", en = "no mean yet"}
expect = {verdict = "undecided"}
"""
    assert len(kind_of(tmp_path, body + PANEL).examples) == 3


@pytest.mark.parametrize(("mean", "grade"), [(90, "excellent"), (80, "good"), (60, "fair"), (59, "poor")])
def test_grades_by_the_mean_of_the_panel(tmp_path: Path, mean: int, grade: str) -> None:
    floors = {"excellent": (90, 101), "good": (80, 90), "fair": (60, 80), "poor": (0, 60)}
    body = (
        "[scale]\n"
        '[[criteria]]\nid = "output"\nname = {zh = "产出", en = "output"}\nfull = 100\nbasis = "一"\n'
    )
    for name, (low, high) in floors.items():
        body += f"""
[[conclusions]]
id = "{name}"
name = {{zh = "档", en = "grade"}}
when = 'panel.mean >= {low} && panel.mean < {high}'
basis = "default"
"""
    from zhubi.core.rules.panel import PanelFacts

    kind = kind_of(tmp_path, body + PANEL)
    assert evaluate(kind, {}, panel=PanelFacts(present=5, mean=mean)).holding == (grade,)
