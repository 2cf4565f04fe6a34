"""Steps that the tests of the Redis stream share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from sentistream.domain.post import Entry, Post
from sentistream.settings import StreamSettings
from sentistream.stream.base import Batch, Consumer, Delivered, Stream
from sentistream.stream.redis.stream import RedisStream

GROUP = "sentiment_workers"
NAME = "social_posts_stream"


@asynccontextmanager
async def opened(url: str, groups: tuple[str, ...] = (GROUP,), **settings: Any) -> AsyncIterator[RedisStream]:
    """A stream on the server's own clock, as in production."""
    stream = RedisStream(url, StreamSettings(**settings), groups=groups)
    await stream.open()
    try:
        yield stream
    finally:
        await stream.close()


@asynccontextmanager
async def redis(url: str) -> AsyncIterator[Redis]:
    """A client that goes past us."""
    async with Redis.from_url(url, decode_responses=True, encoding_errors="replace") as client:
        yield client


def posts(first: int, count: int, size: int = 20) -> list[Entry]:
    return [
        Post(post_id=str(number), source="twitter", content="x" * size, created_at=datetime(2026, 3, 1, tzinfo=UTC))
        for number in range(first, first + count)
    ]


def numbers(entries: list[Delivered]) -> list[int]:
    return [int(one.entry.post_id) for one in entries if isinstance(one.entry, Post)]


async def take(consumer: Consumer, seconds: float = 30) -> Batch:
    async with asyncio.timeout(seconds):
        async for batch in consumer.batches():
            return batch
    raise AssertionError("the consumer ended")


async def drain(stream: Stream, group: str = GROUP, max_size: int = 100) -> list[Delivered]:
    """Take and acknowledge everything there is."""
    taken: list[Delivered] = []
    async with stream.consume(group, max_size, 0) as consumer:
        while (await stream.lag(group)).entries:
            batch = await take(consumer)
            taken += batch.entries
            await consumer.ack(batch)
    return taken


async def eventually(happened: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait for what another process does; TimeoutError if it never does."""
    async with asyncio.timeout(seconds):
        while not await happened():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
