"""Sealed letters for the inspectors: kept with their place in the log, and not with who brought them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.letters import MOST_BYTES
from zhubi.core.wire.messages import LetterAnswer
from zhubi.office.api.gates import CallerHere, OfficeHere, limit
from zhubi.office.vault.letters import take_letter

router = APIRouter(prefix="/v1", tags=["letters"])


async def _body(request: Request) -> bytes:
    pieces = bytearray()
    async for piece in request.stream():
        pieces += piece
        if len(pieces) > MOST_BYTES:
            raise ZhubiError("api.too-large", f"at most {MOST_BYTES} bytes")
    return bytes(pieces)


@router.post("/letters", openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}})
def put_letter(
    request: Request, office: OfficeHere, caller: CallerHere, sealed: Annotated[bytes, Depends(_body)]
) -> LetterAnswer:
    """Keeps a sealed letter as a leaf of the log, and proves that; the same letter again gets the same leaf.

    The token shows that an enrolled device brings it. Which one is known while this call lasts, to hold back a flood,
    and is written nowhere.
    """
    limit(request, "letter", caller.person)
    digest, proof = take_letter(office, sealed)
    return LetterAnswer(digest=digest, proof=proof)
