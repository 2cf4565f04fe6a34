"""The worker on the real stream, store and live feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from fakes import MovableClock, until
from sentistream.analysis.languages import LanguageDetector, LanguageGate
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.analysis.reader import TieredReader
from sentistream.domain.analysis import Reading
from sentistream.domain.errors import StorageUnavailable
from sentistream.domain.event import PostEvent
from sentistream.domain.post import Entry, Invalid, Post, Tombstone
from sentistream.domain.query import Filters, PageRequest
from sentistream.live.memory import MemoryLive
from sentistream.pipeline.analyse import Worker
from sentistream.settings import StreamSettings
from sentistream.storage.base import Settled, Settling
from sentistream.storage.sqlite import SqliteStore
from sentistream.stream.sqlite import SqliteStream
from sentistream.telemetry.metrics import Metrics

GROUP = "sentiment_workers"


class System:
    """One process's worth of services on a folder."""

    def __init__(self, folder: Path, clock: MovableClock) -> None:
        self.clock = clock
        self.store = SqliteStore(folder / "store.db", readers=2)
        self.stream = SqliteStream(folder / "stream.db", StreamSettings(lease_seconds=30, max_attempts=2), clock)
        self.live = MemoryLive(1_000, "epoch")
        self.metrics = Metrics()
        self.slept: list[float] = []

    def worker(self, **changes: Any) -> Worker:
        values: dict[str, Any] = {
            "stream": self.stream,
            "store": self.store,
            "live": self.live,
            "reader": TieredReader(LanguageGate(LexiconAnalyser(), LanguageDetector(), 0.8)),
            "metrics": self.metrics,
            "clock": self.clock,
            "group": GROUP,
            "batch_size": 50,
            "batch_wait": 0.0,
            "max_attempts": 2,
            "sleep": self.sleep,
        }
        return Worker(**(values | changes))

    async def sleep(self, seconds: float) -> None:
        """Time passes at once for retries; housekeeping yields to the loop."""
        self.slept.append(seconds)
        self.clock.advance(seconds)
        await asyncio.sleep(0.001)

    async def in_flight(self) -> int:
        counts = await self.stream.counts(GROUP)
        return sum(counts.waiting.values()) + len(counts.delivered)

    async def drained(self) -> bool:
        return await self.in_flight() == 0

    def post(self, post_id: str, content: str = "I love this great product", **changes: Any) -> Post:
        values: dict[str, Any] = {"created_at": self.clock() - timedelta(minutes=1), "source": "twitter"}
        return Post(post_id=post_id, content=content, **(values | changes))


@pytest.fixture
async def system(tmp_path: Path, clock: MovableClock) -> AsyncIterator[System]:
    made = System(tmp_path, clock)
    await made.store.migrate()
    await made.stream.open()
    yield made
    assert await made.store.ledger.findings() == []
    await made.live.close()
    await made.stream.close()
    await made.store.close()


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait_for(task, 60)


async def reached(system: System, condition: Any) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def labels(system: System) -> dict[str, str]:
    page = await system.store.posts.page(Filters(), PageRequest(limit=1_000))
    return {view.post_id: view.sentiment_label for view in page.posts}


async def test_every_entry_ends_in_one_outcome(system: System) -> None:
    entries: list[Entry] = [
        system.post("1"),
        system.post("2", "This is terrible, I hate it, worst ever"),
        system.post("3", "Das ist wirklich eine sehr schlechte Erfahrung gewesen, nie wieder diese Firma"),
        system.post("1"),
        Invalid(raw="{", reason="broken"),
        Tombstone(post_id="2", source="twitter", deleted_at=system.clock()),
        system.post("4", created_at=system.clock() + timedelta(hours=1)),
    ]
    await system.stream.publish(entries)
    position = await system.live.position()
    async with working(system.worker()):
        await reached(system, system.drained)
    assert await labels(system) == {"1": "positive", "3": "unscored"}
    [account] = (await system.store.ledger.accounts()).values()
    assert (account.created, account.duplicate, account.deleted, account.dead_lettered) == (3, 1, 1, 2)
    reasons = {letter.reason for letter in await system.store.ledger.dead_letters()}
    assert reasons == {"broken", "created_at lies more than 5 minutes in the future"}
    feed = system.live.subscribe(position)
    seen = (await anext(feed)).events
    assert [event.post.post_id for event in seen if isinstance(event, PostEvent)] == ["1", "3"]
    text = system.metrics.render()[0].decode()
    assert 'sentistream_outcomes_total{outcome="created"} 3.0' in text
    assert "sentistream_end_to_end_seconds_count 7.0" in text


async def test_stopping_finishes_what_is_in_hand_and_gives_back_the_rest(system: System) -> None:
    await system.stream.publish([system.post(str(n)) for n in range(400)])
    worker = system.worker(batch_size=20)
    async with working(worker):
        await reached(system, lambda: _some(system))
    left = await system.in_flight()
    assert 0 < left < 400
    assert await system.store.posts.count() == 400 - left
    async with working(system.worker()):
        await reached(system, system.drained)
    account = (await system.store.ledger.accounts())["http"]
    assert (account.created, account.duplicate) == (400, 0)


async def _some(system: System) -> bool:
    return await system.store.posts.count() > 0


