"""The limits a reading process puts on itself before it looks at a foreign byte."""

import subprocess
import sys

import pytest

BEGIN = """
import os, sys
from zhubi.expert.reading.child import limit_files, limit_memory_and_time
from zhubi.expert.reading.limits import Limits
limit_memory_and_time(Limits(seconds=1, memory_bytes=256 * 2**20))
limit_files()
"""


def run(program: str, folder) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", BEGIN + program], capture_output=True, text=True, cwd=folder, check=False
    )
    return ended.stdout.strip() or str(ended.returncode)


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        (
            "try: open('plain', 'wb', 0).write(b'secret')\nexcept OSError as e: print(e.strerror)",
            "File too large",
        ),
        ("try: bytearray(300 * 2**20)\nexcept MemoryError: print('no memory')", "no memory"),
        (
            "try: [open(os.devnull) for _ in range(64)]\nexcept OSError as e: print(e.strerror)",
            "Too many open files",
        ),
        ("while True: pass", "-24"),
        ("import resource; print(resource.getrlimit(resource.RLIMIT_CORE))", "(0, 0)"),
    ],
    ids=["writes-nothing", "memory", "open-files", "processor-time", "no-core"],
)
def test_a_limit_holds(program, outcome, tmp_path):
    assert run(program, tmp_path) == outcome
    assert all(path.stat().st_size == 0 for path in tmp_path.iterdir())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl is Linux")
def test_a_reading_process_leaves_no_memory_image(tmp_path):
    assert run("import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))", tmp_path) == "0"


def test_the_reading_process_loads_nothing_of_the_app_but_what_it_reads_with(tmp_path):
    heavy = ("textual", "httpx", "pydantic", "apsw", "keyring", "docx", "openpyxl")
    program = (
        "import zhubi.expert.reading.formats.pdf, zhubi.expert.reading.formats.package\n"
        "import zhubi.expert.reading.formats.image, zhubi.expert.reading.formats.text\n"
        f"print(sorted(set(sys.modules) & set({heavy})))"
    )
    assert run(program, tmp_path) == "[]"
