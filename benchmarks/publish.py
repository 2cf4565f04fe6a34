"""How many entries a second does one process publish to Redis, durably, in batches of 1,000?"""

from __future__ import annotations

import asyncio
import time

from benchmarks.corpus import posts
from benchmarks.measure import RUNS, Answer, at_least
from benchmarks.team import valkey
from sentistream.settings import StreamSettings
from sentistream.stream.redis.stream import RedisStream

BATCHES = 100
BATCH = 1_000


def run() -> list[Answer]:
    """One row: the stream grows from run to run."""
    entries = list(posts(BATCHES * BATCH))
    batches = [entries[start : start + BATCH] for start in range(0, len(entries), BATCH)]

    async def rates(url: str) -> list[float]:
        stream = RedisStream(url, StreamSettings(max_length=RUNS * BATCHES * BATCH))
        await stream.open()
        found = []
        for _ in range(RUNS):
            started = time.perf_counter()
            for batch in batches:
                await stream.publish(batch)
            found.append(BATCHES * BATCH / (time.perf_counter() - started))
        await stream.close()
        return found

    with valkey() as server:
        found = asyncio.run(rates(server.url))
    note = f"{BATCHES * BATCH:,} synthetic posts a run, Valkey with `appendfsync always`"
    return [at_least("entries published to Redis, batches of 1,000, one process", found, "/s", 30_000, note)]
