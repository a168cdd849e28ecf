"""A round under a real rulebook, and an expert's device that reaches it over HTTP."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from zhubi.office.opening import Office


def _load() -> ModuleType:
    # Tests are no package, so that a module they share is loaded by its place.
    name = "zhubi_tests_pen"
    if name not in sys.modules:
        place = Path(__file__).parent.parent / "rounds" / "pen.py"
        spec = importlib.util.spec_from_file_location(name, place)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


_pens = _load()


@pytest.fixture
def scene(office: Office, clock: Any) -> Any:
    """An open round of the Zhejiang rulebook, closing in five days."""
    return _pens.open_scene(office, clock)


@pytest.fixture
def pens() -> ModuleType:
    """The module of the expert's side: ``open_scene``, ``Pen``, ``whole_sheet``…"""
    return _pens
