"""With 50 dashboards open on two replicas: how many answers need not be computed, and how fast are those?

The whole team as real processes: PostgreSQL, Redis (stream, live feed and cache, `appendfsync always`), a worker, two
API processes, 50,000 posts stored and 10 more a second arriving. Every dashboard asks what the page asks
(frontend/src/api/queries.ts) every 2.5 s, as the page does while posts arrive, out of step with the others; 30 show the
range they open with, 10 the last hour, 10 the last week.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from scripts.servers.postgres import PostgresServer
from scripts.servers.valkey import ValkeyServer

from benchmarks.corpus import items, posts
from benchmarks.measure import RUNS, Answer, at_least, below, percentile
from benchmarks.server import Server, serving
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.storage.base import Settling
from sentistream.storage.postgres.store import PostgresStore

POSTS = 50_000
RATE = 10
DASHBOARDS = (("hour", 24, 30), ("minute", 1, 10), ("hour", 168, 10))
"""Period, hours and how many show them."""

REFRESH = 2.5
SECONDS = 7.5
ALONE = 200


def run() -> list[Answer]:
    """The share of hits while all look, then cached answers one by one."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sentistream-bench-", dir="/var/tmp")))
        # Root cannot run PostgreSQL, and another user must be able to enter.
        folder.chmod(0o755)
        postgres = stack.enter_context(PostgresServer(folder / "postgres"))
        redis = stack.enter_context(ValkeyServer(folder / "redis"))
        asyncio.run(_fill(postgres.url()))
        environment = {
            "DATABASE_URL": postgres.url(),
            "SENTISTREAM_STREAM_URL": redis.url,
            "SENTISTREAM_LIVE_URL": redis.url,
            "SENTISTREAM_CACHE_URL": redis.url,
        }
        apis = [stack.enter_context(serving("api", analyser="fast", **environment)) for _ in range(2)]
        stack.enter_context(serving("worker", analyser="fast", **environment))
        shares, loaded, alone = asyncio.run(_measured(apis))
    note = (
        f"two replicas, {RATE} posts/s arriving; any answer of theirs, computed or not, within"
        f" {statistics.median(loaded):.0f} ms (95th percentile)"
    )
    return [
        at_least("answers that need not be computed, 50 dashboards", shares, "%", 80, note),
        *(
            below(f"cached {name}, p95", times, "ms", 10, f"one after the other, {ALONE} a run, nothing arriving")
            for name, times in alone.items()
        ),
    ]


async def _fill(url: str) -> None:
    store = PostgresStore(url)
    await store.migrate()
    end = datetime.now(UTC)
    analyser, number, source = LexiconAnalyser(), itertools.count(1), posts(POSTS, days=8, end=end)
    while batch := list(itertools.islice(source, 2_000)):
        readings = await analyser.analyse([post.content for post in batch])
        await store.write(
            [
                Settling(entry_id=f"e:{next(number):016d}", entry=post, reading=reading)
                for post, reading in zip(batch, readings, strict=True)
            ],
            end,
        )
    await store.close()


def _questions(period: str, hours: int) -> list[str]:
    """What a dashboard without filters asks of the API each time."""
    start = datetime.now(UTC) - timedelta(hours=hours)
    groups = [("products", 7), ("channels", 7), ("platforms", 7), ("geo", 7), ("emotions", 7)]
    return [
        f"metrics/overall?hours={hours}",
        f"sentiment/aggregate?period={period}&start={start:%Y-%m-%dT%H:%M:%SZ}&tz=Europe/Paris",
        *(f"metrics/{name}?hours={hours}&limit={limit}" for name, limit in groups),
        "stats",
        "alerts?active=true&limit=50",
        "ledger",
        "sources",
    ]


async def _measured(apis: list[Server]) -> tuple[list[float], list[float], dict[str, list[float]]]:
    shares, loaded = [], []
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(trust_env=False, timeout=60, limits=limits) as http:
        arriving = asyncio.create_task(_arrive(http, apis[0]))
        chance = random.Random(1)
        for number in range(RUNS + 1):
            before = [_counted(api) for api in apis]
            times: list[float] = []
            views = [(period, hours) for period, hours, many in DASHBOARDS for _ in range(many)]
            end = time.perf_counter() + SECONDS
            await asyncio.gather(
                *(_look(http, apis[n % 2], view, chance.random() * REFRESH, end, times) for n, view in enumerate(views))
            )
            if number:  # the first round warms up
                hits, misses = (
                    sum(_counted(api)[which] - once[which] for api, once in zip(apis, before, strict=True))
                    for which in (0, 1)
                )
                shares.append(100 * hits / (hits + misses))
                loaded.append(percentile(times, 0.95) * 1_000)
        arriving.cancel()
        await asyncio.wait([arriving])
        await asyncio.sleep(2)  # the worker takes the last of it
        alone = await _alone(http, apis[0])
    return shares, loaded, alone


async def _look(
    http: httpx2.AsyncClient, api: Server, view: tuple[str, int], late: float, end: float, times: list[float]
) -> None:
    await asyncio.sleep(late)
    while time.perf_counter() < end:
        began = time.perf_counter()
        await asyncio.gather(*(_ask(http, api, question, times) for question in _questions(*view)))
        await asyncio.sleep(max(0.0, began + REFRESH - time.perf_counter()))


async def _ask(http: httpx2.AsyncClient, api: Server, question: str, times: list[float]) -> None:
    started = time.perf_counter()
    (await http.get(f"http://127.0.0.1:{api.port}/api/v1/{question}")).raise_for_status()
    times.append(time.perf_counter() - started)


async def _arrive(http: httpx2.AsyncClient, api: Server) -> None:
    for number in itertools.count():
        found: list[dict[str, Any]] = items(RATE, days=0.00001, first=10**9 + number * RATE)
        began = time.perf_counter()
        (await http.post(f"http://127.0.0.1:{api.port}/api/v1/posts", json=found)).raise_for_status()
        await asyncio.sleep(max(0.0, began + 1 - time.perf_counter()))


async def _alone(http: httpx2.AsyncClient, api: Server) -> dict[str, list[float]]:
    end = datetime.now(UTC) - timedelta(minutes=10)
    span = f"start_date={end - timedelta(days=1):%Y-%m-%dT%H:%M:00Z}&end_date={end:%Y-%m-%dT%H:%M:00Z}"
    found: dict[str, list[float]] = {}
    for name, path in (
        ("aggregate", f"sentiment/aggregate?{span}&product=Mobile%20App"),
        ("distribution", f"sentiment/distribution?{span}&product=Mobile%20App"),
        ("page of 50 posts", f"posts?{span}&product=Mobile%20App"),
    ):
        found[name] = []
        for _ in range(RUNS):
            times: list[float] = []
            await _ask(http, api, path, [])
            hits = _counted(api)[0]
            for _ in range(ALONE):
                await _ask(http, api, path, times)
            assert _counted(api)[0] - hits >= ALONE * 0.95, f"{name} was not cached"
            found[name].append(percentile(times, 0.95) * 1_000)
    return found


def _counted(api: Server) -> tuple[float, float]:
    """Hits and misses so far."""
    text = api.http.get("/metrics").text
    return tuple(  # type: ignore[return-value]
        sum(float(value) for value in re.findall(rf"^sentistream_cache_{name}_total\S* (\S+)$", text, re.M))
        for name in ("hits", "misses")
    )
