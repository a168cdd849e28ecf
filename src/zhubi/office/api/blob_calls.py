"""Sealed blobs, whole or from where a transfer broke off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from zhubi.core.model.errors import ZhubiError
from zhubi.office.api.gates import CallerHere, OfficeHere
from zhubi.office.api.record_calls import DigestPath
from zhubi.office.vault.release import may_fetch
from zhubi.office.vault.uploads import may_fetch_evidence

router = APIRouter(prefix="/v1", tags=["blobs"])
_RANGE = re.compile(r"^bytes=(\d{1,15})-(\d{0,15})$")


@router.get("/blobs/{digest}")
def blob(
    digest: DigestPath,
    office: OfficeHere,
    caller: CallerHere,
    range: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The ciphertext of this digest, for whoever may open what it belongs to. Unknown and forbidden read alike."""
    with office.ledger.reading() as reading:
        entitled = may_fetch(reading, caller.person, digest, office.clock()) or may_fetch_evidence(
            reading, caller.person, digest
        )
    size = office.blobs.size(digest) if entitled else None
    if size is None:
        raise ZhubiError("api.not-found", "no such blob")
    headers = {
        "ETag": f'"{digest}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
    }
    if if_none_match == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    start, end, status = 0, size, 200
    if range is not None and (asked := _RANGE.match(range)):
        start = int(asked[1])
        end = min(size, int(asked[2]) + 1) if asked[2] else size
        if start >= size or end <= start:
            raise ZhubiError("api.range", "no such part", size=size)
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    chunks: Iterator[bytes] = office.blobs.get_range(digest, start, end)
    return StreamingResponse(chunks, status, headers=headers, media_type="application/octet-stream")
