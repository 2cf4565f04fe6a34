"""Steps that the stream's contract tests share, and the fixture that gives them an adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx
from stream_adapters import ADAPTERS, GROUP, StreamRig

from sentistream.domain.post import Entry, Post
from sentistream.stream.base import Batch, Consumer, Stream

WRITTEN = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(params=ADAPTERS)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StreamRig]:
    rig = ADAPTERS[request.param](tmp_path)
    try:
        with blockbuster_ctx("sentistream.stream"):  # no adapter may block the event loop
            yield rig
    finally:
        await rig.close()


def post(number: int, connector: str = "http") -> Post:
    return Post(
        post_id=str(number), source="twitter", content=f"post {number}", created_at=WRITTEN, connector=connector
    )


def posts(first: int, count: int, connector: str = "http") -> list[Entry]:
    return [post(number, connector) for number in range(first, first + count)]


def numbers(batch: Batch) -> list[int]:
    return [int(delivered.entry.post_id) for delivered in batch.entries if isinstance(delivered.entry, Post)]


def attempts(batch: Batch) -> list[int]:
    return [delivered.attempt for delivered in batch.entries]


async def take(consumer: Consumer) -> Batch:
    async with asyncio.timeout(10):
        async for batch in consumer.batches():
            return batch
    raise AssertionError("the consumer ended")


async def drain(stream: Stream, group: str = GROUP, max_size: int = 100) -> list[int]:
    """Take and acknowledge everything there is."""
    taken: list[int] = []
    async with stream.consume(group, max_size, 0) as consumer:
        while (await stream.lag(group)).entries:
            batch = await take(consumer)
            taken += numbers(batch)
            await consumer.ack(batch)
    return taken


async def nothing_to_take(stream: Stream, group: str = GROUP) -> bool:
    """Whether another member of the group is given nothing although it looks."""
    before = await stream.counts(group)
    async with stream.consume(group, 10, 0) as consumer:
        batches = aiter(consumer.batches())
        waiting = asyncio.ensure_future(anext(batches))
        done, _ = await asyncio.wait([waiting], timeout=0.3)  # longer than the poll
        waiting.cancel()
        await asyncio.wait([waiting])
    return not done and await stream.counts(group) == before
