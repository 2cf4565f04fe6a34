"""Answers about the past, kept for a moment, so that a hundred dashboards cost as much as one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from cashews import Cache
from starlette.requests import Request
from starlette.responses import Response

from sentistream.api.answers import JSON, LIVE_CACHE
from sentistream.telemetry.metrics import Metrics

HISTORICAL = {"Cache-Control": "private, max-age=30"}
SETTLING = timedelta(minutes=5)
"""A range that ends later than this before now still fills: late posts are normal."""

MAX_ANSWERS = 2_000
MAX_CACHED_BYTES = 1 << 20
"""A larger answer is not kept."""


class AnswerCache:
    """Rendered answers by key; one computation per key at a time, the others wait for it.

    A key carries the store's epoch, so that an edit or deletion is never hidden by an old answer.
    """

    def __init__(self, seconds: float, now_seconds: float, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self._seconds = seconds
        self._now_seconds = now_seconds
        self._metrics = metrics
        self._clock = clock
        self._cache = Cache()
        self._cache.setup(f"mem://?size={MAX_ANSWERS}&check_interval=0")
        self._running: dict[str, asyncio.Future[bytes]] = {}

    def touches_now(self, end: datetime) -> bool:
        """Whether a range that ends at `end` may still change by itself."""
        return end > self._clock() - SETTLING

    async def answer(
        self, request: Request, key: str, end: datetime, compute: Callable[[], Awaitable[bytes]]
    ) -> Response:
        """The answer kept under `key`, or a new one; 304 where the caller already holds it."""
        fresh = self.touches_now(end)
        body = await self.body(key, self._now_seconds if fresh else self._seconds, compute)
        etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        headers = {**(LIVE_CACHE if fresh else HISTORICAL), "ETag": etag}
        if _holds(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=JSON)

    async def body(self, key: str, seconds: float, compute: Callable[[], Awaitable[bytes]]) -> bytes:
        """As `answer`, the bytes alone."""
        kept = await self._cache.get(key)
        if kept is not None:
            self._metrics.cache_hits.inc()
            return bytes(kept)
        running = self._running.get(key)
        if running is not None:
            self._metrics.cache_hits.inc()
            return await asyncio.shield(running)
        self._metrics.cache_misses.inc()
        # The task belongs to no caller: one who goes away does not take the others' answer along.
        running = asyncio.ensure_future(self._compute(key, seconds, compute))
        self._running[key] = running
        running.add_done_callback(lambda done: self._finished(key, done))
        return await asyncio.shield(running)

    def _finished(self, key: str, done: asyncio.Future[bytes]) -> None:
        self._running.pop(key, None)
        if not done.cancelled():
            done.exception()  # seen by those who wait; where nobody does any more, it is of no interest

    async def _compute(self, key: str, seconds: float, compute: Callable[[], Awaitable[bytes]]) -> bytes:
        body = await compute()
        if seconds > 0 and len(body) <= MAX_CACHED_BYTES:
            await self._cache.set(key, body, expire=seconds)
        return body

    async def close(self) -> None:
        """Forget everything."""
        for running in list(self._running.values()):
            running.cancel()
        await self._cache.close()


def _holds(header: str | None, etag: str) -> bool:
    if header is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or etag in tags
