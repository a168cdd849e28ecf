"""Migrations: in order, each whole or not at all, after a backup, and never backwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from zhubi.expert.store.database import Database
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.migration import Step, known_version, migrate, newest_backup, steps, version_of

KEY = b"k" * 32
PLAN = (
    Step(1, "CREATE TABLE words (word TEXT) STRICT; INSERT INTO words VALUES ('first');"),
    Step(2, "ALTER TABLE words ADD COLUMN said INTEGER; INSERT INTO words VALUES ('second', 2);"),
)
BROKEN = (*PLAN[:1], Step(2, "INSERT INTO words VALUES ('lost'); INSERT INTO nowhere VALUES (1);"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "store-1.db", KEY, "create", lambda: "")
    yield made
    made.close()


def words(database: Database) -> list[str]:
    with database.reading() as connection:
        return [row[0] for row in connection.execute("SELECT word FROM words")]


def test_from_nothing_to_the_newest(database: Database, tmp_path: Path) -> None:
    migrate(database, PLAN)
    assert version_of(database) == 2
    assert words(database) == ["first", "second"]
    assert newest_backup(database.path) == ""


def test_a_step_up_leaves_an_encrypted_backup_of_what_was(database: Database, tmp_path: Path) -> None:
    migrate(database, PLAN[:1])
    migrate(database, PLAN)
    assert newest_backup(database.path) == "backups/store-1-v1.db"
    backup = Database(tmp_path / "backups" / "store-1-v1.db", KEY, "write", lambda: "")
    assert words(backup) == ["first"]
    backup.close()
    assert b"first" not in (tmp_path / "backups" / "store-1-v1.db").read_bytes()


def test_a_step_that_fails_leaves_the_version_before(database: Database) -> None:
    migrate(database, PLAN[:1])
    with pytest.raises(StoreError) as caught:
        migrate(database, BROKEN)
    assert caught.value.kind == "store.failed"
    assert version_of(database) == 1
    assert words(database) == ["first"]


def test_a_newer_schema_is_left_alone(database: Database) -> None:
    migrate(database, PLAN)
    with pytest.raises(StoreError) as caught:
        migrate(database, PLAN[:1])
    assert caught.value.kind == "store.newer-schema"
    assert caught.value.details == {"found": "2", "known": "1"}
    assert words(database) == ["first", "second"]


def test_a_second_run_does_nothing(database: Database) -> None:
    migrate(database, PLAN)
    migrate(database, PLAN)
    assert words(database) == ["first", "second"]


def test_the_released_steps_are_numbered_from_one_without_gaps(database: Database) -> None:
    assert [step.version for step in steps()] == list(range(1, known_version() + 1))
    migrate(database)
    assert version_of(database) == known_version()
