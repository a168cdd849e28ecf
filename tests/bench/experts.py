"""An expert's machine, brought to where a measurement begins through the same doors that the screens use."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from offices import Made, Wanted, make_office
from settings import Settings
from starting import zhubi

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import SyncReport

PIN = "280417"
_START_SECONDS = 30.0


def fresh_office(settings: Settings, name: str, wanted: Wanted) -> Made:
    """A copy of an office of that size that nobody has enrolled with yet; the original stays for the next copy."""
    made = make_office(settings, name, wanted)
    copy = made.directory.with_name(f"{made.directory.name}-in-use")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(made.directory, copy)
    return Made(copy, made.rounds)


@contextmanager
def served(made: Made) -> Iterator[str]:
    """Serves an office from a process of its own; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = (zhubi(), "office", "--dir", str(made.directory), "serve", "--port", str(port))
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(20)


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/v1/log/checkpoint"):
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)
    raise SystemExit("the office did not start")


def enrolled(settings: Settings, made: Made, url: str, name: str) -> Desk:
    """The open desk of a machine that has just been enrolled, and has not synchronised yet."""
    from zhubi.expert.desk import enrol, opening
    from zhubi.expert.desk import settings as desk_settings
    from zhubi.office.access.invitations import invite

    office = made.open(url)
    try:
        invitation = invite(
            office,
            office.staff(),
            name="测量专家",
            unit="测量大学",
            person=made.person(),
            again=True,
            now=office.clock(),
        )
    finally:
        office.close()
    directory = settings.place / f"expert-{name}"
    _ready(directory).unlink(missing_ok=True)
    shutil.rmtree(directory, ignore_errors=True)
    enrol.enrol(directory, invitation, name="测量专家", unit="测量大学", pin=PIN)
    desk = opening.open_desk(directory)
    desk_settings.put(desk, "ask_pin_at_start", False)
    return desk


def synchronised(desk: Desk) -> SyncReport:
    """One sync that must go well."""
    from zhubi.expert.desk.synchronise import sync

    report = sync(desk)
    if report.problem:
        raise SystemExit(f"the sync failed: {report.problem_kind}: {report.problem}")
    return report


def commit_all(desk: Desk) -> None:
    """Signs the commitment of every round."""
    from zhubi.expert.desk import overview
    from zhubi.expert.desk.commit import sign_commitment

    for each in overview.rounds(desk):
        sign_commitment(desk, each.round, PIN)


def declare_all(desk: Desk) -> None:
    """Declares every project of every round clear of conflicts."""
    from zhubi.expert.desk import declare, overview

    for each in overview.rounds(desk):
        for row in declare.declarations(desk, each.round):
            declare.answer(desk, each.round, row.key.dossier, "clear")
        declare.sign_declarations(desk, each.round, PIN)


def say(words: str) -> None:
    """Tells whoever waits what is being made."""
    sys.stderr.write(f"  {words}\n")


def size_of(directory: Path) -> int:
    """Bytes below a directory."""
    return sum(each.stat().st_size for each in directory.rglob("*") if each.is_file())


def machine_with(settings: Settings, projects: int) -> Path:
    """The data directory of an expert with so many assignments, committed and their cards here; not running."""
    name = f"rows-{projects}"
    directory = settings.place / f"expert-{name}"
    if _ready(directory).exists():
        return directory
    say(f"making an expert with {projects:,} assignments")
    made = fresh_office(settings, "rows", Wanted(projects, rounds=10 if projects >= 1000 else 1))
    with served(made) as url, enrolled(settings, made, url, name) as desk:
        synchronised(desk)
        commit_all(desk)
        synchronised(desk)
    _ready(directory).touch()
    return directory


def _ready(directory: Path) -> Path:
    """Stands beside a machine that was brought all the way."""
    return directory.with_name(f"{directory.name}.ready")
