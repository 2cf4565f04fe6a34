"""How late are frames at 1,000 WebSocket clients of one API process that are sent 10 frames a second each?

A frame's delay is from the moment before its oldest post was published to the live feed in Redis until its last byte is
at the client. Ten posts leave at a time, one for each of ten filters, which one client in ten has; the others get them
all. Server, Redis, publisher and the clients (two processes that decode nothing, see light_clients.py) share the
machine, so the figure is no better than the truth. One run: the spread is over the five parts of it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from scripts.servers.valkey import ValkeyServer

from benchmarks.corpus import posts
from benchmarks.light_clients import stamp
from benchmarks.measure import RUNS, Answer, below, percentile
from benchmarks.server import Server, serving
from sentistream.domain.event import PostEvent, PostView
from sentistream.domain.post import Post, content_hash, post_key
from sentistream.live.redis.live import RedisLive
from sentistream.settings import LiveSettings

CLIENTS = 1_000
PROCESSES = 2
FRAMES = 10
POSTS = 10
SECONDS = 4.0
LASTS = 60
"""Seconds for which there is something to publish."""

FILTERS = ("twitter", "reddit", "facebook", "bluesky", "mastodon", "instagram", "youtube", "news", "forum", "blog")


def run() -> list[Answer]:
    """p95 of the delay, and the memory of the process that serves."""
    with (
        tempfile.TemporaryDirectory(prefix="sentistream-bench-") as folder,
        ValkeyServer(Path(folder)) as redis,
        serving("api", analyser="full", SENTISTREAM_LIVE_URL=redis.url) as server,
    ):
        p95s, received, memory, busy = asyncio.run(_measured(server, redis.url))
    note = (
        f"{received / (SECONDS * RUNS):,.0f} frames/s of {POSTS} posts arrived at {CLIENTS:,} clients;"
        f" the API took {busy:.0%} of a core, full"
    )
    return [
        below(f"frame delay at {CLIENTS:,} WebSocket clients, {FRAMES} frames/s each, p95", p95s, "ms", 300, note),
        below(f"memory of the API process with {CLIENTS:,} clients", memory, "MiB", 300, "resident, same runs"),
    ]


async def _measured(server: Server, url: str) -> tuple[list[float], int, list[float], float]:
    live = RedisLive(url, LiveSettings())
    await live.open()
    p95s, memory, received = [], [], 0
    process = psutil.Process(server.process.pid)
    with _clients(server.port) as clients:
        publishing = asyncio.create_task(_publish(live))
        await asyncio.sleep(2)  # the first frames find everything cold
        took = sum(process.cpu_times()[:2])
        began = time.perf_counter()
        for _ in range(RUNS):
            for client in clients:
                client.say("go")
            answers = [await asyncio.to_thread(client.hear) for client in clients]
            delays = [delay for answer in answers for delay in answer["delays"]]
            assert not any(answer["lost"] for answer in answers), "clients were disconnected"
            received += len(delays)
            p95s.append(percentile(delays, 0.95) * 1_000)
            memory.append(server.memory())
        busy = (sum(process.cpu_times()[:2]) - took) / (time.perf_counter() - began)
        publishing.cancel()
        await asyncio.wait([publishing])
    await live.close()
    return p95s, received, memory, busy


async def _publish(live: RedisLive) -> None:
    written = posts(POSTS * FRAMES * LASTS, days=0.1)
    frames = [
        [_event(post, source) for post, source in zip(itertools.islice(written, POSTS), FILTERS, strict=True)]
        for _ in range(FRAMES * LASTS)
    ]
    started = time.perf_counter()
    for number, frame in enumerate(frames):
        await asyncio.sleep(max(0.0, started + number / FRAMES - time.perf_counter()))
        mark = stamp(time.time())
        for event in frame:
            event.post.extra["mark"] = mark
        await live.publish(frame)


def _event(post: Post, source: str) -> PostEvent:
    now = datetime.now(UTC)
    view = PostView(
        id=str(post_key(post.source, post.post_id)), post_id=post.post_id, source=source,
        connector="synthetic", content=post.content, author=post.author,
        created_at=post.created_at, edited_at=post.created_at,
        ingested_at=now, language="en", url=None, reply_to=None, product=post.product, channel=post.channel,
        location=post.location, city=None, country=None, latitude=None, longitude=None, engagement=post.engagement,
        simulated=True, extra={}, sentiment_label="negative", sentiment_score=-0.8123, confidence_score=0.9012,
        emotion="anger", emotions={"anger": 0.81, "joy": 0.01, "sadness": 0.4, "fear": 0.02, "surprise": 0.1,
        "disgust": 0.2, "neutral": 0.03}, toxicity=0.0712, churn_risk=0.4211, tier="full", model_name="bench",
        model_version="1", analyzed_at=now,
    )  # fmt: skip
    return PostEvent(id=f"{view.id}:{content_hash(post.content).hex()}", change="created", post=view)


class _Clients:
    """A process full of clients."""

    def __init__(self, port: int, paths: list[str]) -> None:
        command = [sys.executable, "-m", "benchmarks.light_clients", str(port), str(SECONDS), *paths]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ)

    def say(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


@contextmanager
def _clients(port: int) -> Iterator[list[_Clients]]:
    each = CLIENTS // PROCESSES
    filtered = [f"/ws/sentiment?source={source}" for source in FILTERS]
    paths = [filtered[n // 10 % len(filtered)] if n % 10 == 0 else "/ws/sentiment" for n in range(each)]
    started = [_Clients(port, paths) for _ in range(PROCESSES)]
    try:
        for client in started:
            assert client.hear() == "joined"
        yield started
    finally:
        for client in started:
            client.process.kill()
            client.process.wait()
