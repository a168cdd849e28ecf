"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "dossiers",
        sa.Column("dossier", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="the record of the newest version"),
        sa.PrimaryKeyConstraint("dossier", name=op.f("pk_dossiers")),
    )
    op.create_index(op.f("ix_dossiers_code"), "dossiers", ["code"], unique=False)
    op.create_table(
        "nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_nodes")),
        comment="Roots of the complete subtrees of the log",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pending",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("waits_for", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("compact", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_pending")),
        comment="Records that rely on one which has not arrived",
    )
    op.create_index(op.f("ix_pending_author"), "pending", ["author"], unique=False)
    op.create_index(op.f("ix_pending_waits_for"), "pending", ["waits_for"], unique=False)
    op.create_table(
        "people",
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("unit", sa.String(length=500), nullable=False),
        sa.Column("enrolled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_people")),
        comment="Experts by name, as their newest invitation or enrolment says",
    )
    op.create_index(op.f("ix_people_name"), "people", ["name"], unique=False)
    op.create_table(
        "pins",
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("log_key", sa.Text(), nullable=False),
        sa.Column("cosigner_key", sa.Text(), nullable=False),
        sa.Column("root_key", sa.String(length=43), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_pins")),
        comment="What readers pin: one row",
    )
    op.create_table(
        "records",
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kid", sa.String(length=43), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("round", sa.String(length=36), nullable=True),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "person",
            sa.String(length=80),
            nullable=True,
            comment="whom the record is about, where its body names a person",
        ),
        sa.Column("compact", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_records")),
        sa.UniqueConstraint("author", "id", name=op.f("uq_records_author_id")),
        sa.UniqueConstraint("digest", name=op.f("uq_records_digest")),
    )
    op.create_index(
        op.f("ix_records_author_type_round"), "records", ["author", "type", "round"], unique=False
    )
    op.create_index(
        op.f("ix_records_person_type_round"), "records", ["person", "type", "round"], unique=False
    )
    op.create_index(
        op.f("ix_records_type_round_log_index"), "records", ["type", "round", "log_index"], unique=False
    )
    op.create_table(
        "rulebooks",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "policy", sa.LargeBinary(), nullable=False, comment="canonical JSON of the compiled policy"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_rulebooks")),
    )
    op.create_table(
        "sealed_versions",
        sa.Column("manifest", sa.String(length=64), nullable=False),
        sa.Column("dossier", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "wrapped", sa.Text(), nullable=False, comment="the version's age identity under the office's key"
        ),
        sa.PrimaryKeyConstraint("manifest", name=op.f("pk_sealed_versions")),
    )
    op.create_index(op.f("ix_sealed_versions_dossier"), "sealed_versions", ["dossier"], unique=False)
    op.create_table(
        "used_tokens",
        sa.Column("jti", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False, comment="Unix seconds"),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_used_tokens")),
        comment="Sign-in assertions that have been used once",
    )
    op.create_index(op.f("ix_used_tokens_expires_at"), "used_tokens", ["expires_at"], unique=False)
    op.create_table(
        "wrapped_keys",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_wrapped_keys")),
    )
    op.create_table(
        "feed",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["log_index"], ["records.log_index"], name=op.f("fk_feed_log_index")),
        sa.PrimaryKeyConstraint("person", "at", "position", name=op.f("pk_feed")),
        sa.UniqueConstraint("person", "log_index", name=op.f("uq_feed_person_log_index")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "links",
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["log_index"], ["records.log_index"], name=op.f("fk_links_log_index")),
        sa.PrimaryKeyConstraint("target", "log_index", name=op.f("pk_links")),
        comment="Which record names which digest: supersedes, relies_on, or what its body is about",
    )
    op.create_table(
        "record_subjects",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_index"], ["records.log_index"], name=op.f("fk_record_subjects_log_index")
        ),
        sa.PrimaryKeyConstraint("subject", "log_index", name=op.f("pk_record_subjects")),
    )
    op.create_table(
        "sealed_blobs",
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes of ciphertext"),
        sa.ForeignKeyConstraint(
            ["manifest"], ["sealed_versions.manifest"], name=op.f("fk_sealed_blobs_manifest")
        ),
        sa.PrimaryKeyConstraint("blob", "manifest", name=op.f("pk_sealed_blobs")),
    )
