"""Screens in a headless terminal, with a clock and a time zone that stand still."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")


def _load(name: str) -> ModuleType:
    # Test folders are no packages: what several test files share is loaded by its path.
    found = sys.modules.get(name)
    if found is None:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None and spec.loader is not None
        found = importlib.util.module_from_spec(spec)
        sys.modules[name] = found
        spec.loader.exec_module(found)
    return found


@pytest.fixture(autouse=True)
def shanghai() -> Iterator[None]:
    """Times are shown as in Chongqing."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()
    yield
    os.environ.pop("TZ", None) if before is None else os.environ.__setitem__("TZ", before)
    time.tzset()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person who runs the tests is touched."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """Every test begins in Chinese."""
    from zhubi.locale import use_language

    use_language("zh_CN")
    yield
    use_language("zh_CN")


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the in-memory desk, put in the place of the desk's functions."""
    module = _load("memory_desk")

    def put(target: object, name: str, value: object) -> None:
        monkeypatch.setattr(target, name, value, raising=False)

    module.install(put)
    return module


@pytest.fixture
def review(memory: Any) -> Any:
    """The module of the in-memory review."""
    return _load("memory_review")


def seen(app: Any) -> str:
    """What the screen shows, line by line, without colours."""
    width, height = app.size
    compositor = app.screen._compositor
    strips = compositor.render_strips()
    lines = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    return "\n".join(lines)


@pytest.fixture
def look() -> Any:
    """``look(app)`` reads the screen."""
    return seen


_load("memory_desk")
_load("memory_desk").FUNCTIONS["review"] = _load("memory_review").REVIEW
_load("memory_desk").FUNCTIONS["reading"] = {}
_load("memory_desk").FUNCTIONS["notes"] = _load("memory_review").NOTES
_load("memory_desk").FUNCTIONS["passages"] = _load("memory_review").PASSAGES
_load("memory_desk").install(
    lambda target, name, value: hasattr(target, name) or setattr(target, name, value)
)
_load("album")
