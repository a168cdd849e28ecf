"""What the first paint needs is light: rows and the next step come without the heavy libraries."""

from __future__ import annotations

import subprocess
import sys


def imported_by(code: str) -> list[str]:
    heavy = (
        "{'pydantic', 'httpx', 'keyring', 'cryptography', 'textual', 'click', 'joserfc', 'cel_expr_python'}"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in done.stdout.strip().strip("[]").replace("'", "").split(", ") if name]


def test_views_and_opening_and_overview_import_nothing_heavy() -> None:
    modules = "views, sheetviews, opening, overview, settings, unlock, words, secretplace"
    assert imported_by(f"from zhubi.expert.desk import {modules}") == []


def test_asking_whether_anyone_is_enrolled_imports_nothing_heavy() -> None:
    code = "from zhubi.expert.desk.opening import is_enrolled; from pathlib import Path; is_enrolled(Path('/nowhere'))"
    assert imported_by(code) == []
