"""The embedded stream: a log with consumer groups in one SQLite file, shared by any number of processes."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import anyio
import structlog

from sentistream.domain.errors import DiskFull, StorageUnavailable, Unavailable
from sentistream.domain.post import Entry
from sentistream.settings import StreamSettings
from sentistream.stream.base import Batch, Delivered, Lag, StreamCounts
from sentistream.stream.sqlite_log import SqliteLog

POLL_SECONDS = 0.25
"""How long what another process published, or a lease that ran out, can stay unseen."""

DISK_CHECK_SECONDS = 1.0

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


class _LogThread:
    """A connection to the log and the thread that it lives on, so that no disk ever stalls the event loop."""

    def __init__(self, log: SqliteLog, name: str) -> None:
        self._log = log
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._closed = False

    async def run(self, work: Callable[[SqliteLog], _T]) -> _T:
        """`work` on the thread, after everything asked for before."""
        if self._closed:
            raise StorageUnavailable("the stream is closed")
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, self._log)

    async def close(self) -> None:
        """Disconnect and end the thread."""
        if not self._closed:
            try:
                await self.run(SqliteLog.close)
            finally:
                self._closed = True
                self._executor.shutdown(wait=False)


class SqliteStream:
    """`Stream` on the file at `path`, which it shares with other processes; `open()` it before anything else.

    Entry ids are `epoch:offset`, the epoch drawn once when the file is created. Every group that ever
    joined counts: for the room that is left, and for what may be trimmed. An entry past
    `settings.max_attempts` is still delivered: who consumes reads `attempt` and dead-letters it.
    """

    def __init__(
        self,
        path: Path,
        settings: StreamSettings,
        clock: Callable[[], datetime],
        groups: Sequence[str] = ("sentiment_workers",),
    ) -> None:
        if not groups:
            raise ValueError("a stream needs a group: nothing could ever be trimmed")
        self._path = path
        self._settings = settings
        self._groups = tuple(groups)
        self._writer = _LogThread(SqliteLog(path, clock), "stream-writer")
        self._reader = _LogThread(SqliteLog(path, clock), "stream-reader")
        self._consumers: set[SqliteConsumer] = set()
        self._published = asyncio.Event()
        self._disk_checked = float("-inf")

    async def open(self) -> None:
        """Connect, creating the file if there is none; StorageUnavailable says why that is impossible."""
        epoch = secrets.token_hex(4)
        try:
            await self._writer.run(lambda log: log.open(epoch, self._groups))
            await self._reader.run(SqliteLog.open_reader)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.close()
            raise

    async def publish(self, entries: Sequence[Entry]) -> None:
        """Durable when it returns; Overloaded, DiskFull or StorageUnavailable, and then nothing went in."""
        if not entries:
            return

        def publish(log: SqliteLog) -> None:
            self._check_disk()
            log.publish(entries, self._settings.max_length)

        await self._writer.run(publish)
        self._wake()

    @asynccontextmanager
    async def consume(self, group: str, max_size: int, max_wait: float) -> AsyncIterator[SqliteConsumer]:
        """Join `group`; leaving the context gives back what was not acknowledged, at the same attempt."""
        if max_size < 1:
            raise ValueError("max_size must be at least 1")
        await self._writer.run(lambda log: log.join(group))
        consumer = SqliteConsumer(self, group, max_size, max_wait)
        self._consumers.add(consumer)
        heartbeat = asyncio.create_task(consumer.heartbeat())
        try:
            yield consumer
        finally:
            with anyio.CancelScope(shield=True):
                heartbeat.cancel()
                with suppress(asyncio.CancelledError):
                    await heartbeat
                await consumer.close()
                self._consumers.discard(consumer)

    async def lag(self, group: str) -> Lag:
        """How far `group` is behind."""
        return await self._reader.run(lambda log: log.lag(group))

    async def counts(self, group: str) -> StreamCounts:
        """What was received and what is in flight, read at one moment."""
        return await self._reader.run(lambda log: log.counts(group))

    async def trim(self) -> list[str]:
        """Drop what every group has acknowledged, in steps between which others may write."""
        done = False
        while not done:
            needed, done = await self._writer.run(SqliteLog.trim)
        return [needed]

    async def copy_dead(self, letters: Sequence[Delivered]) -> None:
        """Nothing: whoever can read this file can read the store beside it."""

    async def findings(self) -> list[str]:
        """Nothing: its file is opened with the settings it needs, and every group counts."""
        return []

    async def close(self) -> None:
        """Give back every lease and release everything; closing twice is not an error."""
        for consumer in tuple(self._consumers):
            await consumer.close()
        await self._reader.close()
        await self._writer.close()

    def _wake(self) -> None:
        # Whoever waits holds the old event, and takes the new one before looking again: none is missed.
        published, self._published = self._published, asyncio.Event()
        published.set()

    def _check_disk(self) -> None:
        now = time.monotonic()
        if now - self._disk_checked < DISK_CHECK_SECONDS:
            return
        try:
            free = shutil.disk_usage(self._path.parent).free
        except OSError as error:
            raise StorageUnavailable(f"cannot look at the folder of {self._path}: {error.strerror}") from error
        if free < self._settings.min_free_bytes:
            raise DiskFull(
                f"{free / 2**20:,.0f} MiB are free on the disk of {self._path}, fewer than stream.min_free_bytes"
                f" ({self._settings.min_free_bytes / 2**20:,.0f} MiB): free some space",
                retry_after=5,
            )
        self._disk_checked = now


class SqliteConsumer:
    """One member of a group. Its leases are renewed every third of `lease_seconds` while its context lives."""

    def __init__(self, stream: SqliteStream, group: str, max_size: int, max_wait: float) -> None:
        self._stream = stream
        self._group = group
        self._max_size = max_size
        self._max_wait = max_wait
        self._lease_seconds = stream._settings.lease_seconds
        self._name = f"{os.getpid()}-{id(self):x}"  # for people who look into the file; leases go by their id
        self._closed = False
        # Touched on the writer's thread only, in the order of the jobs there: a claim whose caller was
        # cancelled meanwhile is found here by `close()`, and an acknowledged lease never is.
        self._held: dict[int, Batch] = {}

    async def batches(self) -> AsyncIterator[Batch]:
        """Batches until the context is left: what others left comes first, and alone from attempt 2 on.

        A batch comes as soon as `max_size` entries are there, or `max_wait` seconds after the first was seen.
        """
        loop = asyncio.get_running_loop()
        deadline: float | None = None
        while not self._closed:
            published = self._stream._published
            left_over, waiting = await self._stream._reader.run(lambda log: log.available(self._group))
            if waiting and deadline is None:
                deadline = loop.time() + self._max_wait
            due = waiting >= self._max_size or (deadline is not None and loop.time() >= deadline)
            if left_over or due:
                batch = await self._claim()
                deadline = None
                if batch is not None:
                    yield batch
                continue
            if not waiting:
                deadline = None
            patience = POLL_SECONDS if deadline is None else min(POLL_SECONDS, deadline - loop.time())
            with suppress(TimeoutError):
                await asyncio.wait_for(published.wait(), patience)

    async def ack(self, batch: Batch) -> None:
        """Mark every entry of `batch` as done, durably; a lost lease is not an error and changes nothing."""
        lease = int(batch.lease)

        def ack(log: SqliteLog) -> None:
            log.ack(lease)
            self._held.pop(lease, None)

        await self._stream._writer.run(ack)

    async def heartbeat(self) -> None:
        """Renew what is held for as long as it runs; what turns out to be gone is marked as lost."""

        def renew(log: SqliteLog) -> None:
            if self._held:
                for lease in log.renew(tuple(self._held), self._lease_seconds):
                    self._held.pop(lease).lost = True

        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            try:
                await self._stream._writer.run(renew)
            except Unavailable as error:
                # The next beat tries again; if the leases run out meanwhile, it will say so.
                _log.warning("leases were not renewed", group=self._group, reason=error.message)

    async def close(self) -> None:
        """End `batches()` and give back what is held."""
        if self._closed:
            return
        self._closed = True
        self._stream._wake()

        def release(log: SqliteLog) -> None:
            if self._held:
                log.release(tuple(self._held))
                self._held.clear()

        try:
            await self._stream._writer.run(release)
        except Unavailable as error:
            _log.warning("leases were not given back and have to run out", group=self._group, reason=error.message)

    async def _claim(self) -> Batch | None:
        if self._closed:
            return None

        def claim(log: SqliteLog) -> Batch | None:
            if self._closed:  # what is claimed after `close()` gave everything back, nobody would give back
                return None
            batch = log.claim(self._group, self._name, self._max_size, self._lease_seconds)
            if batch is not None:
                self._held[int(batch.lease)] = batch
            return batch

        return await self._stream._writer.run(claim)
