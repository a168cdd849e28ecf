"""What goes wrong in the ledger, each fault by its own name."""

from __future__ import annotations

from pydantic import ValidationError

from zhubi.core.model.errors import ZhubiError


class LedgerError(ZhubiError):
    """A record, or the database beneath the log, that is not what it should be; ``kind`` is ``ledger.…``."""


class LedgerConflict(LedgerError):
    """The same author and id came with other bytes than those the log holds; nothing was changed."""

    def __init__(self, author: str, record_id: str, held: str) -> None:
        super().__init__(
            "ledger.conflict",
            f"{author} has already said something else under the id {record_id}",
            author=author,
            id=record_id,
            held=held,
        )


def malformed(problem: ValidationError) -> LedgerError:
    """The fault of a record whose content is not of its type: where, and what was expected there."""
    first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "payload"
    return LedgerError(
        "ledger.malformed",
        f"the record is malformed at {place}: {first['msg']}",
        place=place,
        reason=first["msg"],
    )
