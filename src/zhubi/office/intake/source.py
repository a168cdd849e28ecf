"""A dossier as the office gets it: checked word by word, cleaned once, with the bytes of its attachments."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from zhubi.core.model.dossier import BudgetLine, Card, Fact, Indicator, Person, Section, Unit
from zhubi.core.model.text import clean_file_name, clean_line, clean_text
from zhubi.core.model.values import YUAN_LIMIT
from zhubi.office.intake.problems import Problems
from zhubi.office.vault.sealing import SourceContent, SourceFile

_Item = TypeVar("_Item")
MAX_FILE: Final = 512 * 1024 * 1024
MAX_FILES: Final = 200
MAX_SECTION: Final = 200_000
_MATERIAL: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}\Z")
_TYPES: Final = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".md": "text/markdown",
}


@dataclass(frozen=True, slots=True)
class SourceDossier:
    """Everything that makes a version of a dossier, before it is sealed."""

    content: SourceContent
    files: tuple[SourceFile, ...]

    @property
    def card(self) -> Card:
        """What an expert sees before declaring."""
        return self.content.card


def media_type_of(name: str) -> str:
    """The media type that a file's ending suggests; readers look at the content itself."""
    ending = Path(name).suffix.lower()
    return _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def build(raw: Mapping[str, Any], folder: Path, place: str, problems: Problems) -> SourceDossier | None:
    """The dossier that a parsed ``dossier.toml`` describes, or None with its problems noted."""
    before = len(problems.found)
    known = {
        "code", "title", "set_up_on", "classified", "card", "facts", "fact_sources", "sections", "budget",
        "indicators", "attachments",
    }  # fmt: skip
    _spelling(raw, known, place, problems)
    _shapes(raw, place, problems)
    if raw.get("classified") or _table(raw, "facts").get("project_classified"):
        problems.add(place, "classified")
        return None
    for number, each in enumerate(_list(raw, "sections"), 1):
        if len(str(each.get("text", ""))) > MAX_SECTION:
            problems.add(f"{place} sections {number}", "too-long", limit=MAX_SECTION)
    sections = _each(raw, "sections", place, problems, _section)
    sources = {str(each.get("fact")): each.get("section") for each in _list(raw, "fact_sources")}
    known_sections = {section.id for section in sections}
    facts = tuple(
        fact
        for name, value in _table(raw, "facts").items()
        if (fact := _fact(name, value, sources.get(name), known_sections, place, problems)) is not None
    )
    budget = _each(raw, "budget", place, problems, _budget)
    for line in budget:
        if line.fiscal > line.total:
            problems.add(
                f"{place} budget {line.id}", "fiscal-over-total", fiscal=line.fiscal, total=line.total
            )
    indicators = _each(raw, "indicators", place, problems, _indicator)
    _unique(place, "sections", [each.id for each in sections], problems)
    _unique(place, "budget", [each.id for each in budget], problems)
    _unique(place, "indicators", [each.id for each in indicators], problems)
    files = _files(raw, folder, place, problems)
    card = _card(raw, place, problems)
    set_up_on = _day(raw.get("set_up_on"), place, problems)
    if card is None or len(problems.found) > before:
        return None
    return SourceDossier(SourceContent(card, set_up_on, sections, facts, budget, indicators), files)


_KEYS: Final = {
    "card": {"units", "people", "field", "summary"},
    "units": {"name", "part"},
    "people": {"name", "unit", "part"},
    "fact_sources": {"fact", "section"},
    "sections": {"id", "heading", "level", "text"},
    "budget": {"id", "subject", "total", "fiscal", "note"},
    "indicators": {"id", "name", "target", "unit", "binding", "reported"},
    "attachments": {"file", "material", "title"},
}


def _shapes(raw: Mapping[str, Any], place: str, problems: Problems) -> None:
    """Notes whatever would be passed over in silence: a table that is none, an item that is none, a misspelt name."""
    for name in ("card", "facts"):
        if not isinstance(raw.get(name, {}), dict):
            problems.add(f"{place} {name}", "item", reason=f"[{name}] ?")
    card = _table(raw, "card")
    _spelling(card, _KEYS["card"], f"{place} card", problems)
    lists = [(raw, each) for each in ("fact_sources", "sections", "budget", "indicators", "attachments")]
    for holder, name in [*lists, (card, "units"), (card, "people")]:
        found = holder.get(name, [])
        if not isinstance(found, list):
            problems.add(f"{place} {name}", "item", reason=f"[[{name}]] ?")
            continue
        for number, each in enumerate(found, 1):
            if isinstance(each, dict):
                _spelling(each, _KEYS[name], f"{place} {name} {number}", problems)
            else:
                problems.add(f"{place} {name} {number}", "item", reason=clean_line(str(each), 80))


def _spelling(table: Mapping[str, Any], known: set[str], place: str, problems: Problems) -> None:
    for name in sorted(set(table) - known):
        shown = clean_line(name, 80)
        problems.add(f"{place} {shown}", "unknown-key", name=shown)


