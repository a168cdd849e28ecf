"""The demo's dossiers, rounds and people: that they can be imported, agree with themselves, and tell their stories."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
import python_calamine

import zhubi.demo
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Cut, Cuts, Finding, Score, Sheet
from zhubi.core.model.text import clean_text
from zhubi.core.rules.checks import check_results
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.conditions import Outcome
from zhubi.core.rules.judging import judge_review
from zhubi.core.rules.matching import OwnUnit, match_card
from zhubi.core.rules.panel import Member, panel_faults
from zhubi.core.rules.scoring import total
from zhubi.core.rules.term import applies
from zhubi.office.intake.folder import read_folder
from zhubi.office.intake.source import SourceDossier

CONTENT = Path(zhubi.demo.__file__).parent / "content"
ROUNDS: list[dict[str, Any]] = tomllib.loads((CONTENT / "rounds.toml").read_text("utf-8"))["rounds"]
EXPERT: dict[str, Any] = tomllib.loads((CONTENT / "expert.toml").read_text("utf-8"))
FOLDERS = {path.parent.name: path.parent for path in sorted(CONTENT.glob("*/*/dossier.toml"))}
CODES = list(FOLDERS)
REVIEWS = [(each, review) for each in ROUNDS for review in each.get("reviews", [])]
UNSAFE = re.compile(r"\x1b|\[/?[@#$a-z]|</?[a-zA-Z]|&[a-z]+;|\\[a-z{]|\*\*|`|\$\{|\{\{|#quot|\ufffd")


@cache
def raw(code: str) -> dict[str, Any]:
    return tomllib.loads((FOLDERS[code] / "dossier.toml").read_text("utf-8"))


@cache
def imported(code: str) -> SourceDossier:
    (dossier,) = read_folder(FOLDERS[code])
    return dossier


def facts(code: str) -> dict[str, Any]:
    return {fact.name: fact.value for fact in imported(code).content.facts}


def materials(code: str) -> set[str]:
    return {each["material"] for each in raw(code)["attachments"]}


def round_of(code: str) -> dict[str, Any]:
    (found,) = [each for each in ROUNDS if code in each["projects"]]
    return found


def kind_of(meeting: dict[str, Any]) -> ReviewKind:
    return {kind.id: kind for kind in shipped(meeting["policy"]).kinds}[meeting["kind"]]


def words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from words(each)
    elif isinstance(value, list):
        for each in value:
            yield from words(each)


def papers() -> list[tuple[str, str]]:
    return [(code, each["file"]) for code in CODES for each in raw(code)["attachments"]]


SCANS = {
    (code, each["file"]) for code in CODES for each in raw(code)["attachments"] if "扫描" in each["title"]
}


@cache
def pdf_pages(path: Path) -> tuple[str, ...]:
    document = pypdfium2.PdfDocument(path.read_bytes())
    try:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append(text.get_text_range().replace("\r\n", "\n"))
            text.close()
            page.close()
        return tuple(texts)
    finally:
        document.close()


@cache
def paper(path: Path) -> str:
    """Everything that can be read in a paper as text; nothing in a scan."""
    if path.suffix == ".pdf":
        return "".join(pdf_pages(path))
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(each.text for each in document.paragraphs), *cells])
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    return "\n".join(str(cell) for row in rows for cell in row)


def test_four_rounds_hold_every_dossier_once() -> None:
    assert [each["policy"] for each in ROUNDS] == [
        "zhejiang-2023",
        "shapingba-2023-41",
        "shanxi-2024-10",
        "dazu-2023-26",
    ]
    listed = [code for each in ROUNDS for code in each["projects"]]
    assert len(listed) >= 12
    assert sorted(listed) == sorted(CODES)
    for each in ROUNDS:
        assert {FOLDERS[code].parent.name for code in each["projects"]} == {each["folder"]}
        assert each["opens_days"] < 0 < each["closes_days"]
        assert kind_of(each).policy == each["policy"]
        assert each["mode"] in kind_of(each).modes
    assert min(each["closes_days"] for each in ROUNDS) == 1


def test_the_whole_content_stays_small() -> None:
    assert sum(path.stat().st_size for path in CONTENT.rglob("*") if path.is_file()) <= 3_000_000


@pytest.mark.parametrize("code", CODES)
def test_a_dossier_imports_as_the_office_imports(code: str) -> None:
    dossier = imported(code)
    assert dossier.card.code == code == FOLDERS[code].name
    assert {unit.part for unit in dossier.card.units} >= {"lead"}
    assert [person.part for person in dossier.card.people].count("leader") == 1
    assert {person.unit for person in dossier.card.people} <= {unit.name for unit in dossier.card.units}
    assert 2 <= len(dossier.files) <= 6


@pytest.mark.parametrize("code", CODES)
def test_money_agrees_with_itself(code: str) -> None:
    stated, budget = facts(code), imported(code).content.budget
    assert sum(line.total for line in budget) == stated["total_budget"]
    assert sum(line.fiscal for line in budget) == stated["fiscal_requested"]
    assert stated["self_raised"] + stated["fiscal_requested"] == stated["total_budget"]
    text = "".join(section.text for section in imported(code).content.sections)
    for name in ("total_budget", "fiscal_requested", "self_raised"):
        assert f"{stated[name] / 10_000:g}万元" in text


@pytest.mark.parametrize("code", CODES)
def test_facts_are_of_the_kind_the_rulebook_declares_and_lie_where_they_say(code: str) -> None:
    declared = {rule.id: rule.type for rule in kind_of(round_of(code)).facts}
    types = {"int": int, "bool": bool, "text": str, "day": str}
    stated = facts(code)
    for name, value in stated.items():
        if name in declared:
            assert type(value) is types[declared[name]], name
    ids = {section.id for section in imported(code).content.sections}
    for source in raw(code)["fact_sources"]:
        assert source["fact"] in stated
        assert source["section"] in ids


@pytest.mark.parametrize("code", CODES)
def test_the_text_is_long_enough_to_be_read(code: str) -> None:
    sections = raw(code)["sections"]
    assert 6 <= len(sections) <= 10
    assert 1500 <= len(re.findall("[一-鿿]", "".join(each["text"] for each in sections))) <= 4000


@pytest.mark.parametrize("code", CODES)
def test_what_the_indicators_report_stands_in_the_text(code: str) -> None:
    text = "".join(each["text"] for each in raw(code)["sections"]).replace("-", "")
    for each in raw(code)["indicators"]:
        assert re.fullmatch(r"(>=|<=)-?[0-9.]+", each["target"])
        if each.get("reported"):
            value = float(each["reported"].lstrip("-"))
            written = {each["reported"].lstrip("-"), f"{value:g}", f"{value / 10_000:g}万"}
            assert any(form in text for form in written), each["name"]


@pytest.mark.parametrize(("code", "file"), papers())
def test_a_paper_opens_and_is_what_its_name_says(code: str, file: str) -> None:
    path = FOLDERS[code] / file
    if (code, file) in SCANS:
        pages = pdf_pages(path)
        assert 1 <= len(pages) <= 3
        assert not "".join(pages).strip()
    elif path.suffix == ".pdf":
        assert 3 <= len(pdf_pages(path)) <= 12
        assert all(re.search("[一-鿿]", page) for page in pdf_pages(path))
        assert code in paper(path) or raw(code)["title"] in paper(path).replace("\n", "")
    elif path.suffix == ".docx":
        document = docx.Document(str(path))
        assert any(each.style.name.startswith("Heading") for each in document.paragraphs if each.style)
        assert document.tables
    else:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        assert len(book.sheet_names) >= 2
        assert all(len(book.get_sheet_by_name(name).to_python()) >= 3 for name in book.sheet_names)


def test_some_papers_have_bookmarks_and_some_have_none() -> None:
    counts = []
    for code, file in papers():
        if file.endswith(".pdf") and (code, file) not in SCANS:
            document = pypdfium2.PdfDocument(FOLDERS[code] / file)
            counts.append(len(list(document.get_toc())))
            document.close()
    assert max(counts) >= 8
    assert min(counts) == 0


def test_a_scan_is_a_picture_with_a_red_seal() -> None:
    assert len(SCANS) == 9
    for code, file in sorted(SCANS):
        document = pypdfium2.PdfDocument(FOLDERS[code] / file)
        picture = document[0].render(scale=0.5).to_pil().convert("RGB")
        document.close()
        data = picture.tobytes()
        red = sum(
            data[at] > 150 and data[at + 1] < 110 and data[at + 2] < 110 for at in range(0, len(data), 3)
        )
        assert red > 40, (code, file)


@pytest.mark.parametrize("code", CODES)
def test_papers_repeat_the_amounts_of_the_dossier(code: str) -> None:
    stated = facts(code)
    whole, fiscal = stated["total_budget"], stated["fiscal_requested"]
    for each in raw(code)["attachments"]:
        path = FOLDERS[code] / each["file"]
        if each["material"] in ("proposal", "task-book"):
            text = paper(path)
            assert f"{whole:,}" in text
            assert f"{fiscal:,}" in text
        if each["material"] == "proposal":
            for section in raw(code)["sections"]:
                assert section["heading"].split("、")[-1] in text.replace("\n", "")


@pytest.mark.parametrize("code", CODES)
def test_budget_sheets_add_up_to_the_dossier(code: str) -> None:
    for path in sorted(FOLDERS[code].glob("*.xlsx")):
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in {"预算总表", "经费决算", "分年度预算"} & set(book.sheet_names):
            head, *rows = book.get_sheet_by_name(name).to_python()
            lines: list[list[Any]] = list(rows[:-1])
            last: list[Any] = list(rows[-1])
            for column, title in enumerate(head):
                if "元" in str(title) or "年" in str(title):
                    amounts = [row[column] for row in lines]
                    assert sum(amounts) == last[column], (name, title)
            whole = last[-1] if name == "分年度预算" else last[1]
            assert whole == facts(code)["total_budget"]


def test_nothing_reads_as_markup_or_moves_a_terminal() -> None:
    texts = [(code, text) for code in CODES for text in words(raw(code))]
    texts += [("rounds", text) for text in words({"rounds": ROUNDS})]
    texts += [("expert", text) for text in words(EXPERT)]
    texts += [(f"{code}/{file}", paper(FOLDERS[code] / file)) for code, file in papers()]
    for place, text in texts:
        assert clean_text(text) == text, place
        assert not UNSAFE.search(text), (place, UNSAFE.search(text))


def test_papers_carry_no_trace_of_the_machine_that_made_them() -> None:
    for code, file in papers():
        data = (FOLDERS[code] / file).read_bytes()
        if not file.endswith(".pdf"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert archive.testzip() is None
                data = b"".join(archive.read(name) for name in archive.namelist())
        for trace in (b"/home/", b"/Users/", b"/root/", b"python-docx", b"openpyxl"):
            assert trace not in data, (code, file, trace)


def outcomes(code: str) -> dict[str, tuple[Outcome, tuple[str, ...]]]:
    results = check_results(
        kind_of(round_of(code)),
        facts(code),
        Sheet(),
        materials=materials(code),
        on=("sheet", "office"),
    )
    return {each.check: (each.outcome, each.missing) for each in results}


@pytest.mark.parametrize(
    ("code", "check", "outcome"),
    [
        ("ZJ26-017", "zj9-self", Outcome.UNMET),
        ("ZJ26-017", "zj9-rd", Outcome.MET),
        ("ZJ26-017", "material.self-funding-commitment", Outcome.MET),
        ("ZJ26-023", "zj9-self", Outcome.MET),
        ("ZJ26-028", "zj9-self", Outcome.MET),
        ("ZJ26-028", "zj9-rd", Outcome.UNKNOWN),
        ("ZJ26-028", "zj9-cap", Outcome.MET),
        ("SPB26-003", "spb4-major", Outcome.UNMET),
        ("SPB26-005", "spb4-major", Outcome.MET),
        ("SPB26-005", "material.funding-commitment", Outcome.UNMET),
        ("SPB26-005", "material.recommendation-letter", Outcome.MET),
        ("SPB26-008", "spb4-key", Outcome.MET),
        ("SPB26-011", "spb4-key", Outcome.MET),
        ("SX24-006", "sx38-6m", Outcome.MET),
        ("SX24-009", "sx38-6m", Outcome.MET),
        ("SX24-014", "sx38-6m", Outcome.UNMET),
        ("DZ26-002", "dz10-40", Outcome.MET),
        ("DZ26-004", "dz10-40", Outcome.UNMET),
        ("DZ26-007", "dz10-30", Outcome.MET),
    ],
)
def test_the_papers_break_keep_or_leave_open_what_the_story_wants(
    code: str, check: str, outcome: Outcome
) -> None:
    assert outcomes(code)[check][0] is outcome


def test_the_missing_fact_is_named() -> None:
    assert any("industry_rd_intensity" in name for name in outcomes("ZJ26-028")["zj9-rd"][1])
    assert "zj9-self" not in outcomes("ZJ26-021")


def test_acceptance_papers_are_complete_and_within_the_term() -> None:
    policy = shipped("shanxi-2024-10")
    for code in ("SX24-006", "SX24-009", "SX24-014"):
        assert applies(policy, imported(code).content.set_up_on).standing == "governed"
        papers_asked = [name for name in outcomes(code) if name.startswith("material.")]
        assert len(papers_asked) == 6
        assert all(outcomes(code)[name][0] is Outcome.MET for name in papers_asked)
    missed = [
        (code, each["id"])
        for code in ("SX24-006", "SX24-009", "SX24-014")
        for each in raw(code)["indicators"]
        if each["binding"] and not _reached(each)
    ]
    assert missed == [("SX24-009", "capacity")]


def _reached(indicator: dict[str, Any]) -> bool:
    target, reported = float(indicator["target"][2:]), float(indicator["reported"])
    return reported >= target if indicator["target"].startswith(">=") else reported <= target


def panel_of(meeting: dict[str, Any], code: str, *, with_sample: bool = True) -> list[Member]:
    seats = [(expert["id"], seat) for expert in meeting["experts"] for seat in expert["seats"]]
    if with_sample:
        seats += [("sample", seat) for seat in meeting["sample"]]
    return [
        Member(person, seat["role"], frozenset(seat["tags"]))
        for person, seat in seats
        if seat["project"] == code
    ]


@pytest.mark.parametrize("code", CODES)
def test_the_panel_is_what_the_policy_asks(code: str) -> None:
    meeting = round_of(code)
    kind = kind_of(meeting)
    assert 4 <= len(meeting["experts"]) <= 8
    assert meeting["chair"] in {expert["id"] for expert in meeting["experts"]}
    members = panel_of(meeting, code)
    assert len({member.person for member in members}) == len(members)
    assert panel_faults(kind.panel, members, kind=kind, facts=facts(code)) == ()
    known_seats = {"", *(seat.id for seat in kind.seats)}
    for expert in [{"seats": meeting["sample"]}, *meeting["experts"]]:
        assert {seat["seat"] for seat in expert["seats"]} <= known_seats
        assert {seat["role"] for seat in expert["seats"]} <= {role.id for role in kind.roles}


@pytest.mark.parametrize("code", ["ZJ26-021", "SX24-006"])
def test_the_panel_stands_without_the_sample_expert_where_they_may_stand_aside(code: str) -> None:
    meeting = round_of(code)
    kind = kind_of(meeting)
    members = panel_of(meeting, code, with_sample=False)
    assert panel_faults(kind.panel, members, kind=kind, facts=facts(code)) == ()


def test_the_sample_expert_finds_their_own_units_on_four_cards_only() -> None:
    units = [OwnUnit(each["name"], each["current"], tuple(each["aliases"])) for each in EXPERT["units"]]
    found = {}
    for code in CODES:
        card = imported(code).card
        people = [(person.name, person.unit) for person in card.people]
        matches = match_card(EXPERT["name"], units, [unit.name for unit in card.units], people)
        if matches:
            found[code] = matches[0].theirs
    assert found == {
        "ZJ26-021": "浙大一院",
        "SPB26-005": "浙江大学",
        "SX24-006": "江南仪器仪表研究所",
        "DZ26-007": "重庆渝峦智能电梯有限公司",
    }


def test_the_policy_gives_the_sample_expert_two_seats() -> None:
    given = {seat["project"]: seat["seat"] for each in ROUNDS for seat in each["sample"] if seat["seat"]}
    assert given == {"SPB26-005": "joint-unit", "DZ26-007": "list-owner"}


def test_other_experts_have_finished_in_two_rounds() -> None:
    assert [each["policy"] for each in ROUNDS if each.get("reviews")] == ["zhejiang-2023", "shanxi-2024-10"]
    pairs = [(review["expert"], review["project"]) for _, review in REVIEWS]
    assert len(set(pairs)) == len(pairs) == 24


@pytest.mark.parametrize(
    ("meeting", "review"), REVIEWS, ids=[f"{each['expert']}-{each['project']}" for _, each in REVIEWS]
)
def test_a_finished_review_is_one_the_office_would_accept(
    meeting: dict[str, Any], review: dict[str, Any]
) -> None:
    kind, code = kind_of(meeting), review["project"]
    (role,) = [
        seat["role"]
        for expert in meeting["experts"]
        if expert["id"] == review["expert"]
        for seat in expert["seats"]
        if seat["project"] == code
    ]
    cuts = tuple(Cut(**each) for each in review.get("cuts", []))
    sheet = Sheet(
        scores=tuple(Score(**each) for each in review["scores"]),
        findings=tuple(Finding(**each) for each in review.get("findings", [])),
        cuts=Cuts(lines=cuts, total_follows=review["total_follows"]) if cuts else None,
        recommendation=review["recommendation"],
        recommendation_words=review["recommendation_words"],
        opinion=review["opinion"].strip(),
    )
    sheet = sheet.model_copy(update={"total": total(kind, sheet, role)})
    problems = judge_review(
        kind, {}, sheet, role, facts(code), materials(code), imported(code).content.budget
    )
    assert [each for each in problems if each.severity != "mark"] == []
    assert len(sheet.opinion) >= kind.opinion_minimum
