"""The worker: read a batch, validate, analyse, write it in one transaction, tell the live feed, acknowledge."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import structlog

from sentistream.analysis.reader import TieredReader
from sentistream.crash_points import reached
from sentistream.domain.errors import InvalidEntry, SentiStreamError, Unavailable
from sentistream.domain.post import Entry, Invalid, Post, checked
from sentistream.live.base import Live
from sentistream.storage.base import Settled, Settling, Store
from sentistream.stream.base import Batch, Consumer, Delivered, Stream
from sentistream.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

HOUSEKEEPING_SECONDS = 1.0
"""Between two readings of the lag and two trims of the stream."""

WRITES = 2
"""Batches of one worker under way to the store: while the database is busy with one, the worker is with the other."""

RETRY_SECONDS = (1.0, 2.0, 4.0)
"""Waits while the store is unavailable; the last one repeats, so that it is back at work soon after the store."""

REFUSALS = 2
"""How often the store must refuse the same, since what a database says while it dies may be anything."""


class Worker:
    """Settles what the stream delivers until `stop()`.

    The next batch is analysed while others are written, except for what was delivered before, which has the
    worker to itself: if it kills the process, it takes nobody with it. A batch is acknowledged only after its
    transaction, so a crash anywhere means that it is delivered again and changes nothing twice. An
    entry that cannot be stored is dead-lettered with its reason, its neighbours unharmed.
    """

    def __init__(
        self,
        *,
        stream: Stream,
        store: Store,
        live: Live,
        reader: TieredReader,
        metrics: Metrics,
        clock: Callable[[], datetime],
        group: str,
        batch_size: int = 1_000,
        batch_wait: float = 0.05,
        max_attempts: int = 3,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._stream = stream
        self._store = store
        self._live = live
        self._reader = reader
        self._metrics = metrics
        self._clock = clock
        self._group = group
        self._batch_size = batch_size
        self._batch_wait = batch_wait
        self._max_attempts = max_attempts
        self._sleep = sleep
        self._in_hand = 0
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Finish the batches in hand, acknowledge them, give back the rest, and return from `run()`."""
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop()`; raises what neither waiting nor dead-lettering can mend."""
        async with self._stream.consume(self._group, self._batch_size, self._batch_wait) as consumer:
            keeper = asyncio.create_task(self._keep_house(), name="worker-housekeeping")
            stopping = asyncio.create_task(self._stopping.wait(), name="worker-stopping")
            writing: list[asyncio.Task[None]] = []
            try:
                batches = consumer.batches()
                while (batch := await self._next(batches, stopping, [keeper, *writing])) is not None:
                    reached("after_read")
                    # One that was delivered before may be what kills: nothing else is in hand meanwhile.
                    suspect = batch.entries[0].attempt > 1
                    await _finished(writing, 0 if suspect else WRITES)
                    items = await self._analyse(batch)
                    reached("after_analysis")
                    await _finished(writing, WRITES - 1)
                    settling = self._settle(consumer, batch, items, writing[-1] if writing else None)
                    writing.append(asyncio.create_task(settling, name="worker-writing"))
                    await _finished(writing, 0 if suspect else WRITES)
                await _finished(writing, 0)
            finally:
                tasks = [keeper, stopping, *writing]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _next(
        self,
        batches: AsyncIterator[Batch],
        stopping: asyncio.Task[Any],
        work: Sequence[asyncio.Task[None]],
    ) -> Batch | None:
        """The next batch, or None when asked to stop; raises at once if one of `work` fails."""
        coming = asyncio.ensure_future(anext(batches))
        waiting: set[asyncio.Future[Any]] = {coming, stopping, *work}
        try:
            while not coming.done() and not stopping.done():
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in work:
                    if task in done:
                        task.result()
            return coming.result() if coming.done() else None
        except StopAsyncIteration:
            return None
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _analyse(self, batch: Batch) -> list[Settling]:
        for connector, count in Counter(one.entry.connector for one in batch.entries).items():
            self._metrics.received.labels(connector).inc(count)
        self._metrics.batch_size.observe(len(batch.entries))
        self._in_hand += len(batch.entries)
        started = time.perf_counter()
        items = await asyncio.to_thread(self._validate, batch.entries)
        texts = [item.entry.content for item in items if isinstance(item.entry, Post)]
        waiting, age = await self._behind(batch)
        reached("in_analysis", texts)
        readings = iter(await self._reader.read(texts, waiting=waiting, age=age))
        self._metrics.stage_seconds.labels("analyse").observe(time.perf_counter() - started)
        return [
            msgspec.structs.replace(item, reading=next(readings)) if isinstance(item.entry, Post) else item
            for item in items
        ]

    async def _behind(self, batch: Batch) -> tuple[int, float]:
        """Entries in the stream that nobody here has in hand yet, and the age in seconds of the oldest in `batch`."""
        oldest = min((one.published_at for one in batch.entries), default=0.0)
        waiting = 0
        if len(batch.entries) >= self._batch_size:
            # Only behind a full batch can there be more.
            waiting = (await self._stream.lag(self._group)).entries - self._in_hand
        return max(0, waiting), max(0.0, self._clock().timestamp() - oldest)

    def _validate(self, delivered: Sequence[Delivered]) -> list[Settling]:
        now = self._clock()
        return [
            Settling(entry_id=one.entry_id, entry=self._accepted(one, now), attempt=one.attempt) for one in delivered
        ]

    def _accepted(self, delivered: Delivered, now: datetime) -> Entry:
        entry = delivered.entry
        if delivered.attempt > self._max_attempts:
            return rejected(entry, f"gave up after {self._max_attempts} deliveries, none of which could be finished")
        if not isinstance(entry, Post):
            return entry
        try:
            return checked(entry, now)
        except InvalidEntry as error:
            return rejected(entry, error.message)

    async def _settle(
        self, consumer: Consumer, batch: Batch, items: list[Settling], before: asyncio.Task[None] | None
    ) -> None:
        try:
            await self._store_and_tell(consumer, batch, items, before)
        finally:
            self._in_hand -= len(batch.entries)

    async def _store_and_tell(
        self, consumer: Consumer, batch: Batch, items: list[Settling], before: asyncio.Task[None] | None
    ) -> None:
        """Write a batch; the live feed hears of it after the batch `before`."""
        started = time.perf_counter()
        settled = await self._write(batch, items)
        if settled is None:
            log.warning("batch_lost", entries=len(items))
            return
        reached("after_commit")
        written = time.perf_counter()
        self._metrics.stage_seconds.labels("write").observe(written - started)
        now = self._clock().timestamp()
        for one in batch.entries:
            self._metrics.end_to_end_seconds.observe(max(0.0, now - one.published_at))
        if before is not None:
            await asyncio.wait([before])
        if settled.events:
            await self._live.publish(settled.events)
        self._metrics.stage_seconds.labels("publish").observe(time.perf_counter() - written)
        reached("after_publish")
        await consumer.ack(batch)
        for outcome, count in Counter(settled.outcomes.values()).items():
            self._metrics.outcomes.labels(outcome).inc(count)
        if settled.dead:
            await self._copy_dead(batch, settled.dead)

    async def _copy_dead(self, batch: Batch, dead: Sequence[Settling]) -> None:
        """Show what was dead-lettered beside the stream; the store has it, so a copy that fails changes nothing."""
        published = {one.entry_id: one.published_at for one in batch.entries}
        letters = [Delivered(one.entry_id, one.attempt, one.entry, published[one.entry_id]) for one in dead]
        try:
            await self._stream.copy_dead(letters)
        except SentiStreamError as error:
            self._metrics.dead_letters_not_copied.inc(len(letters))
            log.warning("dead_letters_not_copied", entries=len(letters), reason=error.message)

    async def _write(self, batch: Batch, items: list[Settling]) -> Settled | None:
        """None once the lease is lost: somebody else settles the batch."""
        tries = refusals = 0
        while not batch.lost:
            try:
                return await self._store.write(items, self._clock())
            except Unavailable as error:
                wait = RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)]
                tries += 1
                log.warning("store_unavailable", reason=error.message, retry_in_seconds=wait)
                await self._sleep(wait)
            except SentiStreamError:
                raise
            except Exception as error:
                log.exception("batch_refused", entries=len(items))
                refusals += 1
                if refusals == REFUSALS:
                    # One of them is poison: halve until it stands alone, and keep it with its reason.
                    return await self._isolate(batch, items, error)
        return None

    async def _isolate(self, batch: Batch, items: list[Settling], error: Exception) -> Settled | None:
        if len(items) == 1:
            [item] = items
            if isinstance(item.entry, Invalid):
                raise error
            reason = f"could not be stored: {type(error).__name__}: {error}"
            dead = msgspec.structs.replace(item, entry=rejected(item.entry, reason), reading=None)
            return await self._write(batch, [dead])
        half = len(items) // 2
        parts = [await self._write(batch, part) for part in (items[:half], items[half:])]
        if any(part is None for part in parts):
            return None
        joined = Settled({}, [])
        for part in parts:
            assert part is not None
            joined.outcomes.update(part.outcomes)
            joined.events.extend(part.events)
            joined.dead.extend(part.dead)
        return joined

    async def _keep_house(self) -> None:
        """Report the lag, trim the stream, forget outcomes that can never be asked for again."""
        while True:
            try:
                lag = await self._stream.lag(self._group)
                self._metrics.lag_entries.set(lag.entries)
                self._metrics.lag_seconds.set(lag.seconds)
                await self._store.ledger.prune(await self._stream.trim())
            except Unavailable as error:
                log.warning("housekeeping_waits", reason=error.message)
            await self._sleep(HOUSEKEEPING_SECONDS)


async def _finished(writing: list[asyncio.Task[None]], left: int) -> None:
    """Wait for the oldest until at most `left` are under way."""
    while len(writing) > left:
        await writing[0]
        del writing[0]


def rejected(entry: Entry, reason: str) -> Invalid:
    """`entry` as a dead letter, with all it held as JSON."""
    raw = entry.raw if isinstance(entry, Invalid) else msgspec.json.encode(entry).decode()
    return Invalid(raw=raw, reason=reason, connector=entry.connector)
