"""Enrolling a device and signing in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.records import peek
from zhubi.core.wire.messages import EnrolmentAnswer, EnrolmentRequest, TokenAnswer
from zhubi.office.access.enrolment import enrol
from zhubi.office.access.errors import AccessError
from zhubi.office.access.tokens import ASSERTION_TYPE, grant
from zhubi.office.api.gates import OfficeHere, limit

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
router = APIRouter(prefix="/v1", tags=["access"])


@router.post("/enrolments", status_code=201)
def enrolments(request: Request, message: EnrolmentRequest, office: OfficeHere) -> EnrolmentAnswer:
    """Bind an invited expert's device to its keys; the same request again answers the same."""
    limit(request, "enrolment", message.person)
    return enrol(office, message, now=office.clock())


@router.post("/token")
def token(
    request: Request,
    office: OfficeHere,
    grant_type: Annotated[str, Form(max_length=100)],
    assertion: Annotated[str, Form(max_length=8000)],
) -> TokenAnswer:
    """Sign in with an assertion by the device's transport key (RFC 7523)."""
    if grant_type != GRANT:
        raise AccessError("access.assertion", "only the jwt-bearer grant is known here")
    try:
        subject = str(peek(assertion, typ=ASSERTION_TYPE)[1])
    except ZhubiError:
        subject = ""
    limit(request, "token", subject)
    return grant(office, assertion, now=office.clock())
