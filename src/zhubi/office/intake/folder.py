"""A folder of dossiers: one sub-folder each, with ``dossier.toml`` and the files it names."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from zhubi.core.model.text import clean_line
from zhubi.office.intake.problems import Problems
from zhubi.office.intake.source import SourceDossier, build

_MAX_TOML: Final = 5_000_000


def read_folder(path: Path) -> tuple[SourceDossier, ...]:
    """Every dossier below a folder (or the one it is), in the order of their names.

    Raises ``IntakeRefused`` with every problem found, each named by file and field.
    """
    problems = Problems()
    sources: list[SourceDossier] = []
    for file in _dossier_files(path, problems):
        source = _read(file, problems)
        if source is not None:
            sources.append(source)
    check_codes(sources, problems)
    problems.raise_any()
    return tuple(sources)


def check_codes(sources: Sequence[SourceDossier], problems: Problems) -> None:
    """Note every code that stands twice in one import."""
    seen: set[str] = set()
    for source in sources:
        if source.card.code in seen:
            problems.add(source.card.code, "twice", name=source.card.code)
        seen.add(source.card.code)


def _dossier_files(path: Path, problems: Problems) -> list[Path]:
    if (path / "dossier.toml").is_file():
        return [path / "dossier.toml"]
    try:
        found = sorted(each / "dossier.toml" for each in path.iterdir() if (each / "dossier.toml").is_file())
    except OSError as problem:
        problems.add(path.name, "folder", reason=problem.strerror or "")
        return []
    if not found:
        problems.add(path.name, "nothing")
    return found


def _read(file: Path, problems: Problems) -> SourceDossier | None:
    place = f"{clean_line(file.parent.name, 80)}/{file.name}"
    try:
        data = file.read_bytes()
        if len(data) > _MAX_TOML:
            problems.add(place, "file-size", name=file.name, found=len(data), limit=_MAX_TOML)
            return None
        raw = tomllib.loads(data.decode("utf-8"))
    except OSError as problem:
        problems.add(place, "unreadable", reason=problem.strerror or "")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        problems.add(place, "toml", reason=clean_line(str(problem), 300))
    else:
        return build(raw, file.parent, place, problems)
    return None
