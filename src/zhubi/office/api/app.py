"""The office as an ASGI application."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zhubi import __version__
from zhubi.office.access.limits import RateLimit
from zhubi.office.api import (
    access_calls,
    blob_calls,
    letter_calls,
    log_calls,
    problems,
    record_calls,
    upload_calls,
)
from zhubi.office.opening import Office
from zhubi.office.vault.uploads import Uploads

MAX_BODY: Final = 32 * 1024 * 1024
_TOO_LARGE: Final = problems.problem_response("api.too-large", 413, "the request is too large")


class BodyLimit:
    """Refuses a request whose body grows past the limit, announced or not, before it is read whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; past the limit, answer 413 by itself."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > MAX_BODY:
            await _TOO_LARGE(scope, receive, send)
            return
        taken = 0
        answering = False

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MAX_BODY:
                return {"type": "http.disconnect"}
            return message

        async def answered(message: Message) -> None:
            nonlocal answering
            if taken <= MAX_BODY or answering:
                answering = True
                await send(message)

        await self._app(scope, bounded, answered)
        if not answering:
            await _TOO_LARGE(scope, receive, send)


def create_app(office: Office) -> FastAPI:
    """The HTTP application of an open office. Its OpenAPI description is at ``/v1/openapi.json``."""
    app = FastAPI(
        title="Zhubi review office",
        version=__version__,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.office = office
    app.state.uploads = Uploads(office.blobs, office.clock)
    app.state.limits = {
        "enrolment-address": RateLimit(30, 10),
        "enrolment-subject": RateLimit(8, 2),
        "token-address": RateLimit(200, 120),
        "token-subject": RateLimit(20, 20),
        "letter-address": RateLimit(60, 20),
        "letter-subject": RateLimit(12, 2),
    }
    problems.install(app)
    for calls in (access_calls, record_calls, log_calls, blob_calls, upload_calls, letter_calls):
        app.include_router(calls.router)
    app.add_middleware(BodyLimit)
    return app
