"""Every failure is an RFC 9457 problem with a stable type; none carries a traceback or a secret."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.text import clean_line
from zhubi.core.wire.messages import PROBLEM_PREFIX, Problem

log = logging.getLogger("zhubi.office")

_STATUS: Final = {
    "access.unknown-code": 403,
    "access.code-expired": 410,
    "access.code-used": 409,
    "access.possession": 400,
    "access.assertion": 401,
    "access.assertion-clock": 401,
    "access.token": 401,
    "api.rate": 429,
    "api.too-large": 413,
    "api.not-found": 404,
    "api.range": 416,
    "ledger.conflict": 409,
    "ledger.busy": 503,
    "ledger.unreachable": 503,
    "ledger.disk-full": 507,
    "vault.not-entitled": 404,
    "vault.not-named": 404,
    "vault.upload-gap": 409,
    "vault.blobs-unreachable": 503,
}


def problem_response(
    kind: str, status: int, detail: str, details: dict[str, str] | None = None
) -> JSONResponse:
    """The problem of a kind. A ``retry_after`` among the details becomes the header of that name, in seconds."""
    details = details or {}
    retry = details.get("retry_after")
    problem = Problem(
        type=PROBLEM_PREFIX + kind, title=kind, status=status, detail=detail, details=details,
        retry_after=int(retry) if retry else None,
    )  # fmt: skip
    headers = {"Retry-After": retry} if retry else {}
    if kind == "api.range":
        headers["Content-Range"] = f"bytes */{details.get('size', '*')}"
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        problem.model_dump(mode="json"), status, headers=headers, media_type="application/problem+json"
    )


def install(app: FastAPI) -> None:
    """Answer every error of this application as a problem."""

    @app.exception_handler(ZhubiError)
    def _known(_request: Request, error: ZhubiError) -> JSONResponse:
        details = {name: str(value) for name, value in error.details.items()}
        return problem_response(error.kind, _STATUS.get(error.kind, 422), str(error), details)

    @app.exception_handler(RequestValidationError)
    def _malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        # A key that the request made up may be among the parts, and may be anything.
        place = clean_line(".".join(str(part) for part in first["loc"]), 200)
        return problem_response("api.malformed", 422, f"{place}: {first['msg']}", {"place": place})

    @app.exception_handler(HTTPException)
    def _http(_request: Request, error: HTTPException) -> JSONResponse:
        kind = {404: "api.not-found", 405: "api.method", 413: "api.too-large"}.get(
            error.status_code, "api.refused"
        )
        response = problem_response(kind, error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(ClientDisconnect)
    def _gone(_request: Request, _error: ClientDisconnect) -> Response:
        # A way that broke off is no fault of this office, and nobody is left to hear the answer.
        return Response(status_code=400)

    @app.exception_handler(Exception)
    def _unforeseen(request: Request, error: Exception) -> JSONResponse:
        # The place of the fault is for the office's own log; what is said outside names neither it nor any value.
        log.error("fault in %s %s", request.method, request.url.path, exc_info=error)
        return problem_response("api.fault", 500, "the office failed; nothing was half done; try again later")
