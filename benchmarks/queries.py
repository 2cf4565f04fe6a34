"""How fast are aggregates, distributions and any page of any filter over 1,000,000 posts, uncached?

The store is asked directly, so that no cache of the API can help; its page cache is as a running server's.
The posts were read by the lexicon: a million of them are ready in minutes, and any labels will do.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.corpus import posts
from benchmarks.measure import RUNS, Answer, below, percentile
from sentistream.analysis.base import Analyser
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.domain.analysis import Reading
from sentistream.domain.post import Post
from sentistream.domain.query import Filters, NumbersQuery, PageRequest
from sentistream.storage.base import Settling, Store
from sentistream.storage.sqlite import SqliteStore

POSTS = 1_000_000
BATCH = 2_000


def run() -> list[Answer]:
    """p95 of many different questions, five times over."""
    return asyncio.run(_run())


async def _run() -> list[Answer]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "store.db")
        await store.migrate()
        end = datetime.now(UTC).replace(second=0, microsecond=0)
        await _fill(store, end)
        known = await values(store, end)
        answers = []
        for question, target, ask in (
            ("one-filter aggregate and distribution over 1,000,000 posts, p95", 50.0, aggregates),
            ("any combination of filters, any page, 1,000,000 posts, p95", 300.0, pages),
        ):
            p95s = [percentile(await times(ask(store, end, known, seed)), 0.95) for seed in range(RUNS)]
            answers.append(below(question, p95s, "ms", target, f"{ASKED} different questions a run"))
        await store.close()
        return answers


ASKED = 60


async def _fill(store: SqliteStore, end: datetime) -> None:
    await settled(store, posts(POSTS, end=end), LexiconAnalyser(), end)


async def settled(store: SqliteStore, source: Iterator[Post], analyser: Analyser, end: datetime) -> None:
    """Read and store all of `source`, the outcomes of its entries pruned."""
    number = itertools.count(1)
    while batch := list(itertools.islice(source, BATCH)):
        readings = await analyser.analyse([post.content for post in batch])
        await store.write([_settling(next(number), *pair) for pair in zip(batch, readings, strict=True)], end)
    await store.ledger.prune([f"e:{next(number):016d}"])


def _settling(number: int, post: Any, reading: Reading) -> Settling:
    return Settling(entry_id=f"e:{number:016d}", entry=post, reading=reading)


async def values(store: Store, end: datetime) -> dict[str, list[str]]:
    """The 40 most frequent values of each dimension."""
    found = {}
    for dimension in ("source", "product", "channel", "country", "city", "sentiment"):
        query = NumbersQuery(start=end - timedelta(days=31), end=end, group_by=dimension, limit=40)  # type: ignore[arg-type]
        found[dimension] = [cell.key for cell in await store.numbers.cells(query) if cell.key]
    return found


Asked = Iterator[Callable[[], Awaitable[Any]]]


def aggregates(store: Store, end: datetime, values: dict[str, list[str]], seed: int) -> Asked:
    """Ranges, periods and zones with one filter."""
    chance = random.Random(seed)
    for _ in range(ASKED):
        dimension = chance.choice(list(values))
        filters = Filters(**{dimension: (chance.choice(values[dimension]),)})  # type: ignore[arg-type]
        hours, period = chance.choice(
            [(24, None), (24, "hour"), (24, "minute"), (168, "hour"), (720, "hour"), (720, "day")]
        )
        late = end - timedelta(minutes=chance.randrange(600))
        query = NumbersQuery(
            start=late - timedelta(hours=hours), end=late, filters=filters, period=period,  # type: ignore[arg-type]
            tz=chance.choice(["UTC", "America/New_York", "Asia/Kolkata"]),
        )  # fmt: skip
        yield lambda query=query: store.numbers.cells(query)  # type: ignore[misc]


def pages(store: Store, end: datetime, values: dict[str, list[str]], seed: int) -> Asked:
    """Pages near and far with none to four filters, words and minimums."""
    chance = random.Random(seed)
    for _ in range(ASKED):
        chosen = chance.sample(list(values), chance.randint(0, 4))
        filters: dict[str, Any] = {dimension: (chance.choice(values[dimension]),) for dimension in chosen}
        if chance.random() < 0.3:
            filters["q"] = chance.choice(["the", "app", "love", "refund", "delayed support", "never again", "zzzz"])
        if chance.random() < 0.3:
            filters["start"] = end - timedelta(days=chance.randint(1, 30))
        if chance.random() < 0.3:  # what a cursor far away asks
            filters["end"] = end - timedelta(days=chance.random() * 30)
        if chance.random() < 0.2:
            filters["min_confidence"] = chance.random()
        request = PageRequest(
            limit=50, offset=chance.choice([0, 0, 50, 1_000, 10_000]), sort=chance.choice(["newest", "oldest"])
        )
        yield lambda filters=Filters(**filters), request=request: store.posts.page(filters, request)  # type: ignore[misc]


async def times(asked: Asked) -> list[float]:
    """Milliseconds of each."""
    found = []
    for question in asked:
        started = time.perf_counter()
        await question()
        found.append((time.perf_counter() - started) * 1_000)
    return found
