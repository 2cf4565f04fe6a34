"""What every cache must do, whichever adapter it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from redis_server import shared_url, unique
from sentistream.cache.base import Cache
from sentistream.cache.guarded import GuardedCache
from sentistream.cache.memory import MemoryCache
from sentistream.cache.redis import RedisCache
from sentistream.settings import CacheSettings
from sentistream.telemetry.metrics import Metrics


async def open_redis() -> Cache:
    # More than the default: what is tested here is no speed, and the machine may be busy.
    return RedisCache(CacheSettings(url=await asyncio.to_thread(shared_url), timeout_seconds=5))


async def open_memory() -> Cache:
    return MemoryCache()


async def open_guarded() -> Cache:
    return GuardedCache(await open_redis(), 5, metrics=Metrics())


ADAPTERS: dict[str, Callable[[], Awaitable[Cache]]] = {
    "memory": open_memory,
    "redis": open_redis,
    "guarded": open_guarded,
}


@pytest.fixture(params=ADAPTERS)
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    opened = await ADAPTERS[request.param]()
    yield opened
    await opened.close()
    await opened.close()


async def gone(cache: Cache, key: str) -> None:
    async with asyncio.timeout(10):
        while await cache.get(key) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_was_kept_is_found_byte_for_byte(cache: Cache) -> None:
    key = unique("sentiment:aggregate:hour")
    assert await cache.get(key) is None
    for value in (b'{"data": 1}', b"", bytes(range(256)) * 4_096):
        await cache.put(key, value, 60)
        assert await cache.get(key) == value
    assert await cache.get(key + "x") is None
    assert cache.available


async def test_nothing_outlives_its_time(cache: Cache) -> None:
    short, long = unique("short"), unique("long")
    await cache.put(short, b"x", 0.2)
    await cache.put(long, b"x", 60)
    assert await cache.get(short) == b"x"
    await gone(cache, short)
    assert await cache.get(long) == b"x"


async def test_a_shorter_time_replaces_a_longer_one(cache: Cache) -> None:
    key = unique("key")
    await cache.put(key, b"old", 60)
    await cache.put(key, b"new", 0.2)
    assert await cache.get(key) == b"new"
    await gone(cache, key)


async def test_many_at_once(cache: Cache) -> None:
    keys = [unique("many") for _ in range(200)]
    await asyncio.gather(*(cache.put(key, key.encode(), 60) for key in keys))
    assert await asyncio.gather(*(cache.get(key) for key in keys)) == [key.encode() for key in keys]
