"""A real office over real HTTP on this machine, and experts enrolled with it; with a clock the stories set."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
PIN = "246810"
PASSPHRASE = "朱笔圈点一二三四五六七八"
DAZU = ("dazu-2023-26", "dz.milestone-assessment")
ZHEJIANG = ("zhejiang-2023", "zj.project-appraisal")
SHANXI = ("shanxi-2024-10", "sx.acceptance-meeting")
SHAPINGBA = ("shapingba-2023-41", "spb.project-appraisal")


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def on(self, **passed: float) -> datetime:
        """Lets time pass."""
        self.moment += timedelta(**passed)
        return self.moment


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@dataclass
class Story:
    """An office that is served, and what happens in it."""

    folder: Path
    clock: Clock
    database_url: str | None = None
    experts: list[Any] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    round: str = ""
    invitation: Any = None
    desk: Any = None

    def __post_init__(self) -> None:
        from zhubi.office.api.serving import serve_in_thread
        from zhubi.office.opening import create_office, open_office

        self._opened = ExitStack()
        home = self.folder / "office"
        made = create_office(
            home,
            database_url=self.database_url,
            organiser="重庆市大足区科学技术局",
            manager_name="评审处",
            url=f"http://127.0.0.1:{_free_port()}",
            clock=self.clock,
        )
        made.close()
        self.office = open_office(home, clock=self.clock)
        self._opened.callback(self.office.close)
        self.url = self.office.settings.url
        self.server = serve_in_thread(self.office, int(self.url.rpartition(":")[2]))
        self._opened.callback(lambda: self.server.stop())
        self.staff = self.office.staff()

    def close(self) -> None:
        for desk in self.experts:
            desk.close()
        self._opened.close()

    def import_dossiers(self, policy: str, **how: Any) -> dict[str, str]:
        """The demo's dossiers of a policy; their ids by code."""
        from zhubi.office.intake.importing import import_path

        with as_file(files("zhubi.demo") / "content" / policy) as path:
            done = import_path(self.office, self.staff, path, now=self.clock(), **how)
        return {each.code: each.dossier for each in done}

    def open_round(self, policy: str, kind: str, *, hours: float = 30, **more: Any) -> str:
        """A round that is open for some hours."""
        from zhubi.core.rules.compile import shipped
        from zhubi.office.rounds.windows import open_round

        now = self.clock()
        return open_round(
            self.office,
            self.staff,
            title=more.pop("title", "评审场次"),
            policy=shipped(policy),
            kind=kind,
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(hours=hours),
            now=now,
            **more,
        )

    def change(self, round_id: str, change: str, **how: Any) -> None:
        """Extends, closes, ends or amends a round."""
        from zhubi.office.rounds.windows import change_round

        change_round(self.office, self.staff, round_id, change, now=self.clock(), **how)  # type: ignore[arg-type]

    def invite(self, name: str = "陈思远", unit: str = "浙江大学", **how: Any) -> Any:
        """An invitation, as the office hands it out."""
        from zhubi.office.access.invitations import invite

        return invite(self.office, self.staff, name=name, unit=unit, now=self.clock(), **how)

    def seat(self, round_id: str, dossier: str, person: str, order: int = 1, **how: Any) -> None:
        """Gives an expert a seat."""
        from zhubi.office.rounds.seats import Seat, assign

        assign(
            self.office, self.staff, round_id, dossier, [Seat(person, order=order, **how)], now=self.clock()
        )

    def enrol(self, invitation: Any, folder: str = "expert", pin: str = PIN) -> Any:
        """Enrols a machine and opens its desk."""
        from zhubi.expert.desk.enrol import enrol

        home = self.folder / folder
        enrol(
            home,
            invitation,
            name=invitation.name,
            unit=invitation.unit,
            pin=pin,
            passphrase=PASSPHRASE,
            device_name="笔记本",
            clock=self.clock,
        )
        return self.open(folder)

    def open(self, folder: str = "expert") -> Any:
        """Opens the desk of a machine that is enrolled."""
        from zhubi.expert.desk.opening import open_desk

        desk = open_desk(self.folder / folder, ask_passphrase=lambda: PASSPHRASE, clock=self.clock)
        self.experts.append(desk)
        return desk

    def sync(self, desk: Any) -> Any:
        """A sync that goes well."""
        from zhubi.expert.desk.synchronise import sync

        report = sync(desk)
        assert report.problem == ""
        return report

    def declare_all(self, desk: Any, round_id: str, outcome: str = "clear") -> None:
        """Commits to a round, and declares the same on all of it; the declarations wait in the outbox."""
        from zhubi.expert.desk import commit, declare

        self.sync(desk)
        commit.sign_commitment(desk, round_id, PIN)
        self.sync(desk)
        for row in declare.declarations(desk, round_id):
            declare.answer(desk, round_id, row.key.dossier, outcome)
        declare.sign_declarations(desk, round_id, PIN)

    def restart_server(self) -> None:
        """Stops serving and serves again at the same address."""
        from zhubi.office.api.serving import serve_in_thread

        port = int(self.url.rpartition(":")[2])
        self.server.stop()
        self.server = serve_in_thread(self.office, port)


@pytest.fixture(autouse=True)
def cheap_argon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PIN is proven as always, only at the least cost that is allowed: these stories do it many times."""
    from zhubi.core.trust import wrapping

    least = wrapping.ArgonCost(8 * 1024, 1, 1)
    for module in ("zhubi.core.trust.keyfile", "zhubi.expert.store.vault"):
        monkeypatch.setattr(f"{module}.ArgonCost", _Least(least), raising=False)


class _Least:
    def __init__(self, cost: Any) -> None:
        self._cost = cost

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._cost

    def from_json(self, found: Any) -> Any:
        return type(self._cost).from_json(found)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def story(tmp_path: Path, clock: Clock) -> Iterator[Story]:
    made = Story(tmp_path, clock)
    yield made
    made.close()


def seat_expert(story: Story, policy: str, kind: str, **how: Any) -> Story:
    """One round with all projects of a policy, and one expert who is enrolled and not yet synchronised."""
    story.ids = story.import_dossiers(policy)
    story.round = story.open_round(policy, kind, **how)
    story.invitation = story.invite()
    for order, (_, dossier) in enumerate(sorted(story.ids.items()), 1):
        story.seat(story.round, dossier, story.invitation.person, order=order)
    story.desk = story.enrol(story.invitation)
    return story


@pytest.fixture
def seated(story: Story) -> Story:
    """Three projects of Dazu, one expert enrolled."""
    return seat_expert(story, *DAZU)


@pytest.fixture
def unsealed(seated: Story) -> Story:
    """The same expert with everything declared, unsealed and here."""
    seated.declare_all(seated.desk, seated.round)
    seated.sync(seated.desk)
    return seated


@pytest.fixture(autouse=True)
def chinese_words() -> Iterator[None]:
    from zhubi.locale import use_language

    use_language("zh_CN")
    yield
    use_language("zh_CN")
