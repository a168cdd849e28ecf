"""The organiser's side of a story: a real office, served on this machine, and the acts of its manager."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from storyhouse.clock import Clock
from storyhouse.wire import Wire
from zhubi.core.model.records import RecordType
from zhubi.core.rules.compile import shipped
from zhubi.core.trust.invitations import Invitation
from zhubi.office.access.invitations import invite, revoke
from zhubi.office.access.limits import RateLimit
from zhubi.office.api import serving
from zhubi.office.api.app import create_app
from zhubi.office.intake.importing import import_path
from zhubi.office.ledger.ledger import Stored
from zhubi.office.opening import create_office, open_office
from zhubi.office.rounds import returns, seats, windows
from zhubi.office.rounds.status import status

DAZU = ("dazu-2023-26", "dz.milestone-assessment")


class House:
    """An office in a folder, at one address for as long as the story lasts. ``people`` are names by person id."""

    def __init__(self, folder: Path, clock: Clock, database_url: str | None = None) -> None:
        self.folder, self.clock = folder, clock
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = folder / "office"
        create_office(
            self.home, database_url=database_url, organiser="重庆市大足区科学技术局", manager_name="评审处",
            url=self.url, clock=clock,
        ).close()  # fmt: skip
        self.wire = Wire(None)
        self.open()

    def open(self) -> None:
        """Opens the office as after a restart of its machine, and serves it where it was."""
        self.office = open_office(self.home, clock=self.clock)
        self.staff = self.office.staff()
        self.serve()

    def serve(self) -> None:
        """Serves it, with the wire in between; a story is faster than the rates that people are held to."""
        app = create_app(self.office)
        app.state.limits = {name: RateLimit(100_000, 100_000) for name in app.state.limits}
        self.wire.app = app
        with patch.object(serving, "create_app", lambda office: self.wire):
            self.running = serving.serve_in_thread(self.office, self.port)

    def close(self) -> None:
        """Stops serving, and closes the office."""
        self.running.stop()
        self.office.close()

    def restart(self) -> None:
        """Everything anew, over the same directory and database."""
        self.close()
        self.open()

    # What the manager does

    def bring(self, folder: Path, *, update: bool = False) -> dict[str, str]:
        """Imports dossiers; their ids by code."""
        done = import_path(self.office, self.staff, folder, update=update, now=self.clock())
        return {each.code: each.dossier for each in done}

    def open_round(self, rules: tuple[str, str] = DAZU, *, hours: float = 30, **more: Any) -> str:
        """A round that is open for some hours."""
        policy, kind = rules
        now = self.clock()
        return windows.open_round(
            self.office, self.staff, title=more.pop("title", "阶段评估"), policy=shipped(policy), kind=kind,
            opens_at=now - timedelta(days=1), closes_at=now + timedelta(hours=hours), now=now, **more,
        )  # fmt: skip

    def change(self, round_id: str, change: Any, **how: Any) -> None:
        """Extends, closes, ends or amends a round."""
        windows.change_round(self.office, self.staff, round_id, change, now=self.clock(), **how)

    def invite(self, name: str, unit: str = "江左理工大学", **how: Any) -> Invitation:
        """An invitation, as it is handed out."""
        return invite(self.office, self.staff, name=name, unit=unit, now=self.clock(), **how)

    def revoke(self, person: str, kid: str | None = None) -> None:
        """Revokes one device, or all."""
        revoke(self.office, self.staff, person=person, kid=kid, reason="遗失", now=self.clock())

    def seat(self, round_id: str, dossiers: Iterable[str], person: str, **how: Any) -> None:
        """Gives an expert a seat on each dossier, in agenda order."""
        for order, dossier in enumerate(dossiers, 1):
            given = [seats.Seat(person, order=order, **how)]
            seats.assign(self.office, self.staff, round_id, dossier, given, now=self.clock())

    def replace(self, round_id: str, dossier: str, gone: str, coming: str) -> None:
        """Puts one expert in another's seat."""
        seats.replace(
            self.office, self.staff, round_id, dossier, gone, seats.Seat(coming, order=1),
            reason="时间冲突", now=self.clock(),
        )  # fmt: skip

    def withdraw(self, round_id: str, dossier: str) -> None:
        """Takes a project out of the round."""
        seats.withdraw(self.office, self.staff, round_id, dossier, reason="申报单位撤回", now=self.clock())

    def decide(self, round_id: str, dossier: str, person: str, *, granted: bool, words: str = "") -> str:
        """Decides what waits: 需说明, or what came late."""
        return returns.decide(
            self.office, self.staff, round_id, dossier, person, granted=granted, words=words, now=self.clock()
        )

    def return_review(self, round_id: str, dossier: str, person: str, words: str) -> None:
        """Sends a review back."""
        returns.return_review(
            self.office, self.staff, round_id, dossier, person, words=words, now=self.clock()
        )

    # What the manager sees

    def stands(self, round_id: str, dossier: str, person: str) -> str:
        """The stage of an assignment as the office tells it."""
        for project in status(self.office, round_id, now=self.clock()).projects:
            for member in project.members:
                if project.dossier == dossier and member.person == person:
                    return member.seat.stage.value
        raise AssertionError("no such seat")

    def logged(self, kind: RecordType, **about: Any) -> list[Stored]:
        """The records of a type in the log."""
        with self.office.ledger.reading() as reading:
            return list(reading.by_type(kind, **about))

    def leaves(self) -> list[Stored]:
        """The whole log, leaf by leaf."""
        with self.office.ledger.reading() as reading:
            found = [reading.at(index) for index in range(reading.size())]
        return [each for each in found if each is not None]

    def size(self) -> int:
        """How many leaves the log has."""
        with self.office.ledger.reading() as reading:
            return reading.size()

    def tree(self) -> Mapping[str, list[bytes]]:
        """Every file below the office's directory, by its path, read whole."""
        return files_below(self.home)


def files_below(folder: Path) -> dict[str, list[bytes]]:
    """Each file by its path inside the folder, with its name and content as bytes."""
    return {
        str(path.relative_to(folder)): [str(path.name).encode(), path.read_bytes()]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
