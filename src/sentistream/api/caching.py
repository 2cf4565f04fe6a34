"""Answers kept for a moment, so that a hundred dashboards on three replicas cost as much as one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sentistream.api.answers import JSON, LIVE_CACHE
from sentistream.api.joined import Joined
from sentistream.api.schemas import (
    AggregateResponse,
    ConfidenceResponse,
    CorrectionReportResponse,
    DistributionResponse,
    GroupsResponse,
    Model,
    OverallResponse,
    PlacesResponse,
    PostPage,
    StatsResponse,
    TermsResponse,
    WeekResponse,
)
from sentistream.cache.base import Cache, Caches
from sentistream.domain.errors import Unavailable
from sentistream.storage.base import Store
from sentistream.telemetry.metrics import Metrics

HISTORICAL = {"Cache-Control": "private, max-age=30"}
SETTLING = timedelta(minutes=5)
"""A range that ends later than this before now still fills: late posts are normal."""

CACHED: tuple[type[Model], ...] = (
    AggregateResponse,
    DistributionResponse,
    StatsResponse,
    OverallResponse,
    GroupsResponse,
    PlacesResponse,
    WeekResponse,
    TermsResponse,
    ConfidenceResponse,
    CorrectionReportResponse,
    PostPage,
)
"""Every answer that is kept."""

MAX_CACHED_BYTES = 1 << 20
"""A larger answer is not kept."""


class AnswerCache:
    """Rendered answers by key, as JSON; each process looks for one, and computes it, once at a time.

    A key carries the store's epoch, so that an edit or deletion is never hidden by an old answer. While the
    shared cache is away, a process keeps its answers for itself.
    """

    def __init__(
        self,
        caches: Caches,
        store: Store,
        metrics: Metrics,
        clock: Callable[[], datetime],
        *,
        seconds: float,
        now_seconds: float,
        version: str,
    ) -> None:
        self._caches = caches
        self._epoch = Joined(store.numbers.epoch)
        self._posts_version = Joined(store.posts.version)
        self._version = version
        self._schema: str | None = None
        self._seconds = seconds
        self._now_seconds = now_seconds
        self._metrics = metrics
        self._clock = clock
        self._found: dict[str, asyncio.Future[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def key(self, name: str, *parameters: object) -> str:
        """`name`, then a digest of the parameters and of the answers' schema, and the epoch as it is now."""
        return f"{name}:{await self._digest(parameters)}:{await self._epoch()}"

    async def posts_key(self, name: str, *parameters: object) -> str:
        """As `key`, for lists of posts: every arrival makes another key, so that nobody misses a post."""
        return f"{name}:{await self._digest(parameters)}:{await self._posts_version()}"

    async def _digest(self, parameters: Sequence[object]) -> str:
        """Filters hold what people search for, and may be long."""
        if self._schema is None:
            self._schema = await asyncio.to_thread(_schema, self._version)
        given = [part if isinstance(part, msgspec.Struct) else str(part) for part in parameters]
        return hashlib.blake2b(msgspec.json.encode([given, self._schema]), digest_size=16).hexdigest()

    def touches_now(self, end: datetime | None) -> bool:
        """Whether a range that ends at `end` may still change by itself."""
        return end is None or end > self._clock() - SETTLING

    async def answer(
        self, request: Request, key: str, end: datetime, compute: Callable[[], Awaitable[bytes]]
    ) -> Response:
        """The answer kept under `key`, or a new one; 304 where the caller already holds it."""
        body = await self.body(key, end, compute)
        digest = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        # Weak: the answer is the same compressed or not, its bytes are not.
        headers = {**(LIVE_CACHE if self.touches_now(end) else HISTORICAL), "ETag": f"W/{digest}"}
        if _holds(request.headers.get("if-none-match"), digest):
            return Response(status_code=304, headers=headers | {"Vary": "Accept-Encoding"})
        return Response(body, headers=headers, media_type=JSON)

    async def body(self, key: str, end: datetime | None, compute: Callable[[], Awaitable[bytes]]) -> bytes:
        """As `answer`, the bytes alone."""
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = asyncio.get_running_loop().create_future()
            # The task belongs to no caller: one who goes away does not take the others' answer along.
            task = asyncio.create_task(self._find(key, end, compute, found))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._metrics.cache_hits.labels("underway").inc()
        return await asyncio.shield(found)

    async def _find(
        self, key: str, end: datetime | None, compute: Callable[[], Awaitable[bytes]], found: asyncio.Future[bytes]
    ) -> None:
        seconds = self._now_seconds if self.touches_now(end) else self._seconds
        try:
            kept = await self._kept(key) if seconds > 0 else None
            body = await compute() if kept is None else kept
            found.set_result(body)
            if kept is None and seconds > 0 and len(body) <= MAX_CACHED_BYTES:
                await self._keep(key, body, seconds)
        except Exception as error:
            if found.done():
                raise
            found.set_exception(error)
            found.exception()  # seen by those who wait; where nobody does any more, it is of no interest
        finally:
            del self._found[key]
            found.cancel()

    async def _kept(self, key: str) -> bytes | None:
        cache: Cache = self._caches.shared
        try:
            body = await cache.get(key)
        except Unavailable:
            cache = self._caches.own
            body = await cache.get(key)
        (self._metrics.cache_misses if body is None else self._metrics.cache_hits).labels(cache.name).inc()
        return body

    async def _keep(self, key: str, body: bytes, seconds: float) -> None:
        try:
            await self._caches.shared.put(key, body, seconds)
        except Unavailable:
            await self._caches.own.put(key, body, seconds)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _schema(version: str) -> str:
    """Of the answers that are kept: replicas of two releases, which share a cache for a while, share no answer."""
    shapes = [model.model_json_schema() for model in CACHED]
    return hashlib.blake2b(msgspec.json.encode([version, shapes]), digest_size=8).hexdigest()


def _holds(header: str | None, digest: str) -> bool:
    if header is None:
        return False
    digests = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in digests or digest in digests
