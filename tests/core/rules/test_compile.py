"""Rulebooks made from folders; every fault pointed at where it stands."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from zhubi.core.rules.compile import load_policy, read_policy, shipped, shipped_policies
from zhubi.core.rules.errors import RulebookFault
from zhubi.locale import explain, knows

Change = Callable[..., tuple[RulebookFault, ...]]
KIND = "acceptance-meeting.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with as_file(files("zhubi.core.rulebooks").joinpath("shanxi-2024-10")) as source:
        return Path(shutil.copytree(source, tmp_path / "shanxi-2024-10"))


@pytest.fixture
def changed(folder: Path) -> Change:
    """Replaces a text in a file of a copy of the Shanxi rulebook; gives the faults found."""

    def change(old: str, new: str, file: str = KIND) -> tuple[RulebookFault, ...]:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        policy, faults = read_policy(folder)
        assert (policy is None) == bool(faults)
        return faults

    return change


def line_of(fault: RulebookFault) -> str:
    """What stands above the caret in the excerpt, by the cells a terminal gives each character."""
    line, caret = fault.excerpt.split("\n")
    cells = 0
    for at, character in enumerate(line):
        if cells >= caret.index("^"):
            return line[at:]
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return ""


def test_a_copy_of_a_shipped_rulebook_compiles_to_the_same(folder: Path) -> None:
    assert load_policy(folder) == shipped("shanxi-2024-10")


@pytest.mark.parametrize(
    ("old", "new", "what", "under"),
    [
        ("fact.acceptance_applied_on <=", "fact.applied <=", "expression-undeclared", "fact.applied"),
        ("6 + fact.extension_months", '6 + "x"', "expression-types", '+ "x"'),
        (
            "expr = 'finding.demand_side_present'",
            "expr = 'finding.demand_side_present ||'",
            "expression-syntax",
            "",
        ),
        ("expr = 'finding.demand_side_present'", "expr = 'sheet.total'", "expression-yields", "sheet.total"),
        ("full = 50", "full = 51", "sum", "[[criteria]]"),
        ("full = 50", 'full = "50"', "expected-number", '"50"'),
        ("full = 50", "full = 50.5", "expected-number", "50.5"),
        ("advisory = true", 'advisory = "yes"', "expected-yes-no", '"yes"'),
        ("advisory = true", "advisory = 1", "expected-yes-no", "1"),
        ('id = "funds"', 'id = "demand"', "duplicate", '"demand"'),
        ('severity = "warn"', 'severity = "warning"', "expected-one-of", '"warning"'),
        ('severity = "warn"', 'severity = "warn"\nsevrity = 1', "unknown-key-near", "sevrity"),
        ('severity = "warn"', 'severity = "warn"\nzzz = 1', "unknown-key", "zzz"),
        ('kind = "share"', 'kind = "odd"\nnumber = 2', "unknown-key-near", "number"),
        ('role = "technical"\nnumerator', "numerator", "value", "[[panel.requirements]]"),
        ('role = "technical"\nnumerator', 'role = "chemist"\nnumerator', "unknown-item", '"chemist"'),
        ('tag = "site-inspection"', 'tag = "site"', "unknown-item", '"site"'),
        (
            'roles = ["technical", "finance"',
            'roles = ["technical", "financial"',
            "unknown-item",
            '"financial"',
        ),
        ('commitments = ["integrity"', 'commitments = ["honesty"', "unknown-item", '"honesty"'),
        ("modes_basis = ", "modes_bases = ", "unknown-key-near", "modes_bases"),
        ('"pass"\'\nexpr', '"passed"\'\nexpr', "literal", '"passed"'),
        ("when = 'finding.main", "when = 'sheet.total > 60 && finding.main", "out-of-reach", "'sheet.total"),
        ("[scale]", "[scale", "syntax", ""),
        ("count = 7", "count = 0", "value", "0"),
    ],
)
def test_each_fault_is_pointed_at(changed: Change, old: str, new: str, what: str, under: str) -> None:
    faults = changed(old, new)
    assert what in [fault.what for fault in faults]
    fault = next(fault for fault in faults if fault.what == what)
    assert fault.file == f"shanxi-2024-10/{KIND}"
    assert line_of(fault).startswith(under)
    assert knows(f"rules.fault-{what}")
    assert "{" not in explain(fault).replace("{'", "")


def test_a_missing_basis_is_asked_for(changed: Change) -> None:
    faults = changed('comment_below = 60\nbasis = "第四十三条(一)"', "comment_below = 60")
    assert [fault.what for fault in faults] == ["missing-basis"]
    assert "default" in explain(faults[0])


def test_a_clause_nobody_listed(changed: Change) -> None:
    (fault, *_) = changed('basis = "第三十八条"', 'basis = "第九十九条"')
    assert fault.what == "unknown-clause"
    assert "第九十九条" in explain(fault)


def test_a_panel_nobody_could_seat(changed: Change) -> None:
    faults = changed(
        'kind = "role-expected"\nrole = "finance"',
        'kind = "share"\nrole = "finance"\nnumerator = 1\ndenominator = 2',
    )
    assert [fault.what for fault in faults] == ["panel"]


@pytest.mark.parametrize(
    ("old", "new", "expected", "found"),
    [
        ('total = "65"', 'total = "66"', "66", "65"),
        ('sx38-6m = "met"', 'sx38-6m = "unmet"', "unmet", "met"),
        ('verdict = "conflict"', 'verdict = "one"', "one", "conflict"),
        ('holding = ["close", "fail"]', 'holding = ["fail"]', "fail", "close, fail"),
        ("can_sign = true", "can_sign = false", "False", "True"),
        ('missing = ["sx43-pass"]', "missing = []", "", "sx43-pass"),
        ("expect = {panel = []}", 'expect = {panel = ["minimum"]}', "minimum", "-"),
    ],
)
def test_an_example_that_fails_says_what_came_out(
    changed: Change, old: str, new: str, expected: str, found: str
) -> None:
    (fault,) = changed(old, new)
    assert fault.what == "example"
    assert (fault.details["expected"], fault.details["found"]) == (expected, found)


@pytest.mark.parametrize(
    ("old", "new", "stranger"),
    [
        ("extension_months = 0", "extension_month = 0", "extension_month"),
        ("main-indicators = ", "main-indicator = ", "main-indicator"),
        ('role = "technical"\nfacts', 'role = "chemist"\nfacts', "chemist"),
        ("demand_side_present = ", "demand_present = ", "demand_present"),
        ('recommendation = "pass"', 'recommendation = "passed"', "passed"),
        ("checks = {sx38-6m", "checks = {sx38", "sx38"),
    ],
)
def test_an_example_that_names_what_is_not_there(changed: Change, old: str, new: str, stranger: str) -> None:
    (fault,) = changed(old, new)
    assert (fault.what, fault.details["found"]) == ("example", stranger)


def test_examples_with_points_over_the_maximum_fail(changed: Change) -> None:
    (fault,) = changed('main-indicators = "47"', 'main-indicators = "51"')
    assert fault.what == "example"


def test_several_faults_are_all_told(changed: Change) -> None:
    changed('id = "funds"', 'id = "demand"')
    faults = changed("full = 50", "full = 51")
    assert {fault.what for fault in faults} == {"duplicate", "sum"}


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('starts = "2024-06-30"', "starts = 2024-06-30", "expected-text"),
        ('starts = "2024-06-30"', 'starts = "2024-06-31"', "value"),
        ('ends = "2026-06-29"', 'ends = "2024-06-29"', "term"),
        ('window = "now"', 'window = "months"', "window"),
        ('id = "第三条"', 'id = "第三十八条"', "duplicate"),
        ('id = "shanxi-2024-10"', 'id = "Shanxi"', "expected-id"),
    ],
)
def test_faults_of_the_policys_own_file(changed: Change, old: str, new: str, what: str) -> None:
    faults = changed(old, new, "policy.toml")
    assert what in [fault.what for fault in faults]
    fault = next(fault for fault in faults if fault.what == what)
    assert fault.file == "shanxi-2024-10/policy.toml"
    assert "{" not in explain(fault)


def test_a_file_that_is_not_text(folder: Path) -> None:
    (folder / KIND).write_bytes('id = "中"'.encode("gbk"))
    _, faults = read_policy(folder)
    assert [fault.what for fault in faults] == ["not-utf8"]


def test_a_file_that_is_far_too_large(folder: Path) -> None:
    (folder / KIND).write_bytes(b"#" * 1_000_001)
    _, faults = read_policy(folder)
    assert [fault.what for fault in faults] == ["too-large"]


def test_tables_nested_without_end(folder: Path) -> None:
    (folder / KIND).write_text("x = " + "[" * 50_000, encoding="utf-8")
    _, faults = read_policy(folder)
    assert [fault.what for fault in faults] == ["syntax"]


def test_a_folder_without_a_policy(tmp_path: Path) -> None:
    with pytest.raises(RulebookFault) as caught:
        load_policy(tmp_path)
    assert caught.value.what == "unreadable"


def test_a_policy_without_kinds(folder: Path) -> None:
    for each in folder.iterdir():
        if each.name != "policy.toml":
            each.unlink()
    _, faults = read_policy(folder)
    assert [fault.what for fault in faults] == ["value"]


def test_a_kind_stands_in_a_file_of_its_own_name(folder: Path) -> None:
    (folder / KIND).rename(folder / "meeting.toml")
    _, faults = read_policy(folder)
    assert [fault.what for fault in faults] == ["file-name"]


def test_what_a_policy_writes_replaces_the_shared_default(changed: Change, folder: Path) -> None:
    own = '[[relations]]\nid = "adviser"\nname = {zh = "顾问", en = "adviser"}\nlevel = "soft"\nbasis = "default"\n'
    assert changed("[[relations]]", own + "\n[[relations]]", "policy.toml") == ()
    policy = load_policy(folder)
    relations = [each for each in policy.relations if each.id == "adviser"]
    assert [each.level for each in relations] == ["soft"]
    assert len(policy.relations) == len(shipped("shanxi-2024-10").relations)


def test_half_points_are_compiled_into_steps(changed: Change, folder: Path) -> None:
    assert changed('step = "1"', 'step = "0.5"') == ()
    assert changed("full = 50", "full = 49.5") != ()
    assert changed("full = 20", "full = 20.5") == ()
    kind = load_policy(folder).kinds[0]
    assert kind.scale is not None
    assert kind.scale.full == 200
    assert [each.full for each in kind.criteria] == [99, 30, 30, 41]


def test_hostile_text_in_a_file_does_not_reach_the_terminal(changed: Change) -> None:
    faults = changed('zh = "会议验收"', 'zh = "\\u001b[31m会议\\u202e"')
    assert faults
    for fault in faults:
        assert "\x1b" not in explain(fault) + fault.excerpt
        assert "\u202e" not in explain(fault) + fault.excerpt


def test_the_shipped_policies_are_known_by_id() -> None:
    assert shipped_policies() == ("dazu-2023-26", "shanxi-2024-10", "shapingba-2023-41", "zhejiang-2023")
    assert shipped("dazu-2023-26") is shipped("dazu-2023-26")
    for unknown in ("nowhere", "../core", ""):
        with pytest.raises(KeyError):
            shipped(unknown)
