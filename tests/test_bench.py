"""The measurements can be run: what they measure is for people to read, and no test passes or fails by it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parent / "bench" / "run.py"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(RUN), *options], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(("form", "mark"), [((), "  "), (("--markdown",), " | ")], ids=["text", "markdown"])
def test_a_measurement_prints_its_number_beside_its_yardstick_and_budget(
    form: tuple[str, ...], mark: str
) -> None:
    outcome = run("--only", "version", "--quick", *form)
    assert outcome.returncode == 0, outcome.stderr
    lines = outcome.stdout.splitlines()
    head = next(line for line in lines if "yardstick" in line)
    row = next(line for line in lines if "zhubi --version" in line)
    for word in ("measured", "ratio", "budget", "verdict"):
        assert word in head
    assert " ms: python -c pass" in row
    assert mark + "2.5 x" in row


def test_an_unknown_measurement_is_refused_with_the_names_that_there_are() -> None:
    outcome = run("--only", "weather")
    assert outcome.returncode == 2
    assert "version" in outcome.stderr and "Traceback" not in outcome.stderr
