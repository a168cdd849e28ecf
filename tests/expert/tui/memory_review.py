"""A review kept in memory: a small sheet that takes points, choices and words, for tests of the review screen alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import memory_desk

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.sheet import Citation, Sheet
from zhubi.core.model.text import fold_digits
from zhubi.expert.desk.notes import CitationRow, NoteRow, quotation
from zhubi.expert.desk.passages import Passage, PassageView
from zhubi.expert.desk.sheetviews import (
    AttachmentRow,
    BandView,
    BasisView,
    BudgetRow,
    CheckRow,
    ContentView,
    CriterionRow,
    CutsView,
    FactRow,
    FindingRow,
    IndicatorRow,
    MissingRow,
    QuestionRow,
    RecommendationRow,
    ReviewView,
    SectionView,
    SheetState,
    TotalView,
)

CONTENT = "c0" * 32

BANDS = (
    BandView("excellent", "优18-20", "达到国际先进水平"), BandView("good", "良16-17", ""),
    BandView("fair", "中12-15", ""), BandView("poor", "差0-11", ""),
)  # fmt: skip


CHECKS = (
    CheckRow("share", "自筹经费占比", "unmet", "block", "自筹62%，低于80%（浙四.9）", (), "浙四.9", "", True, 500_000),
    CheckRow(
        "intensity", "研发投入强度", "unknown", "warn", "材料未载明同行业平均水平", ("同行业研发投入平均水平",),
        "浙四.9", "", False,
    ),
    CheckRow("joint", "联合实施", "met", "warn", "联合实施单位符合", (), "浙四.9", "", False),
)  # fmt: skip


def criterion(
    item: str, name: str, full: int, *, mine: bool = True, points: str = "", comment: str = ""
) -> CriterionRow:
    return CriterionRow(
        item, name, str(full), points, "优" if points else "", comment, mine, "财务专家", "看是否对准榜单指标",
        "默认值", BANDS, item == "route", False, False,
    )  # fmt: skip


SECTION = (
    "本项目面向通用型CAR-T细胞制备工艺，拟在封闭式自动化培养系统上建立可放大的制备流程，解决批间差异大、"
    "成本高、供者依赖等问题。项目由浙江大学牵头，联合某生物科技有限公司实施，总预算1200万元，"
    "其中申请财政资金300万元。\n已完成 T-cell activation 与基因编辑 (CRISPR-Cas9) 的小试，敲除效率 92.5%。\n"
)


def content() -> ContentView:
    return ContentView(
        "KJ26-021", "通用型CAR-T细胞制备工艺", 1, "2026-03-01",
        (("s1", "一、立项依据", 1), ("s2", "二、研究内容", 1)),
        tuple(SectionView(f"s{n}", f"{'一二三四五六'[n - 1]}、{name}", 1, SECTION * 4)
              for n, name in enumerate(("立项依据", "研究内容", "技术路线", "实施方案", "预期成果", "风险"), 1)),
        (FactRow("total_budget", "总预算", "1200万元", "s1"), FactRow("rd_intensity", "研发投入强度", "", "s1")),
        (BudgetRow("equipment", "设备费", 6_000_000, 3_000_000, "含培养系统2套", True, 0, ""),),
        (IndicatorRow("purity", "提纯率", ">=99.5", "%", True, "99.6%", "", "", ""),),
        (AttachmentRow("ab" * 32, "查新报告.pdf", "查新报告", "application/pdf", "", 240_000, "here", 100),
         AttachmentRow("cd" * 32, "盖章扫描件.pdf", "", "application/pdf", "", 3_400_000, "partial", 62)),
        CONTENT,
    )  # fmt: skip


def state() -> SheetState:
    found = SheetState(
        Sheet(), memory_desk.NOW,
        (criterion("problem", "解决榜单问题", 25, points="22", comment="对准榜单指标"),
         criterion("novelty", "创新性与先进性", 20),
         criterion("route", "技术路线可行性", 20), criterion("team", "团队与基础条件", 25, points="21"),
         criterion("budget", "预算合理性", 10, mine=False)),
        TotalView("43", "90", False),
        CHECKS,
        (QuestionRow("gate", "是否对准榜单指标", "yes-no", (), "", "", True, True, "", "默认值"),
         QuestionRow("linkage", "联动投入（万元）", "number", (), "万元", "", True, False, "", "默认值")),
        (FindingRow("indicators_met", "主要指标完成", "以任务书为准", True, "", "", "晋四十三"),),
        (FactRow("total_budget", "总预算", "1200万元", "s1"), FactRow("rd_intensity", "研发投入强度", "", "s1")),
        (BudgetRow("equipment", "设备费", 6_000_000, 3_000_000, "含培养系统2套", True, 0, ""),),
        CutsView(True, 0, 3_000_000, 3_000_000, True, False, True, "浙七.18"),
        (IndicatorRow("purity", "提纯率", ">=99.5", "%", True, "99.6%", "", "", ""),),
        (RecommendationRow("approve", "推荐", True, False, True, "浙七.18"),
         RecommendationRow("amend", "修改后推荐", True, False, True, "浙七.18"),
         RecommendationRow("reject", "不推荐", False, False, False, "浙七.18")),
        (), (), "", 0, 100, "",
    )  # fmt: skip
    return _follow(found)


def _follow(found: SheetState) -> SheetState:
    """What follows from the sheet, as far as these tests need it."""
    points = [int(each.points_text) for each in found.criteria if each.points_text]
    missing = [
        MissingRow("score", each.id, each.name)
        for each in found.criteria
        if each.mine and not each.points_text
    ]
    missing += [MissingRow("finding", each.id, each.name) for each in found.findings if not each.value]
    if not any(each.chosen for each in found.recommendations):
        missing.append(MissingRow("recommendation", "", "建议"))
    return replace(
        found, total=TotalView(str(sum(points)) if points else "", "90", False), missing=tuple(missing),
        opinion_length=len(found.opinion), saved_at=memory_desk.NOW,
    )  # fmt: skip


def _changed(desk: Any, **changes: Any) -> SheetState:
    desk.sheet = _follow(replace(desk.sheet, **changes))
    desk.edits += 1
    return desk.sheet  # type: ignore[no-any-return]


def _with(items: tuple[Any, ...], item: str, **changes: Any) -> tuple[Any, ...]:
    return tuple(replace(each, **changes) if getattr(each, "id", "") == item else each for each in items)


def _set_score(desk: Any, key: Any, item: str, typed: str) -> SheetState:
    typed = fold_digits(typed).strip()
    full = next(int(each.full_text) for each in desk.sheet.criteria if each.id == item)
    if typed and int(typed) > full:
        raise ZhubiError("test.over", f"满分{full}，输入了{typed}", full=full, typed=typed)
    return _changed(
        desk, criteria=_with(desk.sheet.criteria, item, points_text=typed, band="优" if typed else "")
    )


def _set_recommendation(desk: Any, key: Any, chosen: str, words: str) -> SheetState:
    rows = tuple(replace(each, chosen=each.id == chosen) for each in desk.sheet.recommendations)
    return _changed(desk, recommendations=rows, recommendation_words=words)


def _open_review(desk: Any, key: Any) -> ReviewView:
    row = next(each for each in desk.listed if each.dossier == key.dossier)
    return ReviewView(
        key, row, "technical", "技术专家", "智能科技组 会议", "浙江2023 7f3a", None, content(), "", desk.sheet,  # type: ignore[arg-type]
        None, row.stage == "submitted", row.stage, "", "", False, "",
    )  # fmt: skip


REVIEW: dict[str, Callable[..., Any]] = {
    "leave_review": lambda desk, key: None,
    "open_review": _open_review,
    "set_score": _set_score,
    "set_comment": lambda desk, key, item, words: _changed(
        desk, criteria=_with(desk.sheet.criteria, item, comment=words)
    ),
    "set_not_applicable": lambda desk, key, item, on: _changed(
        desk, criteria=_with(desk.sheet.criteria, item, not_applicable=on)
    ),
    "set_answer": lambda desk, key, item, value: _changed(
        desk, questions=_with(desk.sheet.questions, item, value=value)
    ),
    "set_finding": lambda desk, key, item, value, words: _changed(
        desk, findings=_with(desk.sheet.findings, item, value=value, words=words)
    ),
    "set_indicator": lambda desk, key, item, observed, value, words: _changed(
        desk, indicators=_with(desk.sheet.indicators, item, observed=observed, judgement=value, words=words)
    ),
    "confirm_fact": lambda desk, key, name, reading, on: _changed(
        desk,
        facts=tuple(
            replace(each, confirmed=on, reading_text=reading or "") if each.name == name else each
            for each in desk.sheet.facts
        ),
    ),
    "set_cut": lambda desk, key, item, typed, reason: _changed(
        desk, budget=_with(desk.sheet.budget, item, cut=int(typed or 0), cut_reason=reason)
    ),
    "set_cuts_statement": lambda desk, key, stands, follows: _changed(
        desk, cuts=replace(desk.sheet.cuts, core_indicators_stand=stands, total_follows=follows)
    ),
    "set_recommendation": _set_recommendation,
    "set_opinion": lambda desk, key, words: _changed(desk, opinion=words),
    "set_words": lambda desk, key, item, words: _changed(
        desk, checks=_with(desk.sheet.checks, item, words=words)
    ),
    "start_opinion": lambda desk, key: "\n".join(
        each.comment for each in desk.sheet.criteria if each.comment
    ),
    "basis_of": lambda desk, key, item: BasisView(
        "四.9", "浙江省揭榜挂帅办法", "企业自筹不低于八成。", False
    ),
}


# Notes, citations and reading places, as far as the screens need them


def _at(passage: Passage) -> PassageView:
    titles = {CONTENT: "项目材料", "ab" * 32: "附件1 查新报告", "cd" * 32: "附件2 盖章扫描件"}
    return PassageView(
        passage, titles.get(passage.document, "他处"), f"第{passage.page}页", passage.document in titles
    )


def _add_note(desk: Any, key: Any, passage: Passage, words: str = "") -> NoteRow:
    made = NoteRow(len(desk.notes) + 1, _at(passage), words, memory_desk.NOW, memory_desk.NOW)
    desk.notes.append(made)
    return made


def _change_note(desk: Any, key: Any, note: int, words: str) -> NoteRow:
    desk.notes = [replace(each, words=words) if each.id == note else each for each in desk.notes]
    return next(each for each in desk.notes if each.id == note)


def _cite(desk: Any, key: Any, passage: Passage) -> tuple[SheetState, int]:
    listed = desk.sheet.sheet.citations
    number = len(listed) + 1
    added = Citation(
        number=number, document=passage.document, page=passage.page, quotation=quotation(passage.words)
    )
    return _changed(desk, sheet=Sheet(citations=(*listed, added))), number


NOTES: dict[str, Callable[..., Any]] = {
    "notes": lambda desk, key: tuple(desk.notes),
    "add": _add_note,
    "change": _change_note,
    "remove": lambda desk, key, note: setattr(
        desk, "notes", [each for each in desk.notes if each.id != note]
    ),
    "place_of": lambda desk, key, passage: _at(passage),
    "cite": _cite,
    "cited": lambda desk, key: tuple(
        CitationRow(each.number, _at(Passage(each.document, each.page, 0, each.quotation)))
        for each in desk.sheet.sheet.citations
    ),
}

PASSAGES: dict[str, Callable[..., Any]] = {
    "places": lambda desk, key: tuple(desk.places),
    "keep_place": lambda desk, key, passage: desk.places.insert(0, passage),
    "stated": lambda desk, key, line, item: tuple(_at(each) for each in desk.stated.get((line, item), ())),
}
