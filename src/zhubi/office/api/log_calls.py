"""The public log: counts and times only. Checkpoint, tiles, and the proof of a digest one knows."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.tiles import parse_tile_path
from zhubi.office.api.gates import OfficeHere
from zhubi.office.api.record_calls import DigestPath

router = APIRouter(prefix="/v1/log", tags=["log"])


@router.get("/checkpoint")
def checkpoint(request: Request, office: OfficeHere) -> Response:
    """The newest cosigned checkpoint (C2SP tlog-checkpoint); 304 while nothing was added."""
    text = office.ledger.checkpoint()
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/tile/{path:path}")
def tile(path: Annotated[str, Path(max_length=200)], office: OfficeHere) -> Response:
    """A tile of hashes or a bundle of entries (C2SP tlog-tiles)."""
    try:
        level, index, width = parse_tile_path("tile/" + path)
        with office.ledger.reading() as reading:
            body = reading.entries(index, width) if level == "entries" else reading.tile(level, index, width)
    except ZhubiError as problem:
        raise ZhubiError("api.not-found", "no such tile") from problem
    return Response(
        body,
        media_type="application/octet-stream",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


@router.get("/proof/{digest}")
def proof(digest: DigestPath, office: OfficeHere) -> Response:
    """The inclusion proof of a record digest (C2SP tlog-proof); whoever knows the digest may have it."""
    with office.ledger.reading() as reading:
        text = reading.proof(digest)
    if text is None:
        raise ZhubiError("api.not-found", "no such record")
    return Response(text, media_type="text/plain; charset=utf-8")
