"""A breaker around a cache: one that is away costs a few time-outs, then nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from sentistream.cache.base import Cache
from sentistream.connections.breaker import Breaker
from sentistream.domain.errors import Unavailable
from sentistream.telemetry.metrics import Metrics

FAILURES = 3
"""In a row, after which the cache is left alone."""

_log = structlog.get_logger(__name__)

T = TypeVar("T")


class GuardedCache:
    """`Cache` that raises Unavailable at once, for `open_seconds`, after the inner one has failed `failures` times.

    Then one question is let through: its answer, or the next pause. `clock` is in seconds.
    """

    def __init__(
        self,
        cache: Cache,
        open_seconds: float,
        *,
        metrics: Metrics,
        failures: int = FAILURES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = cache.name
        self._cache = cache
        self._open_seconds = open_seconds
        self._metrics = metrics
        self._breaker = Breaker(failures, open_seconds, clock)

    @property
    def available(self) -> bool:
        """False while it is left alone."""
        return not self._breaker.is_open

    async def get(self, key: str) -> bytes | None:
        """The bytes kept under `key`, or None."""
        return await self._ask(lambda: self._cache.get(key))

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep `value` for `seconds`."""
        await self._ask(lambda: self._cache.put(key, value, seconds))

    async def close(self) -> None:
        """Disconnect."""
        await self._cache.close()

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        if not self._breaker.admit():
            self._metrics.cache_failures.labels(self.name, "skipped").inc()
            raise Unavailable(f"the cache ({self.name}) failed repeatedly and is left alone for a moment")
        try:
            answer = await question()
        except Unavailable as error:
            self._metrics.cache_failures.labels(self.name, "failed").inc()
            if self._breaker.fail():
                _log.warning("cache_left_alone", cache=self.name, seconds=self._open_seconds, reason=error.message)
            raise
        except asyncio.CancelledError:
            self._breaker.abandon()
            raise
        if self._breaker.is_open:
            _log.info("cache_answers_again", cache=self.name)
        self._breaker.succeed()
        return answer
