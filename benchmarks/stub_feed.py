"""A dashboard's server whose live feed is played: frames over the true protocol, at any pace.

Everything but the socket is asked of a real `sentistream up` behind it. Storing 2,000 posts a second takes both cores
of a small machine, and would leave a browser beside it nothing: played frames cost the browser the same, and the
machine next to nothing.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from benchmarks.server import Server

SHOWN = 50
"""Most posts in a frame, as the real server has it."""

DROPPED = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection"})


class StubFeed:
    """`rate` posts a second in `per_second` frames, made of posts that `server` has stored."""

    def __init__(self, server: Server, rate: float, per_second: float) -> None:
        self._server = server
        self._count = round(rate / per_second)
        self._pause = 1 / per_second
        self._models: list[dict[str, Any]] = server.data("posts?limit=200")
        self._numbers = server.data("metrics/overall?hours=1")["current"]
        self._ids = itertools.count()
        self._client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False, timeout=60)
        self.app = Starlette(
            routes=[WebSocketRoute("/ws/sentiment", self._play), Route("/{path:path}", self._pass_on)],
        )

    async def _pass_on(self, request: Request) -> Response:
        names = ("accept", "accept-encoding", "if-none-match")
        given = {name: request.headers[name] for name in names if name in request.headers}
        url = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        async with self._client.stream("GET", url, headers=given) as answer:
            body = b"".join([part async for part in answer.aiter_raw()])
        headers = {name: value for name, value in answer.headers.items() if name not in DROPPED}
        headers["content-security-policy"] = "default-src 'self' 'unsafe-inline' data: ws:"
        if encoding := answer.headers.get("content-encoding"):
            headers["content-encoding"] = encoding
        return Response(body, answer.status_code, headers)

    async def _play(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(json.dumps({"type": "connected", "position": "stub-0", "as_of": _now()}))
        listening = asyncio.create_task(self._listen(socket))
        due = time.monotonic()
        sent, told = 0, due
        with suppress(WebSocketDisconnect, RuntimeError):
            while not listening.done():
                due += self._pause
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                await socket.send_text(json.dumps(self._frame(sent)))
                sent += self._count
                if due - told >= 1:
                    told = due
                    await socket.send_text(json.dumps(self._metrics(sent)))
        listening.cancel()

    async def _listen(self, socket: WebSocket) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                await socket.receive_text()
                await socket.send_text(json.dumps({"type": "pong"}))

    def _frame(self, sent: int) -> dict[str, Any]:
        shown = min(SHOWN, self._count)
        now = _now()
        numbers = [next(self._ids) for _ in range(shown)]
        data = [
            self._models[number % len(self._models)]
            | {"id": f"stub-{number}", "post_id": f"stub-{number}", "created_at": now, "ingested_at": now}
            for number in numbers
        ]
        return {
            "type": "posts",
            "from": f"stub-{sent}",
            "to": f"stub-{sent + self._count}",
            "data": data,
            "skipped": self._count - shown,
            "count": self._count,
        }

    def _metrics(self, sent: int) -> dict[str, Any]:
        numbers = self._numbers | {"posts": self._numbers["posts"] + sent}
        minute = numbers | {"arrivals": round(60 * self._count / self._pause)}
        return {
            "type": "metrics_update",
            "as_of": _now(),
            "total_posts": numbers["posts"],
            "last_minute": minute,
            "last_hour": numbers,
            "last_24_hours": numbers,
        }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def played(server: Server, *, rate: float, per_second: float) -> Iterator[str]:
    """A stub in front of `server`; yields its address."""
    config = uvicorn.Config(
        StubFeed(server, rate, per_second).app, port=0, log_config=None, access_log=False, ws_per_message_deflate=False
    )
    stub = uvicorn.Server(config)
    thread = threading.Thread(target=stub.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not stub.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the stub did not start")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{stub.servers[0].sockets[0].getsockname()[1]}"
    finally:
        stub.should_exit = True
        thread.join()
