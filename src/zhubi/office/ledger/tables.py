"""Every table of the office.

``records``, ``letters``, ``nodes``, ``checkpoints`` and ``feed`` only ever grow; a leaf of the log is a record or a
letter. ``people``, ``dossiers``, ``record_subjects`` and ``links`` are indexes of what the records say. Secrets stand
only in ``wrapped_keys`` and ``sealed_versions``, wrapped under the office's key, which is outside the database.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

pins = Table(
    "pins",
    metadata,
    Column("origin", String(200), primary_key=True),
    Column("log_key", Text, nullable=False),
    Column("cosigner_key", Text, nullable=False),
    Column("root_key", String(43), nullable=False),
    comment="What readers pin: one row",
)

records = Table(
    "records",
    metadata,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("kid", String(43), nullable=False),
    Column("type", String(20), nullable=False),
    Column("round", String(36)),
    Column("author", String(80), nullable=False),
    Column("id", String(36), nullable=False),
    Column("person", String(80), comment="whom the record is about, where its body names a person"),
    Column("compact", Text, nullable=False),
    UniqueConstraint("author", "id"),
    Index(None, "type", "round", "log_index"),
    Index(None, "author", "type", "round"),
    Index(None, "person", "type", "round"),
)

letters = Table(
    "letters",
    metadata,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    comment="Leaves of the log that are sealed letters: nothing here says whose they are or what they are",
)

record_subjects = Table(
    "record_subjects",
    metadata,
    Column("subject", String(36), primary_key=True),
    Column("log_index", BigInteger, ForeignKey("records.log_index"), primary_key=True),
)

links = Table(
    "links",
    metadata,
    Column("target", String(64), primary_key=True),
    Column("log_index", BigInteger, ForeignKey("records.log_index"), primary_key=True),
    comment="Which record names which digest: supersedes, relies_on, or what its body is about",
)

nodes = Table(
    "nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    comment="Roots of the complete subtrees of the log",
    sqlite_with_rowid=False,
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
)

feed = Table(
    "feed",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("log_index", BigInteger, ForeignKey("records.log_index"), nullable=False),
    UniqueConstraint("person", "log_index"),
    sqlite_with_rowid=False,
)

pending = Table(
    "pending",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("waits_for", String(64), nullable=False, index=True),
    Column("author", String(80), nullable=False, index=True),
    Column("compact", Text, nullable=False),
    comment="Records that rely on one which has not arrived",
)

people = Table(
    "people",
    metadata,
    Column("person", String(36), primary_key=True),
    Column("name", String(500), nullable=False, index=True),
    Column("unit", String(500), nullable=False),
    Column("enrolled", Boolean, nullable=False),
    comment="Experts by name, as their newest invitation or enrolment says",
)

dossiers = Table(
    "dossiers",
    metadata,
    Column("dossier", String(36), primary_key=True),
    Column("code", String(500), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False, comment="the record of the newest version"),
)

rulebooks = Table(
    "rulebooks",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("policy", LargeBinary, nullable=False, comment="canonical JSON of the compiled policy"),
)

wrapped_keys = Table(
    "wrapped_keys",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("wrapped", Text, nullable=False),
)

sealed_versions = Table(
    "sealed_versions",
    metadata,
    Column("manifest", String(64), primary_key=True),
    Column("dossier", String(36), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("wrapped", Text, nullable=False, comment="the version's age identity under the office's key"),
)

sealed_blobs = Table(
    "sealed_blobs",
    metadata,
    Column("blob", String(64), primary_key=True),
    Column("manifest", String(64), ForeignKey("sealed_versions.manifest"), primary_key=True),
    Column("size", BigInteger, nullable=False, comment="bytes of ciphertext"),
)

used_tokens = Table(
    "used_tokens",
    metadata,
    Column("jti", String(200), primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True, comment="Unix seconds"),
    comment="Sign-in assertions that have been used once",
)
