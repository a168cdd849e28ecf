"""One reading: its events in order, its limits in time and size, and a child that is always ended."""

from __future__ import annotations

import io
import resource
import sys
import tempfile
import time
from pathlib import Path

import pytest

from zhubi.expert.reading import opened, process
from zhubi.expert.reading.document import Finished, Page, ReadingState, Started
from zhubi.expert.reading.errors import ReadingError
from zhubi.expert.reading.limits import DEFAULT, Limits
from zhubi.expert.reading.parse import iter_pages, read_document

CANARY = "朱笔金丝雀8f21c7"


@pytest.fixture
def children(monkeypatch):
    """Every child process that was started."""
    started: list[process.Child] = []

    class Watched(process.Child):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            started.append(self)

    monkeypatch.setattr(opened, "Child", Watched)
    return started


@pytest.fixture
def child_that(monkeypatch):
    """Puts a program of the test's own in the place of the reading process."""

    def replace(program: str) -> None:
        monkeypatch.setattr(process, "_COMMAND", (sys.executable, "-I", "-c", program))

    return replace


def has_ended(child: process.Child) -> bool:
    return child._process.returncode is not None


def test_a_reading_starts_gives_its_pages_and_finishes(papers):
    events = list(iter_pages(papers.pdf(["甲", "乙"], [("甲章", 1)])))
    assert [type(event) for event in events] == [Started, Page, Page, Finished]
    assert events[0].total_pages == 2
    assert [entry.title for entry in events[0].outline] == ["甲章"]
    assert events[-1] == Finished("pdf", ReadingState.READ)


def test_a_stream_reads_like_its_bytes(papers):
    data = papers.words("正文" * 1000)
    assert read_document(io.BytesIO(data)) == read_document(data)


def test_a_document_beyond_the_size_limit_is_refused_without_reading_on(papers):
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b" " * size

    stream = Endless()
    read = read_document(stream, limits=Limits(input_bytes=3_000_000))
    assert (read.state, read.detail) == (ReadingState.TOO_LARGE, "input")
    assert stream.given < 8_000_000
    assert read_document(b" " * 11, limits=Limits(input_bytes=10)).detail == "input"


def test_a_fault_of_the_callers_stream_is_the_callers(papers, children):
    class Torn(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise RuntimeError("the store closed")

    with pytest.raises(RuntimeError, match="the store closed"):
        read_document(Torn())
    assert has_ended(children[0])


def test_closing_the_iterator_ends_the_child(papers, children):
    events = iter_pages(papers.pdf(["甲"] * 50))
    next(events)
    assert not has_ended(children[0])
    events.close()
    assert has_ended(children[0])


def test_an_ordinary_reading_leaves_no_process(papers, children):
    read_document(papers.words("正文"))
    assert has_ended(children[0])


def test_a_reading_that_takes_too_long_is_stopped(papers, children):
    slow = papers.raw_words("".join(f"<w:p><w:r w:id='{i}'/></w:p>" for i in range(400_000)))
    read = read_document(slow, limits=Limits(seconds=0.2))
    assert read.state is ReadingState.TOO_SLOW
    assert has_ended(children[0])


def test_an_expert_who_reads_slowly_is_not_mistaken_for_a_slow_document(papers, children):
    events = iter_pages(papers.pdf(["甲" * 1000] * 200))
    next(events)
    assert children[0]._deadline.finished.wait(20)  # the child says all it has to say while nobody asks
    children[0].expire()
    assert list(events)[-1] == Finished("pdf", ReadingState.READ)


def test_a_bomb_costs_the_caller_no_memory(papers):
    bomb = papers.pdf_bomb(640)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_document(bomb).detail == "memory"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_the_plaintext_is_nowhere_on_disk(papers, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    system = Path("/var/tmp"), Path(tempfile.gettempdir())
    since = time.time() - 1
    for data in (papers.pdf([CANARY]), papers.words(CANARY), CANARY.encode()):
        assert CANARY in read_document(data, "材料.txt").pages[0].text
    marks = [CANARY.encode(), CANARY.encode("utf-16-be"), CANARY.encode("utf-16-be").hex().encode()]
    found = []
    for place in (tmp_path, *system):
        for path in place.iterdir():
            try:
                if path.is_file() and path.stat().st_mtime >= since:
                    content = path.read_bytes()
                    found += [path for mark in marks if mark in content]
            except OSError:
                continue
    assert found == []
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_the_document_is_in_arguments_or_environment(monkeypatch, papers):
    seen = {}
    real = process.subprocess.Popen

    def watch(command, **options):
        seen.update(command=command, environment=options["env"])
        return real(command, **options)

    monkeypatch.setenv("ZHUBI_PIN", "736251")
    monkeypatch.setattr(process.subprocess, "Popen", watch)
    read_document(CANARY.encode(), CANARY)
    assert CANARY not in str(seen)
    assert "736251" not in str(seen)


def test_a_system_that_starts_no_process_is_an_error_and_no_state(monkeypatch):
    monkeypatch.setattr(process, "_COMMAND", ("/nonexistent/python",))
    with pytest.raises(ReadingError) as caught:
        read_document(b"x")
    assert caught.value.kind == "reading.cannot-start"


@pytest.mark.parametrize(
    ("program", "detail"),
    [
        ("print('no message', flush=True)", "reader"),
        ("print('[\"page\",1,2,3,4]', flush=True)", "reader"),
        ("print('[' * 100000, flush=True)", "reader"),
        ("print('[\"finished\",\"pdf\",\"splendid\",\"\"]', flush=True)", "reader"),
        ("import os; os._exit(3)", "reader"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "reader"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGABRT)", "memory"),
        ("import os\nwhile True: os.write(1, b'x' * 65536)", "output"),
        ("import os\nwhile True: os.write(1, b'[\"kind\",\"pdf\"]\\n' * 5000)", "output"),
        ("import os\nwhile True: os.write(1, b'[\"page\",1,\"\",\"\",[]]\\n' * 5000)", "reader"),
    ],
    ids=[
        "no-json", "wrong-types", "nested", "unknown-state", "silent-exit", "crash", "abort", "endless-line",
        "endless-lines", "endless-pages",
    ],
)  # fmt: skip
def test_a_child_gone_wrong_ends_in_a_state(child_that, children, program, detail):
    child_that(program)
    read = read_document(b"x", limits=Limits(output_characters=10_000, page_characters=10_000))
    assert read.detail == detail
    assert read.state in (ReadingState.DAMAGED, ReadingState.TOO_LARGE)
    assert has_ended(children[0])


def test_a_child_that_hangs_before_taking_the_document_is_stopped(child_that, children):
    child_that("import time; time.sleep(600)")
    assert read_document(b"x" * 5_000_000, limits=Limits(seconds=0.3)).state is ReadingState.TOO_SLOW
    assert has_ended(children[0])


def test_what_the_child_started_ends_with_it(child_that):
    child_that(
        "import os, subprocess, sys, json\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(json.dumps(['page', 1, '', str(other.pid), []]), flush=True)\n"
    )
    read = read_document(b"x", limits=Limits(seconds=3.0))
    assert read.state is ReadingState.TOO_SLOW
    state = Path("/proc", read.pages[0].text, "stat")
    for _ in range(100):
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.02)
    pytest.fail("a process started by the reading process outlived it")


def test_the_default_limits_are_those_promised():
    assert (DEFAULT.seconds, DEFAULT.memory_bytes, DEFAULT.input_bytes) == (20.0, 512 * 2**20, 100 * 2**20)
