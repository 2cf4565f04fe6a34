"""Who may ask: hosts, origins, content types, API keys, and the headers that tell browsers what not to do.

The threats are a web page that the operator's browser has open (it can send requests here, and by
DNS rebinding even pretend to be here), and a network that should not have been able to reach us.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import re
import secrets
import time
from collections.abc import Callable
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sentistream.api.errors import rendered
from sentistream.domain.errors import (
    Forbidden,
    ForeignHost,
    SentiStreamError,
    Unauthorised,
    UnsupportedMediaType,
)
from sentistream.settings import ApiSettings
from sentistream.storage.keys import ApiKey
from sentistream.telemetry.metrics import Metrics

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
KEY_PREFIX = "sst_"
LOCAL = "local"
"""Who asks on this machine, where no key is needed."""

SHOWN = 12
"""Characters of a key that are shown to recognise it."""

_HOST = re.compile(r"(?P<name>[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?")
_WITHOUT_KEY = frozenset({"/api/v1/health", "/api/health"})

HEADERS: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address as bound to or asked for, only this machine can reach."""
    name = host.strip().strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def generate_key() -> tuple[str, str, bytes]:
    """A new API key: the key itself, the beginning by which to recognise it, and the hash to store."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    return key, key[:SHOWN], hash_key(key)


def hash_key(key: str) -> bytes:
    """What is stored of a key (BLAKE2b; a key has 256 random bits, so that no slow hash is needed)."""
    return hashlib.blake2b(key.encode("utf-8", "surrogateescape"), digest_size=32).digest()


def content_security_policy(host: str) -> str:
    """What our own pages may load. `host` is a checked Host header: the live feed is on it."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "object-src 'none'",
        )
    )


class KnownKeys(Protocol):
    """Where keys are found."""

    async def all(self) -> list[ApiKey]:
        """Every key, revoked ones included."""
        ...


