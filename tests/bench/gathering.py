"""Evidence gathered on site: sealed as it is added, then carried over a link that breaks off every ten megabytes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from experts import PIN, commit_all, declare_all, enrolled, fresh_office, say, served, synchronised
from offices import Wanted
from settings import HERE, Settings
from table import Row

EACH = 8 * 1024 * 1024
BREAKS_EVERY = 10_000_000
_SYNCS = 300


def evidence(settings: Settings) -> Iterator[Row]:
    """A set of 1 GB: how fast it is sealed, how much goes up twice, how fast it arrives, what is held meanwhile."""
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import evidence as gathered
    from zhubi.expert.desk import overview, submit

    sys.path.insert(0, str(HERE.parent / "faults"))
    from breakingwire import BreakingWire  # type: ignore[import-not-found]

    count = settings.few(128, 8)
    made = fresh_office(settings, "evidence", Wanted(1))
    with served(made) as url, enrolled(settings, made, url, "evidence") as desk:
        for act in (commit_all, declare_all):
            synchronised(desk)
            act(desk)
        synchronised(desk)
        key = overview.rows(desk, None, 0, 1)[0].key
        source = settings.place / "photograph.bin"
        begun = time.perf_counter()
        made_in = 0.0
        for _ in range(count):
            making = time.perf_counter()
            source.write_bytes(os.urandom(EACH))
            made_in += time.perf_counter() - making
            gathered.add(desk, key, source)
        sealing = time.perf_counter() - begun - made_in
        source.unlink()
        whole = sum(each.size for each in desk.store.evidence.of(key))
        say(f"{count} pieces sealed")
        fill(desk, key)
        if not submit.sign(desk, [key], PIN)[0].digest:
            raise SystemExit("the review was not signed")
        before = {pid: _forgotten(pid) for pid in _processes()}
        wire = BreakingWire(url, BREAKS_EVERY)
        for office in desk.store.offices.all():
            desk.store.offices.put(replace(office, url=wire.url))
        begun = time.perf_counter()
        syncs = _until_accepted(desk, key)
        seconds = time.perf_counter() - begun
        grown = [_held(pid, "VmHWM") - held for pid, held in before.items()]
        twice = 100 * (wire.sent - whole) / whole
        wire.close()
    size = f"{whole / 1e9:.2f} GB"
    speeds = f"sealed at {whole / 1e6 / sealing:.0f} MB/s, sent at {whole / 1e6 / seconds:.0f} MB/s"
    yield Row(
        f"evidence of {size} over a link cut every 10 MB: sent beyond its bytes", twice, "%", 5,
        note=f"heads and questions counted; {wire.broken} cuts, {syncs} syncs; {speeds}",
    )  # fmt: skip
    yield Row(
        "most held beyond what was held before, app and office each", max(grown), "MiB", 64, note="peak RSS"
    )


def _until_accepted(desk: object, key: object) -> int:
    from zhubi.expert.desk import synchronise

    for number in range(1, _SYNCS):
        report = synchronise.sync(desk)  # type: ignore[arg-type]
        if all(each.accepted_at is not None for each in desk.store.evidence.of(key)):  # type: ignore[attr-defined]
            return number
        if report.problem_kind and not report.problem_kind.startswith("wire."):
            raise SystemExit(f"the sync failed: {report.problem_kind}: {report.problem}")
    raise SystemExit("the evidence never arrived")


def _processes() -> list[int]:
    """This process, and those it has started: the office is one of them."""
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return [own, *map(int, children)]


def _forgotten(pid: int) -> float:
    """MiB a process holds; what it held at the most is counted from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _held(pid, "VmRSS")


def _held(pid: int, what: str) -> float:
    """MiB a process holds (``VmRSS``), or held at the most (``VmHWM``)."""
    said = Path(f"/proc/{pid}/status").read_text()
    return int(said.split(f"{what}:")[1].split()[0]) / 1024
