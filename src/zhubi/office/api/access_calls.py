"""Enrolling a device and signing in."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.records import peek
from zhubi.core.wire.messages import EnrolmentAnswer, EnrolmentRequest, TokenAnswer
from zhubi.office.access.enrolment import enrol
from zhubi.office.access.errors import AccessError
from zhubi.office.access.tokens import ASSERTION_TYPE, grant
from zhubi.office.api.gates import OfficeHere, limit

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_MAX_FORM = 12_000
_MAX_FIELDS = 8
router = APIRouter(prefix="/v1", tags=["access"])


@router.post("/enrolments", status_code=201)
def enrolments(request: Request, message: EnrolmentRequest, office: OfficeHere) -> EnrolmentAnswer:
    """Bind an invited expert's device to its keys; the same request again answers the same."""
    limit(request, "enrolment", message.person)
    return enrol(office, message, now=office.clock())


async def form(request: Request) -> dict[str, str]:
    """The fields of a URL-encoded form; the framework's own reader would ask for a multipart library."""
    body = await request.body()
    if len(body) > _MAX_FORM:
        raise AccessError("access.assertion", "the sign-in is too long")
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=_MAX_FIELDS)
    except ValueError as problem:
        raise AccessError("access.assertion", "the sign-in is no form") from problem
    return {name: values[-1] for name, values in fields.items()}


@router.post("/token")
def token(
    request: Request, office: OfficeHere, fields: Annotated[dict[str, str], Depends(form)]
) -> TokenAnswer:
    """Sign in with an assertion by the device's transport key (RFC 7523)."""
    assertion = fields.get("assertion", "")
    if fields.get("grant_type") != GRANT:
        raise AccessError("access.assertion", "only the jwt-bearer grant is known here")
    try:
        subject = str(peek(assertion, typ=ASSERTION_TYPE)[1])
    except ZhubiError:
        subject = ""
    limit(request, "token", subject)
    return grant(office, assertion, now=office.clock())
