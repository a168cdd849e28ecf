"""Words planted in sealed papers, looked for in every place where bytes lie: disks, database, answers, error output."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apsw
import docx
import pytest

from zhubi.expert.desk import purge, reading, review, search
from zhubi.expert.desk.indexing import searching
from zhubi.expert.reading.document import Page

PLANTED = {
    "text": "金丝雀甲QzTextCanary7431",
    "fact": "金丝雀乙QzFactCanary2086",
    "file": "金丝雀丙QzFileCanary9914",
    "name": "金丝雀丁QzNameCanary5570",
    "title": "金丝雀戊QzHeadCanary6602",
}


def guises(words: str) -> list[bytes]:
    """A string as it may stand on a disk or in an answer: by encoding, escaped, or inside base64 of either alphabet."""
    plain = [
        words.encode(),
        words.encode("utf-16-le"),
        words.encode("gb18030"),
        json.dumps(words).encode()[1:-1],
    ]
    latin = words[words.index("Qz") :].encode()
    found = [*plain, latin, latin.hex().encode()]
    for start in range(3):
        packed = base64.b64encode(b"\0" * start + latin)
        # The first and last letters depend on what stands beside it.
        found.append(packed[4 if start else 0 : len(packed) // 4 * 4 - 4])
    return found


def sightings(places: Iterable[tuple[str, bytes]]) -> list[str]:
    hunted = [(name, guise) for name, words in PLANTED.items() for guise in guises(words)]
    return [f"{name} in {place}" for place, body in places for name, guise in hunted if guise in body]


def on_disk(*folders: Any) -> list[tuple[str, bytes]]:
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            found.append((f"the name of {path.name}", str(path).encode()))
            if path.is_file():
                found.append((str(path), path.read_bytes()))
    return found


def on_the_wire(answers: Iterable[Any]) -> list[tuple[str, bytes]]:
    return [(f"{each.method} {each.path}", each.body) for each in answers]


def pages_of(desk: Any) -> bytes:
    """The pages of the store as they are once decrypted, free ones too: by the store's own key, in memory only."""
    database = desk.store._database
    with database.writing() as connection:
        connection.execute("SELECT 1")
    copy = apsw.Connection(str(database.path), flags=apsw.SQLITE_OPEN_READONLY)
    copy.pragma("cipher", "chacha20")
    copy.pragma("key", f"raw:{database._key.hex()}")
    try:
        return bytes(copy.serialize("main"))
    finally:
        copy.close()


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files of this process and its children go, so that they are looked through too."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def planted(house: Any, papers: Any, enrol: Any) -> tuple[Any, Any, str]:
    paper = docx.Document()
    paper.add_paragraph(PLANTED["file"])
    out = io.BytesIO()
    paper.save(out)
    folder = papers(
        "DZ-1",
        text=f"研究方案：{PLANTED['text']}。",
        facts={"lead_remark": PLANTED["fact"]},
        files={f"{PLANTED['name']}.docx": out.getvalue(), "说明.txt": PLANTED["file"].encode()},
    )
    dossiers = house.bring(folder)
    shutil.rmtree(folder)  # the only place where the words may stand
    expert = enrol()
    round_id = house.open_round()
    house.seat(round_id, dossiers.values(), expert.person)
    return house, expert, round_id


def test_planted_words_would_be_seen() -> None:
    for words in PLANTED.values():
        for body in (
            words.encode(), b'{"a":"' + words.encode("utf-16-le"), json.dumps({"a": words}).encode(),
            base64.urlsafe_b64encode(b'{"x":"' + words.encode() + b'"}'), base64.b64encode(b"." + words.encode()),
        ):  # fmt: skip
            assert sightings([("here", body)])


def test_before_unsealing_sealed_words_are_readable_nowhere(planted: Any, capfd: Any) -> None:
    house, expert, round_id = planted
    with house.wire.listening() as heard:
        expert.sync()
        expert.commit(round_id)
    assert expert.stage("DZ-1") == "declare"
    leaves = [(f"leaf {each.index}", each.compact.encode()) for each in house.leaves()]
    printed = capfd.readouterr()
    assert sightings(on_disk(house.folder)) == []
    assert sightings(on_the_wire(heard)) == []
    assert sightings(leaves) == []
    assert sightings([("the database pages", pages_of(expert.desk))]) == []
    assert (
        sightings([("standard output", printed.out.encode()), ("error output", printed.err.encode())]) == []
    )


def test_after_unsealing_and_reading_nothing_lies_on_the_disk_in_plaintext(planted: Any, capfd: Any) -> None:
    house, expert, round_id = planted
    with house.wire.listening() as heard:
        expert.take_up(round_id)
        content = reading.content(expert.desk, expert.key("DZ-1"))
        assert PLANTED["text"] in "".join(each.text for each in content.sections)
        read = [
            event.text
            for attachment in content.attachments
            for event in reading.attachment_pages(expert.desk, expert.key("DZ-1"), attachment.blob)
            if isinstance(event, Page)
        ]
        assert sum(PLANTED["file"] in text for text in read) == 2
        expert.fill("DZ-1")
        expert.opinion("DZ-1", f"{PLANTED['title']}：意见里引用了材料，这些话也只以密文存在。")
        assert sightings(on_disk(house.folder)) == []
        expert.sign("DZ-1")
    printed = capfd.readouterr()
    assert sightings(on_disk(house.folder)) == []
    assert sightings(on_the_wire(heard)) == [], "what is sealed travels sealed, to those entitled too"
    assert (
        sightings([("standard output", printed.out.encode()), ("error output", printed.err.encode())]) == []
    )


