"""What the stream contract needs of an adapter: another one is a class here and a line in ADAPTERS.

A rig stands for one stream as several processes see it: each `open()` is another of them.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from redis.asyncio import Redis

from fakes import MovableClock, until
from redis_server import kinds, shared_url, unique
from sentistream.settings import StreamSettings
from sentistream.stream.base import Stream
from sentistream.stream.redis.stream import RedisStream
from sentistream.stream.sqlite import SqliteStream

GROUP = "sentiment_workers"


class StreamRig(Protocol):
    """One stream under test."""

    async def open(self, *, ahead: float = 0, groups: tuple[str, ...] = (GROUP,), **settings: Any) -> Stream:
        """Another process on the same data, its clock `ahead` of ours by that many seconds."""

    async def run(self, program: str, *arguments: str) -> Process:
        """A real process; `program` finds an open `stream` and a list `arguments`."""

    def elapse(self, seconds: float) -> None:
        """Let time pass for everybody, the leases of dead processes included."""

    async def heartbeat(self) -> None:
        """Wait until the one consumer that holds leases has renewed them. Nothing else may run."""

    async def inject(self, payload: bytes, connector: str) -> None:
        """Put bytes into the stream past the codec, received and all."""

    async def close(self) -> None:
        """End every process."""


@dataclass
class SqliteRig:
    """The embedded stream in a folder of its own; time is a clock that only `elapse()` moves."""

    folder: Path
    clock: MovableClock = field(default_factory=MovableClock)
    streams: list[SqliteStream] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "stream.db"

    async def open(self, *, ahead: float = 0, groups: tuple[str, ...] = (GROUP,), **settings: Any) -> Stream:
        clock: Callable[[], Any] = self.clock
        if ahead:
            clock = MovableClock(self.clock.now)
            clock.advance(ahead)
        stream = SqliteStream(self.path, StreamSettings(**settings), clock, groups)
        await stream.open()
        self.streams.append(stream)
        return stream

    async def run(self, program: str, *arguments: str) -> Process:
        opening = """
path, now, *arguments = sys.argv[1:]

def opened():
    return SqliteStream(Path(path), StreamSettings(), lambda: datetime.fromisoformat(now))
"""
        process = await in_process(
            "from sentistream.stream.sqlite import SqliteStream" + opening,
            program,
            str(self.path),
            self.clock.now.isoformat(),
            *arguments,
        )
        self.processes.append(process)
        return process

    def elapse(self, seconds: float) -> None:
        self.clock.advance(seconds)

    async def heartbeat(self) -> None:
        # A beat reads the clock and then commits; once the next one reads it, the one before is in.
        beats = self.clock.reads + 2
        await until(lambda: self.clock.reads >= beats)

    async def inject(self, payload: bytes, connector: str) -> None:
        def insert() -> None:
            with sqlite3.connect(self.path) as db:
                db.execute(
                    "INSERT INTO entries (connector, published_at, payload) VALUES (?, 0, ?)", (connector, payload)
                )
                db.execute(
                    "INSERT INTO received VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1", (connector,)
                )
            db.close()

        await asyncio.to_thread(insert)

    async def close(self) -> None:
        await ended(self.processes)
        for stream in self.streams:
            await stream.close()


@dataclass
class RedisRig:
    """A stream of its own on the server that tests of its kind share; time is a clock that only `elapse()` moves."""

    folder: Path
    kind: str = ""
    clock: MovableClock = field(default_factory=MovableClock)
    name: str = field(default_factory=lambda: unique("stream"))
    streams: list[RedisStream] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)

    async def open(self, *, ahead: float = 0, groups: tuple[str, ...] = (GROUP,), **settings: Any) -> Stream:
        clock: Callable[[], Any] = self.clock
        if ahead:
            clock = MovableClock(self.clock.now)
            clock.advance(ahead)
        url = await asyncio.to_thread(shared_url, self.kind)
        stream = RedisStream(url, StreamSettings(name=self.name, **settings), clock, groups)
        await stream.open()
        self.streams.append(stream)
        return stream

    async def run(self, program: str, *arguments: str) -> Process:
        opening = """
url, name, now, *arguments = sys.argv[1:]

def opened():
    return RedisStream(url, StreamSettings(name=name), lambda: datetime.fromisoformat(now))
"""
        url = await asyncio.to_thread(shared_url, self.kind)
        process = await in_process(
            "from sentistream.stream.redis.stream import RedisStream" + opening,
            program,
            url,
            self.name,
            self.clock.now.isoformat(),
            *arguments,
        )
        self.processes.append(process)
        return process

    def elapse(self, seconds: float) -> None:
        self.clock.advance(seconds)

    async def heartbeat(self) -> None:
        beats = self.clock.reads + 2  # as above
        await until(lambda: self.clock.reads >= beats)

    async def inject(self, payload: bytes, connector: str) -> None:
        async with Redis.from_url(shared_url(self.kind)) as client:
            await client.xadd(self.name, {"connector": connector, "payload": payload})
            await client.hincrby(f"{self.name}:received", connector, 1)

    async def close(self) -> None:
        await ended(self.processes)
        for stream in self.streams:
            await stream.close()
        async with Redis.from_url(shared_url(self.kind)) as client:
            keys = [key async for key in client.scan_iter(f"{self.name}*")]
            if keys:
                await client.delete(*keys)


async def in_process(opening: str, program: str, *arguments: str) -> Process:
    """A Python that runs `opening`, which defines `opened()` and `arguments`, and then `program`."""
    source = f"""
import asyncio, json, sys
from datetime import UTC, datetime
from pathlib import Path
from sentistream.domain.post import Post
from sentistream.settings import StreamSettings
{opening}
GROUP = {GROUP!r}

def post(number):
    return Post(post_id=str(number), source="twitter", content=f"post {{number}}", created_at=datetime.now(UTC))

async def main():
    stream = opened()
    await stream.open()
""" + "".join(f"    {line}\n" for line in program.strip().splitlines())
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", source + "\nasyncio.run(main())", *arguments, stdout=PIPE
    )


async def ended(processes: list[Process]) -> None:
    """Kill what still runs, and take what it said."""
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


ADAPTERS: dict[str, Callable[[Path], StreamRig]] = {
    "sqlite": SqliteRig,
    **{kind or "redis": partial(RedisRig, kind=kind) for kind in kinds()},
}
