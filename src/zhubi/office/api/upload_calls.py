"""Evidence, sealed and named by the digest of its ciphertext: brought in chunks, resumed where it broke off."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from binascii import Error as BadBase64
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request
from starlette.requests import ClientDisconnect

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.sheet import EvidenceRef
from zhubi.core.wire.messages import CHUNK_LIMIT, UploadAnswer
from zhubi.office.api.gates import CallerHere, OfficeHere
from zhubi.office.api.record_calls import DigestPath
from zhubi.office.opening import Office
from zhubi.office.rounds.receipts import receipt_of_evidence
from zhubi.office.vault.uploads import Uploads, accept_evidence, acceptance_of

router = APIRouter(prefix="/v1", tags=["uploads"])
_RANGE: Final = re.compile(r"^bytes (?:(\d{1,15})-(\d{1,15})|\*)/(\d{1,15})$")
_DIGEST: Final = re.compile(r"(?:^|[ ,])sha-256=:([A-Za-z0-9+/=]{1,100}):(?:$|[ ,;])")


async def _body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > CHUNK_LIMIT:
        raise ZhubiError("api.too-large", f"at most {CHUNK_LIMIT} bytes at once")
    try:
        return await request.body()
    except ClientDisconnect as problem:
        # Nobody is there to be answered, and nothing was taken: no fault of the office.
        raise ZhubiError("api.cut", "the request broke off before it was whole") from problem


def _uploads(request: Request) -> Uploads:
    uploads: Uploads = request.app.state.uploads
    return uploads


BodyHere = Annotated[bytes, Depends(_body)]
UploadsHere = Annotated[Uploads, Depends(_uploads)]


@router.get("/uploads/{digest}")
def upload(digest: DigestPath, office: OfficeHere, caller: CallerHere, uploads: UploadsHere) -> UploadAnswer:
    """How much of a sealed file is here. It is known only to the author of a logged review that names it."""
    ref = uploads.named(office.ledger, caller.person, digest)
    return _state(office, uploads, caller.person, ref)


@router.put("/uploads/{digest}", openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}})
def put_upload(
    digest: DigestPath,
    office: OfficeHere,
    caller: CallerHere,
    uploads: UploadsHere,
    data: BodyHere,
    content_range: Annotated[str, Header()] = "",
    content_digest: Annotated[str, Header()] = "",
) -> UploadAnswer:
    """Brings one chunk, its range and its SHA-256 (RFC 9530) stated; a chunk that is not as stated changes nothing.

    ``bytes */SIZE`` and no body brings nothing, and finishes what is here whole.
    """
    ref = uploads.named(office.ledger, caller.person, digest)
    start = _range(content_range, data, ref)
    _check(content_digest, data)
    known = _accepted(office, caller.person, ref)
    if known is not None:
        return known
    if not _whole(office, ref):
        if start is not None:
            uploads.put(caller.person, ref, start, data)
        uploads.finish(caller.person, ref)
    if _whole(office, ref):
        accept_evidence(office, caller.person, digest, office.clock())
    return _state(office, uploads, caller.person, ref)


def _state(office: Office, uploads: Uploads, person: str, ref: EvidenceRef) -> UploadAnswer:
    known = _accepted(office, person, ref)
    if known is not None:
        return known
    # Kept whole and not accepted: the office was stopped in between, and is asked to finish.
    whole = _whole(office, ref)
    received = ref.size if whole else uploads.received(person, ref)
    return UploadAnswer(received=received, size=ref.size, complete=whole)


def _whole(office: Office, ref: EvidenceRef) -> bool:
    return office.blobs.size(ref.digest) == ref.size


def _accepted(office: Office, person: str, ref: EvidenceRef) -> UploadAnswer | None:
    """The answer for what arrived whole, and is said in the log to have."""
    with office.ledger.reading() as reading:
        found = acceptance_of(reading, person, ref.digest)
        if found is None:
            return None
        receipt = receipt_of_evidence(reading, found)
    return UploadAnswer(received=ref.size, size=ref.size, complete=True, accepted=True, receipt=receipt)


def _range(said: str, data: bytes, ref: EvidenceRef) -> int | None:
    """Where the chunk begins; None where it only asks to finish."""
    found = _RANGE.match(said)
    if found is None:
        raise ZhubiError(
            "api.chunk-range", "a range like bytes 0-262143/1048576 was expected", found=said[:60]
        )
    if int(found[3]) != ref.size:
        raise ZhubiError(
            "vault.upload-size", "another size than the review names", expected=ref.size, found=found[3]
        )
    if len(data) > CHUNK_LIMIT:
        raise ZhubiError("api.too-large", f"at most {CHUNK_LIMIT} bytes at once")
    start, end = (0, -1) if found[1] is None else (int(found[1]), int(found[2]))
    if end - start + 1 != len(data) or end >= ref.size:
        raise ZhubiError("api.chunk-range", "the range is not that of the bytes that came", found=said[:60])
    return None if found[1] is None else start


def _check(said: str, data: bytes) -> None:
    found = _DIGEST.search(said)
    try:
        stated = b64decode(found[1], validate=True) if found is not None else b""
    except BadBase64:
        stated = b""
    if stated != hashlib.sha256(data).digest():
        raise ZhubiError("api.chunk-damaged", "the chunk is not what its digest says; send it again")
