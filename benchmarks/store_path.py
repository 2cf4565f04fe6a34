"""How many posts a second does PostgreSQL take, rollups and ledger included, from one writer and from four?

Writers are processes, as workers are, with one store each and as many batches under way as a worker has; the batches
were read before the clock starts. Posts were
written just now, as live ones are: all writers add to the same few minutes. Server and writers share the machine, and
the tables grow from run to run.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier

from benchmarks.corpus import posts
from benchmarks.measure import RUNS, Answer, at_least
from benchmarks.team import postgres
from sentistream.analysis.fast import FastAnalyser
from sentistream.pipeline.analyse import WRITES
from sentistream.storage.base import Settling
from sentistream.storage.postgres.store import PostgresStore

POSTS = 30_000
"""In a run, shared among its writers."""

BATCH = 500
"""As a worker's, unless it is told otherwise."""

RATE = 8_000
"""Posts that people wrote in a second."""

WRITERS = 4


def run() -> list[Answer]:
    """Posts a second of one writer, and what four make of that."""
    with postgres() as server:
        asyncio.run(_migrate(server.url()))
        first, alone, together = 0, [], []
        for _ in range(RUNS):
            for writers, rates in ((1, alone), (WRITERS, together)):
                rates.append(rate(server.url(), writers, first))
                first += POSTS + writers * BATCH
        findings = asyncio.run(_findings(server.url()))
    assert not findings, findings
    median = statistics.median(alone)
    note = f"{POSTS:,} synthetic posts a run, batches of {BATCH}"
    return [
        at_least("analyses to PostgreSQL with rollups and ledger, one writer", alone, "posts/s", 8_000, note),
        at_least("the same by four writers, times one", [one / median for one in together], "times", 1.0, note),
    ]


def rate(url: str, writers: int, first: int) -> float:
    """Posts a second of that many writers at once; `first` is the number of the first post."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(writers + 1)
    share = POSTS // writers
    processes = [
        context.Process(target=_write, args=(url, start, first + number * (share + BATCH), share))
        for number in range(writers)
    ]
    for process in processes:
        process.start()
    start.wait()
    started = time.perf_counter()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - started
    assert all(process.exitcode == 0 for process in processes)
    return POSTS / seconds


def _write(url: str, start: Barrier, first: int, count: int) -> None:
    asyncio.run(_writer(url, start, first, count))


async def _writer(url: str, start: Barrier, first: int, count: int) -> None:
    now = datetime.now(UTC)
    warm, *batches = await _batches(first, count + BATCH, now)
    store = PostgresStore(url)
    await store.write(warm, now)
    start.wait()
    waiting = iter(batches)

    async def write() -> None:
        for batch in waiting:
            await store.write(batch, now)

    await asyncio.gather(*(write() for _ in range(WRITES)))
    await store.close()


async def _batches(first: int, count: int, end: datetime) -> list[list[Settling]]:
    found = list(posts(count, first=first, days=count / RATE / 86_400, end=end))
    readings = await FastAnalyser().analyse([post.content for post in found])
    items = [
        Settling(entry_id=f"bench:{first + number:016d}", entry=post, reading=reading)
        for number, (post, reading) in enumerate(zip(found, readings, strict=True))
    ]
    return [items[start : start + BATCH] for start in range(0, count, BATCH)]


async def _migrate(url: str) -> None:
    store = PostgresStore(url)
    await store.migrate()
    await store.close()


async def _findings(url: str) -> list[str]:
    store = PostgresStore(url)
    found = [finding.message for finding in await store.ledger.findings()]
    await store.close()
    return found
