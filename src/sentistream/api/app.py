"""The application: routes, middleware and the live hub, put together."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware import Middleware

from sentistream.api import errors, routes
from sentistream.api.caching import AnswerCache
from sentistream.api.dependencies import Services
from sentistream.api.openapi import document


def routed(version: str) -> FastAPI:
    """The routes alone, which is enough to describe them."""
    app = FastAPI(
        title="SentiStream",
        version=version,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(routes.router())
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    errors.install(app)
    return app
