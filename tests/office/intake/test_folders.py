"""Folders of dossiers: all of an import or nothing, and every problem by its place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.demo.story import content_folder
from zhubi.locale import knows
from zhubi.office.intake import folder as folders
from zhubi.office.intake import source
from zhubi.office.intake.importing import import_path
from zhubi.office.intake.problems import IntakeRefused
from zhubi.office.rounds.standing import content_of

Write = Callable[..., Path]


def take_in(office: Any, path: Path, **how: Any) -> Any:
    return import_path(office, office.staff(), path, now=office.clock(), **how)


def content(office: Any, code: str) -> Any:
    with office.ledger.reading() as reading:
        return content_of(office, reading, reading.dossier_by_code(code))


def versions(office: Any) -> int:
    with office.ledger.reading() as reading:
        return len(reading.by_type(RecordType.DOSSIER))


def refused(office: Any, path: Path, **how: Any) -> list[tuple[str, str]]:
    """The problems of an import that must not leave anything behind, as (place, key)."""
    before = versions(office)
    with pytest.raises(IntakeRefused) as problem:
        take_in(office, path, **how)
    assert versions(office) == before
    assert all(knows(each.key) for each in problem.value.problems)
    assert problem.value.details["count"] == len(problem.value.problems)
    return [(each.place, each.key.removeprefix("intake.")) for each in problem.value.problems]


def test_a_whole_project_comes_in_word_by_word(office: Any, folder: Path, project: Write) -> None:
    project()
    (done,) = take_in(office, folder)
    assert (done.code, done.version, done.outcome) == ("ZJ26-001", 1, "new")
    inside = content(office, "ZJ26-001")
    assert inside.facts_by_name() == {"total_budget": 12_000_000, "has_platform": True}
    assert inside.facts[0].section == "budget"
    assert (inside.set_up_on, inside.budget[0].fiscal) == ("2025-03-01", 2_000_000)
    assert [(each.name, each.material, each.media_type) for each in inside.attachments] == [
        ("任务书.txt", "task-book", "text/plain")
    ]


@pytest.mark.parametrize("name", ["zhejiang-2023", "shapingba-2023-41", "shanxi-2024-10", "dazu-2023-26"])
def test_real_folders_come_in_and_stay_unchanged(office: Any, name: str) -> None:
    first = take_in(office, content_folder() / name)
    assert {each.outcome for each in first} == {"new"}
    again = take_in(office, content_folder() / name, update=True)
    assert {(each.outcome, each.version) for each in again} == {("unchanged", 1)}
    assert versions(office) == len(first)


def test_one_bad_project_keeps_all_out_and_every_problem_is_told_at_once(
    office: Any, folder: Path, project: Write
) -> None:
    project("ZJ26-001")
    project("ZJ26-002", {'code = "ZJ26-002"': 'code = ""', "total = 5_000_000": "total = 1"})
    project("ZJ26-003", {'section = "budget"': 'section = "nowhere"'})
    assert refused(office, folder) == [
        ("ZJ26-002/dossier.toml budget equipment", "fiscal-over-total"),
        ("ZJ26-002/dossier.toml code", "missing"),
        ("ZJ26-003/dossier.toml facts total_budget", "unknown-section"),
    ]


@pytest.mark.parametrize(
    ("change", "place", "key"),
    [
        ({"title = \"高": "titel = \"高"}, "titel", "unknown-key"),
        ({'title = "高比能固态电池关键材料"': 'title = " \\u202e "'}, "title", "missing"),
        ({"set_up_on = 2025-03-01": 'set_up_on = "2025-03-01"'}, "set_up_on", "day"),
        ({"set_up_on = 2025-03-01": "set_up_on = 1899-12-31"}, "set_up_on", "day"),
        ({'part = "lead"': 'part = "boss"'}, "card", "card"),
        ({'{name = "甲公司", part': '{nam = "甲公司", part'}, "units 1 nam", "unknown-key"),
        ({'units = [{name = "甲公司", part = "lead"}, {name = "乙大学", part = "partner"}]': 'units = "甲公司"'},
         "units", "item"),
        ({"total_budget = 12_000_000": "total_budget = 12.5"}, "facts total_budget", "fact-float"),
        ({"total_budget = 12_000_000": "total_budget = inf"}, "facts total_budget", "fact-float"),
        ({"total_budget = 12_000_000": "total_budget = 99_999_999_999_999"}, "facts total_budget", "money-range"),
        ({"has_platform = true": "has_platform = [1]"}, "facts has_platform", "fact"),
        ({"has_platform = true": '"Has Platform" = true'}, "facts Has Platform", "fact"),
        ({"[facts]": "[[facts]]"}, "facts", "item"),
        ({"fiscal = 2_000_000": "fiscl = 2_000_000"}, "budget 1 fiscl", "unknown-key"),
        ({"total = 5_000_000": "total = 5000000.5"}, "budget 1", "item"),
        ({"total = 5_000_000\n": ""}, "budget 1", "item"),
        ({'target = ">=400"\n': ""}, "indicators 1", "item"),
        ({'id = "budget"': 'id = "经费"'}, "sections 1", "item"),
        ({'material = "task-book"': 'material = "任务书"'}, "attachments 任务书.txt", "item"),
        ({'file = "任务书.txt"': 'file = "没有.txt"'}, "attachments 没有.txt", "file-missing"),
        ({'file = "任务书.txt"': 'file = ""'}, "attachments ", "file-outside"),
        ({'file = "任务书.txt"': 'file = "."'}, "attachments .", "file-outside"),
        ({'[[attachments]]\nfile = "任务书.txt"\nmaterial = "task-book"\ntitle = "任务书"':
          '[extra]'}, "extra", "unknown-key"),
    ],
)  # fmt: skip
def test_each_fault_is_named_by_its_place(
    office: Any, folder: Path, project: Write, change: dict[str, str], place: str, key: str
) -> None:
    project(change=change)
    assert (f"ZJ26-001/dossier.toml {place}", key) in refused(office, folder)


def test_attachments_listed_as_bare_names_are_not_passed_over(
    office: Any, folder: Path, project: Write
) -> None:
    whole = '[[attachments]]\nfile = "任务书.txt"\nmaterial = "task-book"\ntitle = "任务书"\n'
    place = project()
    text = (place / "dossier.toml").read_text(encoding="utf-8").replace(whole, "")
    (place / "dossier.toml").write_text('attachments = ["任务书.txt"]\n' + text, encoding="utf-8")
    assert refused(office, folder) == [("ZJ26-001/dossier.toml attachments 1", "item")]


def test_what_stands_twice_is_told(office: Any, folder: Path, project: Write) -> None:
    project(
        "ZJ26-001",
        more='[[attachments]]\nfile = "任务书.txt"\n[[budget]]\nid = "equipment"\nsubject = "x"\ntotal = 1\n',
    )
    project("ZJ26-002", {'code = "ZJ26-002"': 'code = "ZJ26-009"'})
    project("ZJ26-003", {'code = "ZJ26-003"': 'code = "ZJ26-009"'})
    assert sorted(refused(office, folder)) == [
        ("ZJ26-001/dossier.toml attachments 任务书.txt", "twice"),
        ("ZJ26-001/dossier.toml budget", "twice"),
        ("ZJ26-009", "twice"),
    ]


@pytest.mark.parametrize("mark", ["classified = true\n", 'classified = "机密"\n'])
def test_nothing_classified_comes_in(office: Any, folder: Path, project: Write, mark: str) -> None:
    project("ZJ26-001")
    place = project("ZJ26-002")
    text = (place / "dossier.toml").read_text(encoding="utf-8")
    (place / "dossier.toml").write_text(mark + text, encoding="utf-8")
    assert refused(office, folder) == [("ZJ26-002/dossier.toml", "classified")]


def test_a_fact_that_says_classified_is_believed(office: Any, folder: Path, project: Write) -> None:
    project(change={"has_platform = true": "project_classified = true"})
    assert refused(office, folder) == [("ZJ26-001/dossier.toml", "classified")]


@pytest.mark.parametrize("named", ["../secret.txt", "../../etc/passwd", "/etc/passwd", "ZJ/../../secret.txt"])
def test_no_name_leads_out_of_the_folder(office: Any, folder: Path, project: Write, named: str) -> None:
    (folder / "secret.txt").write_text("不属于任何项目", encoding="utf-8")
    project(change={'file = "任务书.txt"': f'file = "{named}"'})
    (problem,) = refused(office, folder)
    assert problem[1] in ("file-outside", "file-missing")


def test_no_link_leads_out_of_the_folder(office: Any, folder: Path, project: Write) -> None:
    (folder / "secret.txt").write_text("不属于任何项目", encoding="utf-8")
    place = project(change={'file = "任务书.txt"': 'file = "链接.txt"'})
    (place / "链接.txt").symlink_to(folder / "secret.txt")
    assert refused(office, folder) == [("ZJ26-001/dossier.toml attachments 链接.txt", "file-outside")]
    (place / "链接.txt").unlink()
    (place / "链接.txt").symlink_to(place / "任务书.txt")
    take_in(office, folder)


def test_a_pipe_is_no_file(office: Any, folder: Path, project: Write) -> None:
    place = project(change={'file = "任务书.txt"': 'file = "管道"'})
    os.mkfifo(place / "管道")
    assert refused(office, folder) == [("ZJ26-001/dossier.toml attachments 管道", "file-outside")]


def test_names_and_texts_are_cleaned_where_they_come_in(office: Any, folder: Path, project: Write) -> None:
    hostile = "任务\u202e书\x1b[31m:*.txt"
    place = project(
        change={
            'file = "任务书.txt"': 'file = "任务\\u202e书\\u001b[31m:*.txt"',
            "高比能固态电池": "[@click=app.quit]高比能\\u202e\\u0007固态电池",
            "总经费": "\\u001b]0;x\\u0007总经费\\u200b",
        }
    )
    (place / hostile).write_text("x", encoding="utf-8")
    take_in(office, folder)
    inside = content(office, "ZJ26-001")
    assert inside.attachments[0].name == "任务书[31m__.txt"
    assert inside.card.title == "[@click=app.quit]高比能固态电池关键材料"
    assert inside.sections[0].text == "]0;x总经费一千二百万元。"


def test_sizes_are_bounded(
    office: Any, folder: Path, project: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = project()
    monkeypatch.setattr(source, "MAX_FILE", 10)
    assert refused(office, folder) == [("ZJ26-001/dossier.toml attachments 任务书.txt", "file-size")]
    monkeypatch.undo()
    (place / "任务书.txt").write_bytes(b"")
    assert refused(office, folder) == [("ZJ26-001/dossier.toml attachments 任务书.txt", "file-size")]
    project()
    monkeypatch.setattr(source, "MAX_FILES", 0)
    assert refused(office, folder) == [("ZJ26-001/dossier.toml attachments", "too-many-files")]
    monkeypatch.undo()
    monkeypatch.setattr(source, "MAX_SECTION", 5)
    assert refused(office, folder) == [("ZJ26-001/dossier.toml sections 1", "too-long")]
    monkeypatch.undo()
    monkeypatch.setattr(folders, "_MAX_TOML", 100)
    assert refused(office, folder) == [("ZJ26-001/dossier.toml", "file-size")]


@pytest.mark.parametrize("data", [b"code = ", b"\xff\xfe", b"x = " + b"[" * 5000, b"a = 1\na = 2", b"\x00"])
def test_what_is_not_toml_is_told_by_file(office: Any, folder: Path, data: bytes) -> None:
    (folder / "坏的").mkdir()
    (folder / "坏的" / "dossier.toml").write_bytes(data)
    assert refused(office, folder) == [("坏的/dossier.toml", "toml")]


def test_an_empty_or_missing_folder_is_told(office: Any, folder: Path) -> None:
    assert refused(office, folder) == [(folder.name, "nothing")]
    assert refused(office, folder / "没有") == [("没有", "folder")]


def test_a_known_project_is_changed_only_on_purpose(office: Any, folder: Path, project: Write) -> None:
    project("ZJ26-001")
    project("ZJ26-002")
    take_in(office, folder)
    project("ZJ26-002", {"12_000_000": "13_000_000"})
    assert refused(office, folder) == [("ZJ26-002", "known-already")]
    done = take_in(office, folder, update=True)
    assert [(each.code, each.version, each.outcome) for each in done] == [
        ("ZJ26-001", 1, "unchanged"),
        ("ZJ26-002", 2, "updated"),
    ]
    assert content(office, "ZJ26-002").facts_by_name()["total_budget"] == 13_000_000


def test_a_changed_attachment_makes_a_new_version_of_the_same_project(
    office: Any, folder: Path, project: Write
) -> None:
    place = project()
    (first,) = take_in(office, folder)
    (place / "任务书.txt").write_text("改过的任务书", encoding="utf-8")
    (second,) = take_in(office, folder, update=True)
    assert (second.dossier, second.version) == (first.dossier, 2)
    with office.ledger.reading() as reading:
        newest = reading.dossier(first.dossier)
        older = reading.by_type(RecordType.DOSSIER)[0]
    assert newest.payload.supersedes == (older.digest,)
    assert newest.body.card_digest == older.body.card_digest
    assert newest.body.manifest_digest != older.body.manifest_digest


def test_a_fault_while_sealing_leaves_nothing_half_imported(
    office: Any, folder: Path, project: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.office.intake import importing

    project("ZJ26-001")
    project("ZJ26-002")
    real, calls = importing.seal_version, []

    def failing(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return real(*given)

    with monkeypatch.context() as broken:
        broken.setattr(importing, "seal_version", failing)
        with pytest.raises(OSError, match="No space"):
            take_in(office, folder)
    assert versions(office) == 0
    assert {each.version for each in take_in(office, folder)} == {1}
