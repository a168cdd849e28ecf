"""Measures what the design promises, and prints each number beside its yardstick: ``run.py --only version --quick``.

Nothing here passes or fails a test: a number depends on the machine, and on what else it does. A ratio depends less.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import carrying
import gathering
import gridding
import painting
import papers
import searching
import sending
import starting
import syncing
import typed
import writing
from settings import Settings, environment
from table import Row, as_markdown, as_text

MEASUREMENTS: dict[str, Callable[[Settings], Iterator[Row]]] = {
    "version": starting.version,
    "paint": painting.first_paint,
    "keys": painting.keys,
    "memory": painting.memory,
    "grid": gridding.scoring,
    "blobs": syncing.blobs,
    "changes": syncing.changes,
    "journal": typed.journal,
    "opinion": writing.opinion_keys,
    "submit": sending.sign_and_submit,
    "packets": carrying.packets,
    "evidence": gathering.evidence,
    "search": searching.search,
    "pdf": papers.attachment,
    "pages": papers.pages,
}


def main() -> int:
    """Runs what is asked for; gives 0 when all of it could be measured, whatever it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", nargs="+", choices=list(MEASUREMENTS), metavar="NAME", help=", ".join(MEASUREMENTS)
    )
    parser.add_argument("--quick", action="store_true", help="small sizes and few runs: to see that it works")
    parser.add_argument("--markdown", action="store_true", help="print the table for a page")
    parser.add_argument(
        "--place", type=Path, help="keep offices and stores here, and use those that are there"
    )
    parser.add_argument(
        "--pdf", type=Path, help="a long Chinese PDF to read, in place of one that is made here"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhubi-bench-") as passing:
        place = asked.place or Path(passing)
        place.mkdir(parents=True, exist_ok=True)
        os.environ.update(environment(), BENCH_KEYRING=str(place / "keyring.json"))
        settings = Settings(place.resolve(), asked.quick, asked.pdf)
        rows: list[Row] = []
        failed: list[str] = []
        for name in asked.only or MEASUREMENTS:
            sys.stderr.write(f"{name} ...\n")
            try:
                rows += MEASUREMENTS[name](settings)
            except (Exception, SystemExit) as problem:  # noqa: BLE001 - the others' numbers are not to be lost
                failed.append(f"{name} was not measured: {type(problem).__name__}: {problem}")
    print((as_markdown if asked.markdown else as_text)(rows, judged=not asked.quick))
    print(f"\n{machine()}{', quick: sizes and runs cut down, so no verdict' if asked.quick else ''}")
    for each in failed:
        sys.stderr.write(f"{each}\n")
    return 1 if failed else 0


def machine() -> str:
    """What the numbers were taken on."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