def test_opened_outside_is_plaintext_until_it_is_wiped(
    planted: Any, temporary: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("zhubi.expert.reading.outside.system_opener", lambda: ("true",))
    _, expert, round_id = planted
    expert.take_up(round_id)
    content = reading.content(expert.desk, expert.key("DZ-1"))
    note = next(each for each in content.attachments if each.name.endswith(".txt"))
    path = reading.open_outside(expert.desk, expert.key("DZ-1"), note.blob)
    assert path.read_bytes() == PLANTED["file"].encode()
    reading.wipe_outside(expert.desk)
    assert not path.exists()
    assert sightings(on_disk(expert.folder, temporary)) == []


def test_what_was_opened_outside_before_a_crash_is_gone_when_the_desk_opens_again(
    planted: Any, temporary: Path
) -> None:
    _, expert, round_id = planted
    expert.take_up(round_id)
    expert.close()
    script = (
        "import os, signal, sys\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from storyhouse.clock import Clock\n"
        "from storyhouse.expert import Expert\n"
        "from zhubi.expert.desk import reading\n"
        "from zhubi.expert.reading import outside\n"
        "outside.system_opener = lambda: ('true',)\n"
        "expert = Expert(Path(sys.argv[1]), Clock(datetime.fromisoformat(sys.argv[2])))\n"
        "papers = reading.content(expert.desk, expert.key('DZ-1')).attachments\n"
        "note = next(each for each in papers if each.name.endswith('.txt'))\n"
        "print(reading.open_outside(expert.desk, expert.key('DZ-1'), note.blob), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    command = [sys.executable, "-c", script, str(expert.folder), expert.clock().isoformat()]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    path = Path(done.stdout.strip())
    assert path.read_bytes() == PLANTED["file"].encode(), "the crash left it"
    expert.open()
    assert not path.exists()
    assert sightings(on_disk(expert.folder, temporary)) == []


def test_after_a_purge_not_even_the_decrypted_database_pages_hold_a_planted_word(
    planted: Any, temporary: Path
) -> None:
    house, expert, round_id = planted
    expert.take_up(round_id)
    (release,) = expert.desk.store.records.by_type(expert.origin, ["key-release"])
    sealed_key = release.record.body.sealed
    expert.fill("DZ-1")
    expert.opinion("DZ-1", PLANTED["title"] + "：先打在草稿里，后来改掉的话，也不该留下。")
    assert PLANTED["title"].encode() in pages_of(expert.desk), (
        "what is typed stands in the pages before the purge"
    )
    expert.opinion("DZ-1", "同意继续支持，请按里程碑推进，并补充经费支出凭据。")
    expert.sign("DZ-1")
    expert.submit()
    expert.sync()
    old = {path: path.read_bytes() for path in expert.folder.glob("store-*.db")}
    house.clock.on(hours=31)
    house.change(round_id, "end")
    expert.sync()
    purge.purge_round(expert.desk, round_id, "246810")

    pages = pages_of(expert.desk)
    assert sightings([("the database pages", pages)]) == []
    assert sealed_key.encode() not in pages
    assert sealed_key[:60].encode() not in pages
    names = set(expert.folder.glob("store-*.db"))
    assert names and not names & set(old), "the database is another file, under another key"
    assert sightings(on_disk(expert.folder, temporary)) == []
    expert.sync()
    assert expert.proves() == 4
    view = review.open_review(expert.desk, expert.key("DZ-1"))
    assert view.content is None and view.read_only


def test_the_search_index_finds_planted_words_and_shows_none_of_them_on_the_disk(
    planted: Any, temporary: Path, capfd: Any
) -> None:
    house, expert, round_id = planted
    expert.take_up(round_id)
    mine = searching(expert.desk)
    mine.begin(expert.desk)
    assert mine.wait(60)
    for name, words in PLANTED.items():
        found = search.search(expert.desk, words).hits
        assert bool(found) == (name in ("text", "file", "name")), name
    assert sightings(on_disk(house.folder, temporary)) == []
    printed = capfd.readouterr()
    assert (
        sightings([("standard output", printed.out.encode()), ("error output", printed.err.encode())]) == []
    )
    house.clock.on(hours=31)
    house.change(round_id, "end")
    before = {path: path.read_bytes() for path in expert.folder.glob("search-*.db")}
    _, key = expert.desk.store.search.location()
    assert before
    expert.sync()
    assert not any(path.exists() for path in before)
    assert expert.desk.store.search.location()[1] != key, (
        "a copy of the old index opens under no key that is left"
    )
    assert search.search(expert.desk, PLANTED["text"]).hits == ()
    assert sightings(on_disk(house.folder, temporary)) == []
