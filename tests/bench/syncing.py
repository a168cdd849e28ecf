"""Bringing dossiers and changes from an office: beside curl, and beside the first time."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from experts import commit_all, declare_all, enrolled, fresh_office, say, served, synchronised
from offices import Made, Wanted, seal_project
from settings import Settings
from table import Row
from timing import milliseconds

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import SyncProgress

ATTACHMENT = 200_000
CHANGES = 10


def blobs(settings: Settings) -> Iterator[Row]:
    """The first sync of a machine that may open 1,000 sealed files of 200 KB, beside curl for the same files."""
    projects, each = settings.few(20, 2), settings.few(50, 5)
    made = fresh_office(settings, "blobs", Wanted(projects, attachments=each, attachment_bytes=ATTACHMENT))
    with served(made) as url:
        with enrolled(settings, made, url, "blobs") as desk:
            say("commitment and declarations")
            for act in (commit_all, declare_all):
                synchronised(desk)
                act(desk)
            synchronised(desk)
        taken = [_first_sync(settings, made, url) for _ in range(settings.few(3, 1))]
    whole, alone, curl = (statistics.median(each) for each in zip(*taken, strict=True))
    yield Row(
        f"first sync of {projects * each:,} x {ATTACHMENT // 1000} KB, verified", whole, "s", 1.1,
        "curl --parallel + sha256sum", curl,
        note=f"of it the files alone {alone:.2f} s; the rest is the feed, and {projects} keys released and checked",
    )  # fmt: skip


def _first_sync(settings: Settings, made: Made, url: str) -> tuple[float, float, float]:
    """Seconds of another device's first sync, of its files alone, and of curl for the same ones."""
    from zhubi.expert.desk.synchronise import sync

    first: dict[str, float] = {}

    def told(step: SyncProgress) -> None:
        first.setdefault(step.phase, time.perf_counter())

    with enrolled(settings, made, url, "blobs") as desk:
        start = time.perf_counter()
        report = sync(desk, told)
        end = time.perf_counter()
        files = [path.name for path in (desk.directory / "blobs").rglob("*") if path.is_file()]
        if report.problem or len(files) != report.blobs or report.blobs < sum(map(len, made.rounds.values())):
            raise SystemExit(f"{len(files)} files came: {report.problem}")
        alone = end - first["releases"]
        return end - start, alone, _curl(desk, url, sorted(files), settings.place / "curl")


def _curl(desk: Desk, url: str, digests: list[str], directory: Path) -> float:
    """Seconds that curl takes for the same blobs, four at a time as the app does, and sha256sum to verify them."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    (directory / "token").write_text(f'header = "Authorization: Bearer {_token(desk, url)}"\n')
    (directory / "wanted").write_text(
        "".join(f'url = "{url}/v1/blobs/{digest}"\noutput = "{digest}"\n' for digest in digests)
    )
    (directory / "sums").write_text("".join(f"{digest}  {digest}\n" for digest in digests))
    start = time.perf_counter()
    fetch = (
        "curl",
        "--silent",
        "--fail",
        "--no-progress-meter",
        "--parallel",
        "--parallel-max",
        "4",
        "--config",
        "token",
        "--config",
        "wanted",
    )
    subprocess.run(fetch, cwd=directory, check=True, stderr=subprocess.DEVNULL)
    subprocess.run(("sha256sum", "--check", "--quiet", "sums"), cwd=directory, check=True)
    return time.perf_counter() - start


def _token(desk: Desk, url: str) -> str:
    """An access token as the app would get one."""
    import json
    from urllib.parse import urlencode
    from urllib.request import urlopen

    from zhubi.core.wire.identity import GRANT, TransportIdentity

    office = desk.store.offices.all()[0]
    identity = TransportIdentity(desk.store.vaults.open(office.office).transport, office.office)
    form = urlencode({"grant_type": GRANT, "assertion": identity.assertion(desk.clock())}).encode()
    with urlopen(f"{url}/v1/token", form) as answer:
        return str(json.load(answer)["access_token"])


def changes(settings: Settings) -> Iterator[Row]:
    """A sync that finds ten new versions among 10,000 assignments, beside the first one that brought all of them."""
    projects = settings.few(10_000, 100)
    made = fresh_office(settings, "rows", Wanted(projects, rounds=settings.few(10, 1)))
    with served(made) as url, enrolled(settings, made, url, f"rows-{projects}") as desk:
        first = milliseconds(lambda: synchronised(desk)) / 1000
        say(f"assignments brought in {first:.2f} s")
        commit_all(desk)
        cards = milliseconds(lambda: synchronised(desk)) / 1000
        say(f"commitments sent and cards brought in {cards:.2f} s")
        _check_cards(desk, projects)
        taken = []
        for turn in range(settings.few(5, 2)):
            _change(made, url, turn)
            taken.append(milliseconds(lambda: synchronised(desk)) / 1000)
        nothing = milliseconds(lambda: synchronised(desk))
    later = sorted(taken)[len(taken) // 2]
    note = (
        f"of the first, {first:.1f} s brought the assignments and {cards:.1f} s the commitments away and the cards; "
        f"a sync that finds nothing new took {nothing:.0f} ms"
    )
    what = f"sync with {CHANGES} changes among {projects:,} assignments"
    yield Row(what, later, "s", 0.01, "first sync of all of them", first + cards, note=note)


def _check_cards(desk: Desk, projects: int) -> None:
    from zhubi.expert.desk import overview

    last = overview.rows(desk, None, projects - 1, 2)
    if len(last) != 1 or not last[0].code:
        raise SystemExit("the cards did not come")


def _change(made: Made, url: str, turn: int) -> None:
    """Ten projects get a new version."""
    office = made.open(url)
    try:
        dossiers = [each for some in made.rounds.values() for each in some][
            turn * CHANGES : (turn + 1) * CHANGES
        ]
        with_version = [
            seal_project(office, dossier, turn * CHANGES + place, version=2)
            for place, dossier in enumerate(dossiers, 1)
        ]
        with office.ledger.writing() as writing:
            for record in with_version:
                writing.append(record)
    finally:
        office.close()