class Flaky(SqliteStore):
    """The real store, behind a door that can be shut or refuse one post."""

    shut = 0
    refused = ""
    refusals = 1_000

    async def write(self, batch: Sequence[Settling], now: datetime) -> Settled:
        if self.shut:
            self.shut -= 1
            raise StorageUnavailable("the database is away")
        wanted = any(isinstance(item.entry, Post) and item.entry.post_id == self.refused for item in batch)
        if wanted and self.refusals:
            self.refusals -= 1
            raise IntegrityError("INSERT", {}, ValueError("this value is not for me"))
        return await super().write(batch, now)


async def test_a_store_that_is_away_is_waited_for(system: System, tmp_path: Path) -> None:
    store = Flaky(tmp_path / "store.db")
    store.shut = 5
    await system.stream.publish([system.post(str(n)) for n in range(10)])
    async with working(system.worker(store=store)):
        await reached(system, system.drained)
    assert store.shut == 0
    assert [wait for wait in system.slept if wait > 1.0] == [2.0, 4.0, 4.0, 4.0]
    assert await system.store.posts.count() == 10
    await store.close()


async def test_what_cannot_be_stored_condemns_only_itself(system: System, tmp_path: Path) -> None:
    store = Flaky(tmp_path / "store.db")
    store.refused = "13"
    await system.stream.publish([system.post(str(n)) for n in range(30)])
    with capture_logs() as said:  # their tracebacks, made pretty, would take longer than everything else
        async with working(system.worker(store=store)):
            await reached(system, system.drained)
    assert "batch_refused" in {line["event"] for line in said}
    assert set(await labels(system)) == {str(n) for n in range(30)} - {"13"}
    [letter] = await system.store.ledger.dead_letters()
    assert "could not be stored" in letter.reason
    assert '"post_id":"13"' in letter.raw
    await store.close()


async def test_what_is_refused_once_is_not_condemned(system: System, tmp_path: Path) -> None:
    """A database that is killed may say anything before it is gone."""
    store = Flaky(tmp_path / "store.db")
    store.refused, store.refusals = "1", 1
    await system.stream.publish([system.post("1")])
    with capture_logs():
        async with working(system.worker(store=store)):
            await reached(system, system.drained)
    assert store.refusals == 0
    assert set(await labels(system)) == {"1"}
    assert await system.store.ledger.dead_letters() == []
    await store.close()


async def test_after_too_many_deliveries_an_entry_is_dead_lettered(system: System) -> None:
    await system.stream.publish([system.post("1"), system.post("2")])
    for _ in range(3):
        # A consumer that dies: its lease runs out, nothing is acknowledged.
        other = SqliteStream(system.stream._path, StreamSettings(lease_seconds=1), system.clock)
        await other.open()
        async with other.consume(GROUP, 10, 0.0) as consumer:
            batch = await anext(consumer.batches())
            assert batch.entries
            consumer._held.clear()  # it dies without giving back
        await other.close()
        system.clock.advance(5)
    async with working(system.worker()):
        await reached(system, system.drained)
    account = (await system.store.ledger.accounts())["http"]
    assert account.created + account.dead_lettered == 2
    assert account.dead_lettered >= 1
    [letter, *_] = await system.store.ledger.dead_letters()
    assert letter.reason.startswith("gave up after 2 deliveries")
    assert letter.attempts > 2


class Diary(SqliteStore):
    """The real store, which notes when it has stored what."""

    def __init__(self, path: Path, notes: list[str]) -> None:
        super().__init__(path)
        self._notes = notes

    async def write(self, batch: Sequence[Settling], now: datetime) -> Settled:
        settled = await super().write(batch, now)
        self._notes += [f"stored {item.entry.post_id}" for item in batch if isinstance(item.entry, Post)]
        return settled


class Reader(LexiconAnalyser):
    """The real analyser, which notes when it was given what."""

    def __init__(self, notes: list[str]) -> None:
        super().__init__()
        self._notes = notes

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self._notes += [f"read {text}" for text in texts]
        return await super().analyse(texts)


async def test_what_was_delivered_before_has_the_worker_to_itself(system: System, tmp_path: Path) -> None:
    """Else a post that kills the process would take the one before it along, as often as itself."""
    await system.stream.publish([system.post(str(n), str(n)) for n in range(8)])
    other = SqliteStream(system.stream._path, StreamSettings(lease_seconds=1), system.clock)
    await other.open()
    async with other.consume(GROUP, 6, 0.0) as consumer:
        assert len((await anext(consumer.batches())).entries) == 6
        consumer._held.clear()  # it dies without giving back
    await other.close()
    system.clock.advance(5)
    notes: list[str] = []
    store = Diary(tmp_path / "store.db", notes)
    async with working(system.worker(store=store, reader=TieredReader(Reader(notes)))):
        await reached(system, system.drained)
    assert notes[:12] == [f"{did} {n}" for n in range(6) for did in ("read", "stored")]
    await store.close()


async def test_housekeeping_trims_and_forgets(system: System) -> None:
    await system.stream.publish([system.post(str(n)) for n in range(10)])
    async with working(system.worker()):
        await reached(system, system.drained)
        begun = len(system.slept)
        await until(lambda: len(system.slept) > begun + 2)
    counts = await system.stream.counts(GROUP)
    assert counts.received == {"http": 10}
    [low] = await system.stream.trim()
    assert low.endswith(f":{11:016d}")
    assert await system.store.ledger.prune([low]) == 0


async def test_a_failure_of_the_housekeeping_is_no_secret(system: System) -> None:
    async def broken(seconds: float) -> None:
        raise RuntimeError("housekeeping is broken")

    with pytest.raises(RuntimeError, match="housekeeping is broken"):
        await asyncio.wait_for(system.worker(sleep=broken).run(), 20)
