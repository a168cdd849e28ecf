"""Whole stories: a real office over real HTTP, experts with real stores, and clocks that a story sets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

sys.path.append(str(Path(__file__).parent))  # the stories share a house; nothing else is imported by this way

from storyhouse.clock import Clock
from storyhouse.expert import Expert
from storyhouse.office import House
from storyhouse.papers import lay_out


@pytest.fixture(autouse=True)
def cheap_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """PIN and passphrase are proven as always, at the least cost that is allowed: stories do it many times."""
    from zhubi.core.trust.wrapping import ArgonCost

    monkeypatch.setattr(ArgonCost.__init__, "__defaults__", (8 * 1024, 1, 1))


@pytest.fixture(autouse=True)
def one_attempt() -> Iterator[None]:
    """A call that fails is not repeated behind a story's back: the story says what happens next."""
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture(autouse=True)
def chinese_words() -> Iterator[None]:
    from zhubi.locale import use_language

    use_language("zh_CN")
    yield
    use_language("zh_CN")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    made = House(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
def papers(tmp_path: Path) -> Callable[..., Path]:
    """Lays dossiers out in a folder: ``papers("DZ-1", text=…)``; gives the folder to import."""

    def lay(code: str, **what: Any) -> Path:
        return lay_out(tmp_path / "papers", code, **what)

    return lay


@pytest.fixture
def enrol(tmp_path: Path, house: House, clock: Clock) -> Iterator[Callable[..., Expert]]:
    """Enrols a person with the office on a machine of their own."""
    people: list[Expert] = []

    def bring(name: str = "陈思远", *, person: str | None = None, folder: str = "") -> Expert:
        how = {"person": person, "again": True} if person is not None else {}
        made = Expert.enrolled(tmp_path / f"machine-{len(people)}", house.invite(name, **how), clock)
        people.append(made)
        return made

    yield bring
    for each in people:
        each.close()


@pytest.fixture
def seated(
    house: House, papers: Callable[..., Path], enrol: Callable[..., Expert]
) -> tuple[House, Expert, str, dict[str, str]]:
    """An office with one Dazu round of two projects, and one expert with a seat on both; nothing synchronised yet."""
    papers("DZ-1")
    dossiers = house.bring(papers("DZ-2", title="丘陵地块宜机化改造成套技术"))
    expert = enrol()
    round_id = house.open_round()
    house.seat(round_id, dossiers.values(), expert.person)
    return house, expert, round_id, dossiers
