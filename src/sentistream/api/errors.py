"""One handler for every error: the documented envelope, whatever went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from sentistream.api.answers import JSON, encoded
from sentistream.api.schemas import ErrorResponse
from sentistream.domain.errors import (
    Forbidden,
    InvalidParameter,
    MalformedBody,
    MissingExtra,
    NotFound,
    SentiStreamError,
    TooLarge,
    Unauthorised,
    Unavailable,
    UnsupportedMediaType,
)
from sentistream.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_BY_STATUS: dict[int, str] = {
    error.status: error.code
    for error in (NotFound, Unauthorised, Forbidden, TooLarge, UnsupportedMediaType, MalformedBody, Unavailable)
} | {405: "METHOD_NOT_ALLOWED", 400: "INVALID_PARAMETER"}


def body(code: str, message: str, details: dict[str, Any] | None = None) -> bytes:
    """The envelope of an error."""
    return encoded({"error": {"code": code, "message": message, "details": printable(details or {})}})


def printable(value: Any) -> Any:
    """`value` without lone surrogates, which JSON cannot carry."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {printable(str(key)): printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value


def rendered(error: SentiStreamError, metrics: Metrics | None = None) -> Response:
    """The answer to `error`; details of a server's fault stay in the log."""
    if metrics is not None:
        metrics.errors.labels(error.code).inc()
    status = error.status
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    if isinstance(error, Unauthorised):
        headers["WWW-Authenticate"] = 'Bearer realm="sentistream"'
    return Response(body(error.code, printable(error.message), error.details), status, headers=headers, media_type=JSON)


def internal(metrics: Metrics | None, request_id: str) -> Response:
    """The answer to what nobody expected: nothing of the inside, but the id under which the log has it."""
    if metrics is not None:
        metrics.errors.labels("INTERNAL_ERROR").inc()
    message = "something went wrong here; the log has the cause under this request id"
    return Response(
        body("INTERNAL_ERROR", message, {"request_id": request_id}),
        500,
        headers={"Cache-Control": "no-store"},
        media_type=JSON,
    )


def install(app: FastAPI) -> None:
    """Give `app` the handlers."""
    app.add_exception_handler(SentiStreamError, _on_own)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)


def _metrics(request: Request) -> Metrics | None:
    services = getattr(request.app.state, "services", None)
    return None if services is None else services.metrics


async def _on_own(request: Request, error: Exception) -> Response:
    assert isinstance(error, SentiStreamError)
    if error.status >= 500 and not isinstance(error, Unavailable | MissingExtra):
        log.error("request_failed", code=error.code, path=request.url.path, exc_info=error)
        return internal(_metrics(request), request.scope.get("sentistream.request_id", ""))
    return rendered(error, _metrics(request))


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return rendered(_from_validation(first), _metrics(request))


def _from_validation(problem: dict[str, Any]) -> SentiStreamError:
    where: Sequence[Any] = problem.get("loc", ())
    message = str(problem.get("msg", "is not valid")).removeprefix("Value error, ")
    if where and where[0] == "body":
        return MalformedBody(f"the body is not of the documented shape: {message}", field=".".join(map(str, where[1:])))
    if where and where[0] == "path":
        return NotFound("there is nothing at this address")
    name = str(where[-1]) if where else ""
    provided = problem.get("input")
    return InvalidParameter(
        f"{name}: {message}",
        parameter=name,
        provided=provided if isinstance(provided, str | int | float | bool) else str(provided),
        allowed=_allowed(problem, message),
    )


def _allowed(problem: dict[str, Any], message: str) -> Any:
    context = problem.get("ctx") or {}
    kind = problem.get("type", "")
    if kind == "literal_error":
        return [part.strip(" '") for part in str(context["expected"]).replace(" or ", ",").split(",")]
    bounds = {name: context[name] for name in ("ge", "gt", "le", "lt", "max_length", "min_length") if name in context}
    return bounds or message


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _BY_STATUS.get(error.status_code, "HTTP_ERROR")
    metrics = _metrics(request)
    if metrics is not None:
        metrics.errors.labels(code).inc()
    headers = {"Cache-Control": "no-store", **(error.headers or {})}
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods(request)) or headers.get("Allow", "")
        message = f"{request.method} is not possible here"
    elif error.status_code == 404:
        message = "there is nothing at this address: see /docs for what there is"
    else:
        message = str(error.detail)
    return Response(body(code, message), error.status_code, headers=headers, media_type=JSON)


def _methods(request: Request) -> list[str]:
    """What the path can do: every route of it, where the framework names the first only."""
    found: list[str] = []
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            found += ["GET", "HEAD"] if method == "GET" else [method]
    return found


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: the error envelope for each status."""
    says = {
        400: "A query parameter has a value nobody can answer.",
        401: "An API key is needed.",
        403: "A foreign origin.",
        404: "There is no such thing.",
        409: "It has changed, or is taken.",
        413: "The body is too large.",
        415: "The body is not JSON.",
        422: "The body is not of the documented shape.",
        500: "A fault on this side.",
        501: "An optional package is not installed.",
        503: "Come back after Retry-After seconds.",
    }
    always = (400, 401, 403, 500, 503)
    # By reference: `"model"` would have the framework build a validator for each status of each route, at every start.
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorResponse.__name__}"}}}
    return {status: {"description": says[status], "content": content} for status in sorted({*always, *statuses})}
