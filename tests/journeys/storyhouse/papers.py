"""Dossiers of a story, as an organiser would lay them out in a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def lay_out(
    folder: Path,
    code: str,
    *,
    title: str = "山地丘陵果园轻简化采收装备",
    unit: str = "西南山地装备研究所",
    leader: str = "石越川",
    text: str = "项目面向丘陵果园，研制轻简化采收装备。",
    facts: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
    materials: Mapping[str, str] | None = None,
    set_up_on: str = "2026-03-18",
) -> Path:
    """One dossier with one section and its attachments; gives the folder that is imported.

    ``materials``: the kind of paper of each file that has one.
    """
    place = folder / code
    place.mkdir(parents=True, exist_ok=True)
    lines = [
        f"code = {_text(code)}",
        f"title = {_text(title)}",
        f"set_up_on = {set_up_on}",
        "classified = false",
        "[card]",
        f"units = [{{ name = {_text(unit)}, part = 'lead' }}]",
        f"people = [{{ name = {_text(leader)}, unit = {_text(unit)}, part = 'leader' }}]",
        "summary = '轻简化采收装备'",
        "[facts]",
        *(f"{name} = {json.dumps(value)}" for name, value in (facts or {}).items()),
        "[[sections]]",
        "id = 'overview'",
        "heading = '一、概况'",
        "level = 1",
        f"text = {_text(text)}",
    ]
    for name, body in (files or {}).items():
        (place / name).write_bytes(body)
        lines += ["[[attachments]]", f"file = {_text(name)}", f"title = {_text(Path(name).stem)}"]
        if materials and name in materials:
            lines.append(f"material = {_text(materials[name])}")
    (place / "dossier.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
