"""Runs the revisions inside the transaction that ``migrate`` holds."""

from __future__ import annotations

from alembic import context

from zhubi.office.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
