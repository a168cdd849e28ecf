"""Whose signature a record needs before the log takes it."""

from __future__ import annotations

from zhubi.core.model.records import Record
from zhubi.core.trust.registry import Registry
from zhubi.core.trust.rights import wrong_signer
from zhubi.office.ledger.errors import LedgerError


def check_author(record: Record, registry: Registry, origin: str) -> None:
    """Returns when the record is of this log and its signer may say such a thing now.

    ``ledger.wrong-origin``; ``ledger.revoked-key``; ``ledger.not-theirs``: the author does not hold the key that
    signed; ``ledger.role-may-not``: this role signs no records of this type; ``ledger.not-the-chair``.
    """
    payload = record.payload
    wrong = wrong_signer(record, registry, origin)
    if wrong == "origin":
        raise LedgerError(
            "ledger.wrong-origin",
            f"the record is meant for the log {payload.origin}, this is {origin}",
            expected=origin,
            found=payload.origin,
        )
    if wrong == "key":
        raise LedgerError("ledger.revoked-key", "the key that signed this record was revoked", kid=record.kid)
    if wrong == "author":
        raise LedgerError(
            "ledger.not-theirs",
            f"the key that signed this record is not {payload.author}'s",
            author=payload.author,
            kid=record.kid,
        )
    if wrong == "role":
        holder = registry.known(record.kid)
        role = holder.role if holder is not None else ""
        raise LedgerError(
            "ledger.role-may-not",
            f"a {role} signs no {payload.type.value} records",
            role=role,
            type=payload.type.value,
        )
    if wrong == "chair":
        raise LedgerError("ledger.not-the-chair", "the author does not chair this round")
