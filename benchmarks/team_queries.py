"""How fast does PostgreSQL answer aggregates, distributions and pages over 5,000,000 posts, uncached?

Asked as in queries, and with several filters. To keep the database for the next time, which saves a quarter of an hour:
`python -m benchmarks.team_queries --folder FOLDER`, a folder that any user can reach.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import RUNS, Answer, below, percentile
from benchmarks.millions import fill
from benchmarks.queries import ASKED, Asked, aggregates, pages, times, values
from benchmarks.team import postgres
from sentistream.domain.query import Filters, NumbersQuery, PageRequest
from sentistream.storage.base import Store
from sentistream.storage.postgres.store import PostgresStore

POSTS = 5_000_000


def run(folder: Path | None = None) -> list[Answer]:
    """p95 of many different questions, five times over."""
    with postgres(folder) as server:
        return asyncio.run(_run(server.url()))


async def _run(url: str) -> list[Answer]:
    store = PostgresStore(url)
    await store.migrate()
    if await store.posts.count() < POSTS:
        patient = PostgresStore(url, statement_seconds=0)
        await fill(patient, POSTS, datetime.now(UTC).replace(second=0, microsecond=0))
        await patient.close()
    newest = await store.posts.page(Filters(), PageRequest(limit=1))
    end = newest.posts[0].created_at + timedelta(minutes=1)
    known = await values(store, end)
    answers = []
    for question, target, ask in (
        ("aggregate and distribution with one filter", 50.0, aggregates),
        ("page of posts with one filter", 50.0, _one_filter),
        ("page of posts with any filters, near and far", 500.0, pages),
        ("aggregate with two to four filters", 500.0, _several_filters),
    ):
        await times(ask(store, end, known, RUNS))
        p95s = [percentile(await times(ask(store, end, known, seed)), 0.95) for seed in range(RUNS)]
        note = f"{ASKED} different questions a run"
        answers.append(below(f"{question}, {POSTS:,} posts in PostgreSQL, uncached, p95", p95s, "ms", target, note))
    await store.close()
    return answers


def _one_filter(store: Store, end: datetime, values: dict[str, list[str]], seed: int) -> Asked:
    chance = random.Random(seed)
    for _ in range(ASKED):
        dimension = chance.choice(list(values))
        filters = Filters(**{dimension: (chance.choice(values[dimension]),)})  # type: ignore[arg-type]
        request = PageRequest(limit=50, offset=chance.choice([0, 0, 50, 1_000]))
        yield lambda filters=filters, request=request: store.posts.page(filters, request)  # type: ignore[misc]


def _several_filters(store: Store, end: datetime, values: dict[str, list[str]], seed: int) -> Asked:
    chance = random.Random(seed)
    for _ in range(ASKED):
        chosen = chance.sample(list(values), chance.randint(2, 4))
        filters = Filters(**{dimension: (chance.choice(values[dimension]),) for dimension in chosen})  # type: ignore[arg-type]
        hours, period = chance.choice([(24, None), (24, "hour"), (168, "hour"), (720, "day")])
        query = NumbersQuery(start=end - timedelta(hours=hours), end=end, filters=filters, period=period)  # type: ignore[arg-type]
        yield lambda query=query: store.numbers.cells(query)  # type: ignore[misc]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    for answer in run(parser.parse_args().folder):
        print(answer.row(), flush=True)
