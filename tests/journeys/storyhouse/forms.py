"""A dossier made to fit a review kind, and a sheet filled in by the form itself."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path
from typing import Any

from zhubi.core.model.rulebook import FactRule, ReviewKind
from zhubi.expert.desk import review
from zhubi.expert.desk.opening import Desk
from zhubi.expert.desk.sheetviews import SheetState
from zhubi.expert.desk.views import ReviewKey

WORDS = "已对照材料和任务书核实，理由如上。"
OPINION = (
    "项目目标明确，技术路线与任务书一致，指标可以考核，经费安排与任务量相称。"
    "建议承担单位按节点提交检测报告，补充自筹资金落实文件，并在下一阶段完成需求方现场应用，由组织方跟踪。"
    "个别指标的测试条件应在任务书中写明，避免验收时出现理解不一致的情况，其余部分可以按计划推进实施。"
)


def lay_out_for(folder: Path, kind: ReviewKind, code: str) -> Path:
    """One dossier that states every fact the kind's rules read, with every material; gives the folder to import."""
    place = folder / code
    place.mkdir(parents=True)
    stated = dict(kind.examples[0].facts) if kind.examples else {}
    lines = [
        f"code = {json.dumps(code)}",
        'title = "高寒矿区甲醇增程自卸车动力系统"',
        "set_up_on = 2025-03-18",
        "classified = false",
        "[card]",
        'units = [{ name = "晋北重装研究院", part = "lead" }, { name = "长治矿业公司", part = "demand" }]',
        'people = [{ name = "石越川", unit = "晋北重装研究院", part = "leader" }]',
        "[facts]",
        *(f"{each.id} = {json.dumps(_stated(each, stated))}" for each in kind.facts),
        "[[sections]]",
        'id = "overview"',
        'heading = "一、概况"',
        "level = 1",
        'text = "项目面向高寒矿区，研制甲醇增程动力系统。"',
    ]
    for line, subject, total, fiscal in (
        ("equipment", "设备费", 3_000_000, 1_200_000),
        ("materials", "材料费", 1_000_000, 400_000),
        ("labour", "劳务费", 600_000, 0),
    ):
        lines += [
            "[[budget]]",
            f'id = "{line}"',
            f'subject = "{subject}"',
            f"total = {total}",
            f"fiscal = {fiscal}",
        ]
    for indicator, name, target, unit, binding in (
        ("efficiency", "最高有效热效率", ">=42", "%", "true"),
        ("cold-start", "冷启动温度", "<=-25", "℃", "false"),
    ):
        lines += [
            "[[indicators]]", f'id = "{indicator}"', f'name = "{name}"', f'target = "{target}"', f'unit = "{unit}"',
            f"binding = {binding}", 'reported = "42.3"',
        ]  # fmt: skip
    for number, material in enumerate(kind.materials):
        name = f"{number}-{material.id}.txt"
        (place / name).write_text(f"{material.name.zh}：样例。\n", encoding="utf-8")
        lines += [
            "[[attachments]]",
            f'file = "{name}"',
            f'material = "{material.id}"',
            f'title = "{material.name.zh}"',
        ]
    (place / "dossier.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _stated(fact: FactRule, stated: dict[str, Any]) -> Any:
    if fact.id in stated:
        return stated[fact.id]
    if fact.type == "int":
        return max(fact.minimum or 0, 1)
    if fact.type == "bool":
        return False
    if fact.type == "day":
        return "2026-03-18"
    return fact.choices[0].id if fact.choices else "样例"


def fill_by_form(desk: Desk, key: ReviewKey, *, turn: int = 0) -> SheetState:
    """Everything that the form asks for, the way it asks; ``turn`` chooses among what is equally possible."""
    view = review.open_review(desk, key)
    kind, state = view.kind, view.state
    spared = [each.id for each in state.criteria if each.mine and each.may_not_apply]
    shares = cycle((100, 86, 55, 74, 91))
    for criterion in (each for each in state.criteria if each.mine):
        if criterion.id in spared[:1] and turn % 2:
            review.set_not_applicable(desk, key, criterion.id, True)
        else:
            review.set_score(desk, key, criterion.id, _points(criterion.full_text, next(shares), kind))
        review.set_comment(desk, key, criterion.id, f"{criterion.name}：{WORDS}")
    for question in state.questions:
        review.set_answer(desk, key, question.id, _answer(question, turn))
    for number, finding in enumerate(state.findings):
        review.set_finding(desk, key, finding.id, ("yes", "no", "unknown")[(number + turn) % 3], WORDS)
    for indicator, judged in zip(
        state.indicators, cycle(("met", "partly", "not-met", "not-checked")), strict=False
    ):
        review.set_indicator(desk, key, indicator.id, "42.3", judged, WORDS)
    for fact in state.facts:
        if fact.value_text:
            review.confirm_fact(desk, key, fact.name, None)
    if state.cuts.offered:
        line = next(each for each in state.budget if each.may_cut)
        review.set_cut(desk, key, line.id, "１２５,０００", WORDS)
        review.set_cuts_statement(desk, key, True, state.cuts.total_may_follow)
    if state.recommendations:
        chosen = state.recommendations[turn % len(state.recommendations)]
        state = review.set_recommendation(desk, key, chosen.id, WORDS)
    for check in state.checks:
        if check.outcome != "met":
            review.set_words(desk, key, check.id, WORDS)
    return review.set_opinion(desk, key, OPINION)


def _points(full: str, share: int, kind: ReviewKind) -> str:
    halves = kind.scale is not None and kind.scale.step == "0.5"
    steps = int(float(full) * (2 if halves else 1)) * share // 100
    return f"{steps // 2}.{steps % 2 * 5}" if halves else str(steps)


def _answer(question: Any, turn: int) -> str:
    if question.asks == "yes-no":
        return "yes" if turn % 2 == 0 else "no"
    if question.asks == "choice":
        return str(question.choices[turn % len(question.choices)].id)
    return "１２" if question.asks == "number" else WORDS
