"""The town of these tests, made once and copied; and the cost of a PIN."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from zhubi.core.trust import wrapping
from zhubi.locale import use_language
from zhubi.office.opening import add_staff

from .exchanges import Story
from .house import Moulds, Town, furnish


@contextmanager
def least_argon() -> Iterator[None]:
    """A PIN is proven as always, only at the least cost that is allowed: these stories do it many times."""
    costs = wrapping.ArgonCost.__init__
    before = costs.__defaults__
    costs.__defaults__ = (8 * 1024, 1, 1)
    try:
        yield
    finally:
        costs.__defaults__ = before


@pytest.fixture(autouse=True)
def cheap_argon() -> Iterator[None]:
    """Every test here has the least cost, and no test elsewhere."""
    with least_argon():
        yield


@pytest.fixture(scope="session")
def moulds(tmp_path_factory: pytest.TempPathFactory) -> Moulds:
    """Made once; every test works on a copy of one of them."""
    with least_argon():
        return _made(tmp_path_factory)


def _made(tmp_path_factory: pytest.TempPathFactory) -> Moulds:
    folder = tmp_path_factory.mktemp("mould")
    made = Moulds(folder / "enrolled", folder / "declared", folder / "unsealed", folder / "signed")
    town = Town(folder / "town")
    town.folder.mkdir()
    for place, act in (
        (made.enrolled, lambda: furnish(town)),
        (made.declared, town.commit_and_declare),
        (made.unsealed, town.unseal),
        (made.signed, town.fill_and_sign),
    ):
        act()
        town.close()
        shutil.copytree(town.folder, place)
    return made


def _copied(mould: Path, folder: Path) -> Iterator[Town]:
    shutil.copytree(mould, folder)
    town = Town(folder)
    yield town
    town.close()


@pytest.fixture
def newcomer(moulds: Moulds, tmp_path: Path) -> Iterator[Town]:
    """The expert's machine is enrolled, and has not been synchronised."""
    yield from _copied(moulds.enrolled, tmp_path / "town")


@pytest.fixture
def declared(moulds: Moulds, tmp_path: Path) -> Iterator[Town]:
    """The declarations are signed, and wait to be delivered."""
    yield from _copied(moulds.declared, tmp_path / "town")


@pytest.fixture
def town(moulds: Moulds, tmp_path: Path) -> Iterator[Town]:
    """Everything is declared, unsealed and here; nothing is filled in."""
    yield from _copied(moulds.unsealed, tmp_path / "town")


@pytest.fixture
def signed(moulds: Moulds, tmp_path: Path) -> Iterator[Town]:
    """Two reviews are signed, and wait to be delivered."""
    yield from _copied(moulds.signed, tmp_path / "town")


@pytest.fixture
def story(signed: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Story]:
    add_staff(signed.office, "监督员", "inspector")
    told = Story(signed, monkeypatch)
    yield told
    told.way.close()
    faults = [each for each in caplog.get_records("call") if each.levelno >= logging.ERROR]
    assert not faults, "a way that breaks is no fault of the office's"


@pytest.fixture(autouse=True)
def chinese_words() -> Iterator[None]:
    use_language("zh_CN")
    yield
    use_language("zh_CN")
