"""What a process answers over HTTP while it still waits for its servers: that it does, and for which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sentistream.api.answers import answer, encoded
from sentistream.api.context import Context
from sentistream.api.errors import rendered
from sentistream.api.security import Security, refuse
from sentistream.domain.errors import StorageUnavailable
from sentistream.settings import ApiSettings
from sentistream.storage.keys import ApiKey
from sentistream.telemetry.metrics import Metrics

Awaited = Callable[[], Mapping[str, str]]
"""Name of each server that is awaited, and why it is."""


class WaitingRoom:
    """Answers health with 503 and the servers that are awaited, metrics with what there is, all else with 503.

    As the keys of `Security` it has none to read yet: who sends one is told the same.
    """

    def __init__(self, awaited: Awaited, metrics: Metrics, clock: Callable[[], datetime], version: str) -> None:
        self._awaited = awaited
        self._metrics = metrics
        self._clock = clock
        self._version = version
        self._started_at = clock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Of HTTP and WebSocket."""
        if scope["type"] == "http" and scope["path"] == "/api/v1/health":
            body = encoded(self._report(scope.get("sentistream.authorised", True)))
            response = answer(body, 503, {"Cache-Control": "no-store", "Retry-After": "1"})
        elif scope["type"] == "http" and scope["path"] == "/metrics":
            content, media_type = self._metrics.render()
            response = Response(content, headers={"Content-Type": media_type, "Cache-Control": "no-store"})
        else:
            response = rendered(self._error())
        await refuse(scope, receive, send, response)

    async def all(self) -> list[ApiKey]:
        """They are in a database that may be the very one awaited."""
        raise self._error()

    def _report(self, authorised: bool) -> dict[str, object]:
        now = self._clock()
        report: dict[str, object] = {"status": "unavailable", "message": self._error().message, "timestamp": now}
        if authorised:
            report |= {
                "version": self._version,
                "services": {
                    name: {"status": "unavailable", "message": reason} for name, reason in self._awaited().items()
                },
                "uptime_seconds": round((now - self._started_at).total_seconds(), 3),
            }
        return {**report, "data": report, "metadata": {"as_of": now}}

    def _error(self) -> StorageUnavailable:
        names = ", ".join(f"the {name}" for name in self._awaited())
        return StorageUnavailable(f"starting: waits for {names}" if names else "starting")


def create_waiting_room(
    awaited: Awaited, settings: ApiSettings, clock: Callable[[], datetime], version: str
) -> Starlette:
    """With every check on hosts and origins that the whole application has."""
    metrics = Metrics()
    room = WaitingRoom(awaited, metrics, clock, version)
    app = Starlette()
    app.router.default = room
    app.add_middleware(Security, settings=settings, keys=room, metrics=metrics)
    app.add_middleware(Context, metrics=metrics)
    return app
