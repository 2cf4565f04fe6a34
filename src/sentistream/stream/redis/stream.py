"""`Stream` on Redis or Valkey: one stream, its consumer groups, and what they need to lose nothing."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import anyio
import structlog

from sentistream.connections.redis import RedisServer
from sentistream.domain.errors import DiskFull, Overloaded, Unavailable
from sentistream.domain.post import Entry
from sentistream.settings import StreamSettings
from sentistream.stream.base import Delivered, Lag, StreamCounts
from sentistream.stream.redis.consumer import RedisConsumer
from sentistream.stream.redis.log import RedisLog

MEMORY_CHECK_SECONDS = 1.0

RETRY_SECONDS = (1.0, 2.0, 4.0)
"""Waits of a publisher while Redis does not answer; after the last one it gives up."""

_log = structlog.get_logger(__name__)


class RedisStream:
    """`Stream` at `url`, under the key `settings.name`; `open()` it before anything else.

    Entry ids are `epoch:id`, the epoch drawn when the stream is made. Only `groups` count for the room that is
    left and for what may be trimmed. An entry past `settings.max_attempts` is still delivered: who consumes reads
    `attempt` and dead-letters it. clock: None for the server's own, the only one that all machines share.
    """

    def __init__(
        self,
        url: str,
        settings: StreamSettings,
        clock: Callable[[], datetime] | None = None,
        groups: Sequence[str] = ("sentiment_workers",),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not groups:
            raise ValueError("a stream needs a group: nothing could ever be trimmed")
        self._server = RedisServer(url, "SENTISTREAM_STREAM_URL")
        self._settings = settings
        self._groups = tuple(groups)
        self._sleep = sleep
        self._log = RedisLog(self._server, settings.name, clock)
        self._consumers: set[RedisConsumer] = set()
        self._memory_checked = float("-inf")

    async def open(self) -> None:
        """Make the groups where they are missing; StorageUnavailable says why that is impossible."""
        try:
            await self._server.check_version()
            for group in self._groups:
                await self._log.join(group, secrets.token_hex(4))
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.close()
            raise

    async def publish(self, entries: Sequence[Entry]) -> None:
        """Durable when it returns; Overloaded or DiskFull, and then nothing went in.

        If Redis does not answer it tries again for some seconds, which adds nothing twice. StorageUnavailable after
        that: the batch may be in or not. Published again it is received twice, and its posts are duplicates.
        """
        if not entries:
            return
        self._check_size(len(entries))
        token = secrets.token_hex(8)
        for wait in (*RETRY_SECONDS, None):
            try:
                await self._check_memory()
                await self._log.publish(entries, token, self._settings.max_length, self._groups)
                return
            except (Overloaded, DiskFull):
                raise
            except Unavailable as error:
                if wait is None or self._log.closed:
                    raise
                _log.warning(
                    "stream_unavailable", so="nothing is published", reason=error.message, retry_in_seconds=wait
                )
                await self._sleep(wait)

    @asynccontextmanager
    async def consume(self, group: str, max_size: int, max_wait: float) -> AsyncIterator[RedisConsumer]:
        """Join `group`; leaving the context gives back what was not acknowledged, at the same attempt."""
        if max_size < 1:
            raise ValueError("max_size must be at least 1")
        consumer = RedisConsumer(self._log, group, max_size, max_wait, self._settings.lease_seconds)
        await consumer.join()
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
        return await self._log.lag(group)

    async def counts(self, group: str) -> StreamCounts:
        """What was received and what is in flight, read at one moment."""
        return await self._log.counts(group)

    async def trim(self) -> list[str]:
        """Drop what every configured group has acknowledged; what others have not read goes with it."""
        return [await self._log.trim(self._groups)]

    async def copy_dead(self, letters: Sequence[Delivered]) -> None:
        """Add them to the stream `NAME:dead`, which holds about the last 100,000; tried once."""
        await self._log.copy_dead(letters)

    async def findings(self) -> list[str]:
        """Settings of the server that lose or evict what was promised, and groups that are not configured."""
        found = await self._server.weaknesses()
        behind = await self._log.groups()
        for group in sorted(behind.keys() - set(self._groups)):
            found.append(
                f"the group {group} ({behind[group]:,} entries behind) is not configured: what it has not read is"
                " trimmed all the same; add it to stream.other_groups, or destroy it"
            )
        return found

    async def close(self) -> None:
        """Give back every lease and release everything; closing twice is not an error."""
        for consumer in tuple(self._consumers):
            await consumer.close()
        await self._log.close()

    def _check_size(self, new: int) -> None:
        if new > self._settings.max_length:
            raise Overloaded(
                f"{new:,} entries at once can never fit into a stream of stream.max_length ="
                f" {self._settings.max_length:,}: publish fewer at a time, or raise the setting"
            )

    async def _check_memory(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._memory_checked < MEMORY_CHECK_SECONDS:
            return
        free = await self._log.free_memory()
        if free < self._settings.min_free_bytes:
            raise DiskFull(
                f"{free / 2**20:,.0f} MiB of memory are free for Redis at {self._server.address}, fewer than"
                f" stream.min_free_bytes ({self._settings.min_free_bytes / 2**20:,.0f} MiB): raise its maxmemory,"
                " or let the workers catch up",
                retry_after=5,
            )
        self._memory_checked = now
