"""An xlsx list of projects, one a row, with their attachments in a folder of the project's code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from zhubi.core.model.text import clean_line, clean_text
from zhubi.office.intake.folder import check_codes
from zhubi.office.intake.problems import Problems
from zhubi.office.intake.source import SourceDossier, build

MAX_ROWS: Final = 20_000
MAX_BYTES: Final = 64 * 1024 * 1024
_COLUMNS: Final = {
    "编号": "code", "项目编号": "code", "code": "code",
    "项目名称": "title", "名称": "title", "title": "title",
    "牵头单位": "lead", "承担单位": "lead", "lead": "lead",
    "参与单位": "partner", "partner": "partner",
    "需求单位": "demand", "需求方": "demand", "发榜单位": "demand", "demand": "demand",
    "联合实施单位": "joint", "joint": "joint",
    "负责人": "leader", "项目负责人": "leader", "leader": "leader",
    "成员": "member", "参与人": "member", "member": "member",
    "联系人": "contact", "contact": "contact",
    "领域": "field", "field": "field",
    "简介": "summary", "summary": "summary",
    "立项日期": "set_up_on", "set_up_on": "set_up_on",
    "涉密": "classified", "classified": "classified",
}  # fmt: skip
_MANY: Final = {"lead", "partner", "demand", "joint", "leader", "member", "contact"}
_FACT: Final = re.compile(r"^(?:事实|fact)\s*[:：]\s*([a-z][a-z0-9_]*)$")
_SECTION: Final = re.compile(r"^(?:正文|section)\s*[:：]\s*(.+)$")
_AMOUNT: Final = re.compile(r"^(-?[\d,]+(?:\.\d+)?)\s*(万|亿)?元?$")
_YES: Final = {"是", "yes", "true", "y", "1"}
_NO: Final = {"否", "no", "false", "n", "0", ""}


def read_spreadsheet(path: Path, attachments: Path | None = None) -> tuple[SourceDossier, ...]:
    """Every project of the first sheet. Files lie in ``attachments/CODE/``, named ``MATERIAL=title.pdf`` or plainly.

    Headings may be Chinese or English; ``事实:NAME`` columns are facts, ``正文:HEADING`` columns are text. Raises
    ``IntakeRefused`` with every problem found, each named by row and cell.
    """
    problems = Problems()
    rows = _rows(path, problems)
    problems.raise_any()
    headings = _headings(rows[0], path.name, problems)
    problems.raise_any()
    sources: list[SourceDossier] = []
    for number, row in enumerate(rows[1:], 2):
        if any(value not in (None, "") for value in row):
            source = _row(number, row, headings, attachments or path.parent, path.name, problems)
            if source is not None:
                sources.append(source)
    if not sources and not problems.found:
        problems.add(path.name, "nothing")
    check_codes(sources, problems)
    problems.raise_any()
    return tuple(sources)


def _rows(path: Path, problems: Problems) -> list[tuple[Any, ...]]:
    from openpyxl import load_workbook

    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            problems.add(path.name, "file-size", name=path.name, found=size, limit=MAX_BYTES)
            return []
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [tuple(row) for row in sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=300, values_only=True)]
        book.close()
    except Exception as problem:  # noqa: BLE001 - openpyxl raises whatever its zip and XML parsers do
        problems.add(path.name, "xlsx", reason=clean_line(f"{type(problem).__name__}: {problem}", 200))
        return []
    if len(rows) > MAX_ROWS + 1:
        problems.add(path.name, "too-many-rows", limit=MAX_ROWS)
    if not rows:
        problems.add(path.name, "nothing")
    return rows


def _headings(row: tuple[Any, ...], name: str, problems: Problems) -> list[str | None]:
    headings: list[str | None] = []
    for column, cell in enumerate(row, 1):
        text = clean_line(str(cell or ""), 200)
        if fact := _FACT.match(text):
            headings.append(f"fact:{fact[1]}")
        elif section := _SECTION.match(text):
            headings.append(f"section:{section[1]}")
        elif text.lower() in _COLUMNS:
            headings.append(_COLUMNS[text.lower()])
        else:
            headings.append(None)
            if text:
                problems.add(_cell(name, 1, column), "unknown-column", name=text)
    for column, heading in enumerate(headings, 1):
        if heading not in _MANY and heading is not None and heading in headings[: column - 1]:
            problems.add(_cell(name, 1, column), "twice", name=clean_line(str(row[column - 1]), 200))
    for needed in ("code", "title"):
        if needed not in headings:
            problems.add(_cell(name, 1, 1), "no-column", name=needed)
    return headings


def _row(
    number: int,
    row: tuple[Any, ...],
    headings: list[str | None],
    attachments: Path,
    name: str,
    problems: Problems,
) -> SourceDossier | None:
    raw: dict[str, Any] = {"card": {"units": [], "people": []}, "facts": {}, "sections": []}
    for column, heading in enumerate(headings, 1):
        value = row[column - 1] if column <= len(row) else None
        if heading is None or value in (None, ""):
            continue
        _take(raw, heading, value, _cell(name, number, column), problems)
    code = clean_line(str(raw.get("code", "")), 80)
    folder = attachments / code if code and re.match(r"^[\w.-]+$", code) and ".." not in code else attachments
    raw["attachments"] = _attachments(folder) if folder != attachments and folder.is_dir() else []
    return build(raw, folder, f"{name} {number}", problems)


def _take(raw: dict[str, Any], heading: str, value: Any, cell: str, problems: Problems) -> None:
    if heading in ("code", "title"):
        raw[heading] = clean_line(str(value), 300)
    elif heading in ("lead", "partner", "demand", "joint"):
        raw["card"]["units"] += [{"name": each, "part": heading} for each in _names(value)]
    elif heading in ("leader", "member", "contact"):
        raw["card"]["people"] += [{"name": each, "part": heading} for each in _names(value)]
    elif heading in ("field", "summary"):
        raw["card"][heading] = str(value)
    elif heading == "classified":
        raw["classified"] = _truth(value, cell, problems)
    elif heading == "set_up_on":
        raw["set_up_on"] = _date(value, cell, problems)
    elif heading.startswith("fact:"):
        raw["facts"][heading[5:]] = _fact(value, cell, problems)
    else:
        number = len(raw["sections"]) + 1
        raw["sections"].append(
            {"id": f"section-{number}", "heading": heading[8:], "text": clean_text(str(value))}
        )


def _fact(value: Any, cell: str, problems: Problems) -> bool | int | str:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        problems.add(cell, "fact-float", found=value)
        return 0
    text = clean_line(str(value), 2000)
    if text in ("是", "否"):
        return text == "是"
    amount = _AMOUNT.match(text.replace("，", ","))
    if amount is None:
        return text
    try:
        yuan = Decimal(amount[1].replace(",", "")) * {"万": 10_000, "亿": 100_000_000}.get(amount[2] or "", 1)
    except InvalidOperation:
        return text
    if yuan != yuan.to_integral_value():
        problems.add(cell, "fact-float", found=text)
        return 0
    return int(yuan)


def _truth(value: Any, cell: str, problems: Problems) -> bool:
    text = clean_line(str(value), 20).lower()
    if text in _YES:
        return True
    if text not in _NO:
        # Whatever cannot be read as a clear no is held back: nothing classified may enter.
        problems.add(cell, "truth", found=text)
    return False


def _date(value: Any, cell: str, problems: Problems) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(clean_line(str(value), 40).replace("/", "-").replace(".", "-"))
    except ValueError:
        problems.add(cell, "day", found=clean_line(str(value), 40))
        return None


def _names(value: Any) -> list[str]:
    return [
        name
        for each in re.split(r"[、;；,，\n]", clean_text(str(value), 5000))
        if (name := clean_line(each, 300))
    ]


def _attachments(folder: Path) -> list[Mapping[str, str]]:
    listed: list[Mapping[str, str]] = []
    for file in sorted(each for each in folder.iterdir() if each.is_file() and not each.name.startswith(".")):
        material, equals, rest = file.name.partition("=")
        known = bool(equals) and re.match(r"^[a-z0-9][a-z0-9-]*$", material)
        title = Path(rest if known else file.name).stem
        listed.append({"file": file.name, "title": title} | ({"material": material} if known else {}))
    return listed


def _cell(name: str, row: int, column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{name} {letters}{row}"
