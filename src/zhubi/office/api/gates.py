"""Who may pass: the caller behind a bearer token, and how often an address may try."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import Depends, Header, Request

from zhubi.core.model.errors import ZhubiError
from zhubi.office.access.errors import AccessError
from zhubi.office.access.limits import RateLimit
from zhubi.office.access.tokens import Caller, caller
from zhubi.office.opening import Office


def office_of(request: Request) -> Office:
    """The office this application serves."""
    office: Office = request.app.state.office
    return office


def caller_of(request: Request, authorization: Annotated[str | None, Header()] = None) -> Caller:
    """The caller behind the bearer token. Raises ``AccessError`` access.token."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AccessError("access.token", "sign in first")
    office = office_of(request)
    return caller(office, token.strip(), now=office.clock())


def limit(request: Request, what: str, subject: str = "") -> None:
    """Count one try of this address, and of this subject. Raises ``ZhubiError`` api.rate with the seconds to wait."""
    limits: dict[str, RateLimit] = request.app.state.limits
    address = request.client.host if request.client else "?"
    moment = time.monotonic()
    waits = [limits[f"{what}-address"].wait(address, moment)]
    if subject:
        waits.append(limits[f"{what}-subject"].wait(subject, moment))
    if any(waits):
        raise ZhubiError("api.rate", "too many tries; wait a little", retry_after=max(waits))


OfficeHere = Annotated[Office, Depends(office_of)]
CallerHere = Annotated[Caller, Depends(caller_of)]
