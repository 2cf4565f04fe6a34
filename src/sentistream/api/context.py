"""What surrounds every request: its id, its measurement, HEAD, the /api alias, and the last net under errors."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sentistream.api.errors import internal
from sentistream.api.security import take_key_from_query
from sentistream.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Context:
    """The outermost ASGI middleware."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        take_key_from_query(scope)
        request_id = _request_id(scope)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            if scope["type"] == "http":
                await self._http(scope, receive, send, request_id)
            else:
                await self._app(scope, receive, send)

    async def _http(self, outer: Scope, receive: Receive, send: Send, request_id: str) -> None:
        # A copy: the server looks at the method of its own to decide whether a body follows.
        scope = {**outer, "path": _canonical(outer["path"]), "sentistream.request_id": request_id}
        method = outer["method"]
        if method == "HEAD":
            scope |= {"method": "GET", "sentistream.head": True}
        status = 0
        started = time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            elif message["type"] == "http.response.body" and method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            log.exception("request_failed", method=method, path=outer["path"])
            if status:
                raise  # the answer has begun: only breaking it off says that it is not whole
            await internal(self._metrics, request_id)(scope, receive, sending)
        finally:
            route = _route(scope)
            method = method if method in _METHODS else "other"
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.request_seconds.labels(method, route).observe(time.perf_counter() - started)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _canonical(path: str) -> str:
    """/api/posts is /api/v1/posts."""
    if path.startswith("/api/") and not path.startswith("/api/v1/") and path != "/api/v1":
        return f"/api/v1/{path.removeprefix('/api/')}"
    return path


def _route(scope: Scope) -> str:
    """The template of the route, never the path asked for: the number of series stays bounded."""
    named = scope.get("sentistream.route")
    if named is None and not scope["path"].startswith("/api"):
        named = getattr(scope.get("route"), "path", None)
    return str(named or "unknown")
