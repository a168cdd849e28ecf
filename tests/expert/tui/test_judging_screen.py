"""Findings, cuts, comments and their bases on the review screen, on a real desk."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from zhubi.expert.desk import overview, review
from zhubi.expert.tui.application import ZhubiApp
from zhubi.expert.tui.screens.review import ReviewScreen

ACCEPTANCE = ("shanxi-2024-10", "sx.acceptance-meeting", "SX24-009")
APPRAISAL = ("shapingba-2023-41", "spb.project-appraisal", "SPB26-003")


def _stories() -> Any:
    place = Path(__file__).parents[1] / "conftest.py"
    spec = importlib.util.spec_from_file_location("expert_stories", place)
    assert spec is not None and spec.loader is not None
    module = sys.modules.setdefault("expert_stories", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


@asynccontextmanager
async def judging(
    story: Any, what: tuple[str, str, str], size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Any]:
    policy, kind, code = what
    _stories().seat_expert(story, policy, kind)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    app = ZhubiApp(story.desk, sync_by_itself=False)
    row = next(each for each in overview.rows(story.desk, None, 0, 9) if each.code == code)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.push_screen(ReviewScreen(row.key))
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        if app.screen.has_class("-reading"):
            await pilot.press("f6")
        yield pilot


def state(pilot: Any) -> Any:
    screen = next(each for each in pilot.app.screen_stack if isinstance(each, ReviewScreen))
    return review.open_review(screen.desk, screen.key).state


async def to(pilot: Any, kind: str, item: str) -> None:
    assert pilot.app.screen.sheet.go_to(kind, item)
    await pilot.pause()


async def answer(pilot: Any, **findings: str) -> None:
    for name, value in findings.items():
        await to(pilot, "finding", name)
        await pilot.press({"yes": "1", "no": "2"}[value])
    await pilot.pause()


def guide(pilot: Any) -> str:
    return str(pilot.app.screen.query_one("#guide").plain)


async def test_what_ones_findings_mean_stands_below_them(story: Any, look: Any) -> None:
    async with judging(story, ACCEPTANCE) as pilot:
        await to(pilot, "finding", "serious_violation")
        assert "若「是」：「不通过验收」成立" in guide(pilot) and "若「否」：" in guide(pilot)
        rest = dict.fromkeys(
            ("subjective_cause", "binding_indicator_missed", "unauthorised_change", "serious_violation"), "no"
        )
        good = dict.fromkeys(
            ("main_indicators_met", "self_raised_ok", "funds_reasonable", "demand_party_accepts"), "yes"
        )
        never = dict.fromkeys(
            ("objective_or_force_majeure", "completed_after_extension", "overdue_over_one_year",
             "refuses_acceptance"), "no"
        )  # fmt: skip
        await answer(pilot, **rest, **good, **never)
        assert state(pilot).meaning.sentence == "按本人认定：晋 第四十三条(一) 通过验收 成立"
        assert "通过验收 成立" in "".join(each.text for each in pilot.app.screen.sheet._sheet_lines)
        await answer(pilot, serious_violation="yes")
        assert state(pilot).meaning.verdict == "conflict" and "条款竞合" in state(pilot).meaning.sentence


async def test_contradictions_are_named_where_they_stand_and_hold_back_nothing(story: Any) -> None:
    async with judging(story, ACCEPTANCE) as pilot:
        required = {each.item for each in state(pilot).missing if each.required}
        await answer(pilot, main_indicators_met="yes", subjective_cause="yes")
        assert "矛盾：认定主要指标完成，又认定因主观原因项目无法完成" in guide(pilot)
        notes = [each.text for each in pilot.app.screen.sheet._sheet_lines if each.kind == "note"]
        assert any("又认定因主观原因" in each for each in notes)
        left = {each.item for each in state(pilot).missing if each.required}
        assert left == required - {"main_indicators_met", "subjective_cause"}


async def test_a_binding_indicator_against_the_finding_is_named_on_both(story: Any) -> None:
    async with judging(story, ACCEPTANCE) as pilot:
        await answer(pilot, main_indicators_met="yes")
        binding = next(each for each in state(pilot).indicators if each.binding)
        await to(pilot, "indicator", binding.id)
        await pilot.press("tab", *"99", "enter", *"现场复测", "escape", "3")
        await pilot.pause()
        row = next(each for each in state(pilot).indicators if each.id == binding.id)
        assert (row.observed, row.judgement, row.words) == ("99", "not-met", "现场复测")
        assert "矛盾：认定主要指标完成，而有约束性指标判为未完成" in guide(pilot)


async def test_an_offered_cut_is_taken_over_with_one_key_and_its_reason_is_asked(
    story: Any, look: Any
) -> None:
    async with judging(story, APPRAISAL) as pilot:
        await to(pilot, "check", "spb4-major")
        assert "空格采用" in guide(pilot)
        await pilot.press("space")
        await pilot.pause()
        assert "从哪一科目" in look(pilot.app) and "材料费" in look(pilot.app)
        await pilot.press("down", "enter")
        await pilot.pause()
        line = pilot.app.screen.sheet.line
        assert (line.kind, line.item) == ("cut", "materials")
        await pilot.press(*"从紧", "escape")
        await pilot.pause()
        row = next(each for each in state(pilot).budget if each.id == "materials")
        assert (row.cut, row.cut_reason) == (50_000, "从紧")
        await to(pilot, "check", "spb4-major")
        await pilot.press("space", "enter")
        await pilot.pause()
        assert state(pilot).cuts.total_cut == 50_000, "what the other lines give already is not cut again"


async def test_totals_and_shares_follow_every_key_of_a_cut(story: Any, look: Any) -> None:
    async with judging(story, APPRAISAL) as pilot:
        await to(pilot, "cut", "equipment")
        for typed, expected in (("2", 2), ("万", 20_000)):
            await pilot.press(typed)
            await pilot.pause()
            assert state(pilot).cuts.total_cut == expected
        heads = [each.text for each in pilot.app.screen.sheet._sheet_lines if each.item == "cuts"]
        cuts = state(pilot).cuts
        assert heads[0].startswith("建议核减 2万元") and f"{cuts.fiscal_after / 10_000:g}万元" in heads[0]
        assert heads[0].count("%") == 2
        await pilot.press("enter")


async def test_a_line_without_fiscal_money_is_seen_and_not_cut(story: Any, look: Any) -> None:
    from dataclasses import replace

    from zhubi.expert.tui.widgets.sheetlines import draw, lines_of

    async with judging(story, APPRAISAL) as pilot:
        found = state(pilot)
        fixed = replace(found.budget[0], fiscal=0, may_cut=False)
        lines = lines_of(replace(found, budget=(fixed, *found.budget[1:])))
        line = next(each for each in lines if each.kind == "fixed")
        assert not line.selectable
        said = "".join(text for text, _ in draw(line, replace(found, budget=(fixed,)), 76))
        assert fixed.subject in said and "不可核减" in said


@pytest.mark.parametrize("what", [ACCEPTANCE, APPRAISAL], ids=["acceptance", "appraisal"])
async def test_every_line_of_the_sheet_tells_what_it_rests_on(story: Any, what: Any, look: Any) -> None:
    async with judging(story, what) as pilot:
        seen = set()
        for line in pilot.app.screen.sheet._sheet_lines:
            if line.selectable and line.kind not in seen:
                seen.add(line.kind)
                await to(pilot, line.kind, line.item)
                await pilot.press("ctrl+l")
                await pilot.pause()
                assert not isinstance(pilot.app.screen, ReviewScreen), line
                await pilot.press("escape")
                await pilot.pause()
        assert {"recommendation", "opinion", "check"} <= seen


async def test_the_basis_of_a_criterion_tells_its_bands(story: Any, look: Any) -> None:
    async with judging(story, APPRAISAL, (120, 40)) as pilot:
        item = next(each.id for each in state(pilot).criteria if each.mine)
        await to(pilot, "score", item)
        await pilot.press("ctrl+l")
        await pilot.pause()
        shown = look(pilot.app)
        assert "评分项依据：" in shown and "优：" in shown
