"""What the database itself may do to us, said in sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from zhubi.office.ledger.database import Database
from zhubi.office.ledger.errors import LedgerError
from zhubi.office.ledger.migration import migrate
from zhubi.office.ledger.tables import used_tokens


def kind_of(act) -> str:
    with pytest.raises(LedgerError) as caught:
        act()
    return caught.value.kind


@pytest.mark.parametrize("url", ["", "no address", "mysql://somewhere/office", "sqlite+aiosqlite:///x.db"])
def test_another_kind_of_address_is_refused(url: str) -> None:
    assert kind_of(lambda: Database(url)) == "ledger.bad-url"


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    database = Database(f"postgresql://postgres@/office?host={tmp_path}")
    assert kind_of(lambda: migrate(database)) == "ledger.unreachable"


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 'office.db'}")
    assert kind_of(lambda: migrate(database)) == "ledger.unreachable"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "office.db").write_bytes(b"not a database at all, whatever its name says" * 50)
    database = Database(f"sqlite:///{tmp_path / 'office.db'}")
    assert kind_of(lambda: migrate(database)) == "ledger.database-damaged"


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'office.db'}")
    migrate(database)

    def fill() -> None:
        with database.writing() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar()
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            rows = [{"jti": f"{number:0190}", "expires_at": number} for number in range(5000)]
            connection.execute(insert(used_tokens), rows)

    assert kind_of(fill) == "ledger.disk-full"
    with database.reading() as connection:
        assert connection.execute(select(used_tokens)).all() == []


def test_a_reader_sees_one_state_while_another_writes(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    count = text("SELECT count(*) FROM used_tokens")
    with database.reading() as reader:
        assert reader.execute(count).scalar() == 0
        with database.writing() as writer:
            writer.execute(insert(used_tokens).values(jti="a", expires_at=1))
        assert reader.execute(count).scalar() == 0
    with database.reading() as reader:
        assert reader.execute(count).scalar() == 1
    database.close()


def test_what_a_writer_waits_for_in_vain_is_said(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhubi.office.ledger.database.WAIT_SECONDS", 1)
    first, second = Database(database_url), Database(database_url)
    migrate(first)

    def wait() -> None:
        with second.writing():
            pass

    with first.writing() as connection:
        connection.execute(insert(used_tokens).values(jti="a", expires_at=1))
        assert kind_of(wait) == "ledger.busy"
    wait()
    first.close()
    second.close()