class KeyRing:
    """The live keys, read from the store at most every `seconds`."""

    def __init__(
        self, keys: KnownKeys, *, seconds: float = 5.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._keys = keys
        self._seconds = seconds
        self._monotonic = monotonic
        self._live: list[ApiKey] = []
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def knows(self, key: str) -> bool:
        """Whether `key` is a live key. A new or revoked key is noticed within `seconds`."""
        return await self.name(key) is not None

    async def name(self, key: str) -> str | None:
        """What the live key `key` is called, or None."""
        given = hash_key(key)
        async with self._reading:
            if self._read_at is None or self._monotonic() - self._read_at >= self._seconds:
                self._live = [one for one in await self._keys.all() if one.revoked_at is None]
                self._read_at = self._monotonic()
        found = None
        for known in self._live:  # all of them, so that the time says nothing
            if hmac.compare_digest(given, known.key_hash):
                found = known.name
        return found


def who(scope: Scope) -> str:
    """Who asks: the name of the API key, or `local` where none is needed."""
    name: str = scope.get("sentistream.key_name", LOCAL)
    return name


def take_key_from_query(scope: Scope) -> None:
    """Move `api_key` of the query string out of sight: access logs print the query string."""
    query = scope.get("query_string", b"")
    if b"api_key" not in query.lower():
        return
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    keys = [value for name, value in pairs if name.lower() == "api_key"]
    if keys:
        scope["sentistream.query_key"] = keys[-1]
        scope["query_string"] = urlencode([pair for pair in pairs if pair[0].lower() != "api_key"]).encode("latin-1")


class Security:
    """ASGI middleware: every check there is, before any route sees the request."""

    def __init__(self, app: ASGIApp, settings: ApiSettings, keys: KnownKeys, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._ring = KeyRing(keys)
        self._hosts = {host.lower().strip("[]") for host in settings.allowed_hosts}
        bound = settings.host.lower().strip("[]")
        if not _is_unspecified(bound):
            self._hosts.add(bound)
        self._origins = {origin.lower().rstrip("/") for origin in settings.allowed_origins}
        self._needs_key = not is_loopback(settings.host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        allowed_origin = origin if origin is not None and origin.lower() in self._origins else None
        host = ""
        try:
            host = self._check_host(headers)
            self._check_origin(scope, headers, host)
            if scope["type"] == "http" and _is_preflight(scope, headers):
                await self._preflight(headers, allowed_origin)(scope, receive, send)
                return
            await self._check_key(scope, headers)
            _check_media_type(scope, headers)
        except SentiStreamError as error:
            response = rendered(error, self._metrics)
            await refuse(scope, receive, self._with_headers(send, host, allowed_origin), response)
            return
        if scope["type"] == "http":
            send = self._with_headers(send, host, allowed_origin)
        await self._app(scope, receive, send)

    def _check_host(self, headers: Headers) -> str:
        given = headers.getlist("host")
        match = _HOST.fullmatch(given[0]) if len(given) == 1 else None
        if match is not None:
            name = match["name"].lower().strip("[]").rstrip(".")
            if is_loopback(name) or name in self._hosts or "*" in self._hosts:
                return given[0].lower()
        raise ForeignHost(
            "this server does not answer to that host name: add it to SENTISTREAM_API_ALLOWED_HOSTS if it is yours"
        )

    def _check_origin(self, scope: Scope, headers: Headers, host: str) -> None:
        if scope["type"] == "http" and scope["method"] in SAFE:
            return
        origins = headers.getlist("origin")
        if not origins:
            if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
                raise Forbidden("a page of another site may not do this")
            return
        if len(origins) == 1:
            origin = origins[0].lower()
            if origin in self._origins:
                return
            scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
            same_site = headers.get("sec-fetch-site") not in ("cross-site", "same-site")
            if same_site and _with_port(origin) == _with_port(f"{scheme}://{host}"):
                return
        raise Forbidden(
            "a page of another origin may not do this: add it to SENTISTREAM_API_ALLOWED_ORIGINS if it is yours"
        )

    async def _check_key(self, scope: Scope, headers: Headers) -> None:
        path: str = scope["path"]
        if not self._needs_key or not _is_guarded(path):
            return
        key = _given_key(scope, headers)
        name = None if key is None else await self._ring.name(key)
        if name is not None:
            scope["sentistream.key_name"] = name
            return
        if key is None and path in _WITHOUT_KEY:
            scope["sentistream.authorised"] = False
            return
        raise Unauthorised(
            "an API key is needed (Authorization: Bearer …): sentistream keys create NAME makes one"
            if key is None
            else "this API key is unknown or revoked"
        )

    def _preflight(self, headers: Headers, allowed_origin: str | None) -> Response:
        if allowed_origin is None:
            return rendered(Forbidden("this origin may not call the API"), self._metrics)
        return Response(
            status_code=204,
            headers={
                "Access-Control-Allow-Origin": allowed_origin,
                "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
                "Access-Control-Allow-Headers": "Authorization, Content-Type, X-API-Key, If-None-Match, X-Request-ID",
                "Access-Control-Max-Age": "600",
                "Vary": "Origin",
            },
        )

    def _with_headers(self, send: Send, host: str, allowed_origin: str | None) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", content_security_policy(host or "localhost"))
                if self._origins:
                    headers.add_vary_header("Origin")
                if allowed_origin is not None:
                    headers["Access-Control-Allow-Origin"] = allowed_origin
                    headers["Access-Control-Expose-Headers"] = "ETag, Retry-After, X-Request-ID, Content-Disposition"
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        return sending


def _is_unspecified(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return not host


def _is_guarded(path: str) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in ("/api", "/ws", "/metrics"))


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def _with_port(origin: str) -> str:
    """`origin` with its port said, so that http://a and http://a:80 are the same."""
    scheme, _, rest = origin.partition("://")
    if not rest or rest.endswith("]") or ":" not in rest.rpartition("]")[2]:
        return f"{scheme}://{rest}:{443 if scheme == 'https' else 80}"
    return origin


def _check_media_type(scope: Scope, headers: Headers) -> None:
    if scope["type"] != "http" or scope["method"] in SAFE or not _is_guarded(scope["path"]):
        return
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    given = headers.get("content-type")
    if not has_body and given is None:
        return
    media_type = (given or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType("the body must be sent as Content-Type: application/json", provided=media_type[:100])


def _given_key(scope: Scope, headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if key := headers.get("x-api-key"):
        return key.strip()
    if scope["type"] == "websocket":
        # A browser's WebSocket cannot set headers: the query, or a second subprotocol, carries the key.
        for offered in scope.get("subprotocols") or []:
            if offered.startswith("api-key."):
                return str(offered.removeprefix("api-key."))
        key = scope.get("sentistream.query_key")
    return key or None


async def refuse(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    """Answer a request, or instead of a WebSocket's handshake, with `response`."""
    if scope["type"] == "http":
        await response(scope, receive, send)
        return
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    await send(
        {"type": "websocket.http.response.start", "status": response.status_code, "headers": response.raw_headers}
    )
    await send({"type": "websocket.http.response.body", "body": bytes(response.body)})
