"""Forgetting: posts older than the days that are kept go in small steps, beside everybody's work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from sentistream.domain.errors import Unavailable
from sentistream.pipeline.tenure import Tenure
from sentistream.storage.base import Store
from sentistream.telemetry.metrics import Metrics

STEP = 200
"""Posts that one transaction deletes: some hundredths of a second, in which others may wait."""

SHARE = 0.2
"""Of the time that steps may take; the rest are pauses."""

LEAST_PAUSE = 0.05

LOOK_SECONDS = 600.0
"""Between two looks; days end at midnight UTC, and what others held at the first is free at the next."""

PROGRESS_STEPS = 100
"""Between two lines of the log."""

log = structlog.get_logger(__name__)


class Retention:
    """Deletes posts that were created before the UTC day of `days` days ago, in one process of all."""

    def __init__(
        self,
        *,
        store: Store,
        metrics: Metrics,
        clock: Callable[[], datetime],
        days: int,
        step: int = STEP,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._kept = timedelta(days=days)
        self._step = step
        self._sleep = sleep

    async def run(self, tenure: Tenure) -> None:
        """Until cancelled; LeaseLost once another process does it."""
        while True:
            try:
                await self.expire(tenure)
            except Unavailable as error:
                log.warning("retention_waits", reason=error.message)
            await self._sleep(LOOK_SECONDS)

    async def expire(self, tenure: Tenure) -> int:
        """Delete what is too old by now; returns how many posts went."""
        before = self._clock() - self._kept
        loop = asyncio.get_running_loop()
        expired = steps = 0
        while True:
            await tenure.check()
            started = loop.time()
            gone = await self._store.expire(before, self._step)
            took = loop.time() - started
            self._metrics.posts_expired.inc(gone)
            expired += gone
            steps += 1
            if gone < self._step:
                break
            if steps % PROGRESS_STEPS == 0:
                log.info("posts_expiring", so_far=expired, before=before.date())
            await self._sleep(max(LEAST_PAUSE, took * (1 / SHARE - 1)))
        if expired:
            log.info("posts_expired", posts=expired, before=before.date())
        return expired
