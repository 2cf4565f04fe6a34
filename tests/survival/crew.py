"""The team profile as real processes on real servers, and the supervisor that starts dead workers again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from redis import Redis
from scripts.servers.postgres import PostgresServer
from scripts.servers.valkey import ValkeyServer

import postgres_server
import redis_server
from running import Running
from sentistream.crash_points import Point

T = TypeVar("T")

STREAM, GROUP = "social_posts_stream", "sentiment_workers"
LEASE_SECONDS = 3.0
DEADLY = "this post kills whoever reads it"
"""Every worker of a crew dies of a batch that holds this text, as of a text that crashes the model's native code."""


class Crew:
    """Servers, an API, and three workers; whatever worker dies, `tend()` starts another in its place."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self.redis: ValkeyServer = redis_server.own_server(folder / "redis")
        self._stack.enter_context(self.redis)
        self.postgres: PostgresServer = self._stack.enter_context(postgres_server.own_server())
        self.environment = {
            "DATABASE_URL": self.postgres.url(),
            "SENTISTREAM_STREAM_URL": self.redis.url,
            "SENTISTREAM_LIVE_URL": self.redis.url,
            "SENTISTREAM_STREAM_LEASE_SECONDS": str(LEASE_SECONDS),
            "SENTISTREAM_DATA_DIR": str(folder / "data"),
            **settings,
        }
        self.mark = folder / "mark"
        self.deaths = 0
        self.feed: Callable[[], None] = lambda: None
        """Called every now and then while somebody waits, so that every fault meets the crew at work."""
        try:
            self.api = self.started("api")
            self.api.healthy(60)
            self.others: list[Running] = [self.api]
            self.workers = [self.worker() for _ in range(3)]
            for worker in self.workers:
                worker.healthy(60)
        except BaseException:
            self._stack.close()
            raise

    def started(self, command: str, *arguments: object, **extra: str) -> Running:
        """A process of the crew; it is ended with the crew."""
        process = Running(self.folder, command, *arguments, **self.environment, **extra)
        self._stack.callback(process.close)
        process.start()
        return process

    def worker(self, *, crash_at: str = "", pause_at: str = "") -> Running:
        """A started worker that crashes or freezes at a point, or else dies of the deadly text."""
        extra = {"SENTISTREAM_TEST_CRASH_MARK": str(self.mark)}
        if pause_at:
            extra["SENTISTREAM_TEST_PAUSE_AT"] = pause_at
        elif crash_at:
            extra["SENTISTREAM_TEST_CRASH_AT"] = crash_at
        else:
            extra |= {"SENTISTREAM_TEST_CRASH_AT": "in_analysis", "SENTISTREAM_TEST_CRASH_TEXT": DEADLY}
        return self.started("worker", **extra)

    def enlist(self, newcomer: Running, leaving: Running | None = None) -> None:
        """In the place of `leaving`, or of the worker that has served longest, which ends in order."""
        leaving = leaving or self.workers[0]
        self.workers.remove(leaving)
        self.workers.append(newcomer)
        leaving.healthy(60)  # who is told to end while it starts just dies
        assert leaving.terminate() == 0, leaving.said()[-4000:]

    def tend(self) -> None:
        """Start another worker for each that has died; anything else that ended is a failure."""
        for process in self.others:
            assert process.alive.poll() is None, f"ended with {process.alive.returncode}:\n{process.said()[-4000:]}"
        for worker in self.workers:
            if worker.alive.poll() is not None:
                assert worker.alive.returncode == -9, worker.said()[-4000:]
                self.deaths += 1
                self.workers[self.workers.index(worker)] = self.worker()

    def until(self, look: Callable[[], T | None], seconds: float, what: str) -> T:
        """The first truthy answer of `look`, the crew being tended and fed meanwhile."""
        deadline = time.monotonic() + seconds
        while True:
            self.tend()
            if answer := look():
                return answer
            self.feed()
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
            time.sleep(0.05)

    def marks(self, point: Point) -> list[int]:
        """The processes that got to `point` and were killed or frozen there."""
        lines = self.mark.read_text().splitlines() if self.mark.exists() else []
        return [int(line.split()[1]) for line in lines if line.split()[0] == point]

    def held_by(self, pid: int) -> list[str]:
        """Ids of the entries that a worker was given and has not acknowledged."""
        with self.client() as client:
            names = [one["name"] for one in client.xinfo_consumers(STREAM, GROUP) if f"-{pid}-" in one["name"]]
            pending: list[dict[str, Any]] = []
            for name in names:
                pending += client.xpending_range(STREAM, GROUP, "-", "+", 10_000, consumername=name)
        return [one["message_id"] for one in pending]

    def pending(self) -> set[str]:
        """Ids of all entries that somebody was given and nobody has acknowledged."""
        with self.client() as client:
            return {one["message_id"] for one in client.xpending_range(STREAM, GROUP, "-", "+", 100_000)}

    def client(self) -> Redis:
        """A client of the stream's server."""
        return Redis.from_url(self.redis.url, decode_responses=True)

    def said(self) -> str:
        """What all workers that are alive have logged."""
        return "".join(worker.said() for worker in self.workers)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
