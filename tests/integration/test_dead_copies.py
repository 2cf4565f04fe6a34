"""Dead letters are in the store; Redis shows copies, whose failure harms nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis_steps import GROUP, redis

import redis_server
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.analysis.reader import TieredReader
from sentistream.domain.post import Invalid, Post
from sentistream.live.memory import MemoryLive
from sentistream.pipeline.analyse import Worker
from sentistream.settings import StreamSettings
from sentistream.storage.sqlite import SqliteStore
from sentistream.stream.base import Delivered, Stream
from sentistream.stream.redis import log as redis_log
from sentistream.stream.redis.stream import RedisStream
from sentistream.stream.sqlite import SqliteStream
from sentistream.telemetry.metrics import Metrics

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = Post(post_id="1", source="x", content="What a lovely day", created_at=NOW)
BAD = Invalid(raw='{"post_id": \ud800', reason="not JSON", connector="file:x", position="line 7")


class Team:
    """A worker with its own stream on Redis."""

    def __init__(self, folder: Path, url: str, client: Redis) -> None:
        self.name = redis_server.unique("posts")
        self.client = client
        self.stream = RedisStream(url, StreamSettings(name=self.name))
        self.store = SqliteStore(folder / "store.db", readers=1)
        self.metrics = Metrics()
        self.live = MemoryLive(100, "e")

    async def drain(self) -> None:
        worker = Worker(
            stream=self.stream, store=self.store, live=self.live, reader=TieredReader(LexiconAnalyser()),
            metrics=self.metrics, clock=lambda: NOW, group=GROUP,
        )  # fmt: skip
        working = asyncio.create_task(worker.run())
        async with asyncio.timeout(30):
            while (await self.stream.lag(GROUP)).entries:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        worker.stop()
        await working

    async def copies(self) -> list[dict[str, str]]:
        return [fields for _, fields in await self.client.xrange(f"{self.name}:dead")]

    def failed(self) -> float | None:
        return self.metrics.registry.get_sample_value("sentistream_dead_letters_not_copied_total")


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    url = await asyncio.to_thread(redis_server.shared_url)
    async with redis(url) as client:
        made = Team(tmp_path, url, client)
        await made.stream.open()
        await made.store.migrate()
        yield made
        await made.live.close()
        await made.stream.close()
        await made.store.close()


async def test_each_dead_letter_is_shown_with_its_reason(team: Team) -> None:
    await team.stream.publish([GOOD, BAD, GOOD])
    await team.drain()
    [letter] = await team.store.ledger.dead_letters()
    [copy] = await team.copies()
    assert copy == {
        "entry_id": letter.entry_id,
        "connector": "file:x",
        "position": "line 7",
        "reason": "not JSON",
        "raw": letter.raw,
        "attempt": "1",
    }
    assert team.failed() == 0


async def test_a_copy_that_cannot_be_made_fails_nothing(team: Team) -> None:
    await team.client.set(f"{team.name}:dead", "something else")
    await team.stream.publish([GOOD, BAD])
    await team.drain()
    [account] = [one for name, one in (await team.store.ledger.accounts()).items() if name == "file:x"]
    assert (account.dead_lettered, team.failed()) == (1, 1)
    assert (await team.stream.lag(GROUP)).entries == 0


async def test_the_oldest_copies_go(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_log, "DEAD_LETTERS", 500)
    long = Invalid(raw="x" * 5_000, reason="y" * 5_000)
    for start in range(0, 3_000, 500):
        await team.stream.copy_dead([Delivered(f"e:{start + n}", 1, long, 0.0) for n in range(500)])
    copies = await team.copies()
    assert 500 <= len(copies) < 1_000
    assert copies[-1]["entry_id"] == "e:2999"
    assert (len(copies[0]["raw"]), len(copies[0]["reason"])) == (1_000, 1_000)
    # They are no part of the stream.
    assert ((await team.stream.lag(GROUP)).entries, (await team.stream.counts(GROUP)).received) == (0, {})


async def test_the_embedded_stream_needs_no_copies(tmp_path: Path) -> None:
    stream: Stream = SqliteStream(tmp_path / "stream.db", StreamSettings(), lambda: NOW, (GROUP,))
    await stream.open()  # type: ignore[attr-defined]
    await stream.copy_dead([Delivered("e:1", 1, BAD, 0.0)])
    assert (await stream.lag(GROUP)).entries == 0
    await stream.close()
