"""An xlsx list of projects with their attachments beside it: every problem by its cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.office.intake import spreadsheet
from zhubi.office.intake.importing import import_path
from zhubi.office.intake.problems import IntakeRefused
from zhubi.office.intake.spreadsheet import read_spreadsheet
from zhubi.office.rounds.standing import content_of

Write = Callable[..., Path]
SET_UP = datetime(2025, 3, 1)  # noqa: DTZ001 - a cell holds a day without a zone
HEADINGS = ["项目编号", "项目名称", "牵头单位", "负责人"]


def problems(path: Path, attachments: Path | None = None) -> list[tuple[str, str]]:
    with pytest.raises(IntakeRefused) as refused:
        read_spreadsheet(path, attachments)
    return [(each.place, each.key.removeprefix("intake.")) for each in refused.value.problems]


def test_a_row_is_a_project(sheet: Write) -> None:
    path = sheet(
        [*HEADINGS, "参与单位", "成员", "领域", "立项日期", "涉密", "事实:total_budget", "fact: has_platform",
         "正文:一、背景"],
        ["ZJ26-001", "固态电池", "甲公司", "林一", "乙大学、丙研究所", "王二;赵三", "新材料", SET_UP, "否",
         "1,200.5万元", "是", "背景文字"],
        [None] * 12,
        ["ZJ26-002", "锶盐提纯", "丁公司", "钱四", None, None, None, "2025/04/02", None, 3_600_000.0, "否", None],
    )  # fmt: skip
    first, second = read_spreadsheet(path)
    assert [(each.name, each.part) for each in first.card.units] == [
        ("甲公司", "lead"), ("乙大学", "partner"), ("丙研究所", "partner"),
    ]  # fmt: skip
    assert [(each.name, each.part) for each in first.card.people] == [
        ("林一", "leader"), ("王二", "member"), ("赵三", "member"),
    ]  # fmt: skip
    facts = {each.name: each.value for each in first.content.facts}
    assert facts == {"total_budget": 12_005_000, "has_platform": True}
    assert [(each.heading, each.text) for each in first.content.sections] == [("一、背景", "背景文字")]
    assert (first.content.set_up_on, second.content.set_up_on) == ("2025-03-01", "2025-04-02")
    assert {each.name: each.value for each in second.content.facts} == {
        "total_budget": 3_600_000,
        "has_platform": False,
    }


def test_english_headings_do_as_well(sheet: Write) -> None:
    (only,) = read_spreadsheet(sheet(["code", "Title", "LEAD"], ["ZJ26-001", "Battery", "A Ltd"]))
    assert (only.card.code, only.card.units[0].name) == ("ZJ26-001", "A Ltd")


def test_attachments_lie_in_the_folder_of_the_code(sheet: Write, tmp_path: Path) -> None:
    papers = tmp_path / "附件" / "ZJ26-001"
    papers.mkdir(parents=True)
    (papers / "task-book=任务书.pdf").write_bytes(b"%PDF-")
    (papers / "照片.png").write_bytes(b"png")
    (papers / ".DS_Store").write_bytes(b"x")
    path = sheet(HEADINGS, ["ZJ26-001", "固态电池", "甲公司", "林一"])
    (only,) = read_spreadsheet(path, tmp_path / "附件")
    assert [(each.name, each.material, each.title, each.media_type) for each in only.files] == [
        ("task-book=任务书.pdf", "task-book", "任务书", "application/pdf"),
        ("照片.png", None, "照片", "image/png"),
    ]


@pytest.mark.parametrize("code", ["../ZJ26-001", "..", "/etc", "a/../..", "ZJ26\\001", "."])
def test_a_code_leads_to_no_folder_but_its_own(sheet: Write, tmp_path: Path, code: str) -> None:
    (tmp_path / "附件").mkdir()
    (tmp_path / "附件" / "别人的.pdf").write_bytes(b"%PDF-")
    (tmp_path / "ZJ26-001").mkdir()
    (tmp_path / "ZJ26-001" / "外面的.pdf").write_bytes(b"%PDF-")
    path = sheet(HEADINGS, [code, "固态电池", "甲公司", "林一"])
    (only,) = read_spreadsheet(path, tmp_path / "附件")
    assert only.files == ()


def test_a_link_out_of_the_folder_is_refused(sheet: Write, tmp_path: Path) -> None:
    papers = tmp_path / "附件" / "ZJ26-001"
    papers.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    (papers / "链接.txt").symlink_to(tmp_path / "secret.txt")
    path = sheet(HEADINGS, ["ZJ26-001", "固态电池", "甲公司", "林一"])
    assert problems(path, tmp_path / "附件") == [("清单.xlsx 2 attachments 链接.txt", "file-outside")]


def test_every_problem_of_every_row_is_told_by_its_cell(sheet: Write) -> None:
    path = sheet(
        [*HEADINGS, "立项日期", "涉密", "事实:total_budget"],
        ["ZJ26-001", None, "甲公司", "林一", "去年", "也许", 1.5],
        [None, "无编号", "甲公司", "林一", None, None, "0.00001万"],
        ["ZJ26-003", "涉密项目", "甲公司", "林一", None, "是", None],
        ["ZJ26-004", "一", "甲", "乙", None, None, None],
        ["ZJ26-004", "二", "甲", "乙", None, None, None],
    )
    assert problems(path) == [
        ("清单.xlsx E2", "day"),
        ("清单.xlsx F2", "truth"),
        ("清单.xlsx G2", "fact-float"),
        ("清单.xlsx 2 title", "missing"),
        ("清单.xlsx G3", "fact-float"),
        ("清单.xlsx 3 code", "missing"),
        ("清单.xlsx 4", "classified"),
        ("ZJ26-004", "twice"),
    ]


def test_the_headings_are_understood_whole_or_not_at_all(sheet: Write) -> None:
    assert problems(sheet(["项目编号", "颜色"], ["ZJ26-001", "红"])) == [
        ("清单.xlsx B1", "unknown-column"),
        ("清单.xlsx A1", "no-column"),
    ]
    twice = sheet(
        ["项目编号", "项目名称", "编号", "牵头单位", "牵头单位"], ["ZJ26-001", "甲", "ZJ26-002", "乙", "丙"]
    )
    assert problems(twice) == [("清单.xlsx C1", "twice")]


def test_what_is_no_list_is_told(sheet: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "坏的.xlsx"
    broken.write_bytes(b"PK\x03\x04 not really")
    assert problems(broken) == [("坏的.xlsx", "xlsx")]
    assert problems(sheet(HEADINGS)) == [("清单.xlsx", "nothing")]
    path = sheet(HEADINGS, *(["ZJ", "a", "b", "c"] for _ in range(4)))
    monkeypatch.setattr(spreadsheet, "MAX_ROWS", 3)
    assert ("清单.xlsx", "too-many-rows") in problems(path)
    monkeypatch.setattr(spreadsheet, "MAX_BYTES", 100)
    assert problems(path) == [("清单.xlsx", "file-size")]


def test_hostile_cells_are_cleaned(sheet: Write) -> None:
    (only,) = read_spreadsheet(
        sheet(HEADINGS, ["ZJ26-001", "固态\u202e电池\u200b[b]", "甲\u2066公司", "林\ufeff一"])
    )
    assert (only.card.title, only.card.units[0].name, only.card.people[0].name) == (
        "固态电池[b]", "甲公司", "林一",
    )  # fmt: skip


def test_a_list_comes_in_once_and_again_only_as_an_update(office: Any, sheet: Write) -> None:
    staff, now = office.staff(), office.clock()
    path = sheet([*HEADINGS, "简介"], ["ZJ26-001", "固态电池", "甲公司", "林一", "第一稿"])
    assert [each.outcome for each in import_path(office, staff, path, now=now)] == ["new"]
    assert [each.outcome for each in import_path(office, staff, path, now=now)] == ["unchanged"]
    changed = sheet([*HEADINGS, "简介"], ["ZJ26-001", "固态电池", "甲公司", "林一", "第二稿"])
    with pytest.raises(IntakeRefused):
        import_path(office, staff, changed, now=now)
    (done,) = import_path(office, staff, changed, update=True, now=now)
    assert (done.version, done.outcome) == (2, "updated")
    with office.ledger.reading() as reading:
        assert len(reading.by_type(RecordType.DOSSIER)) == 2
        assert content_of(office, reading, reading.dossier(done.dossier)).card.summary == "第二稿"
