"""Steps that the tests of the embedded stream share."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes import MovableClock
from sentistream.domain.post import Entry, Post
from sentistream.settings import StreamSettings
from sentistream.stream.base import Stream
from sentistream.stream.sqlite import SqliteStream

GROUP = "sentiment_workers"

Opener = Callable[..., AbstractAsyncContextManager[SqliteStream]]


@pytest.fixture
def opened(clock: MovableClock) -> Opener:
    """Opens a stream at a path, with settings, for the length of a context."""

    @asynccontextmanager
    async def open_stream(path: Path, **settings: float) -> AsyncIterator[SqliteStream]:
        stream = SqliteStream(path, StreamSettings(**settings), clock)
        await stream.open()
        try:
            yield stream
        finally:
            await stream.close()

    return open_stream


def posts(first: int, count: int, size: int = 100) -> list[Entry]:
    return [
        Post(post_id=str(number), source="twitter", content="x" * size, created_at=datetime(2026, 3, 1, tzinfo=UTC))
        for number in range(first, first + count)
    ]


async def drain(stream: Stream) -> list[int]:
    taken: list[int] = []
    async with stream.consume(GROUP, 500, 0) as consumer, asyncio.timeout(20):
        while (await stream.lag(GROUP)).entries:
            batch = await anext(aiter(consumer.batches()))
            taken += [int(delivered.entry.post_id) for delivered in batch.entries if isinstance(delivered.entry, Post)]
            await consumer.ack(batch)
    return taken


def check(path: Path) -> str:
    """SQLite's own verdict on the file."""
    with sqlite3.connect(path) as db:
        verdict: str = db.execute("PRAGMA integrity_check").fetchone()[0]
    db.close()
    return verdict
