"""The embedded stream's file: many processes on it, and a long life."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_stream_steps import GROUP, Opener, check, drain, opened, posts

from fakes import MovableClock
from sentistream.domain.post import Post
from sentistream.settings import StreamSettings
from sentistream.stream.sqlite import SqliteStream
from sentistream.stream.sqlite_file import WAL_LIMIT, SqliteFile

__all__ = ["opened"]  # pytest finds the fixture here


async def test_processes_that_start_together_share_one_new_file(tmp_path: Path) -> None:
    path = tmp_path / "fresh" / "stream.db"
    program = f"""
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from sentistream.domain.post import Post
from sentistream.settings import StreamSettings
from sentistream.stream.sqlite import SqliteStream

async def main():
    stream = SqliteStream(Path({str(path)!r}), StreamSettings(), lambda: datetime.now(UTC))
    print("ready", flush=True)
    sys.stdin.readline()
    await stream.open()
    for number in range(20):
        await stream.publish([
            Post(post_id=sys.argv[1] + str(number), source="twitter", content="hi", created_at=datetime.now(UTC),
                 connector=sys.argv[1])
        ] * 5)
    print((await stream.trim())[0], flush=True)
    await stream.close()

asyncio.run(main())
"""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, f"source{number}", stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    assert len({answer for answer, _ in answers}) == 1  # the same epoch, and nothing trimmed
    stream = SqliteStream(path, StreamSettings(), lambda: datetime.now(UTC))
    await stream.open()
    counts = await stream.counts(GROUP)
    await stream.close()
    assert counts.received == counts.waiting == {f"source{number}": 100 for number in range(4)}
    assert check(path) == "ok"


def test_connections_that_race_to_create_a_file_all_get_it(tmp_path: Path) -> None:
    racers, rounds = 6, 15
    start = threading.Barrier(racers)

    def race(round_: int) -> None:
        file = SqliteFile(tmp_path / f"{round_}.db")
        start.wait(timeout=30)
        file.open("0123abcd")
        file.close()

    with ThreadPoolExecutor(racers) as threads:
        for round_ in range(rounds):
            for racer in [threads.submit(race, round_) for _ in range(racers)]:
                racer.result(timeout=30)


def test_opening_waits_for_who_is_creating_the_file(tmp_path: Path) -> None:
    """SQLite refuses to switch to WAL at once, without its usual patience, while another writes."""
    path = tmp_path / "stream.db"
    rival = sqlite3.connect(path, isolation_level=None)
    rival.execute("BEGIN IMMEDIATE")
    file = SqliteFile(path)
    with ThreadPoolExecutor(1) as thread:
        opening = thread.submit(lambda: (file.open("0123abcd"), file.close()))
        with pytest.raises(TimeoutError):
            opening.result(timeout=0.1)
        rival.execute("ROLLBACK")
        opening.result(timeout=10)
    rival.close()
    assert check(path) == "ok"


async def test_publishing_wakes_consumers_of_this_process_without_a_poll(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentistream.stream.sqlite.POLL_SECONDS", 3600)
    async with opened(tmp_path / "stream.db") as stream, stream.consume(GROUP, 10, 0) as consumer:
        taking = asyncio.ensure_future(anext(aiter(consumer.batches())))
        await asyncio.wait([taking], timeout=0.05)
        assert not taking.done()
        await stream.publish(posts(0, 1))
        assert len((await asyncio.wait_for(taking, 5)).entries) == 1


async def test_a_long_life_needs_no_more_room_than_a_short_one(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    sizes: list[int] = []
    async with opened(path) as stream:
        for turn in range(40):
            await stream.publish(posts(turn * 1_000, 1_000, size=500))
            assert len(await drain(stream)) == 1_000
            await stream.trim()
            sizes.append(path.stat().st_size)
            assert path.with_name("stream.db-wal").stat().st_size <= WAL_LIMIT
    assert sum(len(post.content) for post in posts(0, 1_000, size=500) if isinstance(post, Post)) * 40 > 10 * sizes[-1]
    assert sizes[-1] <= sizes[10] * 1.2


async def test_trimming_goes_in_steps_and_to_the_end(opened: Opener, tmp_path: Path) -> None:
    async with opened(tmp_path / "stream.db") as stream:
        for start in range(0, 25_000, 5_000):
            await stream.publish(posts(start, 5_000, size=1))
        assert len(await drain(stream)) == 25_000
        steps = []
        done = False
        while not done:
            needed, done = await stream._writer.run(lambda log: log.trim())
            steps.append(await stream._reader.run(lambda log: log._file.value("SELECT COUNT(*) FROM entries")))
        assert steps == [15_000, 5_000, 0]
        assert needed.endswith(f":{25_001:016d}")
        assert await stream.trim() == [needed]


async def test_opening_twice_keeps_the_epoch_and_the_groups(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "stream.db"
    async with opened(path) as stream:
        [first] = await stream.trim()
    async with opened(path) as stream, stream.consume("archive", 1, 0):
        assert await stream.trim() == [first]
    epoch, _, offset = first.partition(":")
    assert len(epoch) == 8
    assert int(epoch, 16) >= 0
    assert offset == f"{1:016d}"
    with sqlite3.connect(path) as db:
        groups = [name for (name,) in db.execute("SELECT name FROM consumer_groups ORDER BY name")]
    db.close()
    assert groups == ["archive", GROUP]


def test_a_stream_without_groups_is_a_mistake(tmp_path: Path, clock: MovableClock) -> None:
    with pytest.raises(ValueError, match="group"):
        SqliteStream(tmp_path / "stream.db", StreamSettings(), clock, groups=())
