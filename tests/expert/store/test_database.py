"""The encrypted database: nothing plain on the disk, transactions whole or not at all, every fault by its name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhubi.expert.store.database import Database
from zhubi.expert.store.errors import StoreError

KEY = b"k" * 32


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "store-1.db", KEY, "create", lambda: "")
    with made.writing() as connection:
        connection.execute("CREATE TABLE words (word TEXT UNIQUE) STRICT")
    yield made
    made.close()


def write(database: Database, *words: str) -> None:
    with database.writing() as connection:
        connection.executemany("INSERT INTO words VALUES (?)", [(word,) for word in words])


def words(database: Database) -> list[str]:
    with database.reading() as connection:
        return [row[0] for row in connection.execute("SELECT word FROM words ORDER BY word")]


def test_nothing_is_written_in_plaintext(database: Database, tmp_path: Path) -> None:
    write(database, "canary-in-the-store", "金丝雀" * 500)
    log = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    database.truncate_log()
    whole = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for data in (log, whole):
        assert b"canary-in-the-store" not in data
        assert "金丝雀".encode() not in data
        assert b"SQLite format 3" not in data


def test_the_safe_ways_of_keeping_are_on(database: Database) -> None:
    with database.writing() as connection:
        found = {
            name: connection.pragma(name)
            for name in ("cipher", "journal_mode", "secure_delete", "temp_store")
        }
        assert found == {"cipher": "chacha20", "journal_mode": "wal", "secure_delete": 1, "temp_store": 2}
        assert connection.pragma("synchronous") == 2
        assert connection.pragma("foreign_keys") == 1


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_never_taken_for_a_passphrase(tmp_path: Path, length: int) -> None:
    with pytest.raises(StoreError) as caught:
        Database(tmp_path / "store-1.db", b"k" * length, "create", lambda: "")
    assert caught.value.kind == "store.wrong-key"


def test_a_plain_database_is_not_opened(tmp_path: Path) -> None:
    import apsw

    path = tmp_path / "store-1.db"
    plain = apsw.Connection(str(path))
    plain.execute("CREATE TABLE words (word TEXT)")
    plain.close()
    with pytest.raises(StoreError) as caught:
        Database(path, KEY, "write", lambda: "")
    assert caught.value.kind == "store.not-encrypted"


def test_another_key_opens_nothing_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    write(database, "one")
    database.close()
    before = database.path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Database(database.path, b"x" * 32, "write", lambda: "")
    assert caught.value.kind == "store.damaged-no-backup"
    assert database.path.read_bytes() == before


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    write(database, "kept")
    with pytest.raises(ValueError, match="half way"), database.writing() as connection:
        connection.execute("INSERT INTO words VALUES ('lost')")
        raise ValueError("half way")
    assert words(database) == ["kept"]


def test_a_part_that_fails_is_undone_and_the_rest_is_kept(database: Database) -> None:
    with database.writing() as connection:
        connection.execute("INSERT INTO words VALUES ('first')")
        with pytest.raises(StoreError), database.writing() as inner:
            inner.execute("INSERT INTO words VALUES ('second')")
            inner.execute("INSERT INTO words VALUES ('first')")
        connection.execute("INSERT INTO words VALUES ('third')")
    assert words(database) == ["first", "third"]


def test_a_writer_reads_what_it_wrote_and_others_only_what_is_committed(database: Database) -> None:
    seen: list[list[str]] = []
    with database.writing() as connection:
        connection.execute("INSERT INTO words VALUES ('new')")
        assert words(database) == ["new"]
        thread = threading.Thread(target=lambda: seen.append(words(database)))
        thread.start()
        thread.join()
    assert seen == [[]]
    assert words(database) == ["new"]


def test_many_threads_write_and_read_without_losing_a_word(database: Database) -> None:
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for each in range(30):
                write(database, f"{number}-{each}")
                assert f"{number}-{each}" in words(database)
        except BaseException as problem:  # noqa: BLE001 - handed to the test
            faults.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert len(words(database)) == 180


def test_before_commit_is_part_of_the_transaction(database: Database) -> None:
    def refuse(connection: object) -> None:
        raise ValueError("the derived rows cannot be made")

    forgotten: list[bool] = []
    database.before_commit.append(refuse)
    database.after_rollback.append(lambda: forgotten.append(True))
    with pytest.raises(ValueError, match="derived"):
        write(database, "lost")
    database.before_commit.clear()
    assert words(database) == []
    assert forgotten == [True]


def test_a_full_disk_is_named_and_loses_nothing(database: Database) -> None:
    write(database, "kept")
    with database.writing() as connection:
        connection.pragma("max_page_count", connection.pragma("page_count"))
    with pytest.raises(StoreError) as caught:
        write(database, "x" * 100_000)
    assert caught.value.kind == "store.disk-full"
    assert caught.value.details["directory"] == str(database.path.parent)
    assert words(database) == ["kept"]
    with database.writing() as connection:
        connection.pragma("max_page_count", 1_000_000)
    write(database, "again")
    assert words(database) == ["again", "kept"]


def test_a_damaged_page_is_named_with_the_backup_there_is(tmp_path: Path) -> None:
    path = tmp_path / "store-1.db"
    made = Database(path, KEY, "create", lambda: "")
    with made.writing() as connection:
        connection.execute("CREATE TABLE words (word TEXT UNIQUE) STRICT")
    write(made, *[f"{number:05d}" + "x" * 200 for number in range(2000)])
    made.close()
    data = bytearray(path.read_bytes())
    for page in range(3, len(data) // 4096):
        data[page * 4096 + 100] ^= 0xFF
    path.write_bytes(data)
    again = Database(path, KEY, "write", lambda: "backups/one.db")
    with pytest.raises(StoreError) as caught:
        words(again)
    assert caught.value.kind == "store.damaged"
    assert caught.value.details["backup"] == "backups/one.db"
    again.close()


def test_a_store_opened_for_reading_is_not_written(database: Database) -> None:
    write(database, "one")
    reader = Database(database.path, KEY, "read", lambda: "")
    assert words(reader) == ["one"]
    with pytest.raises(StoreError) as caught:
        write(reader, "two")
    assert caught.value.kind == "store.opened-for-reading"
    reader.close()
    assert words(database) == ["one"]


def test_a_closed_store_says_so(database: Database) -> None:
    database.close()
    database.close()
    for act in (words, write):
        with pytest.raises(StoreError) as caught:
            act(database)
        assert caught.value.kind == "store.closed"


def test_a_missing_file_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Database(tmp_path / "store-1.db", KEY, "write", lambda: "")
    assert caught.value.kind == "store.damaged-no-backup"
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_shown_nowhere(database: Database) -> None:
    assert repr(database) == "Database()"
