"""The application: routes, middleware and the live hub, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import Response

from sentistream.api import errors, routes, web
from sentistream.api.answers import encoded
from sentistream.api.caching import AnswerCache
from sentistream.api.context import Context
from sentistream.api.dependencies import Services, ServicesDep
from sentistream.api.live.hub import Hub
from sentistream.api.live.sessions import Sessions
from sentistream.api.live.websocket import PATH, live_feed
from sentistream.api.openapi import document
from sentistream.api.security import Security
from sentistream.pipeline.export import MEDIA_TYPES
from sentistream.pipeline.supervise import Component, Supervisor

LEAST_COMPRESSED = 1_024
"""Bytes of an answer from which compressing it saves more than it costs."""

COMPRESSION = 4
"""Of 1 to 9: 64 KB of posts shrink to 13 in half a millisecond; the highest would take three times as long for 12."""

NEVER_COMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, *MEDIA_TYPES.values())
"""Exports are streamed as they are: who wants them small compresses them as a whole."""

plain = APIRouter(include_in_schema=False)


@plain.get("/metrics")
async def metrics(services: ServicesDep) -> Response:
    """For Prometheus."""
    body, media_type = services.metrics.render()
    return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})


@plain.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The description of the API."""
    state = request.app.state
    if state.openapi is None:  # not at the start, which it would slow down
        state.openapi = await asyncio.to_thread(lambda: encoded(document(request.app)))
    return Response(state.openapi, media_type="application/json", headers={"Cache-Control": "no-cache"})


def routed(version: str) -> FastAPI:
    """The routes alone, which is enough to describe them."""
    app = FastAPI(
        title="SentiStream",
        version=version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(routes.router(), prefix=routes.PREFIX)
    app.include_router(plain)
    app.include_router(web.router)
    app.add_api_websocket_route(PATH, live_feed)
    errors.install(app)
    return app


def create_app(services: Services) -> FastAPI:
    """The whole application; its lifespan runs the hub (`app.state.hub`) and restarts it if it fails."""
    app = routed(services.version)
    settings = services.api_settings
    app.state.services = services
    app.state.cache = AnswerCache(
        services.caches,
        services.store,
        services.metrics,
        services.clock,
        seconds=settings.cache_seconds,
        now_seconds=settings.cache_now_seconds,
        version=services.version,
    )
    app.state.hub = Hub(services.live, services.store, services.live_settings, services.metrics, services.clock)
    app.state.sessions = Sessions(services.caches.shared)
    app.state.openapi = None
    app.router.default = web.Dashboard(services.dashboard)
    app.add_middleware(
        GZipMiddleware,
        minimum_size=LEAST_COMPRESSED,
        compresslevel=COMPRESSION,
        exclude_content_types=NEVER_COMPRESSED,
    )
    app.add_middleware(Security, settings=settings, keys=services.store.keys, metrics=services.metrics)
    app.add_middleware(Context, metrics=services.metrics)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    supervisor = Supervisor(
        [Component("live hub", app.state.hub.run), Component("live sessions", app.state.sessions.run)]
    )
    running = asyncio.create_task(supervisor.run())
    try:
        yield
    finally:
        supervisor.stop()
        await running
        await app.state.cache.close()
