"""The search index as a file: what it finds, what it forgets, and what a broken one says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.searchindex import PageText, SearchReader, SearchWriter
from zhubi.expert.store.searchwords import wanted

KEY = bytes(range(32))
CANARY = "金丝雀QzSearchCanary4417"


def page(number: int, text: str, label: str = "") -> PageText:
    return PageText(number, "page", label, text)


def write(path: Path, **documents: list[str]) -> None:
    with SearchWriter(path, KEY) as writer:
        for blob, texts in documents.items():
            number = writer.begin(blob, f"《{blob}》")
            writer.add(number, [page(place, text) for place, text in enumerate(texts, 1)])
            writer.finish(number)


def found(path: Path, typed: str, *allowed: str, limit: int = 50) -> list[tuple[str, int]]:
    reader = SearchReader(path, KEY)
    try:
        question = wanted(typed)
        assert question is not None
        return [(each.blob, each.page.number) for each in reader.find(question, allowed, limit).hits]
    finally:
        reader.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "search-1.db"


def decrypted(path: Path) -> bytes:
    """All pages of the file, free ones too, by its key."""
    connection = apsw.Connection(str(path))
    connection.pragma("cipher", "chacha20")
    connection.pragma("key", f"raw:{KEY.hex()}")
    connection.pragma("wal_checkpoint", "TRUNCATE")
    try:
        return bytes(connection.serialize("main"))
    finally:
        connection.close()


def test_pages_are_found_by_any_part_of_what_they_say(path: Path) -> None:
    write(path, a=["智能网联汽车芯片", "良品率 62.5%"], b=["汽车"])
    assert found(path, "车", "a", "b") == [("a", 1), ("b", 1)]
    assert found(path, "联汽车芯", "a", "b") == [("a", 1)]
    assert found(path, "62.5%", "a", "b") == [("a", 2)]
    assert found(path, "汽车 芯片", "a", "b") == [("a", 1)]
    assert found(path, "车 良品", "a", "b") == [], "all words on one page"


def test_only_what_is_allowed_is_found(path: Path) -> None:
    write(path, a=["汽车"], b=["汽车"])
    assert found(path, "汽车", "b") == [("b", 1)]
    assert found(path, "汽车") == []


def test_pairs_that_are_all_there_are_not_yet_the_words(path: Path) -> None:
    write(path, a=["项目专家，专家评审，审项"], b=["项目专家评审"])
    assert found(path, "项目专家评审", "a", "b") == [("b", 1)]


def test_no_more_than_asked_for_and_whether_there_is_more(path: Path) -> None:
    write(path, a=["汽车"] * 30)
    reader = SearchReader(path, KEY)
    question = wanted("汽车")
    assert question is not None
    ten = reader.find(question, {"a"}, 10)
    assert len(ten.hits) == 10 and ten.more
    all_of_them = reader.find(question, {"a"}, 30)
    assert len(all_of_them.hits) == 30 and not all_of_them.more
    stopped = reader.find(question, {"a"}, 30, stop=lambda: True)
    assert not stopped.hits and stopped.more
    reader.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(typed=st.text(max_size=40) | st.text(st.sampled_from("\"'*:^()-+ANDORNEAR{}评 审\\%_\0"), max_size=20))
def test_whatever_is_typed_is_no_fault(path: Path, typed: str) -> None:
    if not path.exists():
        write(path, a=["评审 AND OR NOT NEAR"])
    question = wanted(typed)
    if question is not None:
        reader = SearchReader(path, KEY)
        reader.find(question, {"a"}, 5)
        reader.close()


def test_dropped_documents_leave_nothing_in_the_file_and_the_others_stay(path: Path) -> None:
    write(path, a=[f"{CANARY} 第{number}页" for number in range(60)], b=["金丝 别的材料"])
    assert b"qzsearchcanary4417" in decrypted(path)
    with SearchWriter(path, KEY) as writer:
        assert writer.strangers({"b"}) == ("a",)
        writer.drop("a")
        assert writer.strangers({"b"}) == ()
    assert b"qzsearchcanary4417" not in decrypted(path)
    assert "雀".encode() not in decrypted(path)
    assert found(path, "金丝", "a", "b") == [("b", 1)]
    assert found(path, "雀", "a", "b") == []


def test_nothing_is_readable_without_the_key(path: Path) -> None:
    writer = SearchWriter(path, KEY)
    number = writer.begin("a", CANARY)
    writer.add(number, [page(1, CANARY, CANARY)])
    lying = b"".join(each.read_bytes() for each in path.parent.glob("search-1.db*"))
    for guise in (CANARY.encode(), b"QzSearch", b"qzsearch", CANARY.encode("utf-16-le")):
        assert guise not in lying
    assert b"SQLite format" not in lying
    with pytest.raises(StoreError, match="damaged"):
        SearchReader(path, bytes(32))


@pytest.mark.parametrize("broken", [b"", b"x" * 100, b"SQLite format 3\0" + bytes(4096), os.urandom(8192)])
def test_what_is_no_index_is_said_to_be_damaged(path: Path, broken: bytes) -> None:
    path.write_bytes(broken)
    for opened in (SearchReader, SearchWriter):
        with pytest.raises(StoreError) as problem:
            opened(path, KEY)
        assert problem.value.kind == "store.search-damaged"


def test_an_index_of_another_form_is_said_to_be_damaged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, a=["评审"])
    monkeypatch.setattr("zhubi.expert.store.searchindex.FORM", "another")
    with pytest.raises(StoreError) as problem:
        SearchReader(path, KEY)
    assert problem.value.kind == "store.search-damaged"


KILLED = """
import os, signal, sys
from pathlib import Path
from zhubi.expert.store import searchindex
from zhubi.expert.store.searchindex import PageText, SearchWriter

