"""Health and metrics of a process that serves nothing else."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from sentistream.api.app import create_app
from sentistream.api.dependencies import Services

PATHS = frozenset({"/metrics", "/api/v1/health", "/api/health"})


class Monitor:
    """The application, for the paths that monitoring asks for; 404 for every other."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or answer as if there were no such route."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in PATHS):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._app({**scope, "path": "/api/v1/not-served-here", "raw_path": None}, receive, send)


def create_monitor(services: Services) -> Monitor:
    """With every check on hosts, origins and keys that the whole application has."""
    return Monitor(create_app(services))
