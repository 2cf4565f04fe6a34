"""A Redis that is away slows answers; it never fails them, and gives nobody another's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from scripts.servers.valkey import ValkeyServer
from structlog.testing import capture_logs

from redis_server import own_server
from sentistream.cache.guarded import FAILURES, GuardedCache
from sentistream.cache.redis import RedisCache
from sentistream.domain.errors import Unavailable
from sentistream.settings import CacheSettings
from sentistream.telemetry.metrics import Metrics

pytestmark = pytest.mark.crash

TIMEOUT = 0.1


class Rig:
    """A guarded cache on a server to be killed, and its breaker's clock."""

    def __init__(self, url: str) -> None:
        self.now = 0.0
        self.metrics = Metrics()
        self.bare = RedisCache(CacheSettings(url=url, timeout_seconds=TIMEOUT))
        self.cache = GuardedCache(self.bare, 5, metrics=self.metrics, clock=lambda: self.now)

    def counted(self, outcome: str) -> float:
        labels = {"place": "redis", "outcome": outcome}
        return self.metrics.registry.get_sample_value("sentistream_cache_failures_total", labels) or 0.0

    async def fails_in(self, key: str = "key") -> float:
        """Seconds until it is said that there is no answer."""
        started = time.perf_counter()
        with pytest.raises(Unavailable):
            await self.cache.get(key)
        return time.perf_counter() - started

    async def answers_again(self) -> None:
        """Each look is after the pause of the breaker."""
        async with asyncio.timeout(30):
            while True:
                self.now += 6
                try:
                    await self.cache.get("key")
                    return
                except Unavailable:
                    await asyncio.sleep(0.02)


@asynccontextmanager
async def rigged(folder: Path) -> AsyncIterator[tuple[ValkeyServer, Rig]]:
    with own_server(folder / "redis") as server:
        rig = Rig(server.url)
        try:
            yield server, rig
        finally:
            await rig.cache.close()


async def test_a_server_that_accepts_and_never_answers_costs_a_few_time_outs(tmp_path: Path) -> None:
    async with rigged(tmp_path) as (server, rig):
        await rig.cache.put("key", b"value", 60)
        server.pause()
        try:
            with capture_logs() as said:
                waits = [await rig.fails_in() for _ in range(FAILURES)]
            assert all(TIMEOUT * 0.9 <= wait < TIMEOUT * 10 for wait in waits)  # the fault fired, and was cut short
            assert [line["event"] for line in said] == ["cache_left_alone"]
            assert not rig.cache.available
            skipped = [await rig.fails_in() for _ in range(100)]
            assert sorted(skipped)[50] < TIMEOUT / 10
            assert (rig.counted("failed"), rig.counted("skipped")) == (FAILURES, 100)
            rig.now += 6  # one question is let through, and opens the breaker again
            assert await rig.fails_in() >= TIMEOUT * 0.9
            assert await rig.fails_in() < TIMEOUT
        finally:
            server.resume()
        with capture_logs() as said:
            await rig.answers_again()
        assert "cache_answers_again" in [line["event"] for line in said]
        assert rig.cache.available
        assert await rig.cache.get("key") == b"value"


async def test_a_killed_server_is_used_again_when_it_is_back(tmp_path: Path) -> None:
    async with rigged(tmp_path) as (server, rig):
        await rig.cache.put("key", b"value", 60)
        server.kill()
        for _ in range(FAILURES + 1):
            assert await rig.fails_in() < TIMEOUT * 10
        assert not rig.cache.available
        await asyncio.to_thread(server.start)
        await rig.answers_again()
        await rig.cache.put("key", b"other", 60)
        assert await rig.cache.get("key") == b"other"


async def test_late_answers_reach_nobody(tmp_path: Path) -> None:
    """A question that was given up leaves its answer on the connection; the next one must not read it."""
    async with rigged(tmp_path) as (server, rig):
        keys = [f"key{n}" for n in range(20)]
        for key in keys:
            await rig.bare.put(key, key.encode(), 60)
        server.pause()
        try:
            results = await asyncio.gather(*(rig.bare.get(key) for key in keys), return_exceptions=True)
            assert all(isinstance(result, Unavailable) for result in results)
        finally:
            server.resume()
        await rig.answers_again()
        for _ in range(3):
            assert await asyncio.gather(*(rig.bare.get(key) for key in keys)) == [key.encode() for key in keys]


async def test_a_server_whose_memory_is_full_of_other_things_refuses_and_goes_on_answering(tmp_path: Path) -> None:
    async with rigged(tmp_path) as (_, rig):
        client = rig.bare._server.client
        await rig.cache.put("key", b"value", 60)
        await client.set("stream", b"x" * 2_000_000)  # without a time to live: not to be evicted
        await client.config_set("maxmemory", "1mb")
        with pytest.raises(Unavailable, match="no memory left"):
            await rig.bare.put("other", b"value", 60)
        assert await rig.cache.get("other") is None