steps = int(sys.argv[2])

def traced(cursor, statement, bindings):
    global steps
    steps -= 1
    if steps < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return True

opened = searchindex._opened

def watched(*given):
    connection = opened(*given)
    connection.exec_trace = traced
    return connection

searchindex._opened = watched
searchindex._TRIES = 1000  # here it is not the document that ends the process
with SearchWriter(Path(sys.argv[1]), bytes(range(32))) as writer:
    for blob in ("a", "b", "c"):
        if blob not in writer.known():
            number = writer.begin(blob, blob)
            for place in range(1, 4):
                writer.add(number, [PageText(place, "page", "", f"材料{blob} 第{place}页 车间")])
            writer.finish(number)
    writer.drop("b")
print("done")
"""


def test_killed_before_any_statement_it_goes_on_where_it_was(path: Path) -> None:
    steps = 0
    while True:
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(path), str(steps)], capture_output=True, text=True, check=False
        )
        if path.exists():
            before = found(path, "车间", "a", "b", "c")
            assert len(before) == len(set(before)), "no page stands twice"
        if done.stdout == "done\n":
            break
        assert done.stderr == ""
        steps += 7
        assert steps < 2000
    assert found(path, "车间", "a", "b", "c") == [(blob, place) for blob in "ac" for place in (1, 2, 3)]
    assert found(path, "料b", "a", "b", "c") == []


def test_a_document_that_ends_the_process_again_and_again_is_left_alone(path: Path) -> None:
    for tries in range(3):
        with SearchWriter(path, KEY) as writer:
            assert "a" not in writer.known(), tries
            writer.begin("a", "")
    with SearchWriter(path, KEY) as writer:
        assert "a" in writer.known()


def test_a_document_that_was_put_off_is_always_begun_again(path: Path) -> None:
    for _ in range(5):
        with SearchWriter(path, KEY) as writer:
            assert "a" not in writer.known()
            writer.put_off(writer.begin("a", ""))