def _card(raw: Mapping[str, Any], place: str, problems: Problems) -> Card | None:
    card = _table(raw, "card")
    code, title = clean_line(str(raw.get("code", "")), 80), clean_line(str(raw.get("title", "")), 300)
    if not code:
        problems.add(f"{place} code", "missing", name="code")
    if not title:
        problems.add(f"{place} title", "missing", name="title")
    try:
        return Card(
            code=code or "?",
            title=title or "?",
            units=tuple(
                Unit(name=clean_line(str(each["name"]), 300), part=each.get("part", "partner"))
                for each in _list(card, "units")
            ),
            people=tuple(
                Person(
                    name=clean_line(str(each["name"]), 100),
                    unit=clean_line(str(each.get("unit", "")), 300),
                    part=each.get("part", "member"),
                )
                for each in _list(card, "people")
            ),
            field=clean_line(str(card.get("field", "")), 200),
            summary=clean_text(str(card.get("summary", "")), 2000).strip(),
        )
    except (ValidationError, KeyError, TypeError) as problem:
        problems.add(f"{place} card", "card", reason=_reason(problem))
        return None


def _fact(
    name: str, value: object, section: object, sections: set[str], place: str, problems: Problems
) -> Fact | None:
    where = f"{place} facts {name}"
    if section is not None and section not in sections:
        problems.add(where, "unknown-section", section=section)
        return None
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(value, float):
        problems.add(where, "fact-float", found=value)
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > YUAN_LIMIT:
        problems.add(where, "money-range", found=value)
        return None
    if isinstance(value, str):
        value = clean_text(value, 2000).strip()
    try:
        return Fact(name=name, value=value, section=section)
    except ValidationError as problem:
        problems.add(where, "fact", reason=_reason(problem))
        return None


def _section(each: Mapping[str, Any]) -> Section:
    return Section(
        id=each["id"],
        heading=clean_line(str(each.get("heading", "")), 300),
        level=each.get("level", 1),
        text=clean_text(str(each.get("text", "")), MAX_SECTION).strip("\n"),
    )


def _budget(each: Mapping[str, Any]) -> BudgetLine:
    return BudgetLine(
        id=each["id"],
        subject=clean_line(str(each["subject"]), 200),
        total=each["total"],
        fiscal=each.get("fiscal", 0),
        note=clean_text(str(each.get("note", "")), 2000).strip(),
    )


def _indicator(each: Mapping[str, Any]) -> Indicator:
    return Indicator(
        id=each["id"],
        name=clean_line(str(each["name"]), 200),
        target=clean_line(str(each["target"]), 200),
        unit=clean_line(str(each.get("unit", "")), 40),
        binding=each.get("binding", False),
        reported=clean_line(str(each.get("reported", "")), 200),
    )


def _files(raw: Mapping[str, Any], folder: Path, place: str, problems: Problems) -> tuple[SourceFile, ...]:
    files: list[SourceFile] = []
    listed = _list(raw, "attachments")
    if len(listed) > MAX_FILES:
        problems.add(f"{place} attachments", "too-many-files", found=len(listed), limit=MAX_FILES)
        return ()
    names: set[str] = set()
    for each in listed:
        named = str(each.get("file", ""))
        where = f"{place} attachments {clean_line(named, 120)}"
        path = find_file(folder, named, where, problems)
        if path is None:
            continue
        name = clean_file_name(named)
        if name in names:
            problems.add(where, "twice", name=name)
        names.add(name)
        material = each.get("material") or None
        if material is not None and not (isinstance(material, str) and _MATERIAL.match(material)):
            problems.add(where, "item", reason=clean_line(f"material: {material}", 120))
            material = None
        files.append(
            SourceFile(
                path, name, media_type_of(name), clean_line(str(each.get("title", "")) or name, 200),
                material,
            )
        )  # fmt: skip
    return tuple(files)


def find_file(folder: Path, named: str, where: str, problems: Problems) -> Path | None:
    """A file that really lies inside the folder: no way out of it by ``..``, by a link or by an absolute name."""
    try:
        path = (folder / named).resolve(strict=True)
        inside = path.is_relative_to(folder.resolve(strict=True))
        size = path.stat().st_size
    except (OSError, ValueError):
        problems.add(where, "file-missing", name=clean_line(named, 120))
        return None
    if not named or not inside or not path.is_file():
        problems.add(where, "file-outside", name=clean_line(named, 120))
        return None
    if not 0 < size <= MAX_FILE:
        problems.add(where, "file-size", name=clean_line(named, 120), found=size, limit=MAX_FILE)
        return None
    return path


def _day(value: object, place: str, problems: Problems) -> str | None:
    if value is None:
        return None
    if isinstance(value, date) and 1980 <= value.year <= 2100:
        return value.isoformat()[:10]
    problems.add(f"{place} set_up_on", "day", found=str(value))
    return None


def _each(
    raw: Mapping[str, Any],
    name: str,
    place: str,
    problems: Problems,
    make: Callable[[Mapping[str, Any]], _Item],
) -> tuple[_Item, ...]:
    made: list[_Item] = []
    for number, each in enumerate(_list(raw, name), 1):
        try:
            made.append(make(each))
        except (ValidationError, KeyError, TypeError) as problem:
            problems.add(f"{place} {name} {number}", "item", reason=_reason(problem))
    return tuple(made)


def _unique(place: str, what: str, ids: list[str], problems: Problems) -> None:
    for name in sorted({each for each in ids if ids.count(each) > 1}):
        problems.add(f"{place} {what}", "twice", name=name)


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, dict) else {}


def _list(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = raw.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _reason(problem: Exception) -> str:
    if isinstance(problem, ValidationError):
        first = problem.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    if isinstance(problem, KeyError):
        return f"{problem.args[0]} ?"
    return str(problem)
