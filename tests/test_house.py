"""The house keeps its own rules: style, types, the arrows between rooms, and what the first command may load."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "zhubi"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.mark.parametrize(
    "command",
    [
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    ],
    ids=["lint", "format", "types", "arrows"],
)
def test_the_source_keeps(command: tuple[str, ...]) -> None:
    outcome = run(*command)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_asking_the_version_loads_no_screen_no_network_and_no_database() -> None:
    script = (
        "import sys, json; sys.argv = ['zhubi', '--version'];"
        "from zhubi.cli.entry import main; main(); print(json.dumps(sorted(sys.modules)))"
    )
    outcome = run("-c", script)
    loaded = set(json.loads(outcome.stdout.splitlines()[-1]))
    heavy = {"textual", "httpx", "pydantic", "apsw", "sqlalchemy", "click", "keyring", "cryptography"}
    assert not loaded & heavy


def test_the_core_never_loads_a_screen_or_a_server() -> None:
    script = (
        "import sys, pkgutil, importlib, zhubi.core as core\n"
        "for each in pkgutil.walk_packages(core.__path__, 'zhubi.core.'):\n"
        "    importlib.import_module(each.name)\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    outcome = run("-c", script)
    assert outcome.returncode == 0, outcome.stderr
    for foreign in ("textual", "fastapi", "uvicorn", "sqlalchemy", "apsw"):
        assert f"'{foreign}'" not in outcome.stdout


def test_every_room_says_its_purpose_in_a_sentence() -> None:
    for room in SOURCE.rglob("__init__.py"):
        first = room.read_text(encoding="utf-8").partition('"""')[2].partition('"""')[0].strip()
        assert first.endswith((".", "。")), f"{room.relative_to(ROOT)} says nothing of its purpose"


def test_no_file_grows_past_one_purpose() -> None:
    long = {
        str(file.relative_to(ROOT)): count
        for file in SOURCE.rglob("*.py")
        if (count := len(file.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long


def test_both_languages_say_the_same_things() -> None:
    tongues = {
        tongue: {
            f"{file.stem}.{key}": sentence
            for file in sorted((SOURCE / "locale" / tongue).glob("*.toml"))
            for key, sentence in _flat(tomllib.loads(file.read_text(encoding="utf-8"))).items()
        }
        for tongue in ("zh_CN", "en")
    }
    # English spells no pinyin initials and counts in no 万.
    chinese = {key for key in tongues["zh_CN"] if not key.startswith(("tui.initials.", "tui.money.wan"))}
    assert chinese == tongues["en"].keys()


def _flat(table: dict[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = str(value)
    return flat
