"""Pages: the dashboard with its files, and the API's documentation, without any other server."""

from __future__ import annotations

import html
import mimetypes
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.requests import Request as StarletteRequest
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from sentistream.domain.errors import NotFound

REVALIDATE = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"
NO_PAGE = ("/api", "/ws", "/metrics", "/docs")
"""Paths under these are never answered by the dashboard."""

SWAGGER_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}

INIT_SCRIPT = """\
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
  });
});
"""

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Swagger UI from the dashboard's build, or a plain page where that is missing."""
    if not (_folder(request) / "swagger" / "swagger-ui-bundle.js").is_file():
        return _page(
            "SentiStream API",
            '<p>The description of the API is <a href="/openapi.json">/openapi.json</a>.</p>'
            "<p>The interactive documentation comes with the dashboard, which is not built:"
            " run <code>make dashboard</code> (it needs Node 20 or newer).</p>",
        )
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SentiStream API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/favicon.svg">'
        '<link rel="stylesheet" href="/docs/swagger-ui.css"></head><body><div id="swagger-ui"></div>'
        '<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/init.js"></script></body></html>',
        headers={"Cache-Control": REVALIDATE},
    )


@router.get("/docs/{name}")
async def docs_file(name: str, request: Request) -> Response:
    """A file of Swagger UI, or the script that starts it (inline scripts are forbidden here)."""
    if name == "init.js":
        return Response(INIT_SCRIPT, media_type="text/javascript", headers={"Cache-Control": REVALIDATE})
    path = _folder(request) / "swagger" / name
    if name not in SWAGGER_FILES or not path.is_file():
        raise NotFound("the documentation has no such file")
    return _file(request, path, SWAGGER_FILES[name])


def _file(request: StarletteRequest, path: Path, media_type: str) -> Response:
    """`path`, or what the build compressed it to, for whoever accepts that."""
    headers = {"Cache-Control": REVALIDATE, "Vary": "Accept-Encoding"}
    for encoding, suffix in _accepted(request):
        packed = path.with_name(f"{path.name}.{suffix}")
        if packed.is_file():
            return FileResponse(packed, media_type=media_type, headers={**headers, "Content-Encoding": encoding})
    return FileResponse(path, media_type=media_type, headers=headers)


PACKED = (("br", "br"), ("gzip", "gz"))
"""Content encoding and suffix of what the build compresses, the smallest first."""


def _accepted(request: StarletteRequest) -> list[tuple[str, str]]:
    offered = {}
    for part in request.headers.get("accept-encoding", "").split(","):
        name, _, weight = part.partition(";")
        offered[name.strip()] = weight.replace(" ", "")
    return [pair for pair in PACKED if offered.get(pair[0], "q=0") not in ("q=0", "q=0.0")]


def _folder(request: Request) -> Path:
    folder: Path = request.app.state.services.dashboard
    return folder


class Dashboard:
    """ASGI application for every path that no route has: the dashboard, or what stands in for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET only; raises HTTPException for what is not there."""
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return
        path: str = scope["path"]
        if any(path == root or path.startswith(f"{root}/") for root in NO_PAGE):
            raise HTTPException(404)
        if scope["method"] != "GET":
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        scope["sentistream.route"] = "dashboard"
        response = await self._response(StarletteRequest(scope, receive), path)
        await response(scope, receive, send)

    async def _response(self, request: StarletteRequest, path: str) -> Response:
        if not (self._folder / "index.html").is_file():
            return _page(
                "SentiStream",
                "<p>SentiStream is running, but its dashboard is not built: run <code>make dashboard</code>"
                " (it needs Node 20 or newer) and reload this page.</p>"
                '<p>The API is at <a href="/api/v1/health">/api/v1/health</a>, described at'
                ' <a href="/docs">/docs</a>.</p>',
            )
        name = path.strip("/")
        try:
            found = await self._found(request, name or "index.html")
        except HTTPException as error:
            # Pages of the dashboard have no extension; a missing file must not pretend to be a page.
            if error.status_code != 404 or "." in name.rpartition("/")[2] or name.startswith("assets/"):
                raise
            found = await self._found(request, "index.html")
        hashed = name.startswith("assets/")
        found.headers["Cache-Control"] = IMMUTABLE if hashed else REVALIDATE
        return found

    async def _found(self, request: StarletteRequest, name: str) -> Response:
        """The file, as the build compressed it for whoever accepts that; HTTPException 404."""
        for encoding, suffix in _accepted(request):
            try:
                packed = await self._files.get_response(f"{name}.{suffix}", request.scope)
            except HTTPException as error:
                if error.status_code != 404:
                    raise
            else:
                kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
                packed.headers["Content-Type"] = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
                packed.headers["Content-Encoding"] = encoding
                packed.headers["Vary"] = "Accept-Encoding"
                return packed
        return await self._files.get_response(name, request.scope)


def _page(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>"
        f"</head><body><h1>{html.escape(title)}</h1>{body}</body></html>",
        headers={"Cache-Control": REVALIDATE},
    )
