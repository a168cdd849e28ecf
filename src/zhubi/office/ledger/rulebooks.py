"""The rulebooks that rounds pin, by the digest of the compiled policy."""

from __future__ import annotations

from sqlalchemy import insert

from zhubi.core.trust.canonical import sha256_hex
from zhubi.office.ledger.reading import Reading
from zhubi.office.ledger.tables import rulebooks
from zhubi.office.ledger.writing import Writing


def keep_rulebook(writing: Writing, canonical_policy: bytes) -> str:
    """Keeps a compiled policy, as RFC 8785 JSON, and gives its digest; a known one changes nothing."""
    digest = sha256_hex(canonical_policy)
    if rulebook(writing, digest) is None:
        writing.conn.execute(insert(rulebooks).values(digest=digest, policy=canonical_policy))
    return digest


def rulebook(reading: Reading, digest: str) -> bytes | None:
    """The canonical JSON of a kept policy."""
    return reading.rulebook(digest)
