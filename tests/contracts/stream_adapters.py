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
from pathlib import Path
from typing import Any, Protocol

from fakes import MovableClock, until
from sentistream.settings import StreamSettings
from sentistream.stream.base import Stream
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
        source = f"""
import asyncio, json, sys
from datetime import UTC, datetime
from pathlib import Path
from sentistream.domain.post import Post
from sentistream.settings import StreamSettings
from sentistream.stream.sqlite import SqliteStream

path, now, *arguments = sys.argv[1:]
GROUP = {GROUP!r}

def post(number):
    return Post(post_id=str(number), source="twitter", content=f"post {{number}}", created_at=datetime.now(UTC))

async def main():
    stream = SqliteStream(Path(path), StreamSettings(), lambda: datetime.fromisoformat(now))
    await stream.open()
""" + "".join(f"    {line}\n" for line in program.strip().splitlines())
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", source + "\nasyncio.run(main())", str(self.path), self.clock.now.isoformat(), *arguments),
            stdout=PIPE,
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
        for process in self.processes:
            if process.returncode is None:
                process.kill()
            await process.communicate()
        for stream in self.streams:
            await stream.close()


ADAPTERS: dict[str, Callable[[Path], StreamRig]] = {"sqlite": SqliteRig}
