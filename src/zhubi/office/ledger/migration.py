"""Bringing a database to the form this version writes."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect, text

from zhubi.office.ledger.database import Database
from zhubi.office.ledger.errors import LedgerError

HEAD: Final = "0002"
"""The newest revision in ``migrations/versions``."""


def migrate(database: Database) -> None:
    """Brings the database to the newest revision, from nothing or from any earlier one; nothing when it is there.

    All of it happens in one turn of the sequencer, or none. ``ledger.newer-schema``: a newer version has been here.
    """
    with database.reading() as connection:
        if _revision(connection) == HEAD:
            return
    # Half of the start-up time of a command would be this import, for what happens once a release.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", "zhubi.office.ledger:migrations")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, HEAD)
        except CommandError as problem:
            found = _revision(connection) or ""
            raise LedgerError(
                "ledger.newer-schema",
                f"the database has the form {found}, this version knows forms up to {HEAD}",
                found=found,
                known=HEAD,
            ) from problem


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
