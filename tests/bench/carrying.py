"""A packet of two hundred records and half a gigabyte of evidence: made, and read with every byte checked.

Run as a program, it makes or reads one packet in a process of its own, so that its memory is nobody else's.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from settings import Settings, environment
from table import Row

RECORDS, BLOBS, BLOB = 200, 50, 10 * 1024 * 1024
PACE = 150
"""MB/s that are asked for."""
HELD = 48
"""MiB by which the process may grow while it makes or reads: what flat means here."""


def packets(settings: Settings) -> Iterator[Row]:
    """Records as large as reviews are; blobs as an inspection has them. Reading copies every blob out and checks it."""
    blobs, size = settings.few(BLOBS, 4), settings.few(BLOB, 256 * 1024)
    place = settings.place / "packets"
    place.mkdir(exist_ok=True)
    total = blobs * size / 1e6
    for act in ("make", "read"):
        done = json.loads(
            subprocess.run(
                [sys.executable, __file__, act, str(place), str(blobs), str(size)],
                env=environment(), check=True, capture_output=True, text=True,
            ).stdout
        )  # fmt: skip
        note = f"{total / done['seconds']:.0f} MB/s"
        what = f"{act} a packet of {RECORDS} records and {total:.0f} MB"
        yield Row(what, done["seconds"], "s", total / PACE, note=note)
        yield Row(f"memory that it takes to {act} it", done["grown"], "MiB", HELD)


def _make(place: Path, blobs: int, size: int) -> dict[str, float]:
    from zhubi.core.trust.keys import SigningKey
    from zhubi.core.trust.packets import PacketBlob, from_file, say_json, write_packet
    from zhubi.core.trust.records import sign
    from zhubi.core.trust.sealing import SealingKey
    from zhubi.core.wire.carried import Submission

    author, maker, reader = SigningKey.generate(), SigningKey.generate(), SealingKey.generate()
    words = "已对照材料和任务书核实，理由如上。" * 200
    records = tuple(sign({"number": each, "words": words}, author) for each in range(RECORDS))
    carried = []
    for each in range(blobs):
        path = place / f"blob-{each}"
        piece, found = hashlib.sha256(str(each).encode()).digest() * 2048, hashlib.sha256()
        with path.open("wb") as file:
            for _ in range(size // len(piece)):
                file.write(piece)
                found.update(piece)
        carried.append(from_file(PacketBlob(digest=found.hexdigest(), size=path.stat().st_size), path))
    (place / "keys.json").write_text(json.dumps([reader.text, author.public, maker.public]))
    before, began = _held(), time.perf_counter()
    write_packet(
        place / "a.zhubi", origin="bench.example/1", kind="submission", by="somebody", to="service:office",
        made_at="2026-07-03T10:00:00Z", said=say_json(Submission(records=records)), blobs=carried, key=maker,
        recipients=[reader.recipient],
    )  # fmt: skip
    return {"seconds": time.perf_counter() - began, "grown": _held() - before}


def _read(place: Path, _blobs: int, _size: int) -> dict[str, float]:
    from zhubi.core.trust.packets import parse_said, read_packet
    from zhubi.core.trust.records import read
    from zhubi.core.trust.sealing import SealingKey
    from zhubi.core.wire.carried import Submission

    text, author, maker = json.loads((place / "keys.json").read_text())
    key = SealingKey.from_text(text)
    before, began = _held(), time.perf_counter()
    opened = read_packet(place / "a.zhubi", [key]).check_maker(lambda _kid: maker)
    for compact in parse_said(Submission, opened.said).records:
        read(compact, lambda _kid: author)
    for blob in opened.blobs:
        found = hashlib.sha256()
        with (place / "out").open("wb") as out:
            for piece in opened.blob(blob.digest):
                found.update(piece)
                out.write(piece)
        if found.hexdigest() != blob.digest:
            raise SystemExit("a blob came out as another")
    return {"seconds": time.perf_counter() - began, "grown": _held() - before}


def _held() -> float:
    """The most memory this process has held so far, in MiB."""
    said: Any = Path("/proc/self/status").read_text()
    return int(said.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    act, folder, *numbers = sys.argv[1:]
    print(json.dumps({"make": _make, "read": _read}[act](Path(folder), *map(int, numbers))))
