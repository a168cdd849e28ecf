"""Letters for the inspectors: leaves of the log that are no records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table of sealed letters."""
    op.create_table(
        "letters",
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_letters")),
        sa.UniqueConstraint("digest", name=op.f("uq_letters_digest")),
        comment="Leaves of the log that are sealed letters: nothing here says whose they are or what they are",
    )
