"""The refiner: what was read quickly is read again as soon as there is time, least sure first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import msgspec
import structlog

from sentistream.analysis.reader import TieredReader
from sentistream.domain.analysis import Reading
from sentistream.domain.errors import Unavailable
from sentistream.live.base import Live
from sentistream.storage.base import Store
from sentistream.storage.queue import Claim, Refined
from sentistream.stream.base import Stream
from sentistream.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

CLAIMED = 256
"""Texts claimed together: one transaction stores their readings."""

BUSY_SECONDS = 0.2
"""Between two looks while new posts need the processor."""

IDLE_SECONDS = 0.5
"""Between two looks while nothing is queued."""

COUNT_SECONDS = 5.0
"""Between two counts of what is queued, while some of it is being read."""

RETRY_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Waits while the store or the better model is away; the last one repeats."""


class Refiner:
    """Reads again, at the best tier, what is queued, until `stop()`.

    It gives way to new posts: how much it reads at once goes by the lag of the stream. A better reading is
    stored and becomes current in one transaction, is published, and leaves the queue: a crash anywhere means that
    the text is read, and its event published, once more when its lease is over. Any number of processes may do it.
    """

    def __init__(
        self,
        *,
        stream: Stream,
        store: Store,
        live: Live,
        reader: TieredReader,
        metrics: Metrics,
        clock: Callable[[], datetime],
        group: str,
        lease_seconds: float = 32.0,
        on_step: Callable[[int, int], None] | None = None,
    ) -> None:
        """lease_seconds: how long a claim is ours. Half of it is for reading; what is not read by then is given back.

        on_step: hears how many posts this process has read again, and how many are left.
        """
        self._stream = stream
        self._store = store
        self._live = live
        self._reader = reader
        self._metrics = metrics
        self._clock = clock
        self._group = group
        self._lease_seconds = lease_seconds
        self._on_step = on_step
        self._stopping = asyncio.Event()
        self._left = 0
        self._counted_at = float("-inf")
        self._refined = 0
        self._failures = 0
        self._stuck = False

    def stop(self) -> None:
        """Store what was read, give back the rest, and return from `run()`."""
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop()`."""
        while not self._stopping.is_set():
            try:
                wait = await self.step()
            except Unavailable as error:
                wait = self._retry()
                log.warning("refining_waits", reason=error.message, retry_in_seconds=wait)
            if wait:
                await self._pause(wait)

    async def finished(self) -> bool:
        """Whether nothing is queued, or nothing of it can be done here and now."""
        return self._stuck or not (await self._store.refine.backlog()).posts

    async def step(self) -> float:
        """Read one claim's worth again, if there is any and there is time; seconds to wait before the next."""
        await self._count()
        if not self._left:
            return IDLE_SECONDS
        size = await self._allowed()
        if not size:
            return BUSY_SECONDS
        queue, now = self._store.refine, self._clock()
        claim = await queue.claim(CLAIMED, uuid4().hex, now, self._lease_seconds, self._reader.tier)
        if claim.given_up:
            log.error("refining_given_up", posts=claim.given_up)
            self._metrics.refined.labels("given_up").inc(claim.given_up)
        self._stuck = not claim.texts and not claim.given_up
        if not claim.texts:
            return IDLE_SECONDS
        result = await self._refine(claim, size)
        self._report(result)
        if result.kept:
            self._stuck = True
            return self._retry()
        self._failures = 0
        return 0.0

    async def _refine(self, claim: Claim, size: int) -> Refined:
        texts = claim.texts
        readings: list[Reading] = []
        deadline = time.monotonic() + self._lease_seconds / 2
        try:
            while size and len(readings) < len(texts) and time.monotonic() < deadline and not self._stopping.is_set():
                step = texts[len(readings) :][:size]
                readings += await self._reader.reread([text.content for text in step])
                size = await self._allowed()
        finally:
            if rest := texts[len(readings) :]:
                await self._store.refine.release(msgspec.structs.replace(claim, texts=rest))
        read = msgspec.structs.replace(claim, texts=texts[: len(readings)])
        result = await self._store.refine.settle(read, readings, self._clock())
        if result.events:
            await self._live.publish(result.events)
        await self._store.refine.finish(read)
        return result

    async def _allowed(self) -> int:
        lag = await self._stream.lag(self._group)
        return self._reader.allowance(lag.entries, lag.seconds)

    async def _count(self) -> None:
        """How much is queued: asked now and then while there is much, since counting takes as long as it is."""
        if self._left <= 0 or time.monotonic() - self._counted_at >= COUNT_SECONDS:
            self._left = (await self._store.refine.backlog()).posts
            self._counted_at = time.monotonic()
            self._metrics.refine_backlog.set(self._left)

    def _report(self, result: Refined) -> None:
        for outcome in ("refined", "dropped", "kept"):
            if count := getattr(result, outcome):
                self._metrics.refined.labels(outcome).inc(count)
        self._refined += result.refined
        self._left = max(0, self._left - result.refined - result.dropped)
        self._metrics.refine_backlog.set(self._left)
        if self._on_step is not None:
            self._on_step(self._refined, self._left)

    def _retry(self) -> float:
        wait = RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS) - 1)]
        self._failures += 1
        return wait

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
