"""How long from the commit of a post to its frame at a WebSocket client, at 50 posts a second?

Measured from `ingested_at`, the moment just before the transaction, so the commit itself is included. The bundled
transformer reads the posts, as it does for people who set nothing, and has the cores for itself in between.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime

import httpx2
import websockets

from benchmarks.corpus import items
from benchmarks.measure import RUNS, Answer, below, percentile
from benchmarks.server import serving

RATE = 50
SECONDS = 10


def run() -> list[Answer]:
    """p95 of five runs of ten seconds on one server."""
    with serving("up", "--source", "none", analyser="full") as server:
        p95s = [asyncio.run(delay(server.port, number, RATE)) for number in range(RUNS)]
    return [
        below(
            "commit to frame at a WebSocket client, 50 posts/s, p95",
            p95s,
            "ms",
            100,
            f"{RATE * SECONDS} posts a run, full",
        )
    ]


async def delay(port: int, number: int, rate: int) -> float:
    """The p95 of ten seconds in milliseconds; `number` of the run, so that its posts are new."""
    count = rate * SECONDS
    found = items(count, days=0.001, first=number * count)
    delays: list[float] = []
    async with (
        websockets.connect(f"ws://127.0.0.1:{port}/ws/sentiment", max_size=None) as socket,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        await socket.recv()
        sending = asyncio.create_task(_send(http, found, rate))
        async with asyncio.timeout(SECONDS * 4):
            while len(delays) < count:
                frame = json.loads(await socket.recv())
                now = datetime.now(UTC)
                if frame["type"] == "posts":
                    delays += [
                        (now - datetime.fromisoformat(post["ingested_at"])).total_seconds() for post in frame["data"]
                    ]
        await sending
    return percentile(delays, 0.95) * 1_000


async def _send(http: httpx2.AsyncClient, found: list[dict[str, object]], rate: int) -> None:
    started = time.perf_counter()
    for n, item in enumerate(found):
        await asyncio.sleep(max(0.0, started + n / rate - time.perf_counter()))
        (await http.post("/api/v1/posts", json=item)).raise_for_status()
