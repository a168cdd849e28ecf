"""A database comes to this version's form from nothing, and from nowhere beyond it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from zhubi.office.ledger import migrations
from zhubi.office.ledger.database import Database
from zhubi.office.ledger.errors import LedgerError
from zhubi.office.ledger.migration import HEAD, migrate
from zhubi.office.ledger.tables import metadata


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        database = Database(request.getfixturevalue("empty_postgres_url"))
    yield database
    database.close()


def test_from_empty_to_exactly_the_tables_that_the_code_knows(empty: Database) -> None:
    migrate(empty)
    with empty.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_a_second_time_changes_nothing(empty: Database) -> None:
    migrate(empty)
    with empty.writing() as connection:
        connection.execute(text("INSERT INTO used_tokens (jti, expires_at) VALUES ('a', 1)"))
    migrate(empty)
    with empty.reading() as connection:
        assert connection.execute(text("SELECT jti FROM used_tokens")).scalar() == "a"


def test_several_at_once_make_the_tables_once(empty: Database) -> None:
    faults: list[BaseException] = []
    others = [Database(empty.engine.url.render_as_string(hide_password=False)) for _ in range(4)]

    def bring(database: Database) -> None:
        try:
            migrate(database)
        except BaseException as problem:  # noqa: BLE001 - a thread's fault is the test's
            faults.append(problem)

    threads = [threading.Thread(target=bring, args=(each,)) for each in others]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for database in others:
        database.close()
    assert not faults


def test_a_newer_form_is_left_alone(empty: Database) -> None:
    migrate(empty)
    with empty.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError) as caught:
        migrate(empty)
    assert caught.value.kind == "ledger.newer-schema"
    assert caught.value.details == {"found": "9999", "known": HEAD}


def test_the_newest_revision_is_the_one_that_the_code_asks_for() -> None:
    assert ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head() == HEAD
